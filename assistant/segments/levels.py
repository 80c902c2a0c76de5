"""Segments of the shop's own: the values of a column of the customers table."""

from typing import Any

import numpy as np
import pandas as pd

from assistant.errors import DataError
from assistant.records import CUSTOMER_PREFIX, ColumnModel
from assistant.segments.clustering import Labels

OTHER = "Other"
MOST_LEVELS = 20
_LONGEST_NAME = 40


def join_column(features: pd.DataFrame, customers: pd.DataFrame, column: str) -> pd.DataFrame:
    """The customer table with a column of the customers table beside it, as `customer: NAME`.

    Args:
        features: one row a customer.
        customers: `customer_id` and the column; no customer twice.
        column: its name there.

    Raises:
        DataError: there is no such column.
    """
    _check_column(list(customers.columns), column)
    levels = customers.set_index("customer_id")[column].map(_text, na_action="ignore")
    return features.assign(**{CUSTOMER_PREFIX + column: features["customer_id"].map(levels)})


def join_column_expression(table: Any, customers: Any, column: str) -> Any:
    """As `join_column`, in the engine: Ibis tables in and out.

    Raises:
        DataError: there is no such column.
    """
    _check_column(list(customers.columns), column)
    levels = customers.select("customer_id", **{CUSTOMER_PREFIX + column: customers[column].cast("string")})
    return table.left_join(levels, "customer_id").select(*table.columns, CUSTOMER_PREFIX + column)


def fit_levels(features: pd.DataFrame, column: str, min_group_size: int) -> ColumnModel:
    """One group a level, the small ones together in `Other`.

    Args:
        features: the customer table with `customer: COLUMN` beside it, by `join_column`.
        column: its name in the customers table.
        min_group_size: customers; smaller levels are joined.

    Raises:
        DataError: the column is not there, or has too many levels or too few.
    """
    if CUSTOMER_PREFIX + column not in features:
        known = [name.removeprefix(CUSTOMER_PREFIX) for name in map(str, features) if name.startswith(CUSTOMER_PREFIX)]
        _check_column(known, column)
    counts = features[CUSTOMER_PREFIX + column].value_counts().sort_index()
    if len(counts) > MOST_LEVELS:
        raise DataError(
            f"segments.column {column!r} has {len(counts):,} different values; expected at most {MOST_LEVELS}: "
            "name a coarser column, or bring one in with `assistant ingest --customers FILE`."
        )
    levels = [str(level) for level, count in counts.items() if count >= min_group_size and level != OTHER]
    joined = sorted(str(level) for level, count in counts.items() if count < min_group_size and level != OTHER)
    if joined or OTHER in counts:
        levels.append(OTHER)
    if len(levels) < 2:
        raise DataError(
            f"segments.column {column!r} makes {len(levels)} group of at least {min_group_size} customers; expected "
            "two or more: name another column."
        )
    return ColumnModel(column=column, levels=tuple(levels), joined=tuple(joined))


def level_labels(model: ColumnModel, features: pd.DataFrame) -> Labels:
    """(n,), the place of each customer's level; -1 where it is empty, or new and there is no `Other`."""
    places = {level: at for at, level in enumerate(model.levels)}
    otherwise = places.get(OTHER, -1)
    return np.array(
        [-1 if pd.isna(level) else places.get(level, otherwise) for level in features[model.needs[0]]], dtype=np.int64
    )


def level_name(level: str) -> str:
    """A level as the name of a segment: one line, not too long."""
    line = " ".join(level.split()) or "(empty)"
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1].rstrip() + "…"


def level_rules(model: ColumnModel) -> list[str]:
    """Who belongs to each level, in words."""
    return [
        f"any other value of {level_name(model.column)}"
        if level == OTHER
        else f"{level_name(model.column)} is {name!r}"
        for level, name in ((level, level_name(level)) for level in model.levels)
    ]


def _check_column(known: list[str], column: str) -> None:
    if column not in known:
        there = ", ".join(name for name in known if name != "customer_id") or "none beside customer_id"
        raise DataError(
            f"segments.column is {column!r}, which the customers table does not have; it has {there}. Name one of "
            "them in assistant.toml, or bring the column in with `assistant ingest --customers FILE`."
        )


def _text(level: object) -> str:
    """As an engine writes it."""
    return str(level).lower() if isinstance(level, bool | np.bool_) else str(level)
