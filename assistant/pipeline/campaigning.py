"""Campaigns in a workspace: planned, estimated, written in waves, written again, and read with their ledger.

A killed run loses nothing that was answered: every answer is in the journal before it is used, each finished wave of
pieces is kept, and a run that starts again goes on from there.
"""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from assistant.campaigns import (
    CampaignPlan,
    Counts,
    Ground,
    Selection,
    append_entries,
    check_brief,
    estimate_campaign,
    estimate_model,
    read_ledger,
    tally,
    wave_of,
    write_again,
    write_campaign,
)
from assistant.campaigns.bundling import ANEW
from assistant.campaigns.ledger import FILE as LEDGER
from assistant.config import load_brand, load_brief
from assistant.copywriting import CHANNELS, ENGLISH, CopyJob
from assistant.data import Tables
from assistant.errors import ConfigError
from assistant.llm import Journal
from assistant.personas import occasion_of
from assistant.pipeline.asking import Asking
from assistant.pipeline.campaign_files import BRIEF, MEANT, PIECES, WAVES, read_pieces
from assistant.pipeline.language import fingerprints
from assistant.pipeline.listening import Listener
from assistant.pipeline.models import Models
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage, stage_key
from assistant.prompting import Prompt, load_prompt
from assistant.records import (
    BrandKit,
    Brief,
    Campaign,
    CampaignEstimate,
    FactSheet,
    LedgerEntry,
    Persona,
    Piece,
    PieceState,
    Segmentation,
)
from assistant.workspace import Workspace, read_record, sha256_file, write_atomic, write_record

CAMPAIGN_VERSION = 3

Clock = Callable[[], dt.datetime]


def longest_first_names(workspace: Workspace) -> dict[str, int]:
    """Characters of the longest first name in each segment; the names themselves go nowhere."""
    paths, customers = Paths(workspace), workspace.data / "customers.parquet"
    if not customers.exists():
        return {}
    people = pd.read_parquet(customers)
    if "first_name" not in people:
        return {}
    audiences = [
        pd.read_parquet(path)[["customer_id"]].assign(segment=path.stem)
        for path in sorted(paths.audiences.glob("*.parquet"))
    ]
    members = pd.concat([pd.read_parquet(paths.assignments)[["segment", "customer_id"]], *audiences])
    named = members.merge(people[["customer_id", "first_name"]].dropna(), on="customer_id")
    longest = named["first_name"].astype(str).str.len().groupby(named["segment"]).max()
    return {str(segment): int(length) for segment, length in longest.items() if length}


class Campaigning:
    """Campaigns of one workspace.

    Args:
        workspace: held for writing by who runs or decides.
        listener: told as pieces are written.
        models: of the command.
        clock: tells when something became of a piece.
    """

    def __init__(self, workspace: Workspace, listener: Listener, models: Models, clock: Clock) -> None:
        self.workspace = workspace
        self.listener = listener
        self.models = models
        self.paths = Paths(workspace)
        self.settings = workspace.settings
        self._clock = clock

    def brief(self, path: Path) -> Brief:
        """A brief that can be written.

        Raises:
            ConfigError: it cannot; the message names the file and what is wrong.
        """
        brief = load_brief(path)
        check_brief(brief, self._ground(), str(path))
        return brief

    def brand(self) -> BrandKit:
        """The brand kit; an empty one where the workspace has none."""
        return load_brand(self.workspace.brand) if self.workspace.brand.exists() else BrandKit()

    def plan(self, brief: Brief, sheets: Sequence[FactSheet], personas: Sequence[Persona]) -> CampaignPlan:
        """Every piece of a brief; a segment without a persona has its fact sheet's occasion."""
        occasions = {persona.segment: str(persona.occasion) for persona in personas}
        return CampaignPlan(
            brief=brief,
            sheets=[sheet for sheet in sheets if not brief.audience or sheet.segment in brief.audience],
            occasions={s.segment: occasions.get(s.segment) or occasion_of(s)[0] for s in sheets},
            prompts=self._prompts(brief),
            settings=self.settings,
            brand=self.brand(),
            longest_first_names=longest_first_names(self.workspace),
        )

    def estimate(self, plan: CampaignPlan, selection: Selection, models: Collection[str] = ()) -> CampaignEstimate:
        """What it would take, with the workspace's copywriter and with other models.

        Args:
            plan: of the campaign.
            selection: the pieces meant.
            models: further models to compare.
        """
        counted, sampled = tally(plan, selection)
        told = []
        for name in dict.fromkeys((self.settings.models.copywriter, *models)):
            with self.models.gateway(name) as gateway, Journal(self.workspace.journal) as journal:
                pace = journal.pace(name, self.settings.writing.copy_candidates, list(counted.prompts))
                told.append(estimate_model(counted, gateway, pace, self.settings.models.limits))
        return estimate_campaign(plan, selection, told, sampled)

    def run(
        self,
        brief_path: Path,
        inputs: Mapping[str, str],
        plan: CampaignPlan,
        selection: Selection,
        agree: Callable[[CampaignEstimate], None] | None = None,
    ) -> StageResult:
        """Write the pieces of a brief; those that are not meant stay as they were written before.

        Args:
            brief_path: its TOML file.
            inputs: name -> hash of what the pieces depend on.
            plan: of the campaign.
            selection: the pieces meant.
            agree: shown the estimate before anything is spent; raises where a person does not want that.
        """
        brief, model = plan.brief, self.settings.models.copywriter
        folder = self.workspace.campaigns / brief.campaign
        kept = {} if selection.all else self._kept(folder, selection)
        brand = {"brand": sha256_file(self.workspace.brand)} if self.workspace.brand.exists() else {}
        depends = {**inputs, "brief": sha256_file(brief_path), **brand, **fingerprints(plan.prompts.values())}
        if kept:
            depends["kept"] = sha256_file(folder / PIECES)
        settings: dict[str, object] = {
            "campaign": brief.campaign,
            "model": model,
            "segments": [sheet.segment for sheet in plan.sheets],
            "candidates": self.settings.writing.copy_candidates,
            "longest_first_names": dict(plan.longest_first_names),
            "only": [sorted(selection.segments), sorted(selection.channels)],
            **self.settings.shop.model_dump(),
        }
        seed = self.settings.models.seed
        waves = self._waves(folder, stage_key("campaign", CAMPAIGN_VERSION, depends, settings, seed))

        def make(out: Path) -> Mapping[str, object]:
            estimate = self.estimate(plan, selection)
            self.listener.stage_note("campaign", forecast(estimate))
            if agree:
                agree(estimate)
            _clear_waves(waves)
            self._note_planned(folder, plan, selection, waves, brief_path)
            campaign, notes = self._write(out, plan, selection, waves, kept, estimate.models[0].calls)
            write_record(out / self.paths.campaign(brief.campaign).name, campaign)
            write_atomic(out / BRIEF, brief_path.read_bytes())
            return {**campaign.summary.model_dump(), "campaign": brief.campaign, **notes}

        result = run_stage(
            self.workspace,
            self.listener,
            stage="campaign",
            folder=folder,
            version=CAMPAIGN_VERSION,
            inputs=depends,
            settings=settings,
            seed=seed,
            make=make,
        )
        shutil.rmtree(folder / WAVES, ignore_errors=True)
        return result

    def _write(
        self, out: Path, plan: CampaignPlan, selection: Selection, waves: Path, kept: Mapping[str, Piece], calls: int
    ) -> tuple[Campaign, dict[str, object]]:
        """Write the pieces into a file as they come; the campaign without them, and what it took."""
        name, model = plan.brief.campaign, self.settings.models.copywriter
        on_state = self._on_state(self.workspace.campaigns / name, model)
        counts = Counts()

        def told() -> str:
            return f"{counts.ready} of {counts.pieces} pieces ready" if counts.pieces else ""

        with (
            Asking(self.models, self.listener, "campaign", model, total=calls, told=told) as asking,
            (out / PIECES).open("w", encoding="utf-8") as lines,
        ):
            size = wave_of(self.settings.models.limits.concurrency)
            written = write_campaign(plan.selected(selection), asking.ask, model, waves, on_state, size)
            for piece in _merged(plan, written, kept) if kept else written:
                lines.write(piece.model_dump_json() + "\n")
                counts.add(piece)
        cautions = {sheet.segment: sheet.caution for sheet in plan.sheets if sheet.caution}
        summary = counts.summary()
        campaign = Campaign(
            campaign=name,
            brief=plan.brief,
            model=model,
            segmentation=read_record(self.paths.segmentation, Segmentation).version,
            summary=summary,
            cautions=cautions,
        )
        return campaign, asking.notes()

    def write_again(
        self, campaign: Campaign, plan: CampaignPlan, names: Collection[str], note: str, by: str
    ) -> tuple[Piece, ...]:
        """Further versions of some pieces, with a seed of their own; what was decided about them before is over.

        Args:
            campaign: as it is now.
            plan: of its brief.
            names: the pieces.
            note: what a reviewer asks of them.
            by: who asks.
        """
        model = self.settings.models.copywriter
        folder = self.workspace.campaigns / campaign.campaign
        before = {piece.piece: piece for piece in campaign.pieces}
        times = _versions(folder / LEDGER)
        jobs: list[CopyJob] = [
            replace(job, note=note, seed=job.seed + ANEW * (1 + times.get(job.piece, 0)))
            for job in plan.selected(Selection(pieces=frozenset(names)))
        ]
        if not jobs:
            return ()
        with Asking(self.models, self.listener, "campaign", model) as asking:
            others = [piece for piece in campaign.pieces if piece.piece not in names]
            made = write_again(jobs, asking.ask, model, others)
        self.record(
            campaign.campaign,
            [
                self.entry(by, "checked" if piece.status == "ready" else "needs_review", note).model_copy(
                    update={"made": piece, "before": before[piece.piece].revision}
                )
                for piece in made
            ],
        )
        return tuple(made)

    def entry(
        self, by: str, state: PieceState, reason: str = "", pieces: Mapping[str, str] | None = None
    ) -> LedgerEntry:
        """A line of the ledger, of now."""
        at = self._clock().isoformat(timespec="seconds")
        return LedgerEntry(at=at, by=by, state=state, pieces=dict(pieces or {}), reason=reason)

    def record(self, name: str, entries: Iterable[LedgerEntry]) -> None:
        """Add to a campaign's ledger."""
        append_entries(self.workspace.campaigns / name / LEDGER, entries)

    def _on_state(self, folder: Path, model: str) -> Callable[[PieceState, Sequence[Piece | CopyJob]], None]:
        def on_state(state: PieceState, pieces: Sequence[Piece | CopyJob]) -> None:
            told = {each.piece: each.revision if isinstance(each, Piece) else "" for each in pieces}
            if told:
                append_entries(folder / LEDGER, [self.entry(model, state, pieces=told)])

        return on_state

    def _note_planned(
        self, folder: Path, plan: CampaignPlan, selection: Selection, waves: Path, brief_path: Path
    ) -> None:
        if not waves.exists():
            waves.mkdir(parents=True)
            write_atomic(waves.parent / BRIEF, brief_path.read_bytes())
            meant = [sorted(selection.segments), sorted(selection.channels)]
            write_atomic(waves.parent / MEANT, json.dumps(meant))
            told = {job.piece: "" for job in plan.selected(selection)}
            append_entries(folder / LEDGER, [self.entry("", "planned", pieces=told)])

    def _kept(self, folder: Path, selection: Selection) -> dict[str, Piece]:
        """Pieces written before that this run does not mean."""
        return {
            piece.piece: piece
            for piece in read_pieces(folder / PIECES)
            if ("", piece.segment, piece.channel) not in replace(selection, pieces=())
        }

    def _waves(self, folder: Path, key: str) -> Path:
        size = wave_of(self.settings.models.limits.concurrency)
        return folder / WAVES / f"{key.removeprefix('sha256:')[:16]}-{size}"

    def _prompts(self, brief: Brief) -> dict[tuple[str, str], Prompt]:
        channels = [CHANNELS[channel] for channel in brief.channels]
        names = dict.fromkeys(channel.prompt_of(line) for channel in channels for line in channel.lines)
        return {
            (language, name): load_prompt(
                f"{'copy' if language == ENGLISH else f'copy_{language}'}/{name}", self.workspace.prompts
            )
            for language in brief.languages
            for name in names
        }

    def _ground(self) -> Ground:
        products = Tables(self.workspace.data).products
        named = products.filter(products.advertisable).group_by("name").agg(price=products.price_minor.min()).execute()
        prices = {str(row.name_): row.price for row in named.rename(columns={"name": "name_"}).itertuples()}
        segmentation = read_record(self.paths.segmentation, Segmentation)
        return Ground(
            advertisable=tuple(prices),
            prices_minor={name: int(price) for name, price in prices.items() if price == price and price is not None},
            segments=tuple(path.stem for path in sorted(self.paths.facts.glob("*.json"))),
            as_of=dt.date.fromisoformat(segmentation.as_of),
            brand=self.brand(),
        )


def selection_of(plan: CampaignPlan, segments: Collection[str] = (), channels: Collection[str] = ()) -> Selection:
    """The pieces of some segments and channels of a plan.

    Raises:
        ConfigError: the plan has nothing of that name.
    """
    known = {"segment": [sheet.segment for sheet in plan.sheets], "channel": list(plan.brief.channels)}
    for what, asked in (("segment", segments), ("channel", channels)):
        for name in asked:
            if name not in known[what]:
                raise ConfigError(
                    f"The brief {plan.brief.campaign} has no {what} {name!r}; there are {', '.join(known[what])}."
                )
    return Selection(segments=frozenset(segments), channels=frozenset(channels))


def forecast(estimate: CampaignEstimate) -> str:
    """An estimate in a line."""
    told = estimate.models[0]
    known = f" ({told.known:,} of them in the journal)" if told.known else ""
    cost = "price unknown" if told.cost_nanodollars is None else f"about ${told.cost_nanodollars / 1e9:,.4f}"
    return (
        f"{estimate.pieces:,} pieces and {estimate.controls:,} controls: about {told.calls:,} requests to "
        f"{told.model}{known}, {told.tokens_in:,} tokens in, {told.tokens_out:,} out, {cost}, {told.seconds:,.0f} s"
    )


def _merged(plan: CampaignPlan, written: Iterable[Piece], kept: Mapping[str, Piece]) -> Iterator[Piece]:
    """Pieces in the plan's order, those just written and those kept."""
    pieces = {**kept, **{piece.piece: piece for piece in written}}
    seen: set[str] = set()
    for job in plan:
        block = replace(job.frame, variant=1)
        for name in (block.piece("control"), job.piece):
            if name in pieces and name not in seen:
                seen.add(name)
                yield pieces[name]


def _versions(ledger: Path) -> dict[str, int]:
    """How often each piece has been made anew or edited."""
    times: dict[str, int] = {}
    for entry in read_ledger(ledger):
        if entry.made:
            times[entry.made.piece] = times.get(entry.made.piece, 0) + 1
    return times


def _clear_waves(keep: Path) -> None:
    """Remove what runs with other inputs have left."""
    for other in keep.parent.glob("*"):
        if other != keep and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
