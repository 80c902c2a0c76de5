"""What did not become a score, grouped by reason."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evals.reporting.data import RunReport

MOST_NAMED = 5
_NUMBER = re.compile(r"\d+")
_UNSAID = "no reason was given"


@dataclass(frozen=True)
class Group:
    """Trials or scores that failed for one reason."""

    what: str
    """`failed`: no answer came; `invalid`: an answer came that cannot be used; else the metric that could not score."""
    meaning: str
    reason: str
    """Of the first of them; others differ from it in numbers at most."""
    count: int
    systems: tuple[tuple[str, int], ...]
    cases: tuple[str, ...]
    """The first few."""
    more: int
    """Further cases."""


def failures_of(report: RunReport) -> tuple[Group, ...]:
    """Groups, the largest of each kind first: failed trials, invalid ones, then invalid scores."""
    trials = list(report.trials.values())
    groups: list[Group] = []
    for state, meaning in (
        ("failed", "no answer came: nobody's score"),
        ("invalid", "an answer came that cannot be used"),
    ):
        rows = [(trial.error or _UNSAID, trial.system, trial.case) for trial in trials if trial.state == state]
        groups += _grouped(state, meaning, rows)
    for metric in report.run.metrics:
        rows = [
            (score.explanation or _UNSAID, trial.system, trial.case)
            for trial in trials
            if trial.state == "answered"
            for score in (trial.score(metric.label),)
            if score is not None and score.state == "invalid"
        ]
        groups += _grouped(metric.label, "could not be scored", rows)
    return tuple(groups)


def _grouped(what: str, meaning: str, rows: Iterable[tuple[str, str, str]]) -> list[Group]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        found.setdefault(_NUMBER.sub("#", row[0]), []).append(row)
    groups = []
    for same in sorted(found.values(), key=len, reverse=True):
        cases = list(dict.fromkeys(case for _, _, case in same))
        systems = dict.fromkeys(system for _, system, _ in same)
        groups.append(
            Group(
                what=what,
                meaning=meaning,
                reason=same[0][0],
                count=len(same),
                systems=tuple((name, sum(system == name for _, system, _ in same)) for name in systems),
                cases=tuple(cases[:MOST_NAMED]),
                more=len(cases[MOST_NAMED:]),
            )
        )
    return groups
