"""Models of buying: formulas against definitions, forecasts against simulation, parameters against the truth."""

from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.special import gamma, hyp2f1
from shops import simulated

from assistant.clv import BG_NBD, MBG_NBD, MODELS, PARETO_NBD, Histories, expected_spend, fit_purchases, fit_spend
from assistant.clv.gamma_gamma import log_likelihood as spend_likelihood
from assistant.clv.next_order import FURTHEST_DAYS, next_order_days

TRUTHS = {
    "bg_nbd": (0.8, 6.0, 0.8, 2.5),
    "mbg_nbd": (0.8, 6.0, 0.8, 2.5),
    "pareto_nbd": (0.8, 6.0, 0.7, 12.0),
}
ANYBODY = Histories.of(
    np.array([0.0, 1.0, 1.0, 4.0, 12.0, 60.0]),
    np.array([0.0, 2.0, 30.0, 11.0, 38.0, 39.5]),
    np.array([40.0, 40.0, 31.0, 40.0, 39.0, 40.0]),
)


def by_name(model: Any) -> str:
    return str(model.name)


def refitted(model: Any, customers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How far the logarithms of fitted parameters are from the truth, and their standard errors."""
    truth = TRUTHS[model.name]
    fit = fit_purchases(model, simulated(model.name, truth, customers, seed), seed)
    assert fit.converged
    return np.log(fit.parameters / truth), np.sqrt(np.diag(fit.covariance))


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_gradients_are_those_of_differences(model: Any) -> None:
    parameters = np.array([0.55, 10.6, 0.6, 11.7])
    _, gradient = model.log_likelihood(parameters, ANYBODY)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5 * parameters[place]
        up, down = (model.log_likelihood(parameters + sign * step, ANYBODY)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / (2 * step[place]), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("first", [0, 1], ids=["bg_nbd", "mbg_nbd"])
def test_beta_geometric_likelihood_is_the_papers_product_where_that_is_a_number(first: int) -> None:
    r, alpha, a, b = 0.6, 5.0, 0.8, 2.4

    def beta(one: float, other: float) -> float:
        return float(gamma(one) * gamma(other) / gamma(one + other))

    for x, last, age in ((0, 0.0, 30.0), (1, 3.0, 30.0), (7, 25.0, 30.0)):
        there = beta(a, b + x + first) / beta(a, b) * (alpha + age) ** -(r + x)
        gone = beta(a + 1, b + x + first - 1) / beta(a, b) * (alpha + last) ** -(r + x) if x + first else 0.0
        likelihood = gamma(r + x) * alpha**r / gamma(r) * (there + gone)
        one = Histories.of(np.array([float(x)]), np.array([last]), np.array([age]))
        model = (BG_NBD, MBG_NBD)[first]
        parameters = np.array([r, alpha, a, b])
        assert model.log_likelihood(parameters, one)[0][0] == pytest.approx(np.log(likelihood), rel=1e-10)
        assert model.alive(parameters, one)[0] == pytest.approx(there / (there + gone), rel=1e-10)


@pytest.mark.parametrize(("alpha", "beta"), [(10.6, 11.7), (11.7, 10.6), (7.0, 7.0), (0.3, 200.0), (200.0, 0.3)])
def test_pareto_likelihood_is_that_of_the_hypergeometric_functions(alpha: float, beta: float) -> None:
    r, s = 0.55, 0.6
    values, _ = PARETO_NBD.log_likelihood(np.array([r, alpha, s, beta]), ANYBODY)
    mpmath.mp.dps = 40
    for value, x, last, age in zip(values, ANYBODY.repeats, ANYBODY.last_weeks, ANYBODY.age_weeks, strict=True):
        total, low, far = r + s + x, max(alpha, beta), abs(alpha - beta)
        second = s + 1 if alpha >= beta else r + x

        def part(
            moment: float, total: float = total, low: float = low, far: float = far, second: float = second
        ) -> Any:
            return mpmath.hyp2f1(total, second, total + 1, far / (low + moment)) / mpmath.mpf(low + moment) ** total

        there = 1 / (mpmath.mpf(alpha + age) ** (r + x) * mpmath.mpf(beta + age) ** s)
        whole = there + s / total * (part(last) - part(age))
        expected = mpmath.log(
            mpmath.gamma(r + x) / mpmath.gamma(r) * mpmath.mpf(alpha) ** r * mpmath.mpf(beta) ** s * whole
        )
        assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


def test_expected_purchases_are_equations_nine_and_ten_of_the_paper() -> None:
    r, alpha, a, b = parameters = np.array([0.243, 4.414, 0.793, 2.426])
    t = 39.0
    nine = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))
    assert BG_NBD.expected_new(parameters, t) == pytest.approx(nine, rel=1e-10)
    x, age = ANYBODY.repeats, ANYBODY.age_weeks
    ten = (a + b + x - 1) / (a - 1) * BG_NBD.alive(parameters, ANYBODY)
    ten *= 1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * hyp2f1(
        r + x, b + x, a + b + x - 1, t / (alpha + age + t)
    )
    assert BG_NBD.expected(parameters, ANYBODY, t) == pytest.approx(ten, rel=1e-8)


@pytest.mark.parametrize("model", MODELS, ids=by_name)
@pytest.mark.parametrize("at", [0.2, 1.0, 1.7])
def test_expectations_have_no_gap_where_the_formula_divides_by_nothing(model: Any, at: float) -> None:
    beside = [model.expected(np.array([0.5, 5.0, at + step, 3.0]), ANYBODY, 52) for step in (-1e-5, 0, 1e-5)]
    assert beside[1] == pytest.approx((beside[0] + beside[2]) / 2, rel=1e-5)
    # a + b = 1 makes the papers' c of a customer without repeat purchases 0.
    assert np.all(np.isfinite(model.expected(np.array([0.5, 5.0, 0.4, 0.6]), ANYBODY, 52)))


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_hundreds_of_purchases_and_hardly_any_leaving_stay_numbers(model: Any) -> None:
    many = Histories.of(np.array([500.0, 500.0, 3.0]), np.array([51.9, 1.0, 0.2]), np.array([52.0, 52.0, 300.0]))
    for parameters in ((1.4, 1.4, 1e-4, 30.0), (0.01, 100.0, 8.0, 0.05), (30.0, 0.1, 1.0, 5000.0)):
        values, gradient = model.log_likelihood(np.array(parameters), many)
        assert np.all(np.isfinite(values))
        assert np.all(np.isfinite(gradient))
        expected = model.expected(np.array(parameters), many, 52)
        most = (parameters[0] + many.repeats) / (parameters[1] + many.age_weeks) * 52
        assert np.all((expected >= 0) & (expected <= most * (1 + 1e-9)))


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_a_customer_of_whom_nothing_was_seen_is_a_new_one(model: Any) -> None:
    nothing = Histories.of(np.zeros(1), np.zeros(1), np.zeros(1))
    parameters = np.array(TRUTHS[model.name])
    assert model.expected(parameters, nothing, 30)[0] == pytest.approx(model.expected_new(parameters, 30), rel=1e-9)


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_drawn_purchases_have_the_expected_mean_and_the_chance_of_any(model: Any) -> None:
    parameters, count = np.array(TRUTHS[model.name]), 40_000
    draw = np.random.default_rng(3)
    for row in range(len(ANYBODY)):
        one = ANYBODY.take(np.array([row]))
        drawn = model.simulate(parameters, one.take(np.zeros(count, dtype=int)), 26.0, draw)
        error = drawn.std() / np.sqrt(count)
        assert drawn.mean() == pytest.approx(model.expected(parameters, one, 26.0)[0], abs=4 * error + 1e-3)
        any_order = model.alive(parameters, one)[0] * model.orders_within(parameters, one, np.array([26.0]))[0]
        assert (drawn > 0).mean() == pytest.approx(any_order, abs=4 * 0.5 / np.sqrt(count))


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_new_customers_repeat_as_often_as_the_simulated_do(model: Any) -> None:
    truth = TRUTHS[model.name]
    people = simulated(model.name, truth, 20_000, seed=11)
    expected = np.mean([model.expected_new(np.array(truth), age) for age in people.age_weeks[:2000]])
    error = people.repeats.std() / np.sqrt(len(people))
    assert people.repeats.mean() == pytest.approx(expected, abs=4 * error + 0.02)


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_a_thousand_simulated_customers_give_their_parameters_back(model: Any) -> None:
    off, errors = refitted(model, 3000, seed=5)
    assert np.all(np.abs(off) < 3.5 * errors)
    assert np.all(errors[:2] < 0.25)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_many_simulated_customers_give_their_parameters_back_closely(model: Any) -> None:
    off, errors = refitted(model, 20_000, seed=6)
    assert np.all(np.abs(off) < 3.5 * errors)
    assert np.all(errors < 0.2)
    assert np.all(np.abs(off) < 0.3)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_standard_errors_are_those_of_fitting_again_and_again(model: Any) -> None:
    offs, errors = zip(*(refitted(model, 2000, seed) for seed in range(100, 125)), strict=True)
    spread = np.std(offs, axis=0)
    ratio = spread / np.median(errors, axis=0)
    assert np.all((ratio > 0.6) & (ratio < 1.7))


def test_simulated_spend_gives_its_parameters_back() -> None:
    truth = np.array([6.0, 4.0, 1500.0])
    draw = np.random.default_rng(4)
    repeats = draw.integers(1, 12, 4000).astype(float)
    rate = draw.gamma(truth[1], size=4000) / truth[2]
    spent = draw.gamma(truth[0] * repeats) / rate
    fit = fit_spend(repeats, spent / repeats, seed=1)
    assert fit.converged
    assert np.all(np.abs(np.log(fit.parameters / truth)) < 3.5 * np.sqrt(np.diag(fit.covariance)))
    coming = draw.gamma(truth[0], size=4000) / rate
    foreseen = expected_spend(fit.parameters, repeats, spent)
    assert foreseen.mean() == pytest.approx(coming.mean(), rel=0.05)
    assert np.corrcoef(foreseen, coming)[0, 1] > 0.5


def test_the_gradient_of_spend_is_that_of_differences() -> None:
    parameters = np.array([6.0, 4.0, 1500.0])
    repeats, mean = np.array([1.0, 3.0, 40.0]), np.array([120.0, 4000.0, 700.0])
    _, gradient = spend_likelihood(parameters, repeats, mean)
    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-5 * parameters[place]
        up, down = (spend_likelihood(parameters + sign * step, repeats, mean)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / (2 * step[place]), rel=1e-5, abs=1e-9)


def test_a_fit_without_anything_to_fit_is_an_outcome_and_not_an_error() -> None:
    nobody_returns = Histories.of(np.zeros(50), np.zeros(50), np.linspace(1, 40, 50))
    for model in MODELS:
        fit = fit_purchases(model, nobody_returns, seed=1)
        assert fit.note
        assert np.all(np.isfinite(fit.parameters))
        assert np.all(np.isfinite(fit.draw(20, np.random.default_rng(0))))


@pytest.mark.parametrize("model", MODELS, ids=by_name)
def test_the_next_order_is_the_first_day_by_which_half_of_all_outcomes_have_one(model: Any) -> None:
    parameters = np.array(TRUTHS[model.name])
    days = next_order_days(model, parameters, ANYBODY)
    alive = model.alive(parameters, ANYBODY)
    for row, day in enumerate(days):
        one = ANYBODY.take(np.array([row]))
        by = [
            alive[row] * model.orders_within(parameters, one, np.array([at / 7]))[0]
            for at in (day, max(day - 1, 0), FURTHEST_DAYS)
        ]
        if day == 0:
            assert by[2] < 0.5
        else:
            assert by[0] >= 0.5
            assert day == 1 or by[1] < 0.5
    assert 0 in days
    assert days.max() > 0
