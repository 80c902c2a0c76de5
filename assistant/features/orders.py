"""Customer x order, and one row a customer of it: how often, how much, when, by which way, what came back."""

import datetime as dt
from typing import Any

import ibis

from assistant.features.vocabulary import Vocabulary

QUARTER_DAYS = 91

# Hours of the shop's local day, first and last included; the night runs over midnight.
HOURS = {"morning": (5, 10), "midday": (11, 15), "evening": (16, 20)}
PARTS = (*HOURS, "night")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def total(column: Any, where: Any = None) -> Any:
    """A sum, 0 of nothing.

    Said to be 64 bits: DuckDB's own sums have 128, and everything built on them would be twice as wide and slower.
    """
    return column.sum(where=where).fill_null(0).cast("!int64")


def orders_of(lines: Any) -> Any:
    """One row a customer and order, integers and the moment only.

    Sold lines (a quantity of 0 or more) make the order; what came back under its number is counted beside them. A
    group of nothing but returns has no `ordered_at`: it is no order, but its money counts.
    """
    sold = lines.quantity >= 0
    return lines.group_by("customer_id", "order_id").aggregate(
        ordered_at=lines.ordered_at.min(where=sold),
        net_minor=total(lines.amount_minor),
        sales_minor=total(lines.amount_minor, sold),
        discount_minor=total(lines.discount_minor, sold),
        coupon_minor=total(lines.coupon_minor, sold),
        items=total(lines.quantity, sold),
        lines=lines.count(where=sold),
        returned=lines.count(where=~sold),
        channel=lines.sales_channel.min(where=sold),
    )


def customers_of(orders: Any, as_of: dt.date, names: Vocabulary) -> Any:
    """Integer aggregates of each customer's orders, customers with an order only."""
    day = orders.ordered_at.date()
    hour = orders.ordered_at.hour()
    weekday = orders.ordered_at.day_of_week.index()
    end, quarter, two_quarters = (
        ibis.date((as_of - dt.timedelta(days=days)).isoformat()) for days in (0, QUARTER_DAYS, 2 * QUARTER_DAYS)
    )
    counted = {f"{part}_orders": hour.between(first, last) for part, (first, last) in HOURS.items()}
    counted["night_orders"] = (hour >= 21) | (hour < 5)
    counted |= {f"{name}_orders": weekday == at for at, name in enumerate(WEEKDAYS)}
    counted |= {f"channel_{at}_orders": orders.channel == name for at, name in enumerate(names.channels)}
    counted |= {"coupon_orders": orders.coupon_minor > 0, "returned_orders": orders.returned > 0}
    table = orders.group_by("customer_id").aggregate(
        frequency=orders.ordered_at.count(),
        recency_days=end.delta(day.max(), unit="day"),
        tenure_days=end.delta(day.min(), unit="day"),
        monetary_minor=total(orders.net_minor),
        sales_minor=total(orders.sales_minor),
        discount_minor=total(orders.discount_minor),
        items=total(orders["items"]),
        lines=total(orders.lines),
        last_quarter_minor=total(orders.sales_minor, day >= quarter),
        quarter_before_minor=total(orders.sales_minor, (day >= two_quarters) & (day < quarter)),
        # A group of returns only has no moment, so none of its conditions may count it as an order.
        **{name: orders.ordered_at.count(where=when) for name, when in counted.items()},
    )
    return table.filter(table.frequency > 0)
