"""What each canonical table promises: its columns, their units and the values they may hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from assistant.errors import DataError

Kind = Literal["string", "int64", "timestamp", "date", "boolean"]

# What the products table holds where the source says nothing: no category and no department to count or to name.
NO_CATEGORY = "No category"
NO_DEPARTMENT = "No department"


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str
    """What it says, with its unit."""
    nullable: bool = False
    minimum: int | None = None
    values: tuple[str, ...] = ()
    """The only values allowed; empty: any."""


@dataclass(frozen=True)
class Rule:
    """What no row of a table may do, over several of its columns."""

    column: str
    """The one that a message names."""
    expected: str
    """What is asked of it, in words."""
    broken: Callable[[Any], Any]
    """An Ibis table of the contract's columns -> whether a row breaks the rule."""


@dataclass(frozen=True)
class Contract:
    """One table: its columns, the columns that identify a row, and what holds between columns."""

    table: str
    row: str
    """What one row is."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    others_kept: bool = False
    """Whether further columns of the shop's file stay in the table, as text under their own names."""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


_KNOWN_AT = Column(
    "known_at", "timestamp", "when the shop came to know of the row; empty: as it happened", nullable=True
)

# What a customer did, and what was done to them. The first four are the funnel, in its order.
FUNNEL = ("browse", "search", "cart", "purchase")
EVENTS = (*FUNNEL, "campaign_received", "campaign_opened", "campaign_clicked", "coupon_redeemed")

CONTRACTS: dict[str, Contract] = {
    contract.table: contract
    for contract in (
        Contract(
            table="orders",
            row="an order line",
            key=("order_id", "line"),
            columns=(
                Column("order_id", "string", "the order, one basket at one till"),
                Column("line", "int64", "its place in the order, from 0", minimum=0),
                Column("customer_id", "string", "who ordered"),
                Column("product_id", "string", "what was bought"),
                Column("ordered_at", "timestamp", "the shop's local time; of a return, when it came back"),
                Column("quantity", "int64", "items, or the source's measure of goods by weight; below 0: a return"),
                Column("amount_minor", "int64", "what the shop received, minor units; of a return, below 0"),
                Column("discount_minor", "int64", "the shop's discount on the line, minor units", minimum=0),
                Column("coupon_minor", "int64", "coupons on the line, minor units", minimum=0),
                Column("store_id", "string", "which store", nullable=True),
                Column("sales_channel", "string", "web, app, store or however the shop calls it", nullable=True),
                _KNOWN_AT,
            ),
            rules=(
                Rule(
                    "amount_minor",
                    "a sale is 0 or more, only a return (a quantity below 0) is below 0",
                    lambda t: ((t.quantity >= 0) & (t.amount_minor < 0)) | ((t.quantity < 0) & (t.amount_minor > 0)),
                ),
            ),
        ),
        Contract(
            table="products",
            row="a product",
            key=("product_id",),
            columns=(
                Column("product_id", "string", "the product"),
                Column("name", "string", "as a customer reads it; products of one name are one to a reader"),
                Column("source_type", "string", "the source's own words for it", nullable=True),
                Column("category", "string", "readable category"),
                Column("department", "string", "readable department"),
                Column("brand", "string", "who makes it", nullable=True),
                Column("private_brand", "boolean", "the shop's own brand"),
                Column("package_size", "string", "as the source writes it", nullable=True),
                Column("price_minor", "int64", "what it costs today, minor units", nullable=True, minimum=0),
                Column("description", "string", "the shop's own words about it, plain text", nullable=True),
                Column("advertisable", "boolean", "may be named in a message: a product, and not a delicate one"),
            ),
        ),
        Contract(
            table="customers",
            row="a customer",
            key=("customer_id",),
            columns=(
                Column("customer_id", "string", "the customer"),
                Column("email", "string", "address, lower case", nullable=True),
                Column("phone", "string", "number as given", nullable=True),
                Column("first_name", "string", "given name", nullable=True),
                Column("last_name", "string", "family name", nullable=True),
                Column("email_opt_in", "boolean", "agreed to be sent e-mail", nullable=True),
                Column("sms_opt_in", "boolean", "agreed to be sent text messages", nullable=True),
                Column("push_opt_in", "boolean", "agreed to be sent notifications", nullable=True),
                Column("age_band", "string", "years", nullable=True),
                Column("income_band", "string", "thousands of dollars a year", nullable=True),
                Column("household_size", "string", "persons", nullable=True),
                Column("kids", "string", "children in the household", nullable=True),
                _KNOWN_AT,
            ),
            others_kept=True,
        ),
        Contract(
            table="events",
            row="something that happened to a customer",
            key=(),
            columns=(
                Column("customer_id", "string", "to whom"),
                Column("event", "string", "what happened", values=EVENTS),
                Column("occurred_at", "timestamp", "the shop's local time"),
                Column("event_id", "string", "the source's own id of it", nullable=True),
                Column("session_id", "string", "the visit it is part of", nullable=True),
                Column("product_id", "string", "which product", nullable=True),
                Column("search_text", "string", "what was searched for", nullable=True),
                Column("order_id", "string", "of a purchase, the order", nullable=True),
                Column("campaign_id", "string", "which past campaign", nullable=True),
                Column("coupon_id", "string", "which coupon", nullable=True),
                _KNOWN_AT,
            ),
        ),
        Contract(
            table="past_campaigns",
            row="a campaign of the past",
            key=("campaign_id",),
            columns=(
                Column("campaign_id", "string", "the campaign"),
                Column("campaign_type", "string", "the source's type"),
                Column("starts", "date", "first day"),
                Column("ends", "date", "last day"),
            ),
        ),
    )
}


def check_table(contract: Contract, table: Any, place: str) -> int:
    """Hold a table to its contract.

    Args:
        contract: what it promises.
        table: an Ibis table.
        place: file or source, for the message.

    Returns:
        Rows.

    Raises:
        DataError: a column is missing or of another type, or a value is null, too small, not allowed, against a
            rule or a duplicate key; the message names the column, the first such value and how many rows.
    """
    schema = table.schema()
    missing = [name for name in contract.names if name not in schema]
    if missing:
        raise DataError(
            f"{place}: table {contract.table!r} has no column {', '.join(missing)}; it has "
            f"{', '.join(schema.names)}; expected {', '.join(contract.names)}."
        )
    for column in contract.columns:
        found = schema[column.name]
        if not _is_kind(found, column.kind):
            raise DataError(f"{place}: column {column.name!r} is {found}; expected {column.kind} ({column.meaning}).")
    ruled = [c for c in contract.columns if not c.nullable or c.minimum is not None or c.values]
    counts = table.aggregate(
        rows=table.count(), **{f"bad_{column.name}": breaks(table[column.name], column).sum() for column in ruled}
    ).execute()
    for column in ruled:
        bad = int(counts[f"bad_{column.name}"].fillna(0).iloc[0])
        if bad:
            first = table.filter(breaks(table[column.name], column)).select(column.name).limit(1).execute().iloc[0, 0]
            raise DataError(
                f"{place}: column {column.name!r} holds {shown(first)} ({bad:,} rows like it); "
                f"expected {expected(column)}."
            )
    for rule in contract.rules:
        wrong = table.filter(rule.broken(table).fill_null(False))
        first = wrong.select(rule.column).limit(1).execute()
        if len(first):
            raise DataError(
                f"{place}: column {rule.column!r} holds {shown(first.iloc[0, 0])} "
                f"({int(wrong.count().execute()):,} rows like it); expected: {rule.expected}."
            )
    if contract.key:
        doubled = table.group_by(list(contract.key)).aggregate(times=lambda t: t.count()).filter(lambda t: t.times > 1)
        first = doubled.limit(1).execute()
        if len(first):
            key = ", ".join(f"{name} {shown(first[name].iloc[0])}" for name in contract.key)
            raise DataError(
                f"{place}: {int(doubled.count().execute()):,} keys stand more than once, such as {key}; "
                f"expected {contract.row} a row."
            )
    return int(counts["rows"].iloc[0])


def _is_kind(dtype: Any, kind: Kind) -> bool:
    return bool(
        {
            "string": dtype.is_string(),
            "int64": dtype.is_integer(),
            "timestamp": dtype.is_timestamp(),
            "date": dtype.is_date(),
            "boolean": dtype.is_boolean(),
        }[kind]
    )


def breaks(value: Any, column: Column) -> Any:
    """Whether a value of a column is one that its contract refuses, as an Ibis expression, never null."""
    bad = value.isnull() & (not column.nullable)
    if column.kind == "string" and not column.nullable:
        bad = bad | (value == "").fill_null(False)
    if column.minimum is not None:
        bad = bad | (value < column.minimum).fill_null(False)
    if column.values:
        bad = bad | ~value.isin(column.values).fill_null(True)
    return bad


def expected(column: Column) -> str:
    """What a column may hold, in words."""
    parts = [f"{column.kind} ({column.meaning})"]
    if not column.nullable:
        parts.append("never empty")
    if column.minimum is not None:
        parts.append(f"at least {column.minimum}")
    if column.values:
        parts.append("one of " + ", ".join(column.values))
    return ", ".join(parts)


def shown(value: Any) -> str:
    """A value of a table for a message: texts in quotation marks, an absent one as `nothing`."""
    if pd.isna(value):
        return "nothing"
    return repr(value) if isinstance(value, str) else str(value)
