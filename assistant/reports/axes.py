"""Where a number lies in a picture: axes, marks and lines, all in percent of the frame.

Text stands in the page or at a percentage of the frame, never inside a drawing that is scaled, so it keeps its size.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Room at both ends of an axis, in percent, so that a mark at an end is not cut in half.
_MARGIN = 4.0
# The side of a drawing that is stretched to its frame: lines have no other way to be placed in percent.
DRAWN = 1000
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Tick:
    """A number on an axis."""

    at: float
    """Percent of the frame."""
    text: str


@dataclass(frozen=True)
class Mark:
    """A value between two ends; without an interval all three are the same place."""

    low: float
    at: float
    high: float


@dataclass(frozen=True)
class Spot:
    """A point of a plot, from the left and from the top."""

    x: float
    y: float


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, with ticks; what lies outside is drawn at the end that it passed."""

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()
    margin: float = _MARGIN

    def at(self, value: float) -> float:
        """Percent of the frame, with two digits, which is finer than a pixel."""
        inside = self.low if math.isnan(value) else min(max(value, self.low), self.high)
        return round(self.margin + (100 - 2 * self.margin) * (inside - self.low) / (self.high - self.low), 2)

    def mark(self, value: float, low: float | None = None, high: float | None = None) -> Mark:
        """A value, and its interval where there is one."""
        return Mark(self.at(value if low is None else low), self.at(value), self.at(value if high is None else high))


def unit_axis(ticks: Iterable[float] = (0.0, 0.25, 0.5, 0.75, 1.0)) -> Axis:
    """From 0 to 1."""
    bare = Axis(0.0, 1.0)
    return Axis(0.0, 1.0, tuple(Tick(bare.at(tick), f"{tick:g}") for tick in ticks))


def axis_of(
    values: Iterable[float],
    text: Callable[[float], str],
    around: Iterable[float] = (0.0,),
    steps: int = 4,
    margin: float = _MARGIN,
) -> Axis:
    """An axis that holds all `values` and all of `around`, with round ticks.

    Args:
        values: what is drawn; what is not finite is left out.
        text: how a tick is written.
        around: numbers that must be on it.
        steps: about how many ticks beside the first.
        margin: room at both ends, in percent.
    """
    held = [value for value in (*values, *around) if math.isfinite(value)] or [0.0]
    low, high = min(held), max(held)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-9):
        low, high = low - (low < 0) * abs(low), high + (abs(high) if high > 0 else 1.0)
    step = _round_step((high - low) / steps)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    bare = Axis(first * step, last * step, margin=margin)
    ticks = tuple(Tick(bare.at(number * step), text(number * step)) for number in range(first, last + 1))
    return Axis(bare.low, bare.high, ticks, margin)


def line(spots: Sequence[Spot]) -> str:
    """The path through some points in a drawing of `DRAWN` by `DRAWN`."""
    scale = DRAWN / 100
    return "M" + "L".join(f"{spot.x * scale:.0f} {spot.y * scale:.0f}" for spot in spots)


def _round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((step * power for step in _STEPS if step * power >= rough * (1 - 1e-9)), 10 * power)
