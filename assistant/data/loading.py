"""A shop's own files into canonical tables: CSV or Parquet whose columns carry the contract's names.

Money may be given in major units instead: a column `amount`, `discount` or `coupon` stands for
`amount_minor`, `discount_minor` or `coupon_minor` and is multiplied by a hundred, exactly.
"""

import dataclasses
import functools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import (
    CONTRACTS,
    NO_CATEGORY,
    NO_DEPARTMENT,
    Column,
    Contract,
    breaks,
    check_table,
    expected,
    shown,
)
from assistant.data.engine import EngineError, connect
from assistant.data.files import open_file, place_of, unreadable
from assistant.data.product_names import advertisable
from assistant.data.tables import write_parquet
from assistant.errors import DataError

# Wide enough for what a float's text may carry beyond its cents.
_EXACT = "decimal(28, 9)"
_MONEY = {"amount_minor": "amount", "discount_minor": "discount", "coupon_minor": "coupon"}

# What a file may leave out, and what is then written.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "orders": {"quantity": 1, "discount_minor": 0, "coupon_minor": 0, "store_id": None},
    "products": {
        "source_type": None,
        "category": NO_CATEGORY,
        "department": NO_DEPARTMENT,
        "private_brand": False,
        "package_size": None,
    },
    "customers": {"age_band": None, "income_band": None, "household_size": None, "kids": None},
    "events": {"campaign_id": None, "coupon_id": None},
    "past_campaigns": {},
}


def load_files(out: Path, files: Mapping[str, Path]) -> dict[str, int]:
    """Write the canonical tables from a shop's files.

    Args:
        out: an empty folder; one Parquet file a table.
        files: table name -> CSV or Parquet file; `orders` and `products` are required.

    Returns:
        Rows of each table.

    Raises:
        DataError: a file cannot be read, lacks a column, or holds a value that breaks the contract.
    """
    for table in ("orders", "products"):
        if table not in files:
            raise DataError(f"There is no file for {table}; name one with `--{table} FILE`.")
    engine = connect()
    rows = {}
    tables: dict[str, Any] = {}
    for name, contract in CONTRACTS.items():
        try:
            table = _canonical(engine, contract, files[name]) if name in files else _absent(contract, tables)
            path = out / f"{name}.parquet"
            write_parquet(table, path, list(contract.key or contract.names))
        except EngineError as error:
            # A CSV is read as it is asked for: a line that is none shows only now.
            raise unreadable(files[name], error) from None if name in files else error
        tables[name] = engine.read_parquet(str(path))
        rows[name] = check_table(contract, tables[name], str(files.get(name, name)))
    return rows


@dataclass(frozen=True)
class _Given:
    """A column of a contract as a file gives it."""

    column: Column
    """The contract's, under the name it has in the file."""
    found: Any
    """As it stands in the file."""
    value: Any
    """In the contract's type; null where it cannot be."""
    expected: str

    @property
    def wrong(self) -> Any:
        """Whether the value cannot be taken, never null."""
        said = (self.found.cast("string").strip() != "").fill_null(False)
        return (self.value.isnull() & said) | breaks(self.value, self.column)


def _canonical(engine: Any, contract: Contract, path: Path) -> Any:
    table = open_file(engine, path, contract.table)
    given = {column.name: _given(column, table) for column in contract.columns}
    for column in contract.columns:
        if given[column.name] is None and not _has_default(contract, column):
            raise DataError(
                f"{path}: no column {column.name!r} ({column.meaning}); the file has {', '.join(table.columns)}. "
                "Rename the column in the file and type the same again."
            )
    _refuse_wrong(table, [own for own in given.values() if own is not None], path)
    columns = {}
    for column in contract.columns:
        own = given[column.name]
        columns[column.name] = _default(contract, column, table) if own is None else own.value
    return table.select(**columns)


def _given(column: Column, table: Any) -> _Given | None:
    if column.name in table.columns:
        found = table[column.name]
        return _Given(column, found, _typed(found, column), expected(column))
    major = _MONEY.get(column.name)
    if major is None or major not in table.columns:
        return None
    # By way of text and decimals: as a float, 1.15 is less than 115 cents.
    exact = table[major].cast("string").try_cast(_EXACT)
    meaning = column.meaning.replace("minor units", "such as 12.30, two decimals at most")
    return _Given(
        dataclasses.replace(column, name=major),
        table[major],
        _whole(exact * 100),
        expected(dataclasses.replace(column, meaning=meaning)).replace("int64", "an amount", 1),
    )


def _typed(value: Any, column: Column) -> Any:
    if column.kind == "string":
        return value.cast("string").strip().nullif("")
    if column.kind == "int64":
        return _whole(value.try_cast(_EXACT) if value.type().is_string() else value)
    if column.kind == "timestamp" and value.type().is_timestamp() and value.type().timezone:
        # An instant; which day it was in the shop is not said.
        return ibis.null("timestamp")
    return value.try_cast(column.kind)


def _whole(number: Any) -> Any:
    """Integers, and null where a cast would have rounded."""
    whole = number.try_cast("int64")
    return (whole == number).ifelse(whole, ibis.null("int64"))


def _refuse_wrong(table: Any, given: list[_Given], path: Path) -> None:
    """Name the first row that cannot be taken; one pass over the file, whatever its columns."""
    marked = table.select(
        _row=ibis.row_number(),
        **{f"found_{at}": own.found.cast("string") for at, own in enumerate(given)},
        **{f"wrong_{at}": own.wrong for at, own in enumerate(given)},
    )
    wrong = functools.reduce(operator.or_, (marked[f"wrong_{at}"] for at in range(len(given))))
    first = marked.filter(wrong).order_by("_row").limit(1).execute()
    if not len(first):
        return
    row = first.iloc[0]
    at = next(at for at in range(len(given)) if row[f"wrong_{at}"])
    raise DataError(
        f"{place_of(path, int(row['_row']))}: column {given[at].column.name!r} holds {shown(row[f'found_{at}'])}; "
        f"expected {given[at].expected}."
    )


def _has_default(contract: Contract, column: Column) -> bool:
    return column.name in _DEFAULTS[contract.table] or (contract.table, column.name) == ("products", "advertisable")


def _default(contract: Contract, column: Column, table: Any) -> Any:
    if column.name == "advertisable":
        return _advertisable(table)
    return ibis.literal(_DEFAULTS[contract.table][column.name]).cast(column.kind)


def _advertisable(table: Any) -> Any:
    """Which products may be named, from the product's own words."""

    def words(name: str) -> Any:
        return table[name].cast("string").fill_null("") if name in table.columns else ibis.literal("")

    allowed = (
        table.select(source=words("source_type"), category=words("category"), department=words("department"))
        .distinct()
        .execute()
    )
    keep = [
        f"{row.source}\x1f{row.category}\x1f{row.department}"
        for row in allowed.itertuples(index=False)
        if advertisable(row.source, row.category, row.department)
    ]
    return (words("source_type") + "\x1f" + words("category") + "\x1f" + words("department")).isin(keep)


def _absent(contract: Contract, tables: Mapping[str, Any]) -> Any:
    """A table that the shop did not give: customers are those who ordered, the others are empty."""
    if contract.table == "customers":
        ids = tables["orders"].select("customer_id").distinct()
        return ids.mutate(**{c.name: ibis.null(c.kind) for c in contract.columns if c.name != "customer_id"}).select(
            *contract.names
        )
    schema = {column.name: column.kind for column in contract.columns}
    return ibis.memtable([], schema=ibis.schema(schema))
