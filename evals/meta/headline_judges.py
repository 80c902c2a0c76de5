"""Any other judge on the pairs that the scorer is measured on, beside the scorer and "longer wins" on the same."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.judges import Pair
from evals.meta.headline_floors import chance_longer, correctness
from evals.meta.headline_study import HeadlineStudy
from evals.meta.upworthy import Integers
from evals.statistics import Difference, Interval, paired_difference, t_interval

Judge = Callable[[Sequence[Pair]], Sequence[float | None]]
"""Pairs of headlines to the probability that the first is clicked more; half for a tie, None where it cannot say."""

TASK = "Write the headline of a story so that as many visitors of a news site as possible click on it."
CRITERION = "Which headline did more of the visitors who were shown it click on?"


@dataclass(frozen=True)
class Judged:
    """A judge's accuracy on some pairs, and what others reach on those that it could judge."""

    name: str
    asked: int
    invalid: int
    accuracy: Interval
    longer: Interval
    scorer: Interval
    over_longer: Difference


def judged(study: HeadlineStudy, judge: Judge, *, name: str, limit: int | None, seed: int) -> Judged:
    """Ask `judge` about the significant pairs, or `limit` of them drawn by `seed`, tests before pairs of one test."""
    drawn = _drawn(study, limit, seed)
    pairs = study.scored.keep(drawn)
    arms = study.arms
    asked = [
        Pair(
            key=f"{arms.tests[one]} {one} {other}",
            task=TASK,
            first=arms.headlines[one],
            second=arms.headlines[other],
            group=arms.tests[one],
        )
        for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    ]
    said = np.array([np.nan if chance is None else chance for chance in judge(asked)], dtype=np.float64)
    there = np.isfinite(said)
    won = pairs.z > 0
    clusters = [pair.group for pair, own in zip(asked, there.tolist(), strict=True) if own]
    right, longer, ours = (
        correctness(chances, won)[there] for chances in (said, chance_longer(arms, pairs), study.chances[drawn])
    )
    return Judged(
        name=name,
        asked=len(asked),
        invalid=int((~there).sum()),
        accuracy=t_interval(right, clusters),
        longer=t_interval(longer, clusters),
        scorer=t_interval(ours, clusters),
        over_longer=paired_difference(longer, right, clusters),
    )


def _drawn(study: HeadlineStudy, limit: int | None, seed: int) -> Integers:
    """Numbers of the pairs that are asked about, sorted."""
    order = np.random.default_rng(seed).permutation(len(study.scored))
    met: Counter[str] = Counter()
    ranks = np.zeros(len(order), dtype=np.int64)
    for place, at in enumerate(order.tolist()):
        test = study.arms.tests[int(study.scored.first[at])]
        ranks[place] = met[test]
        met[test] += 1
    chosen: Integers = np.sort(order[np.argsort(ranks, kind="stable")][:limit])
    return chosen
