"""The customer table.

Staged grains keep the plan the same on every engine and free of distinct counts: customer x order, customer x
campaign, and customer; lines meet products once. Only sums, counts, minima, maxima, or-ed bits, joins and date
differences are asked of the engine, all on integers and moments; every float is one quotient of two integer
aggregates, so two runs, and two engines, agree to the bit.
"""

import datetime as dt
from typing import Any

import ibis

from assistant.data import FUNNEL, Cutoff, Tables
from assistant.errors import DataError
from assistant.features.definitions import CATEGORY_PREFIX, CHANNEL_PREFIX, DEPARTMENT_PREFIX
from assistant.features.orders import PARTS, WEEKDAYS, customers_of, orders_of
from assistant.features.responses import campaigns_of, funnel_of
from assistant.features.spending import spending_of
from assistant.features.vocabulary import Vocabulary, vocabulary_of


def default_as_of(tables: Tables) -> dt.date:
    """The day after the last order.

    Raises:
        DataError: there is no order.
    """
    last = tables.orders.ordered_at.date().max().execute()
    if last is None or last != last:
        raise DataError("The orders table is empty; expected at least one order line.")
    return dt.date(last.year, last.month, last.day) + dt.timedelta(days=1)


def customer_features(tables: Tables, cutoff: Cutoff) -> Any:
    """Features of every customer with an order before the cutoff.

    What the columns are is decided by a look into the rows before the cutoff; the table itself is an expression that
    the engine has not run yet.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.

    Returns:
        An Ibis table, one row a customer: `customer_id`, the columns of `BASE_FEATURES` in their units, and shares:
        of spend `department: NAME` and `category: NAME` of the largest departments and categories, of orders
        `channel: NAME` of the largest channels. Columns of events, campaigns, returns and channels stand only where
        the shop has such rows. What cannot be said (a gap with a single order, a rate of nothing) is null; shares
        of spend are 0 where spend is 0.
    """
    seen = tables.before(cutoff)
    return features_of(seen, cutoff.as_of, vocabulary_of(seen))


def features_of(seen: Tables, as_of: dt.date, names: Vocabulary) -> Any:
    """The customer table with the columns that a vocabulary calls for, not run and with nothing looked up."""
    table = customers_of(orders_of(seen.orders), as_of, names)
    for part in (spending_of(seen, names), funnel_of(seen, names), campaigns_of(seen, names)):
        if part is not None:
            table = table.left_join(part, "customer_id").drop("customer_id_right")
    return table.select(
        "customer_id",
        **_habits(table),
        **_prices(table, names),
        **_times(table, names),
        **_visits(table, names, ibis.date(as_of.isoformat())),
        categories_bought=table.categories,
        trend=_share(
            table.last_quarter_minor - table.quarter_before_minor,
            table.last_quarter_minor + table.quarter_before_minor,
        ),
        **{
            prefix + name: _share(table[f"{column}_{at}_minor"], table.sales_minor)
            for prefix, column, found in (
                (DEPARTMENT_PREFIX, "department", names.departments),
                (CATEGORY_PREFIX, "category", names.categories),
            )
            for at, name in enumerate(found)
        },
    )


def _habits(table: Any) -> dict[str, Any]:
    """How often, how much, how full."""
    gaps = table.frequency - 1
    return {
        **{name: table[name] for name in ("recency_days", "frequency", "monetary_minor", "tenure_days")},
        "days_between_orders": _rate(table.tenure_days - table.recency_days, gaps),
        "overdue": _rate(table.recency_days * gaps, table.tenure_days - table.recency_days),
        "basket_value_minor": _rate(table.monetary_minor, table.frequency),
        "basket_lines": _rate(table.lines, table.frequency),
        "basket_items": _rate(table["items"], table.frequency),
    }


def _prices(table: Any, names: Vocabulary) -> dict[str, Any]:
    """What is paid in full, what is not, and what comes back."""
    prices = {
        "discount_share": _share(table.discount_minor, table.sales_minor + table.discount_minor),
        "coupon_share": _rate(table.coupon_orders, table.frequency),
        "private_brand_share": _share(table.private_minor, table.sales_minor),
    }
    if "campaign_received" in names.events:
        prices["redemption_share"] = _rate(table.redeemed, table.received)
    if names.returns:
        prices["return_share"] = _rate(table.returned_orders, table.frequency)
        prices["returned_spend_share"] = _share(table.sales_minor - table.monetary_minor, table.sales_minor)
    return prices


def _times(table: Any, names: Vocabulary) -> dict[str, Any]:
    """When, and by which way."""
    counts = {
        "weekend_share": table.saturday_orders + table.sunday_orders,
        **{f"{name}_share": table[f"{name}_orders"] for name in (*WEEKDAYS, *PARTS)},
        **{CHANNEL_PREFIX + name: table[f"channel_{at}_orders"] for at, name in enumerate(names.channels)},
    }
    return {name: _rate(count, table.frequency) for name, count in counts.items()}


def _visits(table: Any, names: Vocabulary, end: Any) -> dict[str, Any]:
    """What led to orders, or did not."""
    kinds = [kind for kind in FUNNEL if kind in names.events]
    visits = {f"{kind}_events": table[f"{kind}_events"].fill_null(0) for kind in kinds}
    if kinds:
        visits["days_since_visit"] = end.delta(table.last_visit.date(), unit="day")
    for name, part, whole in (("cart_rate", "cart", "browse"), ("purchase_rate", "purchase", "cart")):
        if part in kinds and whole in kinds:
            visits[name] = _rate(table[f"{part}_events"], table[f"{whole}_events"])
    return visits


def _rate(part: Any, whole: Any) -> Any:
    """Null where there is nothing to divide by. Said as floats: some engines divide integers to six decimals."""
    return part.cast("float64") / whole.nullif(0)


def _share(part: Any, whole: Any) -> Any:
    """0 where there is nothing to divide by."""
    return _rate(part, whole).fill_null(0.0)
