"""The customer table.

Three staged grains keep distinct counts few and the plan the same on every engine: customer x order, customer x
category (long), then one row a customer. Only sums, counts, minima, maxima, joins and date differences are asked
of the engine, all on integers; every float is a quotient of two integer aggregates, so two runs agree to the bit.
"""

import datetime as dt
from typing import Any

import ibis

from assistant.data import NO_CATEGORY, NO_DEPARTMENT, Tables
from assistant.errors import DataError
from assistant.features.definitions import CATEGORY_PREFIX, DEPARTMENT_PREFIX

QUARTER_DAYS = 91
TOP_DEPARTMENTS = 8
TOP_CATEGORIES = 12

# Hours of the shop's local day, first and last included; the night runs over midnight.
_HOURS = {"morning": (5, 10), "midday": (11, 15), "evening": (16, 20)}


def default_as_of(tables: Tables) -> dt.date:
    """The day after the last order.

    Raises:
        DataError: there is no order.
    """
    last = tables.orders.ordered_at.date().max().execute()
    if last is None or last != last:
        raise DataError("The orders table is empty; expected at least one order line.")
    return dt.date(last.year, last.month, last.day) + dt.timedelta(days=1)


def customer_features(tables: Tables, as_of: dt.date) -> Any:
    """Features of every customer with an order before `as_of`.

    Args:
        tables: the canonical tables.
        as_of: rows of that day or later are not seen.

    Returns:
        An Ibis table, one row a customer: `customer_id`, the columns of `BASE_FEATURES` in their units, and the
        shares of spend `department: NAME` and `category: NAME` of the largest departments and categories.
        `days_between_orders` is null with a single order; shares of spend are 0 where spend is 0.
    """
    lines = _lines(tables, as_of)
    spend = lines.group_by("customer_id", "department", "category").aggregate(
        amount_minor=lambda t: t.amount_minor.sum(),
        private_minor=lambda t: t.amount_minor.sum(where=t.private_brand),
    )
    shares = {
        **{DEPARTMENT_PREFIX + name: ("department", name) for name in _largest(spend, "department", TOP_DEPARTMENTS)},
        **{CATEGORY_PREFIX + name: ("category", name) for name in _largest(spend, "category", TOP_CATEGORIES)},
    }
    bought = spend.group_by("customer_id").aggregate(
        # What a product without a category was is not known, so it is no category bought.
        categories_bought=lambda t: t.category.nunique(where=t.category != ""),
        private_minor=lambda t: t.private_minor.sum(),
        **{name: spend.amount_minor.sum(where=spend[column] == value) for name, (column, value) in shares.items()},
    )
    table = _customers(lines, as_of).inner_join(bought, "customer_id")
    return table.select(
        "customer_id",
        "recency_days",
        "frequency",
        "monetary_minor",
        "tenure_days",
        days_between_orders=(table.tenure_days - table.recency_days) / (table.frequency - 1).nullif(0),
        basket_value_minor=table.monetary_minor / table.frequency,
        basket_lines=table.lines / table.frequency,
        discount_share=_share(table.discount_minor, table.monetary_minor + table.discount_minor),
        coupon_share=table.coupon_orders / table.frequency,
        private_brand_share=_share(table.private_minor.fill_null(0), table.monetary_minor),
        weekend_share=table.weekend_orders / table.frequency,
        **{f"{part}_share": table[f"{part}_orders"] / table.frequency for part in (*_HOURS, "night")},
        categories_bought=table.categories_bought,
        trend=_share(
            table.last_quarter_minor - table.quarter_before_minor,
            table.last_quarter_minor + table.quarter_before_minor,
        ),
        **{name: _share(table[name].fill_null(0), table.monetary_minor) for name in shares},
    )


def _lines(tables: Tables, as_of: dt.date) -> Any:
    seen = tables.orders.filter(tables.orders.ordered_at < ibis.timestamp(f"{as_of.isoformat()} 00:00:00"))
    products = tables.products.select("product_id", "category", "department", "private_brand")
    return seen.left_join(products, "product_id").select(
        "customer_id",
        "order_id",
        "ordered_at",
        "amount_minor",
        "discount_minor",
        "coupon_minor",
        category=lambda t: t.category.nullif(NO_CATEGORY).fill_null(""),
        department=lambda t: t.department.nullif(NO_DEPARTMENT).fill_null(""),
        private_brand=lambda t: t.private_brand.fill_null(False),
    )


def _customers(lines: Any, as_of: dt.date) -> Any:
    """Integer aggregates of each customer's orders."""
    orders = lines.group_by("customer_id", "order_id").aggregate(
        ordered_at=lambda t: t.ordered_at.min(),
        amount_minor=lambda t: t.amount_minor.sum(),
        discount_minor=lambda t: t.discount_minor.sum(),
        coupon_minor=lambda t: t.coupon_minor.sum(),
        lines=lambda t: t.count(),
    )
    day = orders.ordered_at.date()
    hour = orders.ordered_at.hour()
    end = ibis.date(as_of.isoformat())
    quarter, two_quarters = (
        ibis.date((as_of - dt.timedelta(days=days)).isoformat()) for days in (QUARTER_DAYS, 2 * QUARTER_DAYS)
    )
    parts = {part: hour.between(first, last) for part, (first, last) in _HOURS.items()}
    parts["night"] = (hour >= 21) | (hour < 5)
    return orders.group_by("customer_id").aggregate(
        recency_days=end.delta(day.max(), unit="day"),
        tenure_days=end.delta(day.min(), unit="day"),
        frequency=orders.count(),
        monetary_minor=orders.amount_minor.sum(),
        discount_minor=orders.discount_minor.sum(),
        lines=orders.lines.sum(),
        coupon_orders=(orders.coupon_minor > 0).sum(),
        weekend_orders=(orders.ordered_at.day_of_week.index() >= 5).sum(),
        last_quarter_minor=orders.amount_minor.sum(where=day >= quarter).fill_null(0),
        quarter_before_minor=orders.amount_minor.sum(where=(day >= two_quarters) & (day < quarter)).fill_null(0),
        **{f"{part}_orders": when.sum() for part, when in parts.items()},
    )


def _largest(spend: Any, column: str, count: int) -> list[str]:
    """The names with the most money, largest first; equal ones in alphabetical order."""
    totals = (
        spend.filter(spend[column] != "")
        .group_by(column)
        .aggregate(total=lambda t: t.amount_minor.sum())
        .order_by(ibis.desc("total"), column)
        .limit(count)
        .execute()
    )
    return [str(name) for name in totals[column]]


def _share(part: Any, whole: Any) -> Any:
    return (part / whole.nullif(0)).fill_null(0.0)
