"""The fields that a mapping may give, and how the text of each is read."""

from dataclasses import dataclass
from typing import Literal

from assistant.data.contracts import CONTRACTS, NO_CATEGORY, NO_DEPARTMENT, Column, expected
from assistant.records.mappings import TableName

Kind = Literal["string", "int64", "timestamp", "date", "boolean", "money", "price"]


@dataclass(frozen=True)
class Field:
    """One field of a table."""

    name: str
    kind: Kind
    """`money`: major units -> exact minor units; `price`: major units with any digits."""
    expected: str
    """What it may hold, in words."""
    column: Column | None = None
    """Of the contract; None: it is reckoned with and not stored."""
    minimum: int | None = None
    needed: bool = False
    """Whether a row without it cannot be taken."""

    @property
    def is_number(self) -> bool:
        """Whether a decimal sign may stand in it."""
        return self.kind in ("int64", "money", "price")

    @property
    def is_moment(self) -> bool:
        """Whether it says when."""
        return self.kind in ("timestamp", "date")


# What a table may lack in a row, and what is then stored.
DEFAULTS: dict[str, dict[str, object]] = {
    "orders": {"discount_minor": 0, "coupon_minor": 0},
    "products": {"category": NO_CATEGORY, "department": NO_DEPARTMENT, "private_brand": False},
}
# What is made when a file has no such column.
MADE = {"orders": frozenset({"line", "quantity"}), "products": frozenset({"advertisable"})}

_DECIMALS = ", with no more decimals than the currency has"
_RECKONED: dict[str, tuple[Field, ...]] = {
    "orders": (
        Field(
            "amount",
            "money",
            f"an amount (what the shop received for the line, such as 12.30{_DECIMALS})",
        ),
        Field(
            "discount",
            "money",
            f"an amount (the shop's discount on the line, such as 1.50{_DECIMALS}), at least 0",
            minimum=0,
        ),
        Field(
            "coupon",
            "money",
            f"an amount (coupons on the line, such as 1.50{_DECIMALS}), at least 0",
            minimum=0,
        ),
        Field("unit_amount", "price", "an amount (the price of one item, such as 12.30)"),
        Field("order_discount", "money", "an amount (discounts of the order, such as 5.00)"),
        Field("order_coupon", "money", "an amount (coupons of the order, such as 5.00)"),
        Field("order_refund", "money", "an amount (what was given back of the order, such as 5.00)"),
        Field("refunded_at", "timestamp", "timestamp (when it was given back)"),
        Field("returned_quantity", "int64", "int64 (items of the line that came back)"),
        Field("cancelled_at", "timestamp", "timestamp (when the order was cancelled)"),
        Field("status", "string", "string (how far the order got)"),
        Field("currency", "string", "string (ISO 4217 code of the amounts)"),
    ),
    "products": (
        Field(
            "price",
            "money",
            f"an amount (what it costs today, such as 12.30{_DECIMALS}), at least 0",
            minimum=0,
        ),
    ),
}


def fields_of(table: TableName) -> dict[str, Field]:
    """Every field of a table by name, those of its contract first and in their order."""
    contract = CONTRACTS[table]
    own = {column.name: _stored(table, column) for column in contract.columns}
    return {**own, **{field.name: field for field in _RECKONED.get(table, ())}}


def _stored(table: str, column: Column) -> Field:
    spared = column.nullable or column.name in DEFAULTS.get(table, {}) or column.name in ("line", "advertisable")
    needed = not spared and column.name != "amount_minor"
    return Field(column.name, column.kind, expected(column), column, column.minimum, needed)
