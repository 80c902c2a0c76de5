"""What each canonical table promises: its columns, their units and the values they may hold."""

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
class Contract:
    """One table: its columns, the columns that identify a row, and the tables it points to."""

    table: str
    row: str
    """What one row is."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


CONTRACTS: dict[str, Contract] = {
    contract.table: contract
    for contract in (
        Contract(
            table="orders",
            row="an order line",
            key=("order_id", "product_id"),
            columns=(
                Column("order_id", "string", "the order, one basket at one till"),
                Column("customer_id", "string", "who ordered"),
                Column("product_id", "string", "what was bought"),
                Column("ordered_at", "timestamp", "the shop's local time"),
                Column("quantity", "int64", "items, or the source's own measure for goods by weight", minimum=0),
                Column("amount_minor", "int64", "what the shop received for the line, minor units", minimum=0),
                Column("discount_minor", "int64", "the shop's discount on the line, minor units", minimum=0),
                Column("coupon_minor", "int64", "coupons on the line, minor units", minimum=0),
                Column("store_id", "string", "where, or the sales channel", nullable=True),
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
                Column("private_brand", "boolean", "the shop's own brand"),
                Column("package_size", "string", "as the source writes it", nullable=True),
                Column("advertisable", "boolean", "may be named in a message: a product, and not a delicate one"),
            ),
        ),
        Contract(
            table="customers",
            row="a customer",
            key=("customer_id",),
            columns=(
                Column("customer_id", "string", "the customer"),
                Column("age_band", "string", "years", nullable=True),
                Column("income_band", "string", "thousands of dollars a year", nullable=True),
                Column("household_size", "string", "persons", nullable=True),
                Column("kids", "string", "children in the household", nullable=True),
            ),
        ),
        Contract(
            table="events",
            row="something that happened to a customer",
            key=(),
            columns=(
                Column("customer_id", "string", "to whom"),
                Column("event", "string", "what happened", values=("campaign_received", "coupon_redeemed")),
                Column("occurred_at", "timestamp", "the shop's local time"),
                Column("campaign_id", "string", "which past campaign", nullable=True),
                Column("coupon_id", "string", "which coupon", nullable=True),
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
        DataError: a column is missing or of another type, or a value is null, too small, not allowed or a
            duplicate key; the message names the column, the first such value and how many rows.
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
    if contract.key:
        doubled = table.group_by(list(contract.key)).aggregate(times=lambda t: t.count()).filter(lambda t: t.times > 1)
        first = doubled.limit(1).execute()
        if len(first):
            key = ", ".join(f"{name} {first[name].iloc[0]!r}" for name in contract.key)
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
