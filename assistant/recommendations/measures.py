"""How good ranked lists are: Järvelin and Kekäläinen (2002) for NDCG, with relevance 0 or 1."""

from dataclasses import dataclass

import numpy as np

from assistant.recommendations.history import Flags, Floats, Integers


def ndcg(hits: Flags, relevant: Integers) -> Floats:
    """Discounted gain of each list over the best that it could have.

    Args:
        hits: (c, depth) whether the entry at each rank is relevant; false behind a list's end.
        relevant: (c,) relevant products, 1 or more.
    """
    discount = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate(([0.0], np.cumsum(discount)))[np.minimum(relevant, hits.shape[1])]
    return np.asarray((hits * discount).sum(axis=1) / ideal)


def recall(hits: Flags, relevant: Integers) -> Floats:
    """(c,) share of the relevant products that stand on each list."""
    return np.asarray(hits.sum(axis=1) / relevant)


@dataclass(frozen=True)
class Interval:
    """A mean and the 2.5th and 97.5th percentile of its bootstrap."""

    mean: float
    low: float
    high: float


def bootstrap(values: Floats, resamples: int, seed: int) -> list[Interval]:
    """Means with intervals: percentile bootstrap of Efron and Tibshirani (1993), ch. 13, over customers.

    Args:
        values: (c, metrics); a draw takes whole customers, so that metrics stay paired.
        resamples: draws.
        seed: of the draws.

    Returns:
        One a metric.
    """
    random = np.random.default_rng(seed)
    drawn = np.empty((resamples, values.shape[1]))
    for at in range(resamples):
        times = np.bincount(random.integers(0, len(values), len(values)), minlength=len(values))
        drawn[at] = times @ values / len(values)
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
    means = values.mean(axis=0)
    return [Interval(float(m), float(a), float(b)) for m, a, b in zip(means, low, high, strict=True)]
