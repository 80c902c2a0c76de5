"""How many true and how many invented sentences the gate of figures lets through, on the demo workspace."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.chat.desk import Desk
from assistant.chat.figures import Evidence
from assistant.chat.notebook import Notebook
from assistant.chat.tools import TOOLS
from assistant.pipeline import Models, Silent
from assistant.records.chat import Language, Question, ToolResult
from assistant.workspace import Workspace

Verdict = Literal["released", "corrected", "withheld"]
SENTENCES = "sentences.toml"
UNSEEN = "sentences_unseen.toml"


@dataclass(frozen=True)
class Group:
    """Sentences that a model might write once some tools have answered."""

    name: str
    language: Language
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    """Tools and their arguments, in the order in which they are called."""
    honest: tuple[str, ...]
    invented: tuple[tuple[str, str], ...]
    """A sentence, and what is wrong with it."""


@dataclass(frozen=True)
class Judged:
    """One sentence and what the gate made of it."""

    group: str
    language: Language
    said: str
    fault: str
    """What is wrong with it; empty: it is true."""
    verdict: Verdict
    released: str
    """As a reader would see it; empty where it was kept back."""
    reason: str
    """Why it was kept back."""


@dataclass
class GateReport:
    """What the gate made of all sentences."""

    judged: list[Judged] = field(default_factory=list)

    def count(self, verdict: Verdict, *, honest: bool, language: str = "") -> int:
        """How many true, or invented, sentences came to this; of one language where it is named."""
        return sum(one.verdict == verdict for one in self.of(honest=honest, language=language))

    def of(self, *, honest: bool, language: str = "") -> list[Judged]:
        """The true, or the invented, sentences; of one language where it is named."""
        return [one for one in self.judged if (one.fault == "") == honest and language in ("", one.language)]

    @property
    def lost(self) -> list[Judged]:
        """True sentences that were kept back or changed."""
        return [one for one in self.of(honest=True) if one.verdict != "released"]

    @property
    def leaks(self) -> list[Judged]:
        """Invented sentences that were released as they stood."""
        return [one for one in self.of(honest=False) if one.verdict == "released"]

    @property
    def corrected(self) -> list[Judged]:
        """Invented sentences that were released with a figure put right."""
        return [one for one in self.of(honest=False) if one.verdict == "corrected"]


def load_groups(file: str = SENTENCES) -> tuple[Group, ...]:
    """The sentences as they are kept.

    Args:
        file: its name in this folder.

    Raises:
        KeyError: a group lacks a field.
    """
    path = Path(__file__).with_name(file)
    return tuple(
        Group(
            name=one["name"],
            language=one["language"],
            calls=tuple((call["tool"], call.get("arguments", {})) for call in one["calls"]),
            honest=tuple(one["honest"]),
            invented=tuple((wrong["say"], wrong["fault"]) for wrong in one["invented"]),
        )
        for one in tomllib.loads(path.read_text("utf-8"))["groups"]
    )


def judge_sentences(workspace: Path, file: str = SENTENCES) -> GateReport:
    """Call each group's tools, and hold its sentences against what they gave.

    Args:
        workspace: of the shop that the sentences speak of; it is only read.
        file: the sentences, a file's name in this folder.

    Raises:
        AssistantError: the workspace lacks what a tool reads.
        KeyError: a group calls a tool that there is not.
    """
    place = Workspace.at(workspace)
    desk = Desk(
        place,
        models=Models(place),
        confirm=_refuse,
        listener=Silent(),
        by="evals",
        clock=lambda: dt.datetime.now(dt.UTC),
    )
    names = {group.segment: group.name for group in desk.groups()}
    report = GateReport()
    try:
        for group in load_groups(file):
            report.judged += _judged(group, names, desk.minor, _results(desk, group))
    finally:
        desk.close()
    return report


def _refuse(question: Question) -> bool:
    return False


def _results(desk: Desk, group: Group) -> list[ToolResult]:
    results = []
    for number, (name, arguments) in enumerate(group.calls, start=1):
        tool = TOOLS[name]
        page = Notebook(f"{name}#{number}", desk.currency, group.language)
        tool.run(desk, tool.arguments(**arguments), page)
        results.append(page.result(name, dict(arguments)))
    return results


def _judged(group: Group, names: Mapping[str, str], minor: int, results: Sequence[ToolResult]) -> Iterator[Judged]:
    evidence = Evidence(names=dict(names), minor=minor)
    for result in results:
        evidence.add(result)
    for said, fault in (*((one, "") for one in group.honest), *group.invented):
        bound = evidence.bind(said, group.language, before=results[-1].subjects, turn=len(results))
        verdict: Verdict = "withheld" if bound.reason else "corrected" if bound.corrected else "released"
        yield Judged(
            group=group.name,
            language=group.language,
            said=said,
            fault=fault,
            verdict=verdict,
            released="" if bound.reason else bound.text,
            reason=bound.reason,
        )
