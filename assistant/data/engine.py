"""The engine under all tables: Ibis on DuckDB, in memory, no database file."""

from typing import Any

import ibis


def connect(threads: int | None = None) -> Any:
    """A fresh in-memory engine.

    Args:
        threads: cores it may use; None takes all.

    Returns:
        An Ibis DuckDB backend.
    """
    settings = {} if threads is None else {"threads": threads}
    return ibis.duckdb.connect(**settings)
