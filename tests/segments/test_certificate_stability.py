"""Groups that are there are found again, and groups that are not are not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from assistant.errors import DataError
from assistant.segments.certifying import Assign
from assistant.segments.certifying.stability import measure_stability, silhouettes

TWO = ["x", "y"]


def clusters(k: int):
    def refit(frame: pd.DataFrame, seed: int) -> Assign:
        model = KMeans(k, n_init=3, random_state=seed).fit(frame[TWO].to_numpy())
        return lambda other: model.predict(other[TWO].to_numpy()).astype(np.int64)

    return refit


def cloud(places: list[tuple[float, float]], each: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(2)
    points = np.vstack([random.normal(place, 0.2, (each, 2)) for place in places])
    return pd.DataFrame(points, columns=TWO)


def test_groups_far_apart_are_found_in_every_resample() -> None:
    frame = cloud([(0, 0), (9, 0), (0, 9)])
    labels = clusters(3)(frame, 1)(frame)
    stability = measure_stability(frame, labels, 3, clusters(3), resamples=10, seed=1)
    assert (stability.ari.mean, stability.ari.low, stability.ari.high) == (1, 1, 1)
    assert [own.mean for own in (*stability.jaccards, *stability.aris)] == [1] * 6


def test_a_group_cut_in_two_is_told_from_the_one_that_is_whole() -> None:
    frame = cloud([(0, 0), (9, 0)], each=150)
    labels = clusters(3)(frame, 1)(frame)
    whole = int(np.argmax(np.bincount(labels)))
    stability = measure_stability(frame, labels, 3, clusters(3), resamples=15, seed=1)
    halves = [own for place, own in enumerate(stability.jaccards) if place != whole]
    assert max(own.mean for own in halves) < 0.75
    assert stability.jaccards[whole].mean > max(own.mean for own in halves)
    assert all(own.low < own.mean < own.high for own in halves)
    assert stability.ari.mean < 0.9


def test_the_same_seed_gives_the_same_ranges() -> None:
    frame = cloud([(0, 0), (1, 0), (2, 2)])
    labels = clusters(3)(frame, 1)(frame)
    first, again, other = (measure_stability(frame, labels, 3, clusters(3), 5, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_resamples_that_cannot_be_fitted_find_nothing_again() -> None:
    def never(frame: pd.DataFrame, seed: int) -> Assign:
        raise DataError("too few different customers")

    def nobody(frame: pd.DataFrame, seed: int) -> Assign:
        return lambda other: np.full(len(other), -1)

    frame = cloud([(0, 0), (9, 0)])
    labels = np.repeat([0, 1], 60)
    for refit in (never, nobody):
        stability = measure_stability(frame, labels, 2, refit, 3, seed=1)
        assert [own.mean for own in stability.jaccards] == [0, 0]


def test_the_silhouette_is_that_of_the_library_and_of_each_group() -> None:
    frame = cloud([(0, 0), (2, 0), (0, 9)])
    labels = np.repeat([0, 1, 2], 60)
    mean, each = silhouettes(frame[TWO].to_numpy(), labels, 4, seed=1)
    assert mean == pytest.approx(silhouette_score(frame[TWO].to_numpy(), labels))
    assert each[3] is None
    assert np.mean([own for own in each if own is not None]) == pytest.approx(mean)
    assert each[2] == max(own for own in each if own is not None)


def test_there_is_no_silhouette_of_a_single_group_and_who_has_no_place_is_left_out() -> None:
    points = cloud([(0, 0), (5, 0)])[TWO].to_numpy()
    assert silhouettes(points, np.zeros(120, dtype=np.int64), 1, seed=1) == (None, (None,))
    labels = np.repeat([0, 1], 60)
    lacking = points.copy()
    lacking[:10] = np.nan
    assert silhouettes(lacking, labels, 2, seed=1)[0] == pytest.approx(silhouette_score(points[10:], labels[10:]))
