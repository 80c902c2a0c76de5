"""Scripted conversations held with the chat, each on a copy of a workspace, and what came of them."""

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.chat import Chat
from assistant.errors import AssistantError
from assistant.pipeline import Pipeline, Silent
from assistant.records.chat import Ended, Question, Said, Sentence, ToolAnswered, ToolCalled, ToolResult, Withheld
from assistant.workspace import Workspace
from evals.chat.conversations import ASKING, CLARIFY, Conversation, Expected, filled
from evals.chat.figures import Checked, check_sentence, check_table
from evals.chat.scoring import TurnScore, right_arguments, right_tool
from evals.chat.truth import Truth

OnTurn = Callable[[TurnScore, float], None]
"""Told of each turn and of the seconds that it took."""


@dataclass
class Heard:
    """What a turn gave."""

    called: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    withheld: int = 0
    corrected: int = 0
    questions: list[Question] = field(default_factory=list)
    clarifies: bool = False
    error: str = ""
    seconds: float = 0.0
    first_seconds: float | None = None


@dataclass
class Report:
    """What came of all conversations."""

    model: str = ""
    scores: list[TurnScore] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    first_seconds: list[float] = field(default_factory=list)
    withheld: int = 0
    corrected: int = 0
    released: int = 0

    def share(self, *, arguments: bool = False, language: str = "") -> float:
        """Share of turns with the right tool; with `arguments`, those with the right arguments too."""
        own = [score for score in self.scores if language in ("", score.language)]
        right = sum(score.right_tool and (score.right_arguments or not arguments) for score in own)
        return right / max(1, len(own))

    @property
    def checked(self) -> list[Checked]:
        """All figures that reached the reader."""
        return [one for score in self.scores for one in score.checked]

    @property
    def wrong(self) -> list[Checked]:
        """Those that are not true."""
        return [one for one in self.checked if one.verdict == "wrong"]

    @property
    def unjudged(self) -> list[Checked]:
        """Those that the files cannot tell: estimates, lengths of what was pasted."""
        return [one for one in self.checked if one.verdict == "unjudged"]

    @property
    def misses(self) -> list[TurnScore]:
        """Turns that did not go right, for whatever reason."""
        return [
            score
            for score in self.scores
            if not (score.right_tool and score.right_arguments)
            or score.wrong or score.forbidden or score.unasked or score.error
        ]  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        languages = sorted({score.language for score in self.scores})
        return {
            "model": self.model,
            "turns": len(self.scores),
            "right_tool": self.share(),
            "right_tool_and_arguments": self.share(arguments=True),
            "by_language": {
                language: {
                    "turns": sum(score.language == language for score in self.scores),
                    "right_tool": self.share(language=language),
                    "right_tool_and_arguments": self.share(arguments=True, language=language),
                }
                for language in languages
            },
            "sentences": self.released,
            "withheld": self.withheld,
            "corrected": self.corrected,
            "figures": len(self.checked),
            "figures_wrong": len(self.wrong),
            "figures_unjudged": len(self.unjudged),
            "unasked": sum(score.unasked for score in self.scores),
            "seconds_median": _middle(self.seconds),
            "first_seconds_median": _middle(self.first_seconds),
            "misses": [_miss(score) for score in self.misses],
        }

    def to_markdown(self) -> str:
        """For people."""
        told = self.as_dict()
        lines = [
            f"# Chat conversations, {self.model or 'no model'}",
            "",
            "| | turns | right tool | right tool and arguments |",
            "|---|---:|---:|---:|",
            f"| all | {told['turns']} | {told['right_tool']:.1%} | {told['right_tool_and_arguments']:.1%} |",
        ]
        lines += [
            f"| {name} | {own['turns']} | {own['right_tool']:.1%} | {own['right_tool_and_arguments']:.1%} |"
            for name, own in told["by_language"].items()
        ]
        lines += [
            "",
            f"{self.released} sentences released, {self.withheld} withheld, {self.corrected} corrected.",
            f"{len(self.checked)} figures checked, {len(self.wrong)} wrong, {len(self.unjudged)} not to be told "
            f"from the files; {told['unasked']} changes that nobody said yes to.",
            f"Median {told['seconds_median']:.2f} s a turn, {told['first_seconds_median']:.2f} s to the first words.",
            "",
        ]
        if self.misses:
            lines.append("## Misses\n")
            lines += [f"- {miss}" for score in self.misses for miss in _in_words(score)]
        return "\n".join(lines) + "\n"


def run_conversations(
    workspace: Path,
    conversations: Iterable[Conversation],
    *,
    model: str = "",
    router: str = "",
    on_turn: OnTurn | None = None,
) -> Report:
    """Hold conversations with the chat and score every turn.

    Args:
        workspace: folder of a workspace with facts, personas and a campaign; only copies of it are written to.
        conversations: their placeholders filled or not.
        model: as settings name it; empty: the workspace's own.
        router: on, off, auto; empty: the workspace's own.
        on_turn: told of each turn.

    Raises:
        WorkspaceError: there is no workspace.
    """
    report = Report(model=model)
    with tempfile.TemporaryDirectory(prefix="chat-") as scratch:
        base = Path(scratch) / "base"
        copy_workspace(workspace, base)
        # What a first recommendation would compute is computed once, not once a conversation.
        Pipeline(Workspace(base), Silent()).recommendations()
        truth = Truth.read(base)
        for conversation in filled(tuple(conversations), base):
            folder = Path(scratch) / "held"
            copy_workspace(base, folder)
            try:
                _hold(conversation, folder, truth, report, model, router, on_turn)
            finally:
                shutil.rmtree(folder)
    return report


def copy_workspace(source: Path, target: Path) -> None:
    """Copy a workspace; tables that are never written in place are linked."""

    def link(one: str, other: str) -> str:
        if one.endswith(".parquet"):
            try:
                os.link(one, other)
            except OSError:
                return shutil.copy2(one, other)
            return other
        return shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=link, ignore=shutil.ignore_patterns("*.lock", "report.html", "chats"))


def _hold(
    conversation: Conversation,
    folder: Path,
    truth: Truth,
    report: Report,
    model: str,
    router: str,
    on_turn: OnTurn | None,
) -> None:
    asked: list[Question] = []
    answers = _Answers()

    def confirm(question: Question) -> bool:
        asked.append(question)
        return answers.yes

    known = Truth(**{**vars(truth), "root": folder})
    said: list[str] = []
    calls: dict[str, ToolResult] = {}
    with _opened(folder, model, router, confirm) as chat:
        report.model = report.model or chat.model_name
        for number, turn in enumerate(conversation.turns, start=1):
            asked.clear()
            answers.yes = turn.confirm
            said.append(turn.say)
            heard = _heard(chat, turn.say)
            heard.questions = list(asked)
            calls |= {result.call: result for result in heard.results}
            known = known.refreshed()
            score = score_turn(conversation, number, turn, heard, known, calls, said)
            report.scores.append(score)
            report.seconds.append(heard.seconds)
            report.first_seconds += [] if heard.first_seconds is None else [heard.first_seconds]
            report.withheld += heard.withheld
            report.corrected += heard.corrected
            report.released += len(heard.sentences)
            if on_turn is not None:
                on_turn(score, heard.seconds)


@dataclass
class _Answers:
    yes: bool = False


@contextmanager
def _opened(folder: Path, model: str, router: str, confirm: Callable[[Question], bool]) -> Iterator[Any]:
    with Chat.open(
        Workspace(folder),
        model=model,
        router=router,
        confirm=confirm,
        listener=Silent(),
        clock=lambda: dt.datetime.now(dt.UTC),
    ) as chat:
        yield chat


def _heard(chat: Any, text: str) -> Heard:
    """Everything that a turn tells of; an error that stops it is kept as one."""
    heard = Heard()
    began = time.perf_counter()
    try:
        for event in chat.ask(text):
            if isinstance(event, ToolCalled):
                heard.called.append((event.tool, event.arguments))
            elif isinstance(event, ToolAnswered):
                heard.results.append(event.result)
            elif isinstance(event, Said):
                heard.sentences.append(event.sentence)
                heard.corrected += event.sentence.corrected
                if heard.first_seconds is None:
                    heard.first_seconds = time.perf_counter() - began
            elif isinstance(event, Withheld):
                heard.withheld += 1
            elif isinstance(event, Ended):
                heard.clarifies = event.turn.clarifies
                heard.error = event.turn.error
    except AssistantError as error:
        heard.error = str(error)
    heard.seconds = time.perf_counter() - began
    return heard


def score_turn(
    conversation: Conversation,
    number: int,
    turn: Expected,
    heard: Heard,
    truth: Truth,
    calls: Mapping[str, ToolResult],
    said: Sequence[str],
) -> TurnScore:
    """Judge one turn.

    Args:
        conversation: whose turn it is.
        number: which turn, from 1.
        turn: what was expected.
        heard: what the chat gave.
        truth: what the files say after the turn.
        calls: the results of all tools of the conversation so far, by call.
        said: what the person has typed so far.
    """
    called = tuple(tool for tool, _ in heard.called)
    judged = [given for tool, given in heard.called if tool in turn.tools]
    fitting = next((given for given in judged if right_arguments(turn, given, truth.names)), None)
    checked = [one for sentence in heard.sentences for one in check_sentence(sentence, truth, calls, said)]
    for result in heard.results:
        if result.table is not None:
            checked += check_table(result.table, truth, result, said)
    answer = " ".join(sentence.text for sentence in heard.sentences).casefold()
    acted = [result for result in heard.results if result.tool in ASKING and result.status == "ok"]
    yes = {question.tool for question in heard.questions if turn.confirm}
    return TurnScore(
        conversation=conversation.name,
        language=conversation.language,
        turn=number,
        say=turn.say,
        expected=turn.tools,
        called=called,
        right_tool=not heard.error and right_tool(turn, called, heard.clarifies),
        right_arguments=fitting is not None or (not judged and CLARIFY in turn.tools),
        arguments=dict(fitting or (judged[0] if judged else heard.called[0][1] if heard.called else {})),
        checked=tuple(checked),
        forbidden=tuple(word for word in turn.not_in_answer if word.casefold() in answer),
        unasked=any(result.tool not in yes for result in acted),
        error=heard.error,
    )


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _miss(score: TurnScore) -> dict[str, Any]:
    return {
        "conversation": score.conversation,
        "turn": score.turn,
        "say": score.say,
        "expected": list(score.expected),
        "called": list(score.called),
        "arguments": dict(score.arguments),
        "right_tool": score.right_tool,
        "right_arguments": score.right_arguments,
        "wrong": [vars(one) for one in score.wrong],
        "forbidden": list(score.forbidden),
        "unasked": score.unasked,
        "error": score.error,
    }


def _in_words(score: TurnScore) -> Iterator[str]:
    place = f"{score.conversation} {score.turn}, {score.say!r}"
    if not score.right_tool and not score.error:
        yield f"{place}: {', '.join(score.called) or CLARIFY} instead of {' or '.join(score.expected)}"
    elif score.right_tool and not score.right_arguments:
        yield f"{place}: {score.called[0] if score.called else CLARIFY} with {dict(score.arguments)}"
    for one in score.wrong:
        yield f"{place}: {one.figure} in {one.where!r}: {one.why}"
    if score.forbidden:
        yield f"{place}: says {', '.join(score.forbidden)}"
    if score.unasked:
        yield f"{place}: acted though nobody said yes"
    if score.error:
        yield f"{place}: {score.error}"
