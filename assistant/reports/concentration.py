"""Who brings the revenue: the curve from the most valuable customer down, and what it says."""

from dataclasses import dataclass

from assistant.records import Concentration
from assistant.reports import numbers
from assistant.reports.axes import DRAWN, Axis, Spot, axis_of, line

_TENTH = 0.1
# Below the first a shop hardly has better customers, from the second on it lives on them.
_EVEN, _STEEP = 0.15, 0.5


@dataclass(frozen=True)
class Curve:
    """The drawing, a point on it, and what it says."""

    axis: Axis
    """Of both directions."""
    line: str
    area: str
    tenth: Spot
    top_tenth: str
    half_of: str
    sentences: tuple[str, ...]


def curve_of(concentration: Concentration) -> Curve | None:
    """Lay out the curve; none where there are no customers."""
    if not concentration.customers or len(concentration.points) < 2:
        return None
    axis = axis_of((), lambda share: f"{share:.0%}", (0.0, 1.0), margin=0.0)

    def spot(x: float, y: float) -> Spot:
        return Spot(axis.at(x), round(100 - axis.at(y), 2))

    curve = line([spot(x, y) for x, y in concentration.points])
    return Curve(
        axis=axis,
        line=curve,
        area=f"{curve}L{DRAWN} {DRAWN}L0 {DRAWN}Z",
        tenth=spot(_TENTH, concentration.top_tenth),
        top_tenth=numbers.percent(concentration.top_tenth),
        half_of=numbers.percent(concentration.half),
        sentences=_sentences(concentration),
    )


def _sentences(concentration: Concentration) -> tuple[str, ...]:
    customers, top = concentration.customers, concentration.top_tenth
    if customers < numbers.FEW:
        return (f"With {numbers.counted(customers, 'customer')} the curve says little.",)
    tenth = round(customers * _TENTH)
    said = [
        f"The most valuable tenth, {numbers.counted(tenth, 'customer')}, brings {numbers.percent(top)} of revenue; "
        f"half of it comes from {numbers.percent(concentration.half)} of customers."
    ]
    if top < _EVEN:
        said.append("Revenue is spread almost evenly: no few customers carry the shop.")
    elif top >= _STEEP:
        said.append("The shop lives on few customers: to lose some of these costs more than any campaign brings.")
    return tuple(said)
