"""Groups that are found: k-means and Gaussian mixtures over scaled features."""

import warnings
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from assistant.records import GaussianModel, KMeansModel, Scaling
from assistant.segments.scaling import Matrix

Labels = NDArray[np.int64]

STARTS = 10
FIT_SAMPLE = 50_000
# A mixture starts from k-means, so a second start is enough to leave most poor optima; a step costs many times one of
# k-means, so it is fitted on fewer customers.
MIXTURE_STARTS = 2
MIXTURE_SAMPLE = 10_000
# Added to every variance. Shares pile up at exactly 0, and a component would shrink to that one value.
MIXTURE_FLOOR = 0.01
# Rows of which all distances are held at once.
_BLOCK = 65_536


class Grouping(Protocol):
    """Something that puts points into one of `k` groups: all that the measures of stability ask for."""

    @property
    def k(self) -> int:
        """How many groups there may be."""

    def assign(self, points: Matrix) -> Labels:
        """(n, features) -> (n,), each from 0 to k - 1; the lowest on a tie."""


class Clustering(Grouping, Protocol):
    """A grouping that is found, and can be frozen."""

    @classmethod
    def fit(cls, points: Matrix, k: int, seed: int) -> Self:
        """Find k groups among at most so many of the points (n, features); which is decided by the seed."""

    def freeze(self, scaling: Scaling) -> KMeansModel | GaussianModel:
        """The record that assigns alike."""


@dataclass(frozen=True)
class Centroids:
    """k-means: the nearest centroid."""

    centroids: Matrix
    """(k, features)."""

    @property
    def k(self) -> int:
        """How many centroids."""
        return len(self.centroids)

    @classmethod
    def fit(cls, points: Matrix, k: int, seed: int) -> Self:
        """Ten starts on at most 50,000 points: a single start finds a poor optimum, and a sample finds the same."""
        with warnings.catch_warnings():
            # A resample may hold fewer different customers than clusters: the one left over is empty, and unstable.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = KMeans(n_clusters=k, n_init=STARTS, random_state=seed).fit(sample(points, FIT_SAMPLE, seed))
        return cls(np.asarray(model.cluster_centers_, dtype=np.float64))

    @classmethod
    def thaw(cls, model: KMeansModel) -> Self:
        """The clustering that a record describes."""
        return cls(np.array(model.centroids))

    def assign(self, points: Matrix) -> Labels:
        """The nearest centroid of each point, lowest index on a tie: (n,)."""
        # ||x - c||^2 without its ||x||^2, which is the same for every centroid.
        constant, slope = (self.centroids**2).sum(axis=1), 2 * self.centroids.T
        labels = np.empty(len(points), dtype=np.int64)
        for start in range(0, len(points), _BLOCK):
            block = slice(start, start + _BLOCK)
            labels[block] = (constant - points[block] @ slope).argmin(axis=1)
        return labels

    def freeze(self, scaling: Scaling) -> KMeansModel:
        """The record that assigns alike."""
        return KMeansModel(scaling=scaling, centroids=tuple(tuple(row) for row in self.centroids.tolist()))


@dataclass(frozen=True)
class Mixture:
    """Gaussian mixture: the component of the largest weighted density."""

    weights: Matrix
    """(k,), they sum to 1."""
    means: Matrix
    """(k, features)."""
    precisions: Matrix
    """(k, features, features), inverse covariances."""

    @property
    def k(self) -> int:
        """How many components."""
        return len(self.weights)

    @classmethod
    def fit(cls, points: Matrix, k: int, seed: int) -> Self:
        """Expectation maximisation on at most 10,000 points, full covariances."""
        model = GaussianMixture(k, n_init=MIXTURE_STARTS, reg_covar=MIXTURE_FLOOR, random_state=seed)
        # A step multiplies many small matrices, and threads that share one cost several times what they save.
        with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
            # Fewer different customers than components, or steps that are still tiny at the last: both are told by
            # stability, which is measured.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(sample(points, MIXTURE_SAMPLE, seed))
        precisions = (model.precisions_ + model.precisions_.transpose(0, 2, 1)) / 2
        return cls(model.weights_, model.means_, precisions)

    @classmethod
    def thaw(cls, model: GaussianModel) -> Self:
        """The mixture that a record describes."""
        return cls(np.array(model.weights), np.array(model.means), np.array(model.precisions))

    @property
    def constants(self) -> Matrix:
        """log(weight) + log det(precision) / 2 of each component; what all share is left out: (k,)."""
        # A component may lose all its weight; nobody belongs to it then.
        weights = np.log(np.maximum(self.weights, np.finfo(np.float64).tiny))
        return np.asarray(weights + np.linalg.slogdet(self.precisions)[1] / 2)

    def assign(self, points: Matrix) -> Labels:
        """The component of the largest log(weight * density) of each point, lowest index on a tie: (n,)."""
        scores = np.empty((len(points), self.k))
        for component, constant in enumerate(self.constants):
            away = points - self.means[component]
            scores[:, component] = constant - ((away @ self.precisions[component]) * away).sum(axis=1) / 2
        return np.asarray(scores.argmax(axis=1), dtype=np.int64)

    def freeze(self, scaling: Scaling) -> GaussianModel:
        """The record that assigns alike."""
        return GaussianModel(
            scaling=scaling,
            weights=tuple(self.weights.tolist()),
            means=tuple(tuple(row) for row in self.means.tolist()),
            precisions=tuple(tuple(tuple(row) for row in matrix) for matrix in self.precisions.tolist()),
        )


CLUSTERINGS: dict[str, type[Clustering]] = {"kmeans": Centroids, "gmm": Mixture}


def sample(points: Matrix, most: int, seed: int) -> Matrix:
    """At most so many of the points, which ones is decided by the seed."""
    if len(points) <= most:
        return points
    return points[np.random.default_rng(seed).choice(len(points), most, replace=False)]
