"""How a shop's own file becomes a canonical table: which column is what, and how its values are written."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record

TableName = Literal["orders", "products", "customers", "events", "past_campaigns"]


class FieldSource(Record):
    """Where one field's value comes from; `assistant.data.layouts.field_value` is what reads it, for every table."""

    columns: tuple[str, ...] = Field(
        default=(), description="columns of the file; the first that is not empty in a row gives the value"
    )
    joined: bool = Field(default=False, description="all columns that are not empty, joined with ` - `, instead")
    pattern: str = Field(
        default="",
        description="where no column gives a value: columns in braces and text between them, such as "
        "`{Title} - {Size} / {Colour}`; an empty column vanishes with the text before it",
    )
    constant: str = Field(default="", description="said where no column gives a value; empty: nothing is")
    values: dict[str, str] = Field(
        default_factory=dict,
        description="value as given, any case -> value as stored; a value that is not listed is kept, "
        "except in `event`, where its row is passed over and counted",
    )
    blank: tuple[str, ...] = Field(default=(), description="cells, any case, that say nothing, such as `Default Title`")
    only_with: str = Field(default="", description="column that must hold something in the row, else nothing is said")
    only_without: str = Field(default="", description="column that must be empty in the row, else nothing is said")
    lower: bool = Field(default=False, description="in lower case, as addresses are told apart")
    plain_text: bool = Field(default=False, description="markup is taken out: tags dropped, entities resolved")
    first_of: str = Field(default="", description="what parts a list in one cell, such as `,`; its first is meant")
    part: Literal["", "first", "last"] = Field(default="", description="of a path such as `Home > Pans`, one step")


class TableMapping(Record):
    """One canonical table out of a file.

    A field is a column of the table's contract or one of the fields of orders that are reckoned with:
    `amount`, `discount`, `coupon` (of the line, major units), `unit_amount` (of one item, before any discount),
    `order_discount`, `order_coupon`, `order_refund` (of the whole order, major units; spread over its lines by their
    amounts, exactly), `refunded_at`, `returned_quantity`, `cancelled_at`, `status`, `currency`; of products `price`.
    """

    table: TableName
    fields: dict[str, FieldSource]
    explode: str = Field(
        default="",
        description="of nested rows: the list that becomes one row an element; a row without elements stays one",
    )
    group: tuple[str, ...] = Field(default=(), description="columns that say which rows are one order or product")
    fill_down: tuple[str, ...] = Field(
        default=(), description="columns that stand in the first row of a group and are meant for all of it"
    )
    required: tuple[str, ...] = Field(
        default=(), description="columns without which a row is no row of this table; it is passed over and counted"
    )
    newest_by: tuple[str, ...] = Field(
        default=(), description="fields whose latest known value counts where rows share the key, such as consent"
    )
    passed_over: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="column -> values, any case, whose rows are passed over and counted"
    )
    decimal: Literal["", ".", ","] = Field(default="", description="empty: the data decides")
    dates: Literal["", "iso", "day-first", "month-first", "seconds", "milliseconds", "microseconds"] = Field(
        default="", description="how moments are written, the last three since 1970; empty: the data decides"
    )
    time_zone: str = Field(default="", description="IANA name the moments are in; empty: the shop's own")


class SourceLayout(Record):
    """The layout of an export that is known, or a shop's own, edited by hand."""

    layout: str = Field(description="`shopify`, `woocommerce`, `ga4`, `klaviyo`, or any name")
    file: str = Field(description="which export of it: `orders`, `products`, ...")
    signature: tuple[str, ...] = Field(
        default=(), description="columns, any case, that a file of this layout has and hardly another"
    )
    tables: tuple[TableMapping, ...] = Field(description="one export may feed more than one table")
