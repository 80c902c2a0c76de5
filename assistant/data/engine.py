"""The engine under all tables: Ibis on DuckDB, in memory, no database file."""

from typing import Any

import duckdb
import ibis

# What the engine raises where it cannot read a file.
EngineError = duckdb.Error


def connect(threads: int | None = None) -> Any:
    """A fresh in-memory engine.

    Args:
        threads: cores it may use; None takes all.

    Returns:
        An Ibis DuckDB backend.
    """
    settings = {} if threads is None else {"threads": threads}
    return ibis.duckdb.connect(**settings)
