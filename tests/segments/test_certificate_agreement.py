"""Agreement of partitions against definitions, identities and another implementation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from assistant.segments.certifying import adjusted_rand, cross_counts, jaccards, one_against_rest

PAIRS = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=2, max_size=60).map(np.array)


@given(PAIRS)
def test_the_index_is_that_of_another_implementation_and_treats_both_sides_alike(pairs: np.ndarray) -> None:
    first, other = pairs.T
    index = adjusted_rand(cross_counts(first, other))
    assert index == pytest.approx(adjusted_rand_score(first, other), abs=1e-12)
    assert index == pytest.approx(adjusted_rand(cross_counts(other, first)), abs=1e-12)


@given(PAIRS, st.permutations(range(6)))
def test_new_names_for_the_groups_change_nothing(pairs: np.ndarray, names: list[int]) -> None:
    first, other = pairs.T
    renamed = np.array(names)[first + 1] - 1
    assert adjusted_rand(cross_counts(renamed, other)) == pytest.approx(adjusted_rand(cross_counts(first, other)))
    assert adjusted_rand(cross_counts(first, renamed)) == 1


def test_an_index_by_hand() -> None:
    # Hubert and Arabie's formula: 2 pairs together in both; 4 and 3 in either; 15 pairs of six customers.
    counts = cross_counts(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 2]))
    by_chance = 4 * 4 / 15
    assert adjusted_rand(counts) == pytest.approx((2 - by_chance) / (4 - by_chance))


def test_partitions_that_have_nothing_to_do_with_each_other_are_at_nought() -> None:
    random = np.random.default_rng(3)
    first, other = random.integers(0, 5, (2, 20_000))
    assert abs(adjusted_rand(cross_counts(first, other))) < 0.002


def test_a_group_shares_half_of_all_who_are_in_either() -> None:
    counts = cross_counts(np.array([0, 0, 0, 1, -1]), np.array([1, 1, 0, 0, 1]), rows=3)
    assert counts.sum() == 5
    assert counts.tolist() == [[1, 2, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert jaccards(counts)[0].tolist() == [1 / 4, 2 / 4, 0]
    assert jaccards(counts)[2].tolist() == [0, 0, 0]


def test_one_group_against_the_rest_is_the_index_of_two_yes_and_no_partitions() -> None:
    random = np.random.default_rng(8)
    first = random.integers(0, 4, 300)
    other = np.where(random.random(300) < 0.8, first, random.integers(0, 4, 300))
    counts = cross_counts(first, other)
    assert one_against_rest(counts, 2, 2) == pytest.approx(adjusted_rand_score(first == 2, other == 2))
    assert one_against_rest(counts, 2, 1) < 0 < one_against_rest(counts, 2, 2) < 1
