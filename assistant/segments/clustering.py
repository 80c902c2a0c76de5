"""k-means on a few scaled features, and how many clusters the data bears.

Stability is the cluster-wise bootstrap Jaccard of Hennig (2007), "Cluster-wise assessment of cluster stability",
Computational Statistics & Data Analysis 52: a cluster is stable when fits on resampled customers find it again.
His reading: below 0.6 nothing should be said of a cluster, from 0.75 on it is a valid pattern.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score

from assistant.records import KTrial

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]

STARTS = 10
FIT_SAMPLE = 50_000
SILHOUETTE_SAMPLE = 5_000
# One household with a hundred times the coupons of the next must not be a cluster of its own.
CLIP = 3.0


@dataclass(frozen=True)
class Scaler:
    """How raw features become distances: log1p where marked, centred, divided, and cut at three deviations."""

    logged: tuple[bool, ...]
    centre: Matrix
    scale: Matrix

    @classmethod
    def fit(cls, raw: Matrix, logged: tuple[bool, ...]) -> "Scaler":
        """Centre on the mean and divide by the standard deviation; a constant feature is left at zero.

        Args:
            raw: (n, features) in the features' own units.
            logged: which features are taken as log1p first.
        """
        values = _log(raw, logged)
        spread = values.std(axis=0)
        return cls(logged, values.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def transform(self, raw: Matrix) -> Matrix:
        """(n, features) raw -> (n, features) scaled."""
        return np.clip((_log(raw, self.logged) - self.centre) / self.scale, -CLIP, CLIP)


def _log(raw: Matrix, logged: tuple[bool, ...]) -> Matrix:
    return np.where(np.array(logged), np.log1p(np.maximum(raw, 0.0)), raw)


def fit_centroids(scaled: Matrix, k: int, seed: int) -> Matrix:
    """Ten starts on at most 50,000 customers.

    Args:
        scaled: (n, features).
        k: clusters.
        seed: of the sample and of the starts.

    Returns:
        Centroids (k, features).
    """
    if len(scaled) > FIT_SAMPLE:
        rows = np.random.default_rng(seed).choice(len(scaled), FIT_SAMPLE, replace=False)
        scaled = scaled[rows]
    with warnings.catch_warnings():
        # A resample may hold fewer different customers than clusters: the cluster left over is empty, and unstable.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(n_clusters=k, n_init=STARTS, random_state=seed).fit(scaled)
    return np.asarray(model.cluster_centers_, dtype=np.float64)


def assign(scaled: Matrix, centroids: Matrix) -> Labels:
    """The nearest centroid of each row, lowest index on a tie: (n,)."""
    # ||x - c||^2 without its ||x||^2, which is the same for every centroid.
    distances = (centroids**2).sum(axis=1) - 2 * scaled @ centroids.T
    return np.asarray(distances.argmin(axis=1), dtype=np.int64)


def bootstrap_jaccard(scaled: Matrix, centroids: Matrix, resamples: int, seed: int) -> Matrix:
    """Mean Jaccard of each cluster with its best match among clusters fitted on resampled customers.

    Args:
        scaled: (n, features).
        centroids: (k, features) of the fit in question.
        resamples: bootstrap samples of n customers with replacement.
        seed: of the resamples.

    Returns:
        (k,), each from 0 to 1.
    """
    labels = assign(scaled, centroids)
    k = len(centroids)
    random = np.random.default_rng(seed)
    total = np.zeros(k)
    for resample in range(resamples):
        drawn = random.integers(0, len(scaled), len(scaled))
        refit = fit_centroids(scaled[drawn], k, seed + resample + 1)
        present = np.unique(drawn)
        total += _best_jaccards(labels[present], assign(scaled[present], refit), k)
    return total / resamples


def _best_jaccards(reference: Labels, other: Labels, k: int) -> Matrix:
    both = np.zeros((k, k))
    np.add.at(both, (reference, other), 1)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1))


def try_k(scaled: Matrix, k: int, *, resamples: int, min_jaccard: float, min_share: float, seed: int) -> KTrial:
    """Fit k clusters and measure stability, sizes and silhouette."""
    centroids = fit_centroids(scaled, k, seed)
    labels = assign(scaled, centroids)
    jaccards = bootstrap_jaccard(scaled, centroids, resamples, seed)
    smallest = float(np.bincount(labels, minlength=k).min() / len(labels))
    sample = min(SILHOUETTE_SAMPLE, len(scaled))
    silhouette = silhouette_score(scaled, labels, sample_size=sample, random_state=seed)
    return KTrial(
        k=k,
        jaccards=tuple(float(value) for value in jaccards),
        smallest_share=smallest,
        silhouette=float(silhouette),
        passed=bool(jaccards.min() >= min_jaccard and smallest >= min_share),
    )


def choose_k(trials: tuple[KTrial, ...]) -> int:
    """The largest k that passed; where none did, the one whose worst cluster is the most stable.

    Silhouette decides between equals only: alone it prefers two clusters, which say nothing.
    """
    passed = [trial for trial in trials if trial.passed]
    if passed:
        return max(passed, key=lambda trial: (trial.k, trial.silhouette)).k
    return max(trials, key=lambda trial: (min(trial.jaccards), trial.silhouette)).k
