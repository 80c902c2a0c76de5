"""Which trials are variants of one another; for metrics of diversity."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics.metric import Subject
from evals.metrics.options import one_of

OVER = ("case", "cluster")


def variants(subjects: Sequence[Subject]) -> list[list[int]]:
    """Positions of trials that belong together, set by set.

    Samples of one case; with the option `over: cluster` all trials of one cluster, channel and language, so that the
    angles of a segment's pieces are held against each other.
    """
    sets: dict[tuple[str, ...], list[int]] = {}
    for at, subject in enumerate(subjects):
        case = subject.case
        wide = subject.options.get("over") == "cluster"
        key = (case.group, case.channel, case.language) if wide else (case.case,)
        sets.setdefault(key, []).append(at)
    return list(sets.values())


def named(subject: Subject, own: Subject) -> str:
    """What an explanation calls a variant beside another one."""
    trial = subject.trial
    place = f" of {trial.case}" if trial.case != own.trial.case else ""
    return f"sample {trial.sample + 1}{place}"


def check_over(options: Mapping[str, Any]) -> str:
    """What is wrong with the option `over`."""
    return one_of(options, "over", OVER)
