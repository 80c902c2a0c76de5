"""What every field of a mapping means, and which a table cannot do without."""

from assistant.data.contracts import CONTRACTS
from assistant.records.mappings import TableName

# Fields that no table keeps: its columns are reckoned from them.
_RECKONED: dict[str, dict[str, str]] = {
    "orders": {
        "amount": "what the shop received for the line, such as 12.30",
        "discount": "the shop's discount on the line, such as 1.50",
        "coupon": "coupons on the line, such as 1.50",
        "unit_amount": "the price of one item before any discount, such as 12.30",
        "order_discount": "discounts of the whole order, such as 5.00",
        "order_coupon": "coupons of the whole order, such as 5.00",
        "order_refund": "what was given back of the whole order, such as 5.00",
        "refunded_at": "when it was given back",
        "returned_quantity": "items of the line that came back",
        "cancelled_at": "when the order was cancelled; a cancelled order is none",
        "status": "how far the order got; one that was cancelled is none",
        "currency": "ISO 4217 code of the amounts",
    },
    "products": {"price": "what it costs today, such as 12.30"},
}

# One of each group must be mapped.
_REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (
        ("order_id",),
        ("customer_id",),
        ("product_id",),
        ("ordered_at",),
        ("amount", "unit_amount", "amount_minor"),
    ),
    "products": (("product_id",), ("name",)),
    "customers": (("customer_id",),),
    "events": (("customer_id",), ("event",), ("occurred_at",)),
    "past_campaigns": (("campaign_id",), ("campaign_type",), ("starts",), ("ends",)),
}


def fields_of(table: TableName) -> dict[str, str]:
    """Every field that a mapping of a table may name, with its meaning."""
    own = {column.name: column.meaning for column in CONTRACTS[table].columns}
    return {**own, **_RECKONED.get(table, {})}


def required_of(table: TableName) -> tuple[tuple[str, ...], ...]:
    """Groups of fields; one of each group must be mapped."""
    return _REQUIRED[table]
