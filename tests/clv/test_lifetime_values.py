"""From a shop's tables to what its customers will order and be worth, and whether a model may say so."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shops import FIRST, Followed, cdnow_purchases, followed, purchases_of, shop_of

from assistant.clv import BG_NBD, Lifetimes, fit_purchases, lifetime_values, merge_histories, purchase_summary
from assistant.clv.holdout import calibration_cutoff
from assistant.clv.reasons import why_verdict, wins
from assistant.clv.simulation import alike
from assistant.config import LifetimeSettings
from assistant.data import Cutoff, Tables
from assistant.records.lifetime import LifetimeReport

SETTINGS = LifetimeSettings(draws=200, resamples=200)
SEEN_DAYS = 400
LATER = FIRST + dt.timedelta(days=SEEN_DAYS)
COLUMNS = {
    "customer_id": "str",
    "expected_orders_365": "float64",
    "p_alive": "float64",
    "next_order_at": "date32[day][pyarrow]",
    "value_365_minor": "int64",
    "value_365_low_minor": "int64",
    "value_365_high_minor": "int64",
}


def day(count: int) -> dt.date:
    return FIRST + dt.timedelta(days=count)


def crowd(customers: int, days: int, seed: int = 3) -> dict[str, list[int]]:
    """Customers who come back at rates of their own and stop after a third of their purchases."""
    draw = np.random.default_rng(seed)
    bought: dict[str, list[int]] = {}
    for number in range(customers):
        moment, rate = float(draw.integers(0, days)), draw.gamma(1.0) / 15
        those = [int(moment)]
        while draw.random() > 0.3:
            moment += draw.exponential(1 / rate)
            if moment >= days:
                break
            those.append(int(moment))
        bought[f"c{number}"] = those
    return bought


@pytest.fixture(scope="module")
def population() -> Followed:
    return followed(1800, seed=1)


@pytest.fixture(scope="module")
def population_shop(tmp_path_factory: pytest.TempPathFactory, population: Followed) -> Tables:
    return shop_of(tmp_path_factory.mktemp("population"), population.purchases)


@pytest.fixture(scope="module")
def foreseen(population_shop: Tables) -> Lifetimes:
    return lifetime_values(population_shop, Cutoff(LATER), SETTINGS, seed=7)


def check_naive(lifetimes: Lifetimes, because: str) -> LifetimeReport:
    """Naive, said so in so many words, and nothing claimed that only a model can know."""
    record, customers = lifetimes.record, lifetimes.customers
    assert record.method in ("same_rate", "same_window")
    assert any(because in reason for reason in record.reasons), record.reasons
    assert any(reason.startswith("Customers are taken to go on at") for reason in record.reasons)
    assert customers["p_alive"].isna().all()
    assert customers["next_order_at"].isna().all()
    assert customers.dtypes.astype(str).to_dict() == COLUMNS
    assert record.spend is None
    return record


# Where a model is in force.


def test_a_model_is_in_force_where_customers_are_as_it_says(foreseen: Lifetimes) -> None:
    record = foreseen.record
    assert record.method in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    assert record.holdout is not None
    assert record.holdout.best_model == record.method
    assert wins(record.holdout)
    assert "So the model is used." in record.reasons[0]
    assert record.holdout.days == 90
    assert record.holdout.as_of == (LATER - dt.timedelta(days=90)).isoformat()
    assert [fit.until for fit in record.fits] == [record.holdout.as_of] * 3 + [record.as_of]
    assert LifetimeReport.model_validate_json(record.model_dump_json()) == record


def test_every_customer_has_one_row_and_every_column_its_kind(foreseen: Lifetimes, population_shop: Tables) -> None:
    customers = foreseen.customers
    assert customers.dtypes.astype(str).to_dict() == COLUMNS
    summary = purchase_summary(population_shop, Cutoff(LATER))
    assert customers["customer_id"].tolist() == summary["customer_id"].tolist()
    assert customers["customer_id"].is_unique
    assert customers["p_alive"].between(0, 1).all()
    assert (customers["expected_orders_365"] >= 0).all()
    assert (customers["value_365_low_minor"] <= customers["value_365_high_minor"]).all()
    due = customers["next_order_at"].dropna()
    assert due.min() >= LATER
    assert due.max() <= LATER + dt.timedelta(days=730)


def test_orders_and_value_of_the_year_after_are_as_foreseen(foreseen: Lifetimes, population: Followed) -> None:
    customers = foreseen.customers.set_index("customer_id")
    orders = population.orders.reindex(customers.index).fillna(0)
    value = population.value_minor.reindex(customers.index).fillna(0)
    assert customers["expected_orders_365"].sum() == pytest.approx(orders.sum(), rel=0.08)
    assert customers["value_365_minor"].sum() == pytest.approx(value.sum(), rel=0.1)
    assert np.corrcoef(customers["value_365_minor"], value)[0, 1] > 0.6


def test_nine_of_ten_outcomes_lie_in_their_intervals(foreseen: Lifetimes, population: Followed) -> None:
    customers = foreseen.customers.set_index("customer_id")
    value = population.value_minor.reindex(customers.index).fillna(0)
    above = value > customers["value_365_high_minor"]
    # Where no order at all is among the likely outcomes, nothing lies below: five percent lie outside, else ten.
    assert above.mean() == pytest.approx(0.05, abs=0.02)
    open_below = customers["value_365_low_minor"] > 0
    assert open_below.any()
    held = ~above & (value >= customers["value_365_low_minor"])
    assert held[open_below].mean() > 0.8
    assert held.mean() > 0.9


def test_of_customers_said_to_be_there_as_many_are(foreseen: Lifetimes, population: Followed) -> None:
    alive = foreseen.customers.set_index("customer_id")["p_alive"]
    truth = population.alive.reindex(alive.index)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 0.95), (0.95, 1.01)):
        those = (alive >= low) & (alive < high)
        assert those.sum() > 100
        assert truth[those].mean() == pytest.approx(alive[those].mean(), abs=0.08)


def test_half_of_the_customers_have_ordered_by_their_next_order_date(foreseen: Lifetimes, population: Followed) -> None:
    due = pd.to_datetime(foreseen.customers.set_index("customer_id")["next_order_at"])
    due = due[due < pd.Timestamp(LATER + dt.timedelta(days=365))]
    after = population.purchases[population.purchases["ordered_at"] >= pd.Timestamp(LATER)]
    first = after.groupby("customer_id")["ordered_at"].min().reindex(due.index)
    assert len(due) > 500
    assert (first <= due).mean() == pytest.approx(0.5, abs=0.06)


def test_on_cdnow_a_model_beats_both_naive_forecasts(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, cdnow_purchases())
    record = lifetime_values(shop, Cutoff(dt.date(1998, 7, 1), horizon_days=273), SETTINGS, seed=7).record
    assert record.method in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    assert record.holdout is not None
    scores = {score.forecast: score for score in record.holdout.scores}
    assert scores["bg_nbd"].rmse == pytest.approx(1.608, abs=0.005)
    assert scores["same_rate"].rmse == pytest.approx(2.21, abs=0.01)
    assert scores["bg_nbd"].ahead_low is not None
    assert scores["bg_nbd"].ahead_low > 0
    assert scores["zero"].top_decile == pytest.approx(0.1)
    assert [found.repeats for found in record.holdout.calibration] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert record.holdout.model_coverage > 0.88


# Nothing leaks, and nothing is left to chance.


def test_rows_of_the_cutoffs_day_or_later_change_nothing(
    tmp_path: Path, foreseen: Lifetimes, population: Followed
) -> None:
    before = population.purchases[population.purchases["ordered_at"] < pd.Timestamp(LATER)]
    alone = lifetime_values(shop_of(tmp_path, before), Cutoff(LATER), SETTINGS, seed=7)
    assert alone.record == foreseen.record
    pd.testing.assert_frame_equal(alone.customers, foreseen.customers, check_exact=True)


def test_equal_seeds_give_equal_results_and_others_other_draws(foreseen: Lifetimes, population_shop: Tables) -> None:
    other = lifetime_values(population_shop, Cutoff(LATER), SETTINGS, seed=8)
    assert other.record.method == foreseen.record.method
    assert other.record.fits[-1].log_likelihood == pytest.approx(foreseen.record.fits[-1].log_likelihood, abs=1e-4)
    assert other.customers["p_alive"].to_numpy() == pytest.approx(foreseen.customers["p_alive"].to_numpy(), abs=1e-4)
    assert (other.customers["value_365_high_minor"] != foreseen.customers["value_365_high_minor"]).any()


def test_the_line_of_the_holdout_keeps_the_lag_of_what_is_known() -> None:
    cutoff = Cutoff(dt.date(2024, 4, 1), dt.datetime(2024, 4, 3, 6), horizon_days=30)
    earlier = calibration_cutoff(cutoff)
    assert earlier == Cutoff(dt.date(2024, 3, 2), dt.datetime(2024, 3, 4, 6), horizon_days=30)
    assert earlier.ends == cutoff.as_of


def test_returns_lower_every_value_by_the_same_share(tmp_path: Path, foreseen: Lifetimes, population: Followed) -> None:
    seen = population.purchases[population.purchases["ordered_at"] < pd.Timestamp(LATER)].assign(quantity=1)
    back = seen.iloc[:1].assign(quantity=-1, amount_minor=-int(seen["amount_minor"].sum() // 4))
    shop = shop_of(tmp_path, pd.concat([seen, back]))
    lowered = lifetime_values(shop, Cutoff(LATER), SETTINGS, seed=7)
    assert lowered.record.kept_share == pytest.approx(0.75)
    whole, kept = (those.customers["value_365_minor"].to_numpy(float) for those in (foreseen, lowered))
    assert kept == pytest.approx(whole * 0.75, abs=1)


def test_histories_nearly_alike_are_drawn_once_and_stand_for_each_other(
    monkeypatch: pytest.MonkeyPatch, population_shop: Tables, foreseen: Lifetimes
) -> None:
    monkeypatch.setattr("assistant.clv.simulation.MOST_SIMULATED", 100)
    histories, _ = merge_histories(purchase_summary(population_shop, Cutoff(LATER)))
    fit = fit_purchases(BG_NBD, histories, seed=7)
    rows, stand_in = alike(BG_NBD, fit, histories)
    assert len(rows) < len(histories)
    near = histories.take(rows[stand_in])
    assert np.all(near.repeats[histories.repeats <= 10] == histories.repeats[histories.repeats <= 10])
    alive = BG_NBD.alive(fit.parameters, near) - BG_NBD.alive(fit.parameters, histories)
    assert np.abs(alive).max() <= 0.0201
    coarse = lifetime_values(population_shop, Cutoff(LATER), SETTINGS, seed=7)
    assert coarse.customers["value_365_minor"].equals(foreseen.customers["value_365_minor"])
    total = coarse.customers["value_365_high_minor"].sum() / foreseen.customers["value_365_high_minor"].sum()
    assert total == pytest.approx(1, abs=0.03)


def test_a_draw_of_customers_is_fitted_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch, population_shop: Tables, foreseen: Lifetimes
) -> None:
    monkeypatch.setattr("assistant.clv.fitting.MOST_CUSTOMERS_DRAWN", 1000)
    monkeypatch.setattr("assistant.clv.gamma_gamma.MOST_CUSTOMERS_DRAWN", 1000)
    drawn = lifetime_values(population_shop, Cutoff(LATER), SETTINGS, seed=7)
    assert drawn.record.fits[0].customers == 1000
    assert len(drawn.customers) == len(foreseen.customers)
    total = drawn.customers["value_365_minor"].sum() / foreseen.customers["value_365_minor"].sum()
    assert total == pytest.approx(1, abs=0.15)


# Where none is.


def test_a_small_shop_goes_on_at_the_rate_so_far(tmp_path: Path) -> None:
    days = {"often": [0, 100, 200, 300], "once": [10], "new": [360]}
    shop = shop_of(tmp_path, purchases_of(days, 2500))
    lifetimes = lifetime_values(shop, Cutoff(day(365)), SETTINGS, seed=7)
    record = check_naive(lifetimes, "Only 3 customers have ordered; a model of buying needs 500.")
    assert record.method == "same_rate"
    assert record.holdout is None
    assert record.fits == ()
    found = lifetimes.customers.set_index("customer_id")
    assert found.loc["often", "expected_orders_365"] == pytest.approx(3.0)
    assert found.loc["often", "value_365_minor"] == 7500
    assert found.loc["once", "value_365_minor"] == 0
    assert found.loc["often", "value_365_low_minor"] < 7500 < found.loc["often", "value_365_high_minor"]


def test_a_young_shop_is_too_young(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, purchases_of(crowd(900, 120)))
    record = check_naive(
        lifetime_values(shop, Cutoff(day(120)), SETTINGS, seed=7), "days old; a model of buying needs 180 days."
    )
    assert [found.requirement for found in record.requirements if not found.met] == ["history_days"]


def test_a_shop_without_recent_orders_is_stale(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, purchases_of(crowd(700, 300)))
    record = check_naive(lifetime_values(shop, Cutoff(day(345)), SETTINGS, seed=7), "The last order is")
    assert [found.requirement for found in record.requirements if not found.met] == ["days_since_order"]


def test_a_shop_without_regulars_shows_nothing_of_coming_back(tmp_path: Path) -> None:
    days = {f"c{number}": [number % 360] for number in range(700)}
    days |= {f"back{number}": [number, number + 90] for number in range(200)}
    shop = shop_of(tmp_path, purchases_of(days))
    check_naive(
        lifetime_values(shop, Cutoff(day(365)), SETTINGS, seed=7),
        "Only 0 customers ordered on three days or more; a model of buying needs 40.",
    )


def test_customers_who_come_like_clockwork_go_on_at_the_rate_so_far(tmp_path: Path) -> None:
    # Nobody leaves and nobody buys by chance: a, the chance of leaving, has nothing to describe, and shrinking a rate
    # that is known exactly towards everybody's makes it worse.
    draw = np.random.default_rng(5)
    days = {}
    for number in range(600):
        gap = int(draw.integers(20, 120))
        days[f"c{number}"] = list(range(int(draw.integers(0, gap)), 720, gap))
    shop = shop_of(tmp_path, purchases_of(days))
    lifetimes = lifetime_values(shop, Cutoff(day(720), horizon_days=180), SETTINGS, seed=7)
    record = check_naive(lifetimes, "A model is used only where that interval lies above 0.")
    assert record.method == "same_rate"
    assert record.holdout is not None
    bg_nbd = next(fit for fit in record.fits if fit.model == "bg_nbd")
    assert bg_nbd.parameters["a"] / (bg_nbd.parameters["a"] + bg_nbd.parameters["b"]) < 0.01
    scores = {score.forecast: score for score in record.holdout.scores}
    assert scores["same_rate"].rmse < scores["bg_nbd"].rmse
    orders = lifetimes.customers["expected_orders_365"].to_numpy()
    gaps = np.array([np.diff(those).mean() for those in (days[name] for name in lifetimes.customers["customer_id"])])
    # The last visit lies up to one gap back, so a rate over all the time is up to one visit in 600 days short.
    assert np.all(orders <= 365 / gaps * 1.001)
    assert np.all(orders >= 365 / gaps - 365 / 600)


def test_the_demos_households_go_on_at_their_last_rate(journey: Tables) -> None:
    lifetimes = lifetime_values(journey, Cutoff(dt.date(2018, 1, 1)), SETTINGS, seed=7)
    record = check_naive(lifetimes, "A model is used only where that interval lies above 0.")
    assert record.method == "same_window"
    assert record.holdout is not None
    assert record.holdout.best_naive == "same_window"
    rmses = {score.forecast: score.rmse for score in record.holdout.scores}
    # Every model beats the rate of all the time, and none the rate of the last 90 days.
    assert rmses["same_window"] < min(rmses["bg_nbd"], rmses["mbg_nbd"], rmses["pareto_nbd"])
    assert max(rmses["bg_nbd"], rmses["mbg_nbd"], rmses["pareto_nbd"]) < rmses["same_rate"]


def test_being_ahead_by_chance_is_not_winning(foreseen: Lifetimes) -> None:
    holdout = foreseen.record.holdout
    assert holdout is not None
    lucky = holdout.model_copy(
        update={
            "scores": tuple(
                score.model_copy(update={"ahead": 0.1, "ahead_low": -0.01})
                if score.forecast == holdout.best_model
                else score
                for score in holdout.scores
            )
        }
    )
    assert wins(holdout)
    assert not wins(lucky)
    assert "A model is used only where that interval lies above 0." in why_verdict(lucky, BG_NBD)


def test_a_shop_without_orders_has_no_customers_and_no_model(tmp_path: Path) -> None:
    empty = purchases_of({"a": [400]})
    lifetimes = lifetime_values(shop_of(tmp_path, empty), Cutoff(day(365)), SETTINGS, seed=7)
    record = check_naive(lifetimes, "Only 0 customers have ordered; a model of buying needs 500.")
    assert record.customers == 0
    assert len(lifetimes.customers) == 0


def test_where_the_days_kept_back_are_all_there_is_nothing_can_be_tried(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, purchases_of(crowd(600, 250)))
    check_naive(
        lifetime_values(shop, Cutoff(day(250), horizon_days=300), SETTINGS, seed=7), "no forecast could be tried"
    )
