"""What a run can find, told before it is paid for.

The paired difference of a run varies with the clusters (the true difference is not the same on every brief and
segment), with the cases of a cluster, and with the noise of each trial. Its variance is

    sd_between^2 * sum(n_g^2) / N^2  +  sd_case^2 / N  +  2 * sd_within^2 / (N * samples)

for N cases in clusters of n_g, the 2 for the two systems, each with noise of its own. Power is that of the noncentral
t with the degrees of freedom that `paired_difference` will use.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evals.statistics.intervals import freedom_of, t_critical


@dataclass(frozen=True)
class Spread:
    """What a design is planned with, in the metric's unit."""

    sd_between: float
    """Over clusters, of the true paired difference."""
    sd_within: float
    """Of one trial's noise about its case's true value, the same in both systems."""
    sd_case: float = 0.0
    """Over the cases of one cluster, of the true paired difference."""
    source: str = ""
    """Where it is from, in one sentence."""


def power_of(
    difference: float,
    *,
    clusters: int,
    cases: int,
    samples: int,
    sd_between: float,
    sd_within: float,
    sd_case: float = 0.0,
    level: float = 0.95,
    cluster_sizes: Sequence[int] | None = None,
) -> float:
    """The chance that the paired test finds a true `difference`, two-sided at 1 - level.

    `cases` are those of all clusters together. `cluster_sizes` are the cases of each cluster; without them all are of
    one size. With fewer than two clusters nothing is ever found: 0.

    Raises:
        ValueError: fewer cases than clusters, a count below 1, a negative spread, or sizes that do not add up.
    """
    error, freedom = _error_and_freedom(clusters, cases, samples, sd_between, sd_within, sd_case, cluster_sizes)
    if freedom <= 0:
        return 0.0
    if error == 0:
        return 1.0 if difference else 0.0
    return _power(abs(difference) / error, freedom, level)


def detectable_difference(
    *,
    clusters: int,
    cases: int,
    samples: int,
    sd_between: float,
    sd_within: float,
    sd_case: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
    cluster_sizes: Sequence[int] | None = None,
) -> float:
    """The smallest true difference that the paired test finds with this power; arguments are those of `power_of`.

    Infinite with fewer than two clusters; 0 where nothing varies.
    """
    if not 1 - level < power < 1:
        raise ValueError(f"power lies between {1 - level:g} and 1; {power} does not")
    error, freedom = _error_and_freedom(clusters, cases, samples, sd_between, sd_within, sd_case, cluster_sizes)
    if freedom <= 0:
        return math.inf
    if error == 0:
        return 0.0
    high = t_critical(level, freedom)
    while _power(high, freedom, level) < power:
        high *= 2
    low = 0.0
    # Bisection; scipy's root finder takes a quarter of a second to import, before every run.
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _power(middle, freedom, level) < power else (low, middle)
    return high * error


def spread_of_pilot(
    rows: Iterable[tuple[Hashable, Hashable, int, float, float]],
) -> Spread:
    """The spread of a design, from a pilot of both systems: (cluster, case, sample, baseline value, candidate value).

    Components of variance by the method of moments for nested data of unequal sizes (Searle, Casella and McCulloch
    1992, chapter 5), each at least 0. Noise needs a case with two samples; without one it cannot be told from the
    case's own difference and is counted there, which plans for no gain from further samples.

    Raises:
        ValueError: fewer than two clusters.
    """
    by_case: dict[tuple[Hashable, Hashable], list[tuple[float, float]]] = {}
    for cluster, case, _, before, after in rows:
        by_case.setdefault((cluster, case), []).append((before, after))
    names = sorted({cluster for cluster, _ in by_case}, key=repr)
    if len(names) < 2:
        raise ValueError(f"a pilot has at least two clusters; this one has {len(names)}")
    pairs = [np.asarray(values, dtype=float) for values in by_case.values()]
    noise = _noise(pairs)
    means = np.array([float((values[:, 1] - values[:, 0]).mean()) for values in pairs])
    noise_of_means = np.array([2 * noise / len(values) for values in pairs])
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([place[cluster] for cluster, _ in by_case])
    counts = np.bincount(codes).astype(float)
    total, size = len(means), len(names)
    centres = np.bincount(codes, weights=means) / counts
    within = float(((means - centres[codes]) ** 2).sum()) / (total - size) if total > size else 0.0
    between = float((counts * (centres - means.mean()) ** 2).sum()) / (size - 1)
    typical = (total - float((counts**2).sum()) / total) / (size - 1)
    if total > size:
        case_variance = max(0.0, within - float(noise_of_means.mean()))
        cluster_variance = max(0.0, (between - within) / typical)
    else:
        case_variance, cluster_variance = 0.0, max(0.0, between - float(noise_of_means.mean()))
    source = f"a pilot of {total} cases in {size} clusters"
    return Spread(math.sqrt(cluster_variance), math.sqrt(noise), math.sqrt(case_variance), source)


def spread_of_proportion(rate: float = 0.5) -> Spread:
    """What to plan a proportion with when there is no pilot.

    The variance of one outcome, rate * (1 - rate), is taken to be half the case's and half the trial's, and the two
    systems to agree on what is hard with a correlation of one half, all of the rest being the cluster's. At a rate of
    one half that is three discordant pairs in eight, more than two versions of one prompt mostly have, so the plan
    asks for too many cases rather than too few.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"a rate lies within 0 and 1; {rate} does not")
    half = rate * (1 - rate) / 2
    return Spread(math.sqrt(half), math.sqrt(half), 0.0, f"no pilot: assumed of a proportion near {rate:g}")


def _noise(pairs: list[np.ndarray]) -> float:
    """Variance of a trial about its case's mean, pooled over cases and both systems."""
    freedom = sum(2 * (len(values) - 1) for values in pairs)
    if not freedom:
        return 0.0
    return sum(float(((values - values.mean(axis=0)) ** 2).sum()) for values in pairs) / freedom


def _error_and_freedom(
    clusters: int,
    cases: int,
    samples: int,
    sd_between: float,
    sd_within: float,
    sd_case: float,
    cluster_sizes: Sequence[int] | None,
) -> tuple[float, float]:
    """Standard error of the paired difference, and the degrees of freedom of its test."""
    if min(clusters, samples) < 1 or cases < clusters:
        raise ValueError(f"{cases} cases in {clusters} clusters with {samples} samples are no design")
    if min(sd_between, sd_within, sd_case) < 0:
        raise ValueError("a standard deviation is not negative")
    sizes = np.full(clusters, cases / clusters) if cluster_sizes is None else np.asarray(cluster_sizes, dtype=float)
    if len(sizes) != clusters or not math.isclose(float(sizes.sum()), cases) or (sizes <= 0).any():
        raise ValueError(f"the sizes of {clusters} clusters add up to {cases} cases")
    shared = sd_between**2
    own = sd_case**2 + 2 * sd_within**2 / samples
    variance = shared * float((sizes**2).sum()) / cases**2 + own / cases
    if clusters < 2:
        return math.sqrt(variance), 0.0
    rho = shared / (shared + own) if shared + own > 0 else 0.0
    return math.sqrt(variance), float(freedom_of(sizes, rho))


def _power(shift: float, freedom: float, level: float) -> float:
    """Two-sided power of a t test whose statistic is shifted so many standard errors."""
    critical = t_critical(level, freedom)
    if shift > 30 + critical:
        return 1.0
    below = special.nctdtr(freedom, shift, -critical) if shift < 5 else 0.0
    return float(np.clip(1 - special.nctdtr(freedom, shift, critical) + below, 0.0, 1.0))
