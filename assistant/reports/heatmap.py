"""What sets the segments apart: features against segments, coloured by standardised effect."""

from dataclasses import dataclass

from assistant.facts import format_value
from assistant.records import Segment
from assistant.reports import numbers

# Cohen (1988) calls 0.2 small, 0.5 medium and 0.8 large; two more steps keep the extremes apart.
STEPS = (0.2, 0.5, 0.8, 1.2, 1.8)
# A shop has dozens of features, and most of them say little; those below a medium effect are folded away.
TELLING = 0.5


@dataclass(frozen=True)
class Cell:
    """One feature of one segment; `level` runs from -5 (far lower) to 5 (far higher)."""

    segment: str
    level: int
    effect: str
    value: str
    others: str


@dataclass(frozen=True)
class Row:
    """One feature across the segments; a segment without the feature has `None`."""

    label: str
    strongest: float
    """The largest absolute effect among the cells."""
    cells: tuple[Cell | None, ...]


def level(effect: float) -> int:
    """How many of `STEPS` the effect reaches, with its sign."""
    reached = sum(abs(effect) >= step for step in STEPS)
    return reached if effect > 0 else -reached


def heat_rows(segments: tuple[Segment, ...], currency: str) -> tuple[Row, ...]:
    """One row a feature, the one that separates the segments most first."""
    labels: dict[str, str] = {}
    strongest: dict[str, float] = {}
    for segment in segments:
        for trait in segment.traits:
            labels.setdefault(trait.feature, trait.label)
            strongest[trait.feature] = max(strongest.get(trait.feature, 0.0), abs(trait.effect))
    ranked = sorted(labels, key=lambda feature: -strongest[feature])
    columns = [_cells(segment, currency) for segment in segments]
    return tuple(
        Row(labels[feature], strongest[feature], tuple(column.get(feature) for column in columns)) for feature in ranked
    )


def split(rows: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Rows that tell segments apart, and those that hardly do; where none does, all are of the first kind."""
    telling = tuple(row for row in rows if row.strongest >= TELLING)
    return (telling, rows[len(telling) :]) if telling else (rows, ())


def _cells(segment: Segment, currency: str) -> dict[str, Cell]:
    return {
        trait.feature: Cell(
            segment=segment.segment,
            level=level(trait.effect),
            effect=numbers.effect(trait.effect),
            value=format_value(trait.value, trait.unit, currency),
            others=format_value(trait.others, trait.unit, currency),
        )
        for trait in segment.traits
    }
