"""The studentised bootstrap over clusters."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.statistics.intervals import Floats, Interval, freedom_of, grouped, robust_variance, t_critical, t_interval

_CHUNK = 2_000_000


def bootstrap_interval(
    values: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | NDArray[Any],
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 7,
) -> Interval:
    """The interval of a mean by drawing whole clusters, studentised (Hall 1988), for values that are lopsided.

    Every draw's mean is set against its own CR2 standard error, so that the interval is as lopsided as the data, where
    the percentile bootstrap is too narrow by about sqrt((k - 1) / k) and by the tails of the normal. On few clusters
    a bootstrap cannot know its own tails, so that neither of its two critical values is taken to be less than
    Student's. Values that are all 0 or 1 keep at least the standard error of independent trials, and bounds within 0
    and 1; `wilson_interval` is the better one for them.

    `values` and `clusters` are (n,). Degenerate data are as `t_interval` has them.
    """
    numbers, by_cluster = grouped(values, clusters)
    if by_cluster.size < 2 or (numbers == numbers[0]).all():
        return t_interval(values, clusters, level=level)
    size = by_cluster.size
    binary = bool(np.isin(numbers, (0.0, 1.0)).all())
    mean, error = _mean_and_error(by_cluster.sums, by_cluster.counts, binary)
    rng = np.random.default_rng(seed)
    parts: list[Floats] = []
    left = draws
    while left > 0:
        picked = rng.integers(0, size, size=(min(left, max(1, _CHUNK // size)), size))
        means, errors = _mean_and_error(by_cluster.sums[picked], by_cluster.counts[picked], binary)
        parts.append((means - mean)[errors > 0] / errors[errors > 0])
        left -= len(picked)
    critical = t_critical(level, float(freedom_of(by_cluster.counts, by_cluster.rho)))
    scaled = np.concatenate(parts)
    lower, upper = np.quantile(scaled, [(1 - level) / 2, (1 + level) / 2]) if len(scaled) else (-critical, critical)
    low = float(mean - max(float(upper), critical) * error)
    high = float(mean - min(float(lower), -critical) * error)
    if binary:
        low, high = max(0.0, low), min(1.0, high)
    return Interval(float(mean), low, high, "clustered bootstrap-t", len(numbers), size, level)


def _mean_and_error(sums: Floats, counts: Floats, binary: bool) -> tuple[Floats, Floats]:
    """Mean and standard error, (...,); that of zeros and ones is never less than independent trials would have."""
    mean, variance = robust_variance(sums, counts)
    if binary:
        total = counts.sum(axis=-1)
        rate = (sums.sum(axis=-1) + 1) / (total + 2)
        variance = np.maximum(variance, rate * (1 - rate) / total)
    return mean, np.sqrt(variance)
