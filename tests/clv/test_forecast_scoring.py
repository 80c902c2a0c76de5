"""What makes one forecast better than another."""

import numpy as np
import pytest

from assistant.clv.naive import order_interval, same_rate
from assistant.clv.scoring import bias, calibration, rmse, rmse_gap, top_decile


def test_the_top_decile_is_the_share_of_the_tenth_with_the_highest_forecast() -> None:
    actual = np.array([9.0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    assert top_decile(np.arange(10, 0, -1.0), actual) == pytest.approx(0.9)
    assert top_decile(np.arange(10.0), actual) == 0


def test_equal_forecasts_share_the_edge_of_the_top_decile() -> None:
    actual = np.array([10.0, *[0.0] * 9])
    assert top_decile(np.ones(10), actual) == pytest.approx(0.1)
    assert top_decile(np.array([2.0, 2, *[1.0] * 8]), actual) == pytest.approx(0.5)


def test_bias_is_over_all_customers_together() -> None:
    assert bias(np.array([2.0, 2.0]), np.array([1.0, 4.0])) == pytest.approx(-0.2)


def test_forecasting_nothing_is_not_rewarded() -> None:
    actual = np.array([*[0.0] * 90, *[5.0] * 10])
    assert rmse(np.zeros(100), actual) > rmse(np.full(100, 0.5), actual)


def test_the_gap_is_positive_where_the_model_is_nearer_and_its_interval_holds_it() -> None:
    draw = np.random.default_rng(1)
    actual = draw.poisson(2, 3000).astype(float)
    model, naive = actual + draw.normal(0, 1, 3000), actual + draw.normal(0, 1.2, 3000)
    gap, low, high = rmse_gap(model, naive, actual, 500, draw)
    assert 0 < low < gap < high
    assert gap == pytest.approx(0.2, abs=0.06)


def test_the_interval_of_the_gap_is_as_wide_as_redrawing_customers_makes_it() -> None:
    draw = np.random.default_rng(2)

    def gap(seed: int) -> tuple[float, float, float]:
        own = np.random.default_rng(seed)
        actual = own.poisson(2, 5000).astype(float)
        return rmse_gap(actual + own.normal(0, 1, 5000), actual + own.normal(0, 1.05, 5000), actual, 400, draw)

    gaps = np.array([gap(seed) for seed in range(60)])
    redrawn = 2 * 1.96 * gaps[:, 0].std()
    assert np.mean(gaps[:, 2] - gaps[:, 1]) == pytest.approx(redrawn, rel=0.3)


def test_calibration_bins_hold_every_customer_once() -> None:
    repeats = np.array([0.0, 0, 3, 7, 50])
    bins = calibration(repeats, repeats, repeats + 1, repeats)
    assert [(found.repeats, found.customers) for found in bins] == [("0", 2), ("3", 1), ("7+", 2)]
    assert bins[-1].actual == 28.5
    assert bins[-1].model == 29.5


def test_a_rate_is_not_read_off_two_days() -> None:
    assert same_rate(np.array([1.0, 1.0]), np.array([2.0, 73.0]), 365).tolist() == pytest.approx([365 / 30, 5.0])


def test_naive_intervals_hold_what_poisson_customers_do() -> None:
    draw = np.random.default_rng(3)
    rate = draw.gamma(2, 1 / 40, 20_000)
    seen, coming = draw.poisson(rate * 200).astype(float), draw.poisson(rate * 365)
    low, high = order_interval(seen, np.full(20_000, 200.0), 365, 0.9)
    assert np.all(low <= high)
    assert np.mean((low <= coming) & (coming <= high)) == pytest.approx(0.92, abs=0.03)
