"""How often groups are found again, and how many of them the data bears.

Stability is the cluster-wise bootstrap Jaccard of Hennig (2007), "Cluster-wise assessment of cluster stability",
Computational Statistics & Data Analysis 52: a cluster is stable when fits on resampled customers find it again.
His reading: below 0.6 nothing should be said of a cluster, from 0.75 on it is a valid pattern.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import silhouette_score

from assistant.records import KTrial
from assistant.segments.clustering import Grouping, Labels
from assistant.segments.scaling import Matrix

SILHOUETTE_SAMPLE = 5_000

Fit = Callable[[Matrix, int], Grouping]
"""Points (n, features) and a seed -> groups found among them."""


@dataclass(frozen=True)
class Bar:
    """What a number of groups must reach to pass."""

    resamples: int
    min_jaccard: float
    min_share: float
    """Customers of the smallest group over all."""
    seed: int


def bootstrap_jaccard(points: Matrix, grouping: Grouping, fit: Fit, resamples: int, seed: int) -> Matrix:
    """Mean Jaccard of each group with its best match among groups fitted on resampled customers.

    Args:
        points: (n, features).
        grouping: the groups in question.
        fit: finds groups as `grouping` was found.
        resamples: bootstrap samples of n customers with replacement.
        seed: of the resamples; resample i is fitted with `seed + i + 1`.

    Returns:
        (k,), each from 0 to 1; 0 for a group that nobody is in.
    """
    labels = grouping.assign(points)
    random = np.random.default_rng(seed)
    total = np.zeros(grouping.k)
    for resample in range(resamples):
        drawn = random.integers(0, len(points), len(points))
        again = fit(points[drawn], seed + resample + 1)
        present = np.unique(drawn)
        total += best_jaccards(labels[present], again.assign(points[present]), grouping.k, again.k)
    return total / resamples


def best_jaccards(reference: Labels, other: Labels, k: int, other_k: int) -> Matrix:
    """Jaccard of each of the `k` groups of `reference` with its best match among those of `other`: (k,)."""
    both = np.bincount(reference * other_k + other, minlength=k * other_k).reshape(k, other_k).astype(np.float64)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1))


def try_k(points: Matrix, grouping: Grouping, fit: Fit, bar: Bar) -> KTrial:
    """Measure stability, sizes and silhouette of groups that were fitted to `points`."""
    labels = grouping.assign(points)
    jaccards = bootstrap_jaccard(points, grouping, fit, bar.resamples, bar.seed)
    smallest = float(np.bincount(labels, minlength=grouping.k).min() / len(labels))
    return KTrial(
        k=grouping.k,
        jaccards=tuple(float(value) for value in jaccards),
        smallest_share=smallest,
        silhouette=_silhouette(points, labels, bar.seed),
        passed=bool(jaccards.min() >= bar.min_jaccard and smallest >= bar.min_share),
    )


def choose_k(trials: tuple[KTrial, ...]) -> int:
    """The largest k that passed; where none did, the one whose worst cluster is the most stable.

    Silhouette decides between equals only: alone it prefers two clusters, which say nothing.
    """
    passed = [trial for trial in trials if trial.passed]
    if passed:
        return max(passed, key=lambda trial: (trial.k, trial.silhouette)).k
    return max(trials, key=lambda trial: (min(trial.jaccards), trial.silhouette)).k


def _silhouette(points: Matrix, labels: Labels, seed: int) -> float:
    """Mean over a sample; 0 where the sample is of one group, or of nothing but groups of one."""
    if len(points) > SILHOUETTE_SAMPLE:
        rows = np.random.default_rng(seed).choice(len(points), SILHOUETTE_SAMPLE, replace=False)
        points, labels = points[rows], labels[rows]
    if not 1 < len(np.unique(labels)) < len(points):
        return 0.0
    return float(silhouette_score(points, labels))
