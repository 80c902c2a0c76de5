"""What moved since the version before: customers between segments, and features under them."""

from dataclasses import dataclass

from assistant.records.certificates import Drift, Migration, Shift
from assistant.reports import numbers
from assistant.reports.axes import Axis, Tick, axis_of
from assistant.reports.shades import shade

# The usual reading of a population stability index, as the record's own.
MARKS = (0.1, 0.25)
# Features with less drift than these many are folded away.
_SHOWN = 10
_ADVICE = {
    "keep": ("good", "✓", "keep the segments"),
    "watch": ("maybe", "?", "watch"),
    "refit": ("warn", "!", "fit again"),
}
_NOWHERE = "no segment"
_READINGS = {"stable": "off", "some shift": "maybe", "large shift": "warn"}


@dataclass(frozen=True)
class Move:
    """Customers of one earlier segment in one later one."""

    count: str
    share: str
    """Of the earlier segment."""
    level: int
    stayed: bool


@dataclass(frozen=True)
class MoveRow:
    """One earlier segment."""

    segment: str
    customers: str
    change: str
    """Its share of customers then and under its own rules today; empty where that does not belong here."""
    cells: tuple[Move, ...]


@dataclass(frozen=True)
class Moves:
    """One matrix."""

    columns: tuple[str, ...]
    rows: tuple[MoveRow, ...]


@dataclass(frozen=True)
class ShiftRow:
    """One distribution."""

    name: str
    psi: str
    to: float
    """Where its bar ends, in percent of the frame."""
    chance: float
    level: int
    """How many of `MARKS` it reaches."""
    kind: str
    reading: str


@dataclass(frozen=True)
class Moved:
    """Everything the section shows; a matrix calls an empty id `no segment`."""

    before: str
    now: str
    summary: str
    advice: tuple[str, str, str]
    """Kind of mark, sign, words."""
    people: str
    frozen: Moves
    frozen_says: str
    refit: Moves | None
    """None where the later version has the earlier one's rules, so that it would say the same again."""
    refit_says: str
    axis: Axis
    marks: tuple[Tick, ...]
    segments: ShiftRow
    shifts: tuple[ShiftRow, ...]
    calm: tuple[ShiftRow, ...]


def moved_of(drift: Drift, labels: dict[str, str]) -> Moved:
    """Lay out the drift.

    Args:
        drift: as it was measured.
        labels: feature -> what a reader calls it.
    """
    indices = (drift.segments, *drift.features)
    axis = axis_of([max(one.psi, one.chance) for one in indices], lambda value: f"{value:g}", (0.0, 0.3), margin=0.0)
    shifts = tuple(_shift(one, axis, labels.get(one.name, one.name)) for one in drift.features)
    return Moved(
        before=numbers.date(drift.before),
        now=numbers.date(drift.now),
        summary=drift.summary,
        advice=_ADVICE.get(drift.advice, ("off", "", drift.advice)),
        people=_people(drift),
        frozen=_moves(drift.frozen, drift.shares_before, drift.shares_now),
        frozen_says=_frozen_says(drift),
        refit=None if drift.refit == drift.frozen else _moves(drift.refit),
        refit_says=(
            "The earlier segments against those in force today, which were found anew. "
            f"Fitting anew alone has reshuffled this much: on today’s customers the earlier rules and today’s segments "
            f"agree with an ARI of {numbers.index(drift.relabelled)}, where 1 is the same and 0 is chance."
        ),
        axis=axis,
        marks=tuple(Tick(axis.at(mark), f"{mark:g}") for mark in MARKS),
        segments=_shift(drift.segments, axis, "shares of the segments"),
        shifts=shifts[:_SHOWN],
        calm=shifts[_SHOWN:],
    )


def _people(drift: Drift) -> str:
    said = f"{numbers.counted(drift.customers, 'customer')} {'is' if drift.customers == 1 else 'are'} in both versions"
    came = f"; {numbers.count(drift.came)} came" if drift.came else ""
    went = f"{' and' if came else ';'} {numbers.count(drift.went)} went" if drift.went else ""
    few = " So few say little about where customers move." if drift.customers < numbers.FEW else ""
    return f"{said}{came}{went}.{few}"


def _frozen_says(drift: Drift) -> str:
    if not drift.customers:
        return "No customer is in both versions, so nobody can have moved."
    return (
        f"The earlier rules, applied to what customers do today: {numbers.percent(drift.stayed)} are where they were. "
        "A row adds up to its earlier segment; what lies off the diagonal has moved."
    )


def _moves(
    migration: Migration, before: tuple[float, ...] | None = None, now: tuple[float, ...] | None = None
) -> Moves:
    rows = []
    for place, (segment, counts) in enumerate(zip(migration.rows, migration.counts, strict=False)):
        total = sum(counts)
        change = ""
        if before is not None and now is not None and place < min(len(before), len(now)):
            change = f"{numbers.percent(before[place])} → {numbers.percent(now[place])}"
        cells = tuple(
            Move(
                numbers.count(count),
                numbers.percent(count / total if total else None),
                shade(count, total),
                place < len(migration.columns) and migration.columns[column] == segment,
            )
            for column, count in enumerate(counts[: len(migration.columns)])
        )
        rows.append(MoveRow(segment or _NOWHERE, numbers.count(total), change, cells))
    return Moves(tuple(column or _NOWHERE for column in migration.columns), tuple(rows))


def _shift(shift: Shift, axis: Axis, name: str) -> ShiftRow:
    return ShiftRow(
        name=name,
        psi=numbers.plain(shift.psi, 2),
        to=axis.at(shift.psi),
        chance=axis.at(shift.chance),
        level=sum(shift.psi >= mark for mark in MARKS),
        kind=_READINGS.get(shift.reading, "off"),
        reading=shift.reading,
    )
