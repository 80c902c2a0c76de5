"""The table of customers: orders, P(alive), next order and value, by a model or at a naive rate."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from assistant.clv.fitting import Optimum
from assistant.clv.histories import DAYS_A_WEEK, Histories, Index, Vector
from assistant.clv.model import PurchaseModel
from assistant.clv.naive import order_interval, same_rate, same_window
from assistant.clv.next_order import next_order_days
from assistant.clv.simulation import alike, interval, simulate_orders, simulate_spend
from assistant.clv.spend import Spending, own_mean
from assistant.config import LifetimeSettings

YEAR_DAYS = 365
_DATE = pd.ArrowDtype(pa.date32())


@dataclass(frozen=True)
class Base:
    """Customers whose future is asked for."""

    summary: pd.DataFrame
    """As `purchase_summary` gives it."""
    histories: Histories
    place: Index
    """Of each row of the summary, in the histories."""
    as_of: dt.date
    kept_share: float
    """What is left of money received after returns."""


def by_model(
    base: Base, model: PurchaseModel, fit: Optimum, spending: Spending, settings: LifetimeSettings, seed: int
) -> pd.DataFrame:
    """Customers as a model of buying and, where there is one, a model of spend foresee them."""
    weeks = YEAR_DAYS / DAYS_A_WEEK
    orders = model.expected(fit.parameters, base.histories, weeks)
    alive = model.alive(fit.parameters, base.histories)
    next_days = next_order_days(model, fit.parameters, base.histories)
    low, high, scale = _ends(base, model, fit, spending, settings, seed)
    return _table(
        base,
        orders[base.place],
        alive[base.place],
        next_days[base.place],
        (orders[base.place] * spending.expected_minor, low * scale, high * scale),
    )


def by_rate(base: Base, window: Vector | None, window_days: int, settings: LifetimeSettings) -> pd.DataFrame:
    """Customers at a naive rate.

    Args:
        base: the customers.
        window: (n,) their purchase days in the last `window_days`, to go on at; None: the rate of all their time.
        window_days: how many days these are.
        settings: the interval's share.
    """
    repeats, age = (base.summary[name].to_numpy(dtype=float) for name in ("repeats", "age_days"))
    if window is None:
        seen, seen_days, orders = repeats, age, same_rate(repeats, age, YEAR_DAYS)
    else:
        seen, seen_days, orders = window, np.minimum(age, window_days), same_window(window, window_days, YEAR_DAYS)
    low, high = order_interval(seen, seen_days, YEAR_DAYS, settings.interval)
    spend = own_mean(base.summary)
    return _table(
        base,
        orders,
        np.full(len(orders), np.nan),
        np.zeros(len(orders), dtype=np.int64),
        (orders * spend, low * spend, high * spend),
    )


def _ends(
    base: Base, model: PurchaseModel, fit: Optimum, spending: Spending, settings: LifetimeSettings, seed: int
) -> tuple[Vector, Vector, Vector]:
    """Both ends of each customer's interval, in units of the third: minor units, (n,) each."""
    draw = np.random.default_rng(seed)
    rows, stand_in = alike(model, fit, base.histories)
    place = stand_in[base.place]
    chosen = base.histories.take(rows)
    outcomes = simulate_orders(model, fit, chosen, YEAR_DAYS / DAYS_A_WEEK, settings.draws, draw)
    scale = spending.expected_minor
    if spending.fit is not None:
        spent = base.summary["repeat_spend_minor"].to_numpy(dtype=float)
        mean = np.bincount(place, weights=spent, minlength=len(rows)) / np.bincount(place, minlength=len(rows))
        outcomes = simulate_spend(spending.fit, outcomes, chosen.repeats, mean, draw)
        scale = spending.fit.parameters[2] + spent
    low, high = interval(outcomes, settings.interval)
    return low[place], high[place], scale


def _table(
    base: Base, orders: Vector, alive: Vector, next_days: Index, values: tuple[Vector, Vector, Vector]
) -> pd.DataFrame:
    dates = np.datetime64(base.as_of, "D") + (next_days - 1)
    expected, low, high = (np.rint(value * base.kept_share).astype(np.int64) for value in values)
    return pd.DataFrame(
        {
            "customer_id": base.summary["customer_id"],
            "expected_orders_365": orders,
            "p_alive": alive,
            "next_order_at": pd.array(pa.array(np.where(next_days > 0, dates, np.datetime64("NaT"))), dtype=_DATE),
            "value_365_minor": expected,
            "value_365_low_minor": low,
            "value_365_high_minor": high,
        }
    )
