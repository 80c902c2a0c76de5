"""The long table of lists: one row an entry, its reason in columns."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from assistant.records import BoughtAgain, BoughtTogether, PopularWith, Reason, Recommendation

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("kind", pa.string()),
        ("rank", pa.int64()),
        ("product_id", pa.string()),
        ("name", pa.string()),
        ("score", pa.float64()),
        ("basis", pa.string()),
        # `again`, `together`, `popular`; null where too few customers stand behind the entry
        ("reason", pa.string()),
        # of `together`, what the customer has bought
        ("reason_product_id", pa.string()),
        ("reason_name", pa.string()),
        # of `popular`, whose customers are counted; empty: all of the shop's
        ("reason_segment", pa.string()),
        # who bought both, or bought it
        ("reason_customers", pa.int64()),
        # of `again`
        ("times", pa.int64()),
        ("every_days", pa.int64()),
        ("days_since", pa.int64()),
    ]
)
"""Columns and types of the Parquet file; `BoughtAgain`, `BoughtTogether` and `PopularWith` say what each counts."""

_NUMBERS = {pa.int64(): "Int64", pa.float64(): "float64"}


def empty_rows() -> pd.DataFrame:
    """No rows, with the columns and types of `SCHEMA`."""
    return pd.DataFrame({field.name: pd.Series(dtype=_NUMBERS.get(field.type, "object")) for field in SCHEMA})


def recommendation_of(row: Mapping[str, Any]) -> Recommendation:
    """A row as the record that it is."""
    return Recommendation(
        kind=row["kind"],
        rank=int(row["rank"]),
        product_id=row["product_id"],
        name=row["name"],
        basis=row["basis"],
        score=float(row["score"]),
        reason=_reason(row),
    )


def _reason(row: Mapping[str, Any]) -> Reason | None:
    if row["reason"] == "again":
        every = row["every_days"]
        return BoughtAgain(
            times=int(row["times"]),
            every_days=None if pd.isna(every) else int(every),
            days_since=int(row["days_since"]),
        )
    if row["reason"] == "together":
        return BoughtTogether(
            product_id=row["reason_product_id"], name=row["reason_name"], customers=int(row["reason_customers"])
        )
    if row["reason"] == "popular":
        return PopularWith(segment=row["reason_segment"], customers=int(row["reason_customers"]))
    return None
