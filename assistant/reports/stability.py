"""How the number of segments was chosen, as a table that can be read without knowing the method."""

from dataclasses import dataclass

from assistant.records import KTrial, Segmentation


@dataclass(frozen=True)
class Trial:
    """One number of segments that was tried."""

    trial: KTrial
    smallest: float
    chosen: bool


@dataclass(frozen=True)
class Stability:
    """All trials, and in a sentence why the chosen one was chosen."""

    trials: tuple[Trial, ...]
    why: str


def stability_of(segmentation: Segmentation) -> Stability:
    """Lay out the trials of a segmentation; the chosen one is the one with as many clusters as segments."""
    chosen = len(segmentation.segments)
    trials = tuple(Trial(trial, min(trial.jaccards, default=0.0), trial.k == chosen) for trial in segmentation.trials)
    return Stability(trials, _why(trials, chosen))


def _why(trials: tuple[Trial, ...], chosen: int) -> str:
    passing = [trial.trial.k for trial in trials if trial.trial.passed]
    if chosen in passing and chosen == max(passing):
        beaten = [trial.trial.k for trial in trials if trial.trial.k > chosen]
        more = f" More were tried, up to {max(beaten)}, and did not pass." if beaten else ""
        return (
            f"{chosen} is the largest number tried that passed: every one of its segments is found again when the "
            f"customers are drawn anew, and the smallest is large enough to write for.{more}"
        )
    if chosen in passing:
        return f"{chosen} passed; so did {_listed([k for k in passing if k != chosen])}."
    if passing:
        return f"{chosen} did not pass the tests of stability and size; {_listed(passing)} did."
    return (
        f"No number tried passed the tests of stability and size; with {chosen} the least stable segment fared best. "
        "Read the segments below as a rough sketch."
    )


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
