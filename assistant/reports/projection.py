"""The map of customers: geometry only, drawn by a template.

No charting library: the page is one file that opens from a disk, prints, and runs no script but its own,
and a few paths of SVG are smaller than any library's licence text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDTH = 1000
# The style sheet has a class for each; the flattest that gives the dots their full width is taken.
HEIGHTS = (440, 520, 600, 680, 760)
_MARGIN = 24
_LAYERS = 6
# The frame reaches beyond the middle 99% of an axis by at most this part of its length, so that one far customer
# does not press all others into a corner; those outside are drawn on the frame and counted.
_TAIL = 0.005
_REACH = 0.3


@dataclass(frozen=True)
class Cloud:
    """The dots of one segment in one layer: an SVG path of zero-length strokes."""

    segment: str
    colour: int
    path: str


@dataclass(frozen=True)
class Tag:
    """A segment's label at the median of its dots, in percent of the frame."""

    segment: str
    colour: int
    x: float
    y: float


@dataclass(frozen=True)
class Projection:
    """What the template draws."""

    clouds: tuple[Cloud, ...]
    tags: tuple[Tag, ...]
    height: int
    """Of the frame, one of `HEIGHTS`; its width is `WIDTH`."""
    points: int
    outside: int


def project(points: Sequence[tuple[float, float, str]], colours: dict[str, int]) -> Projection:
    """Place `points` (x, y, segment) in the frame, one unit being as long across as up.

    `colours` names the segments to draw and the number of each one's colour; points of others are left out.
    Dots are dealt into layers that hold every segment in turn, so that no segment is painted over another.
    """
    shown = [point for point in points if point[2] in colours]
    if not shown:
        return Projection((), (), HEIGHTS[-1], 0, 0)
    left, right = _ends([x for x, _, _ in shown])
    bottom, top = _ends([y for _, y, _ in shown])
    full = (WIDTH - 2 * _MARGIN) / (right - left)
    height = next((one for one in HEIGHTS if one >= full * (top - bottom) + 2 * _MARGIN), HEIGHTS[-1])
    scale = min(full, (height - 2 * _MARGIN) / (top - bottom))

    outside = sum(not (left <= x <= right and bottom <= y <= top) for x, y, _ in shown)
    layers: list[dict[str, list[str]]] = [{segment: [] for segment in colours} for _ in range(_LAYERS)]
    placed: dict[str, list[tuple[int, int]]] = {segment: [] for segment in colours}
    for x, y, segment in shown:
        across = (min(max(x, left), right) - (left + right) / 2) * scale + WIDTH / 2
        down = height / 2 - (min(max(y, bottom), top) - (bottom + top) / 2) * scale
        spot = round(across), round(down)
        layer = layers[len(placed[segment]) % _LAYERS]
        layer[segment].append(f"M{spot[0]} {spot[1]}h0")
        placed[segment].append(spot)

    clouds = tuple(
        Cloud(segment, colours[segment], "".join(dots)) for layer in layers for segment, dots in layer.items() if dots
    )
    tags = tuple(
        Tag(
            segment,
            colours[segment],
            round(100 * median(x for x, _ in spots) / WIDTH, 1),
            round(100 * median(y for _, y in spots) / height, 1),
        )
        for segment, spots in placed.items()
        if spots
    )
    return Projection(clouds, tags, height, len(shown), outside)


def _ends(values: list[float]) -> tuple[float, float]:
    """The two ends of an axis; never equal, so that a single point has a place."""
    ordered = sorted(values)
    cut = math.ceil(len(ordered) * _TAIL) if len(ordered) > 2 / _TAIL else 0
    reach = _REACH * (ordered[-1 - cut] - ordered[cut])
    low, high = max(ordered[0], ordered[cut] - reach), min(ordered[-1], ordered[-1 - cut] + reach)
    return (low, high) if high > low else (low - 1, high + 1)
