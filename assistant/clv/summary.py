"""What models of buying know of a customer: how often, how recently, since when, for how much.

Only sums, counts, minima, maxima, one join and date differences are asked of the engine, all on integers.

Returned goods (`quantity` below 0) are no purchase: they move no date and no customer's spend. What came back is
often of the first purchase, which models of spend leave out, and a spend of 0 or less has no place in them. Returns
lower every value by the same share instead, `kept_share`.
"""

from typing import Any

import ibis
import pandas as pd

from assistant.data import Cutoff, Tables


def purchase_summary(tables: Tables, cutoff: Cutoff) -> pd.DataFrame:
    """Purchase histories of every customer with an order before the cutoff.

    All of a customer's orders of one day are one purchase (Fader, Hardie and Lee 2005 merge them as well).

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.

    Returns:
        One row a customer, by `customer_id`, whole numbers else: `repeats` (the papers' x: purchase days after the
        first), `last_days` (t_x: days from the first to the last), `age_days` (T: days from the first to `as_of`, at
        least 1), `spend_minor` (of all purchase days) and `repeat_spend_minor` (of those after the first).
    """
    days = _purchase_days(tables.before(cutoff))
    firsts = days.group_by("customer_id").aggregate(first_day=lambda t: t.day.min())
    later = days.inner_join(firsts, "customer_id").mutate(repeat=lambda t: t.day > t.first_day)
    summary: pd.DataFrame = (
        later.group_by("customer_id")
        .aggregate(
            repeats=lambda t: t.repeat.sum(),
            first_day=lambda t: t.first_day.min(),
            last_day=lambda t: t.day.max(),
            spend_minor=lambda t: t.spend_minor.sum(),
            repeat_spend_minor=lambda t: t.spend_minor.sum(where=t.repeat).fill_null(0),
        )
        .select(
            "customer_id",
            "repeats",
            "spend_minor",
            "repeat_spend_minor",
            last_days=lambda t: t.last_day.delta(t.first_day, unit="day"),
            age_days=lambda t: ibis.date(cutoff.as_of.isoformat()).delta(t.first_day, unit="day"),
        )
        .order_by("customer_id")
        .execute()
    )
    counts = ["repeats", "last_days", "age_days", "spend_minor", "repeat_spend_minor"]
    return summary[["customer_id", *counts]].astype(dict.fromkeys(counts, "int64"))


def purchase_days(tables: Tables) -> pd.DataFrame:
    """Purchase days of each customer in tables already cut: `customer_id`, `purchase_days`."""
    counted: pd.DataFrame = (
        _purchase_days(tables).group_by("customer_id").aggregate(purchase_days=lambda t: t.count()).execute()
    )
    return counted.astype({"purchase_days": "int64"})


def kept_share(tables: Tables, cutoff: Cutoff) -> float:
    """Of the money received before the cutoff, the share that was not paid back for returns; 1 without any money."""
    orders = tables.before(cutoff).orders
    sums = orders.aggregate(
        received=orders.amount_minor.sum(where=orders.quantity >= 0),
        returned=orders.amount_minor.sum(where=orders.quantity < 0),
    ).execute()
    received, returned = (0 if pd.isna(value) else int(value) for value in sums.iloc[0])
    return max(0.0, 1 + returned / received) if received else 1.0


def _purchase_days(tables: Tables) -> Any:
    bought = tables.orders.filter(lambda t: t.quantity >= 0).mutate(day=lambda t: t.ordered_at.date())
    return bought.group_by("customer_id", "day").aggregate(spend_minor=lambda t: t.amount_minor.sum())
