"""What the tables hold, counted, for a person to judge before they are trusted."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from assistant.records.mappings import TableName
from assistant.records.quality import ColumnQuality, QualityCheck, SourceQuality, TableQuality

# Beyond it, distinct values are estimated.
_EXACT = 1_000_000
# Columns whose values name a person: how many there are is told, not which.
_PERSONAL = frozenset({"email", "phone", "first_name", "last_name", "search_text"})


def table_quality(name: TableName, table: Any, contract_columns: Iterable[str]) -> TableQuality:
    """Count a table's columns.

    Args:
        name: of the table.
        table: an Ibis table.
        contract_columns: those whose smallest and largest values may be told.
    """
    rows = int(table.count().execute())
    told = set(contract_columns) - _PERSONAL
    sums: dict[str, Any] = {}
    for at, column in enumerate(table.columns):
        value = table[column]
        sums[f"nulls {at}"] = value.isnull().sum()
        sums[f"distinct {at}"] = value.nunique() if rows <= _EXACT else value.approx_nunique()
        if column in told:
            sums[f"minimum {at}"] = value.min().cast("string")
            sums[f"maximum {at}"] = value.max().cast("string")
    found = table.aggregate(**sums).execute().iloc[0]
    columns = [
        ColumnQuality(
            column=column,
            nulls=_int(found[f"nulls {at}"]),
            distinct=_int(found[f"distinct {at}"]),
            minimum=_text(found.get(f"minimum {at}")),
            maximum=_text(found.get(f"maximum {at}")),
        )
        for at, column in enumerate(table.columns)
    ]
    return TableQuality(table=name, rows=rows, columns=tuple(columns))


def checks(
    tables: Mapping[str, Any], sources: Iterable[SourceQuality], replaced: int, unnamed_customers: int
) -> tuple[QualityCheck, ...]:
    """What is worth knowing of the tables together.

    Args:
        tables: table -> Ibis table.
        sources: of all files.
        replaced: orders that a later file has again.
        unnamed_customers: customers whom no file names but their orders.
    """
    orders, products, customers, events = (tables[name] for name in ("orders", "products", "customers", "events"))
    lines = int(orders.count().execute())
    people = int(customers.count().execute())
    unknown = int(orders.anti_join(products, "product_id").count().execute())
    silent = int(customers.anti_join(orders, "customer_id").count().execute())
    strangers = int(events.anti_join(customers, "customer_id").count().execute())
    returns = int(orders.filter(orders.quantity < 0).count().execute())
    found = [
        QualityCheck(
            check="lines_without_product", count=unknown, of=lines, says="order lines whose product no file names"
        ),
        QualityCheck(check="customers_without_order", count=silent, of=people, says="customers who never ordered"),
        QualityCheck(
            check="customers_without_file", count=unnamed_customers, of=people,
            says="customers whom no file names but their orders",
        ),
        QualityCheck(
            check="events_of_strangers", count=strangers, of=int(events.count().execute()),
            says="events of customers who neither ordered nor stand in a file",
        ),
        QualityCheck(check="return_lines", count=returns, of=lines, says="order lines that are returns"),
        QualityCheck(check="replaced_orders", count=replaced, of=0, says="orders that a later file has again"),
    ]  # fmt: skip
    for channel in ("email", "sms", "push"):
        agreed = int(customers.filter(customers[f"{channel}_opt_in"]).count().execute())
        found.append(
            QualityCheck(
                check=f"{channel}_opt_in", count=agreed, of=people, says=f"customers who agreed to be sent {channel}"
            )
        )
    listed = list(sources)
    found.append(
        QualityCheck(
            check="duplicate_rows",
            count=sum(source.duplicates for source in listed),
            of=sum(source.rows_read for source in listed),
            says="rows that repeat an earlier one of their file",
        )
    )
    return (*found, *_days(orders))


def _days(orders: Any) -> list[QualityCheck]:
    days = orders.select(day=orders.ordered_at.date()).distinct().order_by("day").execute()["day"]
    found = [pd.Timestamp(day).date() for day in days]
    if not found:
        return []
    covered = (found[-1] - found[0]).days + 1
    gaps = [(later - earlier).days - 1 for earlier, later in itertools.pairwise(found)]
    longest = max(gaps, default=0)
    start = found[gaps.index(longest)] + dt.timedelta(days=1) if longest else None
    says = f"days in a row without any order, from {start}" if start else "days in a row without any order"
    return [
        QualityCheck(
            check="days_covered", count=covered, of=0, says=f"days from the first order, {found[0]}, to {found[-1]}"
        ),
        QualityCheck(
            check="days_without_order", count=covered - len(found), of=covered, says="days without any order between"
        ),
        QualityCheck(check="longest_gap", count=longest, of=0, says=says),
    ]


def _int(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
