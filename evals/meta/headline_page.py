"""The study of a headline scorer as one static page: bars with intervals, bands, and calibration drawn."""

import math
from dataclasses import dataclass
from pathlib import Path

from assistant.reports import numbers
from assistant.reports.axes import Axis, Mark, Spot, Tick, line
from assistant.reports.page import STYLES, render_page, write_page
from evals.meta.headline_judges import Judged
from evals.meta.headline_study import HeadlineStudy
from evals.meta.reliability import Bin
from evals.statistics import Interval

PACKAGE = "evals.meta"
_LEAKING = "TF-IDF, leaking"
_TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_UP = Axis(0.0, 1.0, tuple(Tick(at, f"{at:.0f}%") for at in (0.0, 25.0, 50.0, 75.0, 100.0)), 0.0)


@dataclass(frozen=True)
class Row:
    """A bar on its rail."""

    name: str
    note: str
    mark: Mark
    accuracy: str
    interval: str
    leaking: bool


@dataclass(frozen=True)
class Point:
    """A bin of the calibration plot, in percent of the frame."""

    at: Spot
    top: float
    bottom: float
    told: str
    cells: tuple[str, ...]


def render_study(study: HeadlineStudy, judge: Judged | None = None) -> str:
    """The page; the same study gives the same text."""
    rail = _half_axis(margin=4.0)
    square = _half_axis(margin=0.0)
    points = tuple(_point(own, square) for own in study.bins)
    return render_page(
        "upworthy.html",
        styles=(*STYLES, "upworthy.css"),
        package=PACKAGE,
        study=study,
        rows=[_row(bar.name, bar.note, bar.accuracy, rail) for bar in study.bars],
        judge=judge,
        judge_rows=_judge_rows(judge, rail),
        rail=rail,
        ceiling=numbers.tenths(study.ceiling),
        ceiling_at=rail.at(study.ceiling),
        square=square,
        up=_UP,
        points=points,
        curve=line([point.at for point in points]) if len(points) > 1 else "",
        bands=[
            (
                f"{band.low:g} to {band.high:g}",
                numbers.count(band.scorer.n),
                numbers.tenths(band.scorer.estimate),
                bounds(band.scorer),
                numbers.tenths(band.longer),
                numbers.tenths(band.ceiling),
            )
            for band in study.bands
        ],
        error=numbers.points(study.error).removeprefix("+"),
    )


def write_study(path: Path, study: HeadlineStudy, judge: Judged | None = None) -> None:
    """Render and write aside, then rename.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    write_page(path, render_study(study, judge))


def bounds(interval: Interval) -> str:
    """`68.1% to 74.3%`, cut at none and all; too few clusters leave an interval without bounds."""
    if not math.isfinite(interval.high - interval.low):
        return "no bounds"
    return f"{numbers.tenths(max(0.0, interval.low))} to {numbers.tenths(min(1.0, interval.high))}"


def _half_axis(margin: float) -> Axis:
    bare = Axis(0.5, 1.0, margin=margin)
    return Axis(0.5, 1.0, tuple(Tick(bare.at(tick), f"{tick:.0%}") for tick in _TICKS), margin)


def _row(name: str, note: str, accuracy: Interval, axis: Axis) -> Row:
    return Row(
        name=name,
        note=note,
        mark=axis.mark(accuracy.estimate, accuracy.low, accuracy.high),
        accuracy=numbers.tenths(accuracy.estimate),
        interval=bounds(accuracy),
        leaking=name == _LEAKING,
    )


def _judge_rows(judge: Judged | None, axis: Axis) -> list[Row]:
    if judge is None:
        return []
    return [
        _row(judge.name, "both orders; a verdict that turns is a tie, half", judge.accuracy, axis),
        _row("scorer", "on the same pairs", judge.scorer, axis),
        _row("longer wins", "on the same pairs", judge.longer, axis),
    ]


def _point(own: Bin, axis: Axis) -> Point:
    observed = own.observed
    return Point(
        at=Spot(axis.at(own.said), 100 - _UP.at(observed.estimate)),
        top=round(100 - _UP.at(observed.high), 2),
        bottom=round(100 - _UP.at(observed.low), 2),
        told=f"said {numbers.tenths(own.said)}, observed {numbers.tenths(observed.estimate)}, {bounds(observed)}",
        cells=(
            f"{own.low:.0%} to {own.high:.0%}",
            numbers.count(observed.n),
            numbers.tenths(own.said),
            numbers.tenths(observed.estimate),
            bounds(observed),
        ),
    )
