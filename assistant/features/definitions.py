"""What each feature of a customer means, in words a report and a receipt can use."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.records import Unit

CHANNEL_PREFIX = "channel: "
DEPARTMENT_PREFIX = "department: "
CATEGORY_PREFIX = "category: "


@dataclass(frozen=True)
class Feature:
    """One column of the customer table."""

    name: str
    label: str
    """In a reader's words."""
    unit: Unit
    topic: str
    """Which part of a fact sheet it belongs to."""
    source: str
    """How it is computed, in the words of the tables. `sold` lines have a quantity of 0 or more, all others are
    returns; an order is the sold lines of one customer under one order_id, at the moment of the first of them."""
    high: str
    """What to call a segment where it is far above the others."""
    low: str
    """What to call a segment where it is far below."""
    extreme: str = ""
    """What to call a segment that is very far above; empty: as `high`."""
    optional: bool = False
    """Whether a shop may lack the rows it is made of; its customer table then has no such column."""


_ORDERS = "orders before as_of"


def _weekday(day: str) -> Feature:
    return Feature(f"{day.lower()}_share", f"share of orders on {day}", Unit.SHARE, "when",
                   f"orders on a {day} / frequency", f"{day}", f"never-{day}")  # fmt: skip


def _events(kind: str, label: str, high: str, low: str) -> Feature:
    return Feature(f"{kind}_events", label, Unit.COUNT, "funnel",
                   f"count of events {kind!r} before as_of", high, low, optional=True)  # fmt: skip


BASE_FEATURES: tuple[Feature, ...] = (
    Feature("recency_days", "days since the last order", Unit.DAYS, "cadence",
            f"as_of - max(date(ordered_at)) over {_ORDERS}", "lapsing", "recent", "lost"),
    Feature("frequency", "orders", Unit.ORDERS, "cadence",
            f"count(distinct order_id) over {_ORDERS}", "frequent", "infrequent", "most frequent"),
    Feature("monetary_minor", "spend", Unit.MONEY, "value",
            f"sum(amount_minor) over {_ORDERS}, returns taken off", "high-spending", "low-spending", "top-spending"),
    Feature("tenure_days", "days since the first order", Unit.DAYS, "cadence",
            f"as_of - min(date(ordered_at)) over {_ORDERS}", "long-standing", "new"),
    Feature("days_between_orders", "days between orders", Unit.DAYS, "cadence",
            "(last order date - first order date) / (frequency - 1); none with a single order",
            "occasional", "regular"),
    Feature("overdue", "time since the last order in usual gaps between orders", Unit.COUNT, "cadence",
            "recency_days / days_between_orders; none with a single order or all orders on one day",
            "overdue", "on-time", "long-overdue"),
    Feature("basket_value_minor", "spend per order", Unit.MONEY, "basket",
            "monetary_minor / frequency", "big-basket", "small-basket"),
    Feature("basket_lines", "different products per order", Unit.LINES, "basket",
            f"order lines / frequency over {_ORDERS}", "full-basket", "quick-trip"),
    Feature("basket_items", "items per order", Unit.ITEMS, "basket",
            f"sum(quantity) / frequency over {_ORDERS}", "bulk-buying", "few-item"),
    Feature("discount_share", "share of shelf prices taken off by the shop", Unit.SHARE, "price",
            "sum(discount_minor) / sum(amount_minor + discount_minor) of sold lines", "discount-minded", "full-price"),
    Feature("coupon_share", "share of orders with a coupon", Unit.SHARE, "price",
            "orders with coupon_minor > 0 / frequency", "coupon-using", "coupon-free", "coupon-led"),
    Feature("private_brand_share", "share of spend on the shop's own brand", Unit.SHARE, "price",
            "sum(amount_minor of private_brand products) / sum(amount_minor) of sold lines", "own-brand", "name-brand"),
    Feature("redemption_share", "share of campaigns received that led to a redeemed coupon", Unit.SHARE, "campaigns",
            "campaigns with a campaign_received and a coupon_redeemed / campaigns with a campaign_received before "
            "as_of; none without one received", "campaign-answering", "campaign-deaf", optional=True),
    Feature("return_share", "share of orders with something sent back", Unit.SHARE, "returns",
            "orders with a return line under their order_id / frequency", "often-returning", "rarely-returning",
            optional=True),
    Feature("returned_spend_share", "share of spend sent back", Unit.SHARE, "returns",
            "-sum(amount_minor) of returns / sum(amount_minor) of sold lines", "much-returning", "little-returning",
            optional=True),
    Feature("weekend_share", "share of orders on Saturday or Sunday", Unit.SHARE, "when",
            "orders on a Saturday or Sunday / frequency", "weekend", "weekday"),
    *(_weekday(day) for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
    Feature("morning_share", "share of orders from five to eleven in the morning", Unit.SHARE, "when",
            "orders with hour 5-10 / frequency", "morning", "never-morning"),
    Feature("midday_share", "share of orders from eleven in the morning to four in the afternoon", Unit.SHARE, "when",
            "orders with hour 11-15 / frequency", "midday", "never-midday"),
    Feature("evening_share", "share of orders from four in the afternoon to nine in the evening", Unit.SHARE, "when",
            "orders with hour 16-20 / frequency", "evening", "never-evening"),
    Feature("night_share", "share of orders from nine in the evening to five in the morning", Unit.SHARE, "when",
            "orders with hour 21-4 / frequency", "late-night", "never-late"),
    _events("browse", "products looked at", "window-shopping", "little-browsing"),
    _events("search", "searches", "searching", "little-searching"),
    _events("cart", "products put in the cart", "cart-filling", "cart-shy"),
    _events("purchase", "purchases online", "online-buying", "little-online"),
    Feature("days_since_visit", "days since the last visit", Unit.DAYS, "funnel",
            "as_of - max(date(occurred_at)) of browse, search, cart and purchase; none without a visit",
            "long-unseen", "recently-seen", optional=True),
    Feature("cart_rate", "products put in the cart per product looked at", Unit.SHARE, "funnel",
            "cart_events / browse_events; none without a browse", "decided", "undecided", optional=True),
    Feature("purchase_rate", "purchases per product put in the cart", Unit.SHARE, "funnel",
            "purchase_events / cart_events; none without a cart", "cart-finishing", "cart-leaving", optional=True),
    Feature("categories_bought", "different categories bought", Unit.COUNT, "products",
            f"count(distinct category) over {_ORDERS}", "wide-ranging", "narrow"),
    Feature("trend", "change of spend in the last quarter", Unit.RATIO, "trend",
            "(s1 - s0) / (s1 + s0), s1 = sales of the last 91 days, s0 = of the 91 days before; 0 without either",
            "growing", "fading"),
)  # fmt: skip

_BY_NAME = {feature.name: feature for feature in BASE_FEATURES}


def feature_named(name: str) -> Feature:
    """The definition of a column of the customer table, shares of departments, categories and channels included.

    Raises:
        KeyError: no feature has that name.
    """
    for prefix, column in ((DEPARTMENT_PREFIX, "department"), (CATEGORY_PREFIX, "category")):
        if name.startswith(prefix):
            words = name.removeprefix(prefix)
            return Feature(
                name,
                f"share of spend on {words[:1].lower()}{words[1:]}",
                Unit.SHARE,
                "products",
                f"sum(amount_minor where {column} = {words!r}) / sum(amount_minor) of sold lines",
                f"{words[:1].lower()}{words[1:]}",
                f"little {words[:1].lower()}{words[1:]}",
            )
    if name.startswith(CHANNEL_PREFIX):
        words = name.removeprefix(CHANNEL_PREFIX)
        return Feature(
            name,
            f"share of orders by way of {words}",
            Unit.SHARE,
            "basket",
            f"orders with sales_channel = {words!r} / frequency",
            f"{words}-ordering",
            f"rarely {words}-ordering",
        )
    return _BY_NAME[name]


def features_in(columns: Iterable[str]) -> tuple[Feature, ...]:
    """Definitions of the base features among a table's columns, in their own order.

    A shop without events, campaigns or returns lacks theirs; shares of departments, categories and channels are many
    and come by `feature_named`.
    """
    there = set(columns)
    return tuple(feature for feature in BASE_FEATURES if feature.name in there)
