"""Intervals of a mean and of a proportion where values come in clusters.

A cluster is what a case shares with others: the brief and the segment. Cases of one cluster rise and fall together,
so the interval rests on how clusters differ, and its t on how many clusters there are, not on how many values.

Sources: the small-sample correction CR2 and its degrees of freedom are of Bell and McCaffrey (2002), with the working
covariance of Imbens and Kolesár (2016, eq. 10); Wilson's interval with an effective n is of Korn and Graubard (1998)
and Dean and Pagano (2015); the studentised bootstrap is of Hall (1988), over clusters as Cameron, Gelbach and Miller
(2008) draw them.

What no data can tell is not hidden:

- no value: estimate NaN, interval from minus to plus infinity (a proportion: from 0 to 1);
- one cluster: its mean, and an interval without bounds (a proportion: from 0 to 1);
- a NaN or infinite value: `ValueError`, for a score that is invalid is no value and is left out by whoever asks;
- all values equal: a proportion of 0 or 1 keeps the width that Wilson's interval has there; any other constant has an
  interval of no width, and its method says `constant`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with the bounds of its interval."""

    estimate: float
    low: float
    high: float
    method: str
    n: int
    """Values, or trials of a proportion."""
    clusters: int
    level: float


@dataclass(frozen=True)
class Grouped:
    """Values added up by cluster."""

    sums: Floats
    """(k,)"""
    counts: Floats
    """(k,)"""
    rho: float
    """Correlation of two values of one cluster, by analysis of variance, within 0 and 1."""

    @property
    def size(self) -> int:
        """How many clusters."""
        return len(self.counts)


def grouped(values: Sequence[float] | Floats, clusters: Sequence[Hashable] | NDArray[Any]) -> tuple[Floats, Grouped]:
    """The values as floats (n,), and their sums by cluster.

    Raises:
        ValueError: the lengths differ, or a value is no finite number.
    """
    numbers = np.asarray(values, dtype=float)
    codes = cluster_codes(clusters)
    if numbers.ndim != 1 or numbers.shape != codes.shape:
        raise ValueError(f"values and clusters are of one length; {numbers.shape} and {codes.shape} are not")
    if not np.isfinite(numbers).all():
        raise ValueError("a value is NaN or infinite; leave invalid scores out")
    counts: Floats = np.bincount(codes).astype(np.float64)
    sums: Floats = np.bincount(codes, weights=numbers, minlength=len(counts)).astype(np.float64)
    return numbers, Grouped(sums, counts, _correlation(numbers, codes, sums, counts))


def cluster_codes(clusters: Sequence[Hashable] | NDArray[Any]) -> NDArray[np.int64]:
    """Labels (n,) as numbers from 0 in the order they are first met."""
    seen: dict[Hashable, int] = {}
    items = clusters.tolist() if isinstance(clusters, np.ndarray) else clusters
    return np.array([seen.setdefault(label, len(seen)) for label in items], dtype=np.int64)


def t_critical(level: float, freedom: float) -> float:
    """Two-sided critical value of Student's t; infinite without degrees of freedom."""
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1; {level} does not")
    return float(special.stdtrit(freedom, (1 + level) / 2)) if freedom > 0 else float("inf")


def robust_variance(sums: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Mean and its CR2 variance, from sums and counts by cluster on the last axis, (..., k); any leading axes.

    For a mean, CR2 is the sum over clusters of (sum of residuals)^2 / (1 - n_g / N), over N^2.
    """
    total = counts.sum(axis=-1)
    mean = sums.sum(axis=-1) / total
    residual = sums - mean[..., None] * counts
    left = 1.0 - counts / total[..., None]
    variance = (residual**2 / np.where(left > 0, left, np.inf)).sum(axis=-1) / total**2
    return mean, variance


def freedom_of(counts: Floats, rho: Floats | float) -> Floats:
    """Satterthwaite's degrees of freedom of the CR2 variance, (...,), where two values of a cluster correlate by rho.

    With G the covariance of the terms whose squares add up to the variance, it is tr(G)^2 / tr(G^2). Clusters of one
    size have k - 1. `counts` is (..., k).
    """
    total = counts.sum(axis=-1, keepdims=True)
    share = counts / total
    own = counts * (1 + (counts - 1) * np.asarray(rho)[..., None])
    weight = 1 / np.where(share < 1, 1 - share, np.inf)
    whole = own.sum(axis=-1, keepdims=True)
    beside = -2 * share * own + share**2 * whole
    trace = (weight * (own + beside)).sum(axis=-1)
    a = (weight * share**2).sum(axis=-1)
    b = (weight * share * own).sum(axis=-1)
    c = (weight * own**2).sum(axis=-1)
    whole = whole[..., 0]
    square = 2 * a * c + a**2 * whole**2 + 2 * b**2 - 4 * whole * a * b
    square = square + (weight**2 * (own**2 + 2 * own * beside)).sum(axis=-1)
    return np.where(square > 0, trace**2 / np.where(square > 0, square, 1), 0.0)


def t_interval(
    values: Sequence[float] | Floats, clusters: Sequence[Hashable] | NDArray[Any], *, level: float = 0.95
) -> Interval:
    """The interval of a mean by cluster-robust t: CR2 with Satterthwaite's degrees of freedom.

    `values` and `clusters` are (n,). Every value weighs the same. Degenerate data are as the module says.
    """
    numbers, by_cluster = grouped(values, clusters)
    unbounded = _without_bounds(numbers, by_cluster.size, level)
    if unbounded is not None:
        return unbounded
    mean, variance = robust_variance(by_cluster.sums, by_cluster.counts)
    freedom = float(freedom_of(by_cluster.counts, by_cluster.rho))
    half = t_critical(level, freedom) * float(np.sqrt(variance))
    method = f"cluster-robust t (CR2, {freedom:.1f} df)"
    return Interval(float(mean), float(mean) - half, float(mean) + half, method, len(numbers), by_cluster.size, level)


def wilson_interval(
    successes: float,
    trials: float,
    *,
    level: float = 0.95,
    clusters: Sequence[Hashable] | None = None,
    values: Sequence[float] | Floats | None = None,
) -> Interval:
    """Wilson's interval of a proportion.

    With `clusters` and `values`, (n,) each and every value within 0 and 1, n is divided by the design effect, the
    larger of two: that of the CR2 variance, and that of an exchangeable correlation within clusters estimated as
    Fleiss and Cuzick (1979) do, at least 0 (Zou and Donner 2004). z becomes t: with the degrees of freedom of the
    clusters where their cases are alike, and the more of the cases the less they are. Where all values are equal the
    design effect cannot be seen; each cluster then counts as one trial.

    Raises:
        ValueError: successes are not within 0 and the trials, or a value is not within 0 and 1.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"successes lie within 0 and the {trials} trials; {successes} do not")
    if (clusters is None) != (values is None):
        raise ValueError("clusters and values come together")
    if trials == 0:
        return Interval(float("nan"), 0.0, 1.0, "Wilson", 0, 0, level)
    rate = successes / trials
    if clusters is None or values is None:
        low, high = wilson_bounds(rate, trials, float(special.ndtri((1 + level) / 2)))
        return Interval(rate, low, high, "Wilson", int(trials), int(trials), level)
    numbers, by_cluster = grouped(values, clusters)
    if ((numbers < 0) | (numbers > 1)).any():
        raise ValueError("a value of a proportion lies within 0 and 1")
    if by_cluster.size < 2:
        return Interval(rate, 0.0, 1.0, "one cluster, no bounds", int(trials), by_cluster.size, level)
    effective, freedom = effective_trials(numbers, by_cluster)
    low, high = wilson_bounds(rate, effective, t_critical(level, freedom))
    method = f"Wilson (effective n {effective:.1f}, {freedom:.1f} df)"
    return Interval(rate, low, high, method, int(trials), by_cluster.size, level)


def effective_trials(numbers: Floats, by_cluster: Grouped) -> tuple[float, float]:
    """Independent trials that would tell as much of a rate as these values, and the degrees of freedom."""
    sums, counts, size = by_cluster.sums, by_cluster.counts, by_cluster.size
    total, rate = len(numbers), float(numbers.mean())
    if np.ptp(numbers) == 0:
        return float(size), float(size - 1)
    spread = rate * (1 - rate)
    _, robust = robust_variance(sums, counts)
    # Values between 0 and 1, the means over samples, vary less than single trials do.
    single = float(((numbers - rate) ** 2).mean())
    inside = float((numbers**2).sum() - (sums**2 / counts).sum())
    rho = float(np.clip(1 - inside / ((total - size) * single), 0, 1)) if total > size else 0.0
    exchangeable = single * float((counts * (1 + (counts - 1) * rho)).sum()) / total**2
    # The power is chosen by simulation: coverage is held from no correlation to one of 0.4.
    freedom = float(freedom_of(counts, rho)) + (total - size) * (1 - rho) ** 4
    return spread / max(float(robust), exchangeable), freedom


def wilson_bounds(rate: float, trials: float, critical: float) -> tuple[float, float]:
    """Wilson's bounds (1927, JASA 22) of a rate seen in so many trials."""
    square = critical**2
    if not np.isfinite(square):
        return 0.0, 1.0
    middle = (rate + square / (2 * trials)) / (1 + square / trials)
    half = critical / (1 + square / trials) * np.sqrt(rate * (1 - rate) / trials + square / (4 * trials**2))
    low = 0.0 if rate == 0 else max(0.0, float(middle - half))
    high = 1.0 if rate == 1 else min(1.0, float(middle + half))
    return low, high


def _without_bounds(numbers: Floats, clusters: int, level: float) -> Interval | None:
    """The interval of data that cannot have one, and of constants."""
    infinity = float("inf")
    if len(numbers) == 0:
        return Interval(float("nan"), -infinity, infinity, "no values", 0, 0, level)
    mean = float(numbers.mean())
    if clusters < 2:
        return Interval(mean, -infinity, infinity, "one cluster, no bounds", len(numbers), clusters, level)
    if (numbers == numbers[0]).all():
        only = float(numbers[0])
        if only in (0.0, 1.0):
            low, high = wilson_bounds(only, clusters, t_critical(level, clusters - 1))
            return Interval(only, low, high, "Wilson, all values equal", len(numbers), clusters, level)
        return Interval(only, only, only, "constant", len(numbers), clusters, level)
    return None


def _correlation(numbers: Floats, codes: NDArray[np.int64], sums: Floats, counts: Floats) -> float:
    """Intra-cluster correlation by one-way analysis of variance (Donner and Koval, 1980), within 0 and 1."""
    clusters, total = len(counts), len(numbers)
    if clusters < 2 or total <= clusters:
        return 0.0
    means = sums / counts
    within = float(((numbers - means[codes]) ** 2).sum()) / (total - clusters)
    between = float((counts * (means - numbers.mean()) ** 2).sum()) / (clusters - 1)
    size = (total - float((counts**2).sum()) / total) / (clusters - 1)
    spread = between + (size - 1) * within
    return float(np.clip((between - within) / spread, 0, 1)) if spread > 0 else 0.0
