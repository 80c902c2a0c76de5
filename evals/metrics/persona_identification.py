"""Whether somebody who does not know for whom a text was written can tell it from the text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from evals.metrics.identifying import Told, identify, p_of, stripped
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, whole_number
from evals.records import Score, invalid, scored

NAME, VERSION = "persona_identification", 1
DRAWS = 999
UNCLEAR = "unclear"
"""Whom a text is taken for that is as near to two segments."""


def measure_all(subjects: Sequence[Subject]) -> dict[int, Score]:
    """1 where the text is nearest to its own segment, of all segments of its channel and language.

    Near by its words (see `identifying.identify`): to the segment's profile, `inputs.profile` or `expected.profile`,
    and to what was written for the segment under other briefs. Its own brief is left out for all segments alike. A text
    that is as near to two is identified by nobody: 0. Invalid where there are fewer than two segments, or neither
    profiles nor other briefs.
    """
    return {
        at: invalid(NAME, VERSION, found.why)
        if found.why
        else scored(
            NAME,
            VERSION,
            found.taken_for == subjects[at].case.segment,
            f"taken for {found.taken_for or UNCLEAR}"
            + (f" by {', '.join(found.by)}" if found.by else "")
            + f", of {found.among}",
        )
        for at, found in enumerate(identify(subjects))
    }


def notes(subjects: Sequence[Subject], scores: Mapping[int, Score]) -> dict[str, Any]:
    """Confusion matrix, accuracy beside chance with a permutation p, and both without the segments' own words.

    p is the share of shufflings of the segments, within brief, channel and language, that are identified as well or
    better; `draws` of a channel's are looked at where there are more. The control leaves out names of segments and
    products: what is left of the accuracy is more than naming.
    """
    found = identify(subjects)
    judged = [at for at, one in enumerate(found) if not one.why]
    if not judged:
        return {}
    draws = int(subjects[0].options.get("draws", DRAWS))
    names = stripped(subjects)
    control = identify(subjects, names)
    confusion: dict[str, Counter[str]] = {}
    for at in judged:
        confusion.setdefault(subjects[at].case.segment, Counter())[found[at].taken_for or UNCLEAR] += 1
    return {
        "trials": len(judged),
        "accuracy": _accuracy(subjects, found),
        "chance": fmean(1 / found[at].among for at in judged),
        "p": p_of(subjects, None, draws),
        "accuracy_without_own_words": _accuracy(subjects, control),
        "p_without_own_words": p_of(subjects, names, draws),
        "confusion": {row: dict(sorted(cells.items())) for row, cells in sorted(confusion.items())},
    }


def _accuracy(subjects: Sequence[Subject], found: Sequence[Told]) -> float:
    right = [one.taken_for == subject.case.segment for one, subject in zip(found, subjects, strict=True) if not one.why]
    return sum(right) / len(right)


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("draws",)) or whole_number(options, "draws", 99, 100_000)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    description="for whom a text was written can be told from the text alone",
    measure_all=measure_all,
    notes=notes,
    check_options=check_options,
)
