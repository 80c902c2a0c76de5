"""Two systems on the same cases: the paired difference, and tests that need no normal distribution.

The cases of one cluster (brief x segment) are not independent of each other, so the difference is tested over
clusters; with every case its own cluster it is the paired t test.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evals.statistics.intervals import (
    Floats,
    Grouped,
    cluster_codes,
    freedom_of,
    grouped,
    robust_variance,
    t_critical,
)

EXACT_CLUSTERS = 14
"""Up to so many clusters that differ, all sign flips are counted (2^14 of them)."""
_CHUNK = 4_000_000
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Difference:
    """Candidate minus baseline, over the same cases."""

    estimate: float
    low: float
    high: float
    p: float
    """Two-sided, of no difference."""
    cases: int
    clusters: int
    method: str


def paired_difference(
    baseline: Sequence[float] | Floats,
    candidate: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | NDArray[Any],
    *,
    level: float = 0.95,
) -> Difference:
    """The mean difference of two systems by cluster-robust t (CR2, Satterthwaite), all (n,): one value a case.

    Where the data cannot bear a t:

    - no case: NaN, p 1, an interval without bounds; one cluster: the difference, p 1, an interval without bounds;
    - all differences equal: of k clusters none differs from the rest, so a share q = t^2 / (k + t^2) of those not
      seen may yet (Wilson's upper bound for none of k; where both outcomes are 0 or 1 and never differ, it is the
      interval of Tango 1998 for no discordant pair). The interval is q wide on both sides, in units of the scale: 1
      where all values lie within 0 and 1, else the range of all values. p is 1 for differences of 0, else the
      exact 2^(1 - k) of the sign flips.

    Raises:
        ValueError: lengths differ, or a value is no finite number.
    """
    before, after = np.asarray(baseline, dtype=float), np.asarray(candidate, dtype=float)
    if before.shape != after.shape:
        raise ValueError(f"{before.shape} values of the baseline are not paired with {after.shape} of the candidate")
    differences, by_cluster = grouped(after - before, clusters)
    cases, size, infinity = len(differences), by_cluster.size, float("inf")
    if cases == 0:
        return Difference(float("nan"), -infinity, infinity, 1.0, 0, 0, "no cases")
    mean = float(differences.mean())
    if size < 2:
        return Difference(mean, -infinity, infinity, 1.0, cases, size, "one cluster, no bounds")
    if np.ptp(differences) <= _TOLERANCE * max(1.0, abs(mean)):
        return _of_constant(mean, np.concatenate([before, after]), cases, size, level)
    return _of_spread(by_cluster, cases, level)


def _of_spread(by_cluster: Grouped, cases: int, level: float) -> Difference:
    mean, variance = robust_variance(by_cluster.sums, by_cluster.counts)
    freedom = float(freedom_of(by_cluster.counts, by_cluster.rho))
    error = float(np.sqrt(variance))
    method = f"cluster-robust t (CR2, {freedom:.1f} df)"
    if error == 0:
        # Every cluster has the same mean, though its cases differ: nothing can be said of how clusters differ.
        return Difference(float(mean), float("-inf"), float("inf"), 1.0, cases, by_cluster.size, "clusters all equal")
    p = 2 * float(special.stdtr(freedom, -abs(float(mean)) / error))
    half = t_critical(level, freedom) * error
    return Difference(float(mean), float(mean) - half, float(mean) + half, p, cases, by_cluster.size, method)


def _of_constant(mean: float, values: Floats, cases: int, clusters: int, level: float) -> Difference:
    unit = bool(((values >= 0) & (values <= 1)).all())
    scale = 1.0 if unit else float(np.ptp(values))
    square = t_critical(level, clusters - 1) ** 2
    half = scale * square / (clusters + square)
    low, high = mean - half, mean + half
    if unit:
        low, high = max(-1.0, low), min(1.0, high)
    p = 1.0 if abs(mean) <= _TOLERANCE else 2.0 ** (1 - clusters)
    return Difference(mean, low, high, p, cases, clusters, "all differences equal")


def permutation_p(
    differences: Sequence[float] | Floats,
    clusters: Sequence[Hashable] | NDArray[Any],
    *,
    draws: int = 10_000,
    seed: int = 7,
) -> float:
    """Two-sided p of a paired difference by flipping the signs of whole clusters, `differences` (n,).

    Exact over all 2^k flips for up to 14 clusters that differ from 0, else from random flips with one added to both
    counts (Phipson and Smyth 2010), so that it is never 0. No difference anywhere: 1.
    """
    numbers = np.asarray(differences, dtype=float)
    if not np.isfinite(numbers).all():
        raise ValueError("a difference is NaN or infinite; leave invalid scores out")
    codes = cluster_codes(clusters)
    if codes.shape != numbers.shape:
        raise ValueError(f"{numbers.shape} differences have {codes.shape} clusters")
    sums = np.bincount(codes, weights=numbers) if len(codes) else numbers
    scale = float(np.abs(numbers).sum())
    sums = sums[np.abs(sums) > _TOLERANCE * scale]
    if len(sums) == 0:
        return 1.0
    reached = abs(float(sums.sum())) - _TOLERANCE * scale
    if len(sums) <= EXACT_CLUSTERS:
        # The two flips that mirror each other are equally far out, so the first cluster keeps its sign.
        bits = np.arange(2 ** (len(sums) - 1))[:, None] >> np.arange(len(sums) - 1) & 1
        flipped = sums[0] + (1 - 2 * bits) @ sums[1:]
        return float((np.abs(flipped) >= reached).mean())
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // len(sums))
    beyond = 0
    for start in range(0, draws, step):
        signs = rng.integers(0, 2, size=(min(step, draws - start), len(sums)), dtype=np.int8) * 2 - 1
        beyond += int((np.abs(signs @ sums) >= reached).sum())
    return (beyond + 1) / (draws + 1)


def mcnemar_p(only_baseline: int, only_candidate: int) -> float:
    """McNemar's exact test: two-sided binomial p of the pairs that only one system got right (1 where none did)."""
    if only_baseline < 0 or only_candidate < 0:
        raise ValueError("counts are not negative")
    discordant = only_baseline + only_candidate
    if discordant == 0 or only_baseline == only_candidate:
        return 1.0
    return min(1.0, 2 * float(special.bdtr(min(only_baseline, only_candidate), discordant, 0.5)))
