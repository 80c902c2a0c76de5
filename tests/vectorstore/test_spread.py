import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import spread


def unit(seed: int, count: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 48))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def as_kept(longer: np.ndarray) -> np.ndarray:
    """What a cosine index keeps: vectors of length one."""
    return longer / np.linalg.norm(longer, axis=1, keepdims=True)


@given(st.integers(0, 10_000), st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_the_cosines_with_a_query_are_those_of_the_original_vectors(seed: int, ids: list[str]) -> None:
    vectors, query = unit(seed, len(ids)), unit(seed + 1, 1)
    distances = 1 - as_kept(spread.stored(vectors, ids)) @ as_kept(spread.asked(query))[0]
    assert [spread.cosine(float(distance)) for distance in distances] == pytest.approx(vectors @ query[0], abs=1e-6)


def test_the_original_vectors_come_back() -> None:
    vectors = unit(0, 50)
    kept = as_kept(spread.stored(vectors, [str(at) for at in range(50)]))
    assert np.stack([spread.original(row) for row in kept]) == pytest.approx(vectors, abs=1e-6)


def test_equal_vectors_with_different_ids_are_stored_apart() -> None:
    vectors = np.repeat(unit(0, 1), 200, axis=0)
    kept = as_kept(spread.stored(vectors, [f"product:{at}" for at in range(200)]))
    cosines = kept @ kept.T - 2 * np.eye(200)
    assert 1 - cosines.max() > 1e-3


def test_a_vector_is_stored_the_same_each_time() -> None:
    assert np.array_equal(spread.stored(unit(0, 2), ["a", "b"]), spread.stored(unit(0, 2), ["a", "b"]))
