"""Clusters where there are some, none where there are none, and the measures that tell."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from assistant.records import KTrial
from assistant.segments import (
    Bar,
    Centroids,
    Clustering,
    Labels,
    Matrix,
    Mixture,
    Scaler,
    bootstrap_jaccard,
    choose_k,
    try_k,
)
from assistant.segments.clustering import FIT_SAMPLE, MIXTURE_SAMPLE
from assistant.segments.scaling import CLIP

CENTRES = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0], [8.0, 8.0]])


def blobs(each: int = 100) -> tuple[Matrix, Labels]:
    random = np.random.default_rng(3)
    truth = np.repeat(np.arange(len(CENTRES)), each)
    return CENTRES[truth] + random.normal(0, 0.6, (len(truth), 2)), truth


def noise(rows: int = 400) -> Matrix:
    return np.random.default_rng(5).uniform(-1, 1, (rows, 4))


KINDS = pytest.mark.parametrize("kind", [Centroids, Mixture])


def jaccards(kind: type[Clustering], points: Matrix, k: int, resamples: int, seed: int) -> Matrix:
    fit = lambda drawn, seed: kind.fit(drawn, k, seed)  # noqa: E731
    return bootstrap_jaccard(points, kind.fit(points, k, seed), fit, resamples, seed)


def trial(
    k: int, points: Matrix, kind: type[Clustering] = Centroids, resamples: int = 10, min_jaccard: float = 0.75
) -> KTrial:
    bar = Bar(resamples=resamples, min_jaccard=min_jaccard, min_share=0.03, seed=7)
    return try_k(points, kind.fit(points, k, 7), lambda drawn, seed: kind.fit(drawn, k, seed), bar)


@KINDS
def test_well_separated_blobs_are_found_and_found_again(kind: type[Clustering]) -> None:
    points, truth = blobs()
    labels = kind.fit(points, 4, 7).assign(points)
    assert len(set(zip(truth.tolist(), labels.tolist(), strict=True))) == 4
    assert jaccards(kind, points, 4, 10, seed=7).min() > 0.95


@KINDS
def test_four_blobs_bear_four_clusters(kind: type[Clustering]) -> None:
    points, _ = blobs()
    trials = tuple(trial(k, points, kind) for k in range(2, 7))
    assert choose_k(trials) == 4
    assert trials[2].passed
    assert not trials[4].passed


def test_uniform_noise_bears_no_larger_number_of_clusters() -> None:
    for k in (5, 6, 7, 8):
        measured = trial(k, noise(), resamples=6)
        assert min(measured.jaccards) < 0.75
        assert not measured.passed


def test_a_stable_but_tiny_cluster_fails_by_its_size() -> None:
    points, _ = blobs()
    far = np.vstack([points, np.full((4, 2), 40.0)])
    measured = trial(5, far, resamples=5, min_jaccard=0.01)
    assert measured.smallest_share == pytest.approx(4 / 404)
    assert not measured.passed


def test_a_customer_goes_to_the_nearest_centroid() -> None:
    points, centroids = noise(300), noise(7)
    distances = ((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    assert Centroids(centroids).assign(points).tolist() == distances.argmin(axis=1).tolist()


def test_a_tie_goes_to_the_first() -> None:
    assert Centroids(np.array([[1.0], [-1.0], [1.0]])).assign(np.array([[0.0]])).tolist() == [0]
    mixture = Mixture(np.full(3, 1 / 3), np.array([[1.0], [-1.0], [1.0]]), np.ones((3, 1, 1)))
    assert mixture.assign(np.array([[0.0]])).tolist() == [0]


def test_a_customer_goes_to_the_component_of_the_largest_weighted_density() -> None:
    """Against scipy's own density."""
    points, _ = blobs(50)
    mixture = Mixture.fit(points * [1.0, 3.0], 3, seed=1)
    densities = [
        np.log(weight) + multivariate_normal(mean, np.linalg.inv(precision)).logpdf(points)
        for weight, mean, precision in zip(mixture.weights, mixture.means, mixture.precisions, strict=True)
    ]
    assert mixture.assign(points).tolist() == np.argmax(densities, axis=0).tolist()


@KINDS
def test_the_same_seed_gives_the_same_clusters(kind: type[Clustering]) -> None:
    first, second = (kind.fit(noise(), 5, seed=1) for _ in range(2))
    assert np.array_equal(first.assign(noise()), second.assign(noise()))


def test_many_customers_are_fitted_on_a_sample_that_the_seed_decides() -> None:
    points, _ = blobs(each=FIT_SAMPLE // 4 + 500)
    first, second = (Centroids.fit(points, 4, seed=1) for _ in range(2))
    assert np.array_equal(first.centroids, second.centroids)
    np.testing.assert_allclose(first.centroids[first.assign(CENTRES)], CENTRES, atol=0.05)
    assert len(points) > MIXTURE_SAMPLE
    mixture = Mixture.fit(points, 4, seed=1)
    np.testing.assert_allclose(mixture.means[mixture.assign(CENTRES)], CENTRES, atol=0.1)


def test_a_component_does_not_shrink_to_a_value_that_many_share() -> None:
    random = np.random.default_rng(2)
    points = np.column_stack([random.normal(0, 1, 500), np.where(random.random(500) < 0.6, 0.0, random.random(500))])
    mixture = Mixture.fit(points, 3, seed=3)
    assert np.isfinite(mixture.precisions).all()
    assert np.linalg.eigvalsh(mixture.precisions).max() <= 100 + 1e-6


def test_jaccard_is_the_mean_over_resamples_of_the_best_match() -> None:
    """Counted with sets, on the same draws."""
    points, resamples, k = noise(150), 4, 3
    centroids = Centroids.fit(points, k, seed=2)
    labels = centroids.assign(points)
    random = np.random.default_rng(9)
    sums = [0.0] * k
    for resample in range(resamples):
        drawn = random.integers(0, len(points), len(points))
        again = Centroids.fit(points[drawn], k, 9 + resample + 1).assign(points)
        present = set(drawn.tolist())
        for own in range(k):
            mine = {at for at in present if labels[at] == own}
            others = [{at for at in present if again[at] == other} for other in range(k)]
            sums[own] += max(len(mine & other) / len(mine | other) for other in others)
    expected = [total / resamples for total in sums]
    measured = bootstrap_jaccard(points, centroids, lambda drawn, seed: Centroids.fit(drawn, k, seed), resamples, 9)
    np.testing.assert_allclose(measured, expected, atol=1e-12)


@KINDS
def test_a_resample_with_fewer_different_customers_than_clusters_is_no_warning(kind: type[Clustering]) -> None:
    points = np.vstack([np.zeros((60, 2)), np.ones((1, 2)), np.full((1, 2), 2.0)])
    assert jaccards(kind, points, 3, 5, seed=0).max() <= 1


def test_the_scaler_centres_divides_and_takes_logarithms_where_asked() -> None:
    raw = np.array([[0.0, 1.0], [np.e - 1, 3.0]])
    assert Scaler.fit(raw, (True, False)).transform(raw).tolist() == [[-1.0, -1.0], [1.0, 1.0]]


def test_a_constant_feature_is_left_at_zero() -> None:
    raw = np.column_stack([np.full(50, 9.0), np.arange(50.0)])
    scaled = Scaler.fit(raw, (False, False)).transform(raw)
    assert np.isfinite(scaled).all()
    assert (scaled[:, 0] == 0).all()


def test_an_extreme_customer_is_cut_and_forms_no_cluster_of_its_own() -> None:
    points, _ = blobs()
    raw = np.vstack([points, [[1_000.0, 1_000.0]]])
    scaled = Scaler.fit(raw, (False, False)).transform(raw)
    assert np.abs(scaled).max() == CLIP
    raw = np.vstack([np.random.default_rng(1).gamma(2, 10, (400, 2)), [[1e6, 1e6]]])
    scaled = Scaler.fit(raw, (True, True)).transform(raw)
    sizes = np.bincount(Centroids.fit(scaled, 4, seed=7).assign(scaled))
    assert sizes.min() > 20


def made(k: int, jaccard: float, silhouette: float, passed: bool) -> KTrial:
    return KTrial(k=k, jaccards=(0.99, jaccard), smallest_share=0.1, silhouette=silhouette, passed=passed)


def test_the_largest_number_that_passed_is_chosen_and_silhouette_does_not_outvote_it() -> None:
    assert choose_k((made(2, 0.9, 0.9, True), made(3, 0.8, 0.1, True), made(4, 0.7, 0.95, False))) == 3


def test_where_none_passed_the_most_stable_worst_cluster_is_chosen() -> None:
    assert choose_k((made(2, 0.5, 0.9, False), made(3, 0.6, 0.1, False), made(4, 0.4, 0.5, False))) == 3
