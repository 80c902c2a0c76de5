"""What each feature of a customer means, in words a report and a receipt can use."""

from dataclasses import dataclass

from assistant.records import Unit

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
    """How it is computed, in the words of the tables."""
    high: str
    """What to call a segment where it is far above the others."""
    low: str
    """What to call a segment where it is far below."""
    extreme: str = ""
    """What to call a segment that is very far above; empty: as `high`."""


_ORDERS = "orders before as_of"

BASE_FEATURES: tuple[Feature, ...] = (
    Feature("recency_days", "days since the last order", Unit.DAYS, "cadence",
            f"as_of - max(date(ordered_at)) over {_ORDERS}", "lapsing", "recent", "lost"),
    Feature("frequency", "orders", Unit.ORDERS, "cadence",
            f"count(distinct order_id) over {_ORDERS}", "frequent", "infrequent", "most frequent"),
    Feature("monetary_minor", "spend", Unit.MONEY, "value",
            f"sum(amount_minor) over {_ORDERS}", "high-spending", "low-spending", "top-spending"),
    Feature("tenure_days", "days since the first order", Unit.DAYS, "cadence",
            f"as_of - min(date(ordered_at)) over {_ORDERS}", "long-standing", "new"),
    Feature("days_between_orders", "days between orders", Unit.DAYS, "cadence",
            "(last order date - first order date) / (frequency - 1); none with a single order",
            "occasional", "regular"),
    Feature("basket_value_minor", "spend per order", Unit.MONEY, "basket",
            "monetary_minor / frequency", "big-basket", "small-basket"),
    Feature("basket_lines", "different products per order", Unit.LINES, "basket",
            f"order lines / frequency over {_ORDERS}", "full-basket", "quick-trip"),
    Feature("discount_share", "share of shelf prices taken off by the shop", Unit.SHARE, "price",
            "sum(discount_minor) / sum(amount_minor + discount_minor)", "discount-minded", "full-price"),
    Feature("coupon_share", "share of orders with a coupon", Unit.SHARE, "price",
            "orders with coupon_minor > 0 / frequency", "coupon-using", "coupon-free", "coupon-led"),
    Feature("private_brand_share", "share of spend on the shop's own brand", Unit.SHARE, "price",
            "sum(amount_minor of private_brand products) / monetary_minor", "own-brand", "name-brand"),
    Feature("weekend_share", "share of orders on Saturday or Sunday", Unit.SHARE, "when",
            "orders on a Saturday or Sunday / frequency", "weekend", "weekday"),
    Feature("morning_share", "share of orders from five to eleven in the morning", Unit.SHARE, "when",
            "orders with hour 5-10 / frequency", "morning", "never-morning"),
    Feature("midday_share", "share of orders from eleven in the morning to four in the afternoon", Unit.SHARE, "when",
            "orders with hour 11-15 / frequency", "midday", "never-midday"),
    Feature("evening_share", "share of orders from four in the afternoon to nine in the evening", Unit.SHARE, "when",
            "orders with hour 16-20 / frequency", "evening", "never-evening"),
    Feature("night_share", "share of orders from nine in the evening to five in the morning", Unit.SHARE, "when",
            "orders with hour 21-4 / frequency", "late-night", "never-late"),
    Feature("categories_bought", "different categories bought", Unit.COUNT, "products",
            f"count(distinct category) over {_ORDERS}", "wide-ranging", "narrow"),
    Feature("trend", "change of spend in the last quarter", Unit.RATIO, "trend",
            "(s1 - s0) / (s1 + s0), s1 = spend of the last 91 days, s0 = of the 91 days before; 0 without either",
            "growing", "fading"),
)  # fmt: skip

_BY_NAME = {feature.name: feature for feature in BASE_FEATURES}


def feature_named(name: str) -> Feature:
    """The definition of a column of the customer table, shares of departments and categories included.

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
                f"sum(amount_minor where {column} = {words!r}) / monetary_minor",
                f"{words[:1].lower()}{words[1:]}",
                f"little {words[:1].lower()}{words[1:]}",
            )
    return _BY_NAME[name]
