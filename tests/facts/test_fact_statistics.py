"""Intervals and directions against a plain loop and against the textbook."""

import numpy as np
import pytest

from assistant.facts import Compared, compare

N, SEGMENT = 600, 200


def customers(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Two metrics, a mean and a ratio of sums, and who is inside."""
    random = np.random.default_rng(seed)
    inside = np.arange(N) < SEGMENT
    spend = random.gamma(2, 50, N) * np.where(inside, 1.5, 1.0)
    return np.column_stack([spend, random.poisson(3, N).astype(float)]), inside


def compared(top: np.ndarray, bottom: np.ndarray, inside: np.ndarray, resamples: int = 4_000) -> Compared:
    return compare(top, bottom, inside, resamples, seed=7)


def test_values_are_ratios_of_sums() -> None:
    top, inside = customers()
    bottom = np.column_stack([np.ones(N), np.arange(1.0, N + 1)])
    made = compared(top, bottom, inside, 100)
    for at in range(2):
        assert made.value[at] == pytest.approx(top[inside, at].sum() / bottom[inside, at].sum(), rel=1e-12)
        assert made.others[at] == pytest.approx(top[~inside, at].sum() / bottom[~inside, at].sum(), rel=1e-12)


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    top, inside = customers()
    made = compared(top, np.ones_like(top), inside)
    for at in range(2):
        own = top[inside, at]
        error = own.std(ddof=1) / np.sqrt(len(own))
        assert made.low[at] == pytest.approx(own.mean() - 1.96 * error, abs=0.15 * error)
        assert made.high[at] == pytest.approx(own.mean() + 1.96 * error, abs=0.15 * error)


def test_intervals_agree_with_a_bootstrap_that_draws_one_customer_after_another() -> None:
    top, inside = customers()
    bottom = np.column_stack([np.ones(N), 1 + np.arange(N) % 5])
    made = compared(top, bottom, inside)
    random = np.random.default_rng(99)
    mine, theirs = np.flatnonzero(inside), np.flatnonzero(~inside)
    values, ratios = [], []
    for _ in range(4_000):
        own, other = random.choice(mine, len(mine)), random.choice(theirs, len(theirs))
        values.append(top[own].sum(axis=0) / bottom[own].sum(axis=0))
        ratios.append(values[-1] / (top[other].sum(axis=0) / bottom[other].sum(axis=0)))
    for ours, draws in (((made.low, made.high), values), ((made.ratio_low, made.ratio_high), ratios)):
        low, high = np.percentile(draws, (2.5, 97.5), axis=0)
        np.testing.assert_array_less(np.abs(ours[0] - low), 0.1 * (high - low))
        np.testing.assert_array_less(np.abs(ours[1] - high), 0.1 * (high - low))


def test_a_clear_difference_has_a_direction_and_none_has_not() -> None:
    top, inside = customers()
    top = np.column_stack([top[:, 0], -top[:, 0], np.tile((1.0, 2.0), N // 2)])
    assert compared(top, np.ones_like(top), inside, 500).direction.tolist() == [1, -1, 0]


def test_chance_is_taken_for_a_difference_no_more_often_than_one_time_in_twenty() -> None:
    random = np.random.default_rng(4)
    same = random.normal(100, 20, (N, 400))
    made = compared(same, np.ones_like(same), np.arange(N) < SEGMENT, 400)
    assert 0.02 <= (made.direction != 0).mean() <= 0.08


def test_what_nobody_else_has_gives_no_ratio_and_no_warning() -> None:
    inside = np.arange(N) < SEGMENT
    top = np.column_stack([inside.astype(float), np.zeros(N)])
    made = compared(top, np.ones_like(top), inside, 100)
    assert np.isnan(made.ratio_low).all()
    assert np.isnan(made.ratio_high).all()
    assert made.direction.tolist() == [1, 0]


def test_the_same_seed_draws_the_same_intervals() -> None:
    top, inside = customers()
    first, second = (compared(top, np.ones_like(top), inside, 200) for _ in range(2))
    assert np.array_equal(first.low, second.low)
    assert np.array_equal(first.ratio_high, second.ratio_high)


def test_a_large_group_is_drawn_in_bins_and_has_the_same_interval() -> None:
    count = 40_000
    random = np.random.default_rng(3)
    inside = np.arange(count) < 30_001
    spend = random.lognormal(3, 1, (count, 1))
    orders = random.poisson(4, (count, 1)) + 1.0
    made = compared(spend, orders, inside, 1_000)
    own, below = spend[inside, 0], orders[inside, 0]
    ratio = own.sum() / below.sum()
    # Delta method: the variance of a ratio of means.
    error = np.sqrt(((own - ratio * below) ** 2).mean() / inside.sum()) / below.mean()
    assert made.low[0] == pytest.approx(ratio - 1.96 * error, abs=0.2 * error)
    assert made.high[0] == pytest.approx(ratio + 1.96 * error, abs=0.2 * error)
