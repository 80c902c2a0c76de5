"""For which segment a reader took what was written for another: who was confused with whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.reports import numbers
from evals.reporting import figures
from evals.reporting.data import RunReport

STEPS = 5


@dataclass(frozen=True)
class Confused:
    """What was written for one segment, by what it was taken for."""

    written_for: str
    total: int
    cells: tuple[tuple[int, int, bool], ...]
    """How often, the step of its share (0: never), and whether it is the right one."""


@dataclass(frozen=True)
class Confusion:
    """One system's confusion matrix."""

    metric: str
    system: str
    names: tuple[str, ...]
    rows: tuple[Confused, ...]
    figures: tuple[tuple[str, str], ...]
    """Further figures of the same notes: permutation p, the control without the segment's own words."""


def confusions_of(report: RunReport) -> tuple[Confusion, ...]:
    """One matrix for each system of each metric whose notes hold one."""
    found = []
    for metric, by_system in report.run.notes.items():
        for system, notes in by_system.items() if isinstance(by_system, Mapping) else ():
            told = notes.get("confusion") if isinstance(notes, Mapping) else None
            if isinstance(told, Mapping) and told:
                found.append(_confusion(str(metric), str(system), told, notes))
    return tuple(found)


def figures_of(report: RunReport) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Metric, system and figures of notes that hold no confusion matrix."""
    return tuple(
        (str(metric), str(system), told)
        for metric, by_system in report.run.notes.items()
        if isinstance(by_system, Mapping)
        for system, notes in by_system.items()
        if isinstance(notes, Mapping) and not notes.get("confusion") and (told := _figures(notes))
    )


def _confusion(metric: str, system: str, told: Mapping[str, Any], notes: Mapping[str, Any]) -> Confusion:
    """Lay out {written for: {taken for: times}}."""
    counts = {str(row): {str(k): int(v) for k, v in cells.items()} for row, cells in told.items()}
    names = list(dict.fromkeys((*counts, *(name for cells in counts.values() for name in cells))))
    rows = []
    for row, cells in counts.items():
        total = sum(cells.values())
        rows.append(
            Confused(
                row,
                total,
                tuple((cells.get(name, 0), _step(cells.get(name, 0), total), name == row) for name in names),
            )
        )
    return Confusion(metric, system, tuple(names), tuple(rows), _figures(notes))


def _step(count: int, total: int) -> int:
    return min(STEPS, 1 + int(count / total * STEPS)) if count else 0


def _figures(notes: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(name).replace("_", " "), _told(value))
        for name, value in notes.items()
        if isinstance(value, int | float | str) and str(value)
    )


def _told(value: float | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return numbers.count(value)
    return figures.plainest(value) if isinstance(value, float) else value
