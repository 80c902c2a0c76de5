"""How the number of segments was chosen, as a table that can be read without knowing the method."""

from dataclasses import dataclass

from assistant.records import KTrial, Method, Segmentation
from assistant.reports import numbers
from assistant.reports.axes import Axis, unit_axis

_BY_RULE: dict[Method, str] = {
    "rfm": "Scores decide who is in which segment, so no number of segments had to be chosen.",
    "column": "The shop brought these segments along, so no number of segments had to be chosen.",
}


@dataclass(frozen=True)
class Trial:
    """One number of segments that was tried."""

    trial: KTrial
    smallest: float
    marks: tuple[float, ...]
    """Where each segment's Jaccard lies on the axis, in percent."""
    chosen: bool


@dataclass(frozen=True)
class Stability:
    """All trials, and in a sentence why the chosen one was chosen."""

    trials: tuple[Trial, ...]
    axis: Axis
    bar: float
    """Where the bar of the smallest Jaccard lies, in percent."""
    why: str


def stability_of(segmentation: Segmentation) -> Stability:
    """Lay out the trials of a segmentation; the chosen one is the one with as many clusters as segments."""
    chosen, axis = len(segmentation.segments), unit_axis()
    trials = tuple(
        Trial(trial, min(trial.jaccards, default=0.0), tuple(map(axis.at, trial.jaccards)), trial.k == chosen)
        for trial in segmentation.trials
    )
    why = _why(trials, chosen, segmentation) if trials else _BY_RULE.get(segmentation.method, "")
    return Stability(trials, axis, axis.at(segmentation.min_jaccard), why)


def _why(trials: tuple[Trial, ...], chosen: int, segmentation: Segmentation) -> str:
    passing = [trial.trial.k for trial in trials if trial.trial.passed]
    if chosen in passing and chosen == max(passing):
        beaten = [trial.trial.k for trial in trials if trial.trial.k > chosen]
        more = f" More were tried, up to {max(beaten)}, and did not pass." if beaten else ""
        return (
            f"{chosen} is the largest number tried that passed: on {segmentation.resamples} draws of customers each "
            f"of its segments was found again with a Jaccard of {numbers.index(segmentation.min_jaccard)} or more, and "
            f"the smallest holds at least {numbers.percent(segmentation.min_share)} of them.{more}"
        )
    if chosen in passing:
        return f"{chosen} passed; so did {_listed([k for k in passing if k != chosen])}."
    if passing:
        return f"{chosen} did not pass the tests of stability and size; {_listed(passing)} did."
    return (
        f"No number tried passed the tests of stability and size; with {chosen} the least stable segment fared best. "
        "Read the segments as a rough sketch."
    )


def _listed(tried: list[int]) -> str:
    return ", ".join(map(str, tried))
