"""Forecasts from an earlier day beside what customers did after it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.clv.beta_geometric import BG_NBD, MBG_NBD
from assistant.clv.fitting import Optimum, fit_purchases
from assistant.clv.histories import DAYS_A_WEEK, Histories, Index, Vector, merge_histories
from assistant.clv.model import PurchaseModel
from assistant.clv.naive import order_interval, same_rate, same_window
from assistant.clv.pareto import PARETO_NBD
from assistant.clv.scoring import bias, calibration, rmse, rmse_gap, top_decile
from assistant.clv.simulation import alike, interval, simulate_orders
from assistant.clv.summary import purchase_days, purchase_summary
from assistant.config import LifetimeSettings
from assistant.data import Cutoff, Tables
from assistant.records.lifetime import ForecastName, ForecastScore, Holdout, NaiveName

MODELS: tuple[PurchaseModel, ...] = (BG_NBD, MBG_NBD, PARETO_NBD)


@dataclass(frozen=True)
class Trial:
    """What came of a holdout."""

    fits: tuple[tuple[PurchaseModel, Optimum], ...]
    """Every model on the data before the days kept back, converged or not."""
    holdout: Holdout | None
    """None where no model converged."""


def calibration_cutoff(cutoff: Cutoff) -> Cutoff:
    """The line one horizon earlier, with the same lag between what happened and what was known."""
    back = dt.timedelta(days=cutoff.horizon_days)
    known_at = None if cutoff.known_at is None else cutoff.known_at - back
    return Cutoff(cutoff.as_of - back, known_at, cutoff.horizon_days)


def try_forecasts(tables: Tables, cutoff: Cutoff, settings: LifetimeSettings, seed: int) -> Trial | None:
    """Fit each model one horizon before the cutoff and judge it, beside the naive forecasts, by what followed.

    Args:
        tables: the canonical tables.
        cutoff: the days before it are kept back, as many as its horizon has.
        settings: bootstrap and simulation.
        seed: of the fits, the bootstrap and the simulation.

    Returns:
        None where nobody had ordered by then, or nobody ordered afterwards: there is nothing to judge by.
    """
    before = calibration_cutoff(cutoff)
    summary = purchase_summary(tables, before)
    actual = orders_of(tables.before(cutoff).after(before), summary)
    if not len(summary) or not actual.sum():
        return None
    window = orders_of(tables.before(before).after(calibration_cutoff(before)), summary)
    histories, place = merge_histories(summary)
    fits = tuple((model, fit_purchases(model, histories, seed)) for model in MODELS)
    past = _Past(before, summary, histories, place, window, actual)
    usable = tuple((model, fit) for model, fit in fits if fit.converged)
    return Trial(fits, _judge(past, usable, settings, seed) if usable else None)


def orders_of(tables: Tables, summary: pd.DataFrame) -> Vector:
    """Purchase days in tables already cut, in the order of the summary's customers; (n,)."""
    counts = purchase_days(tables).set_index("customer_id")["purchase_days"]
    orders: Vector = counts.reindex(summary["customer_id"]).fillna(0).to_numpy(dtype=float)
    return orders


@dataclass(frozen=True)
class _Past:
    """Customers at the earlier line, a row each, and what they did after it."""

    cutoff: Cutoff
    summary: pd.DataFrame
    histories: Histories
    place: Index
    """Of each customer, in the histories."""
    window: Vector
    """Purchase days in the horizon before the line."""
    actual: Vector
    """Purchase days in the horizon after it."""


def _judge(
    past: _Past, fits: tuple[tuple[PurchaseModel, Optimum], ...], settings: LifetimeSettings, seed: int
) -> Holdout:
    days, actual = past.cutoff.horizon_days, past.actual
    repeats, age = (past.summary[name].to_numpy(dtype=float) for name in ("repeats", "age_days"))
    naive: dict[NaiveName, Vector] = {
        "same_rate": same_rate(repeats, age, days),
        "same_window": same_window(past.window, days, days),
    }
    models = {
        model.name: model.expected(fit.parameters, past.histories, days / DAYS_A_WEEK)[past.place]
        for model, fit in fits
    }
    best_model, best_fit = min(fits, key=lambda pair: rmse(models[pair[0].name], actual))
    best_naive = min(naive, key=lambda name: rmse(naive[name], actual))
    draw = np.random.default_rng(seed)
    gaps = {
        name: rmse_gap(model, naive[best_naive], actual, settings.resamples, draw) for name, model in models.items()
    }
    seen, seen_days = (repeats, age) if best_naive == "same_rate" else (past.window, np.minimum(age, days))
    return Holdout(
        as_of=past.cutoff.as_of.isoformat(),
        days=days,
        customers=len(actual),
        orders=int(actual.sum()),
        best_model=best_model.name,
        best_naive=best_naive,
        scores=(
            *(_score(name, forecast, actual, *gaps[name]) for name, forecast in models.items()),
            *(_score(name, forecast, actual) for name, forecast in naive.items()),
            _score("zero", np.zeros_like(actual), actual),
        ),
        calibration=calibration(repeats, actual, models[best_model.name], naive[best_naive]),
        model_coverage=_held(_model_interval(past, best_model, best_fit, settings, draw), actual),
        naive_coverage=_held(order_interval(seen, seen_days, days, settings.interval), actual),
    )


def _model_interval(
    past: _Past, model: PurchaseModel, fit: Optimum, settings: LifetimeSettings, draw: np.random.Generator
) -> tuple[Vector, Vector]:
    rows, stand_in = alike(model, fit, past.histories)
    weeks = past.cutoff.horizon_days / DAYS_A_WEEK
    outcomes = simulate_orders(model, fit, past.histories.take(rows), weeks, settings.draws, draw)
    low, high = interval(outcomes, settings.interval)
    return low[stand_in][past.place], high[stand_in][past.place]


def _held(ends: tuple[Vector, Vector], actual: Vector) -> float:
    low, high = ends
    return float(np.mean((low <= actual) & (actual <= high)))


def _score(
    name: ForecastName,
    forecast: Vector,
    actual: Vector,
    ahead: float | None = None,
    ahead_low: float | None = None,
    ahead_high: float | None = None,
) -> ForecastScore:
    return ForecastScore(
        forecast=name,
        rmse=rmse(forecast, actual),
        bias=bias(forecast, actual),
        top_decile=top_decile(forecast, actual),
        ahead=ahead,
        ahead_low=ahead_low,
        ahead_high=ahead_high,
    )
