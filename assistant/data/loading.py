"""A shop's own files into canonical tables: CSV or Parquet whose columns carry the contract's names.

Money may be given in major units instead: a column `amount`, `discount` or `coupon` stands for
`amount_minor`, `discount_minor` or `coupon_minor` and is multiplied by a hundred, exactly.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS, Column, Contract, check_table
from assistant.data.engine import connect
from assistant.data.product_names import advertisable
from assistant.data.tables import write_parquet
from assistant.errors import DataError

_MONEY = {"amount_minor": "amount", "discount_minor": "discount", "coupon_minor": "coupon"}

# What a file may leave out, and what is then written.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "orders": {"quantity": 1, "discount_minor": 0, "coupon_minor": 0, "store_id": None},
    "products": {
        "source_type": None,
        "category": "No category",
        "department": "No department",
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
        if name in files:
            tables[name] = _canonical(contract, _read(engine, files[name], name), str(files[name]))
        else:
            tables[name] = _absent(contract, tables)
        path = out / f"{name}.parquet"
        write_parquet(tables[name], path, list(contract.key or contract.names))
        tables[name] = engine.read_parquet(str(path))
        rows[name] = check_table(contract, tables[name], str(files.get(name, name)))
    return rows


def _read(engine: Any, path: Path, table: str) -> Any:
    if not path.exists():
        raise DataError(f"{path} does not exist; expected the shop's {table} as CSV or Parquet.")
    try:
        if path.suffix.lower() == ".parquet":
            return engine.read_parquet(str(path))
        # Text first: a customer id `007` must not become the number 7.
        return engine.read_csv(str(path), all_varchar=True)
    except Exception as error:
        first = str(error).strip().splitlines()[0]
        raise DataError(f"{path} cannot be read as {path.suffix.lstrip('.') or 'CSV'}: {first}") from None


def _canonical(contract: Contract, table: Any, place: str) -> Any:
    columns = {}
    for column in contract.columns:
        columns[column.name] = _column(contract, column, table, place)
    return table.select(**columns)


def _column(contract: Contract, column: Column, table: Any, place: str) -> Any:
    major = _MONEY.get(column.name)
    if column.name in table.columns:
        return _typed(table[column.name], column, table, place)
    if major is not None and major in table.columns:
        exact = _typed(table[major], Column(major, "string", column.meaning), table, place)
        money = exact.try_cast("decimal(18, 2)")
        _refuse_unparsed(table, table[major], money, Column(major, "int64", f"{column.meaning}, major units"), place)
        return (money * 100).cast("int64")
    if contract.table == "products" and column.name == "advertisable":
        return _advertisable(table)
    if column.name in _DEFAULTS[contract.table]:
        return ibis.literal(_DEFAULTS[contract.table][column.name]).cast(column.kind)
    raise DataError(
        f"{place}: no column {column.name!r} ({column.meaning}); the file has {', '.join(table.columns)}. "
        "Rename the column in the file and type the same again."
    )


def _typed(value: Any, column: Column, table: Any, place: str) -> Any:
    if value.type().is_string() and column.kind == "string":
        return value.strip().nullif("")
    cast = value.try_cast(column.kind)
    _refuse_unparsed(table, value, cast, column, place)
    return cast


def _refuse_unparsed(table: Any, value: Any, cast: Any, column: Column, place: str) -> None:
    wrong = table.mutate(_row=ibis.row_number(), _found=value.cast("string"), _cast=cast)
    wrong = wrong.filter(wrong["_cast"].isnull() & wrong["_found"].notnull() & (wrong["_found"] != ""))
    first = wrong.select("_row", "_found").limit(1).execute()
    if len(first):
        line = int(first["_row"].iloc[0]) + 2  # a header line, and people count from one
        raise DataError(
            f"{place}, line {line}: column {column.name!r} holds {first['_found'].iloc[0]!r}; "
            f"expected {column.kind} ({column.meaning})."
        )


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
