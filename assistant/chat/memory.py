"""What a session knows: its turns, what tools found in them, what was stated, and the workspace's names."""

from collections.abc import Iterable, Sequence

from assistant.chat.desk import Desk
from assistant.chat.figures import Evidence
from assistant.chat.gate import Receipts
from assistant.chat.notebook import Notebook
from assistant.chat.routing import Context, Lexicon, Route
from assistant.chat.tools import TOOLS
from assistant.chat.tools.copies import briefs_of
from assistant.copywriting import ANGLES, CHANNELS
from assistant.data import ask
from assistant.errors import AssistantError
from assistant.pipeline import load_campaigns
from assistant.records.chat import ToolResult, Turn

_NAMES = "SELECT DISTINCT name FROM 'data/products.parquet' WHERE name IS NOT NULL ORDER BY name"
_REMEMBERED = 12
"""Turns whose subjects a pronoun may mean."""


class Memory:
    """One session's.

    Args:
        desk: of the workspace.
        turns: of the session so far.
    """

    def __init__(self, desk: Desk, turns: Sequence[Turn]) -> None:
        self._desk = desk
        self._turns = list(turns)
        self.evidence = Evidence(names=self._names(), minor=desk.minor)
        self.receipts = self.receipts_of(turns)
        for turn in turns:
            for result in turn.results:
                self.evidence.add(result)

    @staticmethod
    def receipts_of(turns: Iterable[Turn]) -> Receipts:
        """The receipts of what was stated, with the numbers they had."""
        receipts = Receipts()
        for turn in turns:
            for sentence in turn.answer:
                for figure in sentence.figures:
                    receipts.number(figure)
        return receipts

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, oldest first."""
        return tuple(self._turns)

    @property
    def next_turn(self) -> int:
        """The number of the next one."""
        return self._turns[-1].turn + 1 if self._turns else 1

    def add(self, turn: Turn) -> None:
        """A turn is over."""
        self._turns.append(turn)
        if any(result.tool in TOOLS and TOOLS[result.tool].acts for result in turn.results):
            self.evidence.names = self._names()

    def context(self) -> Context:
        """What was spoken of, for whoever says "them" or "the first"."""
        recent = [result for turn in self._turns[-_REMEMBERED:] for result in turn.results]
        # What a person said no to was spoken of all the same: "the same as sms".
        results = [result for result in recent if result.status in ("ok", "declined")]
        subjects = [subject for result in reversed(results) for subject in _spoken_of(result)]
        last = results[-1] if results else None
        options = self._turns[-1].offers if self._turns else ()
        return Context(
            tool=last.tool if last else "",
            arguments=last.arguments if last else {},
            segments=tuple(dict.fromkeys(one for one in subjects if one in self.evidence.names)),
            piece=next((one for one in subjects if one.count("-") > 1 and one[:1] in "SA"), ""),
            campaign=next((result.subjects[0] for result in reversed(results) if _of_campaign(result)), ""),
            options=tuple(Route(tool=own.tool, arguments=dict(own.arguments)) for own in options),
        )

    def lexicon(self) -> Lexicon:
        """The names of the workspace."""
        desk = self._desk
        campaigns = load_campaigns(desk.workspace)
        try:
            sheets = desk.sheets()
        except AssistantError:
            sheets = ()
        facts = {sheet.segment: {fact.metric: fact for fact in sheet.facts} for sheet in sheets}
        return Lexicon(
            segments=self._names(),
            metrics={fact.metric: fact.label for own in facts.values() for fact in own.values()},
            sizes={segment: round(own["customers"].value) for segment, own in facts.items() if "customers" in own},
            spend={
                segment: round(own["monetary_minor"].value) for segment, own in facts.items() if "monetary_minor" in own
            },
            products=self._products(),
            campaigns=tuple(campaign.campaign for campaign in campaigns),
            pieces=tuple(dict.fromkeys(piece.piece for campaign in campaigns for piece in campaign.pieces)),
            briefs=tuple(briefs_of(desk)),
            angles=tuple(ANGLES),
        )

    def words(self) -> dict[str, str]:
        """What can be completed: a word and what it is."""
        campaigns = load_campaigns(self._desk.workspace)
        return {
            **self._names(),
            **dict.fromkeys(CHANNELS, "channel"),
            **dict.fromkeys(ANGLES, "angle"),
            **dict.fromkeys(briefs_of(self._desk), "brief"),
            **{campaign.campaign: "campaign" for campaign in campaigns},
            **{piece.piece: f"piece of {campaign.campaign}" for campaign in campaigns for piece in campaign.pieces},
        }

    def listed(self) -> ToolResult:
        """The segments, as the tool lists them; not a part of the conversation."""
        tool = TOOLS["list_segments"]
        page = Notebook("list_segments#0", self._desk.currency)
        tool.run(self._desk, tool.arguments(), page)
        return page.result(tool.name, {})

    def close(self) -> None:
        """Let go of the index."""
        self._desk.close()

    def _names(self) -> dict[str, str]:
        try:
            return {group.segment: group.name for group in self._desk.groups()}
        except AssistantError:
            return {}

    def _products(self) -> tuple[str, ...]:
        if not (self._desk.workspace.data / "products.parquet").exists():
            return ()
        return tuple(str(row["name"]) for row in ask(self._desk.workspace.root, _NAMES))


def _spoken_of(result: ToolResult) -> tuple[str, ...]:
    """Whom a result speaks of; where a person said no, its arguments do."""
    named = (result.arguments.get(name) for name in ("piece", "first", "second", "segment"))
    return result.subjects or tuple(str(name) for name in named if name)


def _of_campaign(result: ToolResult) -> bool:
    return result.tool in ("show_campaign", "plan_campaign", "run_campaign") and bool(result.subjects)
