"""The winner's curse: the best of many prompts looks better than it is.

Of a hundred prompts that are equal in truth, one leads by chance. Estimates are drawn towards their mean by as much
as their spread is noise (normal-normal empirical Bayes; Morris 1983, JASA 78, eq. 1.17 and what follows; its
interval adds what is not known of the mean and of the spread).
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.statistics.intervals import Floats, cluster_codes, freedom_of, robust_variance, t_critical


@dataclass(frozen=True)
class Shrunken:
    """One of many estimates, drawn towards their mean."""

    raw: float
    standard_error: float
    estimate: float
    low: float
    high: float
    lead: float
    """Of the shrunken estimate over the mean of all: what may be hoped of it."""
    kept: float
    """Share of the raw lead that is kept, 0 to 1."""


def shrunken(
    estimates: Sequence[float] | Floats, standard_errors: Sequence[float] | Floats, *, level: float = 0.95
) -> list[Shrunken]:
    """Estimates (m,) with standard errors (m,) drawn towards their mean, in the order given.

    The variance of the true values is by restricted maximum likelihood, never below 0. The estimates are taken to be
    independent given their true values; where all prompts did the same cases, use `shrunken_systems`, which takes out
    what the cases share. Fewer than four estimates say too little of how they spread and are returned as they are.

    Raises:
        ValueError: lengths differ, or a standard error is not positive and finite.
    """
    raw, errors = np.asarray(estimates, dtype=float), np.asarray(standard_errors, dtype=float)
    if raw.shape != errors.shape or raw.ndim != 1:
        raise ValueError(f"{raw.shape} estimates have {errors.shape} standard errors")
    if not np.isfinite(raw).all() or not np.isfinite(errors).all() or (errors <= 0).any():
        raise ValueError("estimates are finite, and standard errors finite and above 0")
    count = len(raw)
    critical = t_critical(level, math.inf)
    if count < 4:
        centre = float(raw.mean()) if count else 0.0
        pairs = zip(raw.tolist(), errors.tolist(), strict=True)
        return [Shrunken(r, e, r, r - critical * e, r + critical * e, r - centre, 1.0) for r, e in pairs]
    variances = errors**2
    spread = true_variance(raw, variances)
    weights = 1 / (spread + variances)
    centre = float((weights * raw).sum() / weights.sum())
    # Morris's (m - 3) / (m - 1) keeps the shrinkage itself from being too sure.
    drawn = (count - 3) / (count - 1) * variances / (variances + spread)
    estimate = centre + (1 - drawn) * (raw - centre)
    mean_variance = float((weights * variances).sum() / weights.sum())
    unsure = 2 / (count - 3) * drawn**2 * (mean_variance + spread) / (variances + spread)
    own = variances * (1 - (count - 1) / count * drawn) + unsure * (raw - centre) ** 2
    half = critical * np.sqrt(own)
    return [
        Shrunken(float(r), float(e), float(s), float(s - h), float(s + h), float(s - centre), float(1 - d))
        for r, e, s, h, d in zip(raw, errors, estimate, half, drawn, strict=True)
    ]


def shrunken_systems(values: Floats, clusters: Sequence[Hashable], *, level: float = 0.95) -> list[Shrunken]:
    """Systems that did the same cases, `values` (systems, cases), drawn towards their mean.

    What a case gives to all systems alike is taken out before the standard errors, which are cluster-robust (CR2):
    the cases that are hard for all are no reason to doubt who leads.

    Raises:
        ValueError: shapes do not fit, there are fewer than two clusters, or a system does not vary at all.
    """
    table = np.asarray(values, dtype=float)
    codes = cluster_codes(clusters)
    if table.ndim != 2 or table.shape[1] != len(codes) or len(table) < 2:
        raise ValueError(f"values of shape {table.shape} have {len(codes)} clusters; expected (systems, cases)")
    counts: Floats = np.bincount(codes).astype(np.float64)
    if len(counts) < 2:
        raise ValueError("one cluster says nothing of how sure a mean is")
    # Taking out the mean of m systems takes a share 1 / m of each one's own noise with it.
    own = (table - table.mean(axis=0)) * math.sqrt(len(table) / (len(table) - 1))
    sums: Floats = np.stack([np.bincount(codes, weights=row, minlength=len(counts)) for row in own]).astype(np.float64)
    _, variance = robust_variance(sums, np.broadcast_to(counts, sums.shape))
    # One error for all: the systems' own are noisy, and their noise would be taken for a difference.
    pooled = math.sqrt(float(variance.mean()))
    if pooled == 0:
        raise ValueError("all systems differ by the same amount on every case; there is no noise to shrink by")
    widened = t_critical(level, float(freedom_of(counts, 0.0)) * (len(table) - 1)) / t_critical(level, math.inf)
    return shrunken(table.mean(axis=1), np.full(len(table), pooled * widened), level=level)


def true_variance(raw: Floats, variances: Floats) -> float:
    """Variance of the true values behind estimates (m,) of known variances (m,), by REML; at least 0.

    Fisher scoring on the restricted likelihood (Viechtbauer 2005, eq. 9).
    """
    spread = max(0.0, float(raw.var(ddof=1) - variances.mean()))
    for _ in range(200):
        weights = 1 / (spread + variances)
        centre = (weights * raw).sum() / weights.sum()
        square = (weights**2).sum()
        step = (weights**2 * ((raw - centre) ** 2 - variances)).sum() / square + 1 / weights.sum()
        new = max(0.0, float(step))
        if abs(new - spread) <= 1e-12 + 1e-9 * spread:
            return new
        spread = new
    return spread
