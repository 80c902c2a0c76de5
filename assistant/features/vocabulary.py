"""The names a shop's rows hold: they decide which columns the customer table has."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from assistant.data import FUNNEL, NO_CATEGORY, NO_DEPARTMENT, Tables

TOP_DEPARTMENTS = 8
TOP_CATEGORIES = 12
TOP_CHANNELS = 6
COUNTED_EVENTS = (*FUNNEL, "campaign_received", "coupon_redeemed")


@dataclass(frozen=True)
class Vocabulary:
    """Names among the rows that may be seen, largest first where they are ranked."""

    kinds: tuple[tuple[str, str], ...] = ()
    """Every (category, department) with an order line, in alphabetical order; an empty text where none is known."""
    departments: tuple[str, ...] = ()
    """Those with the most money."""
    categories: tuple[str, ...] = ()
    """Those with the most money."""
    channels: tuple[str, ...] = ()
    """Those with the most order lines; none where all orders came through one."""
    events: frozenset[str] = frozenset()
    """Which of `COUNTED_EVENTS` have happened."""
    returns: bool = False
    """Whether anything came back."""


def vocabulary_of(seen: Tables) -> Vocabulary:
    """Look into the orders, by product and by channel, and into the events.

    Args:
        seen: what a cutoff lets be seen; nothing else may decide which columns there are.
    """
    sold = seen.orders.quantity >= 0
    # By product first: its texts are joined to one row of each, not to every line.
    by_product = seen.orders.group_by("product_id").aggregate(
        sales_minor=seen.orders.amount_minor.sum(where=sold).fill_null(0),
        sold=seen.orders.count(where=sold),
        returned=seen.orders.count(where=~sold),
    )
    named = by_product.left_join(products_of(seen), "product_id")
    kinds: pd.DataFrame = (
        named.group_by("category", "department")
        .aggregate(**{name: named[name].sum() for name in ("sales_minor", "sold", "returned")})
        .execute()
    )
    kinds[["category", "department"]] = kinds[["category", "department"]].fillna("")
    bought = kinds[kinds["sold"] > 0]
    orders = seen.orders.filter(sold)
    channels: pd.DataFrame = orders.group_by("sales_channel").aggregate(lines=orders.count()).execute()
    events = seen.events.filter(seen.events.event.isin(COUNTED_EVENTS)).select("event").distinct().execute()
    return Vocabulary(
        kinds=tuple(sorted(set(zip(bought["category"], bought["department"], strict=True)))),
        departments=_largest(bought, "department", "sales_minor", TOP_DEPARTMENTS),
        categories=_largest(bought, "category", "sales_minor", TOP_CATEGORIES),
        # Where every order comes the same way, its share says nothing.
        channels=_largest(channels, "sales_channel", "lines", TOP_CHANNELS) if len(channels) > 1 else (),
        events=frozenset(events["event"]),
        returns=bool(kinds["returned"].sum()),
    )


def products_of(seen: Tables) -> Any:
    """`product_id`, `private_brand`, `category`, `department`, `brand`; an empty text where the shop says nothing."""
    return seen.products.select(
        "product_id",
        "private_brand",
        brand=seen.products.brand.fill_null(""),
        category=seen.products.category.nullif(NO_CATEGORY).fill_null(""),
        department=seen.products.department.nullif(NO_DEPARTMENT).fill_null(""),
    )


def _largest(counts: pd.DataFrame, column: str, by: str, count: int) -> tuple[str, ...]:
    """The names with the most of `by`, largest first; equal ones in alphabetical order.

    Engines do not tell column names apart by case: of names that differ in nothing else, the largest stands.
    """
    totals = counts[counts[column].fillna("") != ""].groupby(column)[by].sum()
    ranked = sorted(totals.items(), key=lambda item: (-int(item[1]), str(item[0])))
    different = {str(name).casefold(): str(name) for name, _ in reversed(ranked)}
    kept = set(different.values())
    return tuple(str(name) for name, _ in ranked if name in kept)[:count]
