"""The stability index by hand, migration whose sums hold, and what is said of them."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DataError
from assistant.segments.certifying import Assign, Version, measure_drift, stability_index
from assistant.segments.clustering import Labels

THREE = ("S1", "S2", "S3")


def version(as_of: str, values: Labels | list[float], ids: list[str] | None = None) -> Version:
    """Customers in three segments by a value below 10, below 20, and the rest."""
    frame = pd.DataFrame({"value": np.asarray(values, dtype=float)})
    frame.insert(0, "customer_id", ids or [f"c{at}" for at in range(len(frame))])
    return Version(as_of, THREE, frame, bands(10, 20)(frame))


def bands(*edges: float) -> Assign:
    return lambda frame: np.searchsorted(edges, frame["value"].to_numpy(), side="right").astype(np.int64)


def test_the_index_of_two_bins_by_hand() -> None:
    shift = stability_index(np.array([50.0, 50.0]), np.array([80.0, 20.0]), "x")
    # Half a customer in each bin: 50.5 and 50.5 of 101 against 80.5 and 20.5 of 101.
    old, new = (0.5, 0.5), (80.5 / 101, 20.5 / 101)
    assert shift.psi == pytest.approx(sum((n - o) * math.log(n / o) for o, n in zip(old, new, strict=True)))
    # The 95th percentile of a chi-square with one degree of freedom is 3.841.
    assert shift.chance == pytest.approx(3.8414588 * 2 / 101)
    assert shift.reading == "large shift"


def test_an_empty_bin_is_finite_and_a_bin_that_is_empty_twice_is_none() -> None:
    shift = stability_index(np.array([100.0, 0.0, 0.0]), np.array([50.0, 50.0, 0.0]), "x")
    assert math.isfinite(shift.psi)
    assert shift == stability_index(np.array([100.0, 0.0]), np.array([50.0, 50.0]), "x")


@pytest.mark.parametrize(
    ("moved", "reading"), [(0, "stable"), (100, "stable"), (160, "some shift"), (250, "large shift")]
)
def test_a_tenth_is_some_shift_and_a_quarter_a_large_one(moved: int, reading: str) -> None:
    shift = stability_index(np.array([500.0, 500.0]), np.array([500.0 + moved, 500.0 - moved]), "x")
    assert shift.reading == reading
    assert (shift.psi >= 0.1, shift.psi >= 0.25) == (reading != "stable", reading == "large shift")


def test_few_customers_shift_by_chance_and_are_not_said_to_have_shifted() -> None:
    few = stability_index(np.array([6.0, 4.0]), np.array([4.0, 6.0]), "x")
    assert 0.1 < few.psi < few.chance
    assert few.reading == "stable"
    assert stability_index(np.array([600.0, 400.0]), np.array([400.0, 600.0]), "x").reading == "some shift"


def test_where_nothing_has_changed_the_index_stays_below_its_chance() -> None:
    random = np.random.default_rng(6)
    above = 0
    for _ in range(200):
        before, now = (version(name, random.normal(15, 6, 500)) for name in ("2024-01-01", "2024-04-01"))
        shift = measure_drift(before, now, bands(10, 20), ["value"]).features[0]
        above += shift.psi > shift.chance
    # One in twenty is what the percentile says: 10 of 200, and 19 would be three deviations more.
    assert above <= 18


def test_a_value_that_everybody_had_and_nobody_has_is_a_shift_either_way() -> None:
    before = version("2024-01-01", [5.0] * 100)
    for value in (4.0, 6.0):
        drift = measure_drift(before, version("2024-04-01", [value] * 100), bands(10, 20), ["value"])
        assert drift.features[0].reading == "large shift"
        assert drift.advice == "refit"
    assert measure_drift(before, before, bands(10, 20), ["value"]).features[0].psi == 0


def test_values_that_went_missing_are_a_shift() -> None:
    before = version("2024-01-01", list(np.arange(100) / 4))
    now = version("2024-04-01", [math.nan if at % 2 else at / 4 for at in range(100)])
    assert measure_drift(before, now, bands(10, 20), ["value"]).features[0].reading == "large shift"


VALUES = st.lists(st.integers(0, 29), min_size=1, max_size=40)


@given(VALUES, VALUES, st.integers(0, 20))
def test_everybody_is_counted_once_wherever_they_went(old: list[int], new: list[int], apart: int) -> None:
    before = version("2024-01-01", [float(value) for value in old])
    ids = [f"c{at + apart}" for at in range(len(new))]
    now = version("2024-04-01", [float(value) for value in new], ids)
    drift = measure_drift(before, now, bands(10, 20), ["value"])
    shared = set(before.features["customer_id"]) & set(ids)
    assert (drift.customers, drift.came, drift.went) == (len(shared), len(new) - len(shared), len(old) - len(shared))
    for matrix in (drift.frozen, drift.refit):
        assert sum(map(sum, matrix.counts)) == len(shared)
        labels = pd.Series(before.labels, index=before.features["customer_id"])[sorted(shared)]
        assert [sum(row) for row in matrix.counts] == np.bincount(labels, minlength=3).tolist()
    diagonal = sum(drift.frozen.counts[at][at] for at in range(3))
    assert drift.stayed == (diagonal / len(shared) if shared else 0)
    assert sum(drift.shares_before) == pytest.approx(1)
    assert sum(drift.shares_now) == pytest.approx(1)


def test_nothing_moved_is_kept() -> None:
    same = version("2024-01-01", list(np.arange(300) / 10))
    drift = measure_drift(same, same, bands(10, 20), ["value"])
    assert (drift.advice, drift.stayed, drift.frozen.ari, drift.refit.ari, drift.relabelled) == ("keep", 1, 1, 1, 1)
    assert drift.frozen.counts == ((100, 0, 0), (0, 100, 0), (0, 0, 100))
    assert "keep the segments" in drift.summary


def test_the_frozen_model_and_a_new_fit_are_told_apart() -> None:
    values = list(np.arange(300) / 10)
    before = version("2024-01-01", values)
    now = Version("2024-04-01", ("S1", "S2"), before.features, bands(5)(before.features))
    drift = measure_drift(before, now, bands(10, 20), ["value"])
    assert drift.stayed == 1
    assert drift.refit.counts == ((50, 50), (0, 100), (0, 100))
    assert drift.refit.ari == drift.relabelled < 0.5


def test_customers_in_no_segment_have_a_row_and_a_column_where_there_are_any() -> None:
    before = version("2024-01-01", [5.0, 15.0, 25.0])
    none = Version("2024-04-01", THREE, before.features, np.array([0, -1, 2]))
    drift = measure_drift(before, none, bands(10, 20), ["value"])
    assert drift.refit.columns == (*THREE, "")
    assert drift.refit.rows == THREE
    assert drift.refit.counts[1] == (0, 0, 0, 1)
    assert drift.frozen.columns == THREE


def test_a_version_of_nobody_is_refused() -> None:
    with pytest.raises(DataError, match="segmentation of 2024-01-01 has no customer"):
        measure_drift(version("2024-01-01", []), version("2024-04-01", [1.0]), bands(10, 20), ["value"])
