"""A file as one table, for those who need no more than its columns."""

import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.data.reading.sources import stage
from assistant.data.reading.staging import staged_table
from assistant.errors import DataError


def open_file(engine: Any, path: Path, table: str) -> Any:
    """An Ibis table over a file; its columns are all text, because a customer id `007` is not the number 7.

    Args:
        engine: of `connect`; it keeps the rows.
        path: CSV, JSON lines or Parquet.
        table: what it is expected to hold, for messages.

    Raises:
        DataError: there is no such file, it is empty, or a row of it cannot be read.
    """
    with TemporaryDirectory() as folder:
        staged = stage(engine, path, table, Path(folder))
        if staged.unreadable is not None:
            bad = engine.read_parquet(str(staged.unreadable)).order_by("line").limit(1).execute().iloc[0]
            where = f"{path}, {staged.unit} {bad['line']}"
            raise DataError(f"{where}: the row {bad['value']!r} cannot be read; expected {bad['expected']}.")
        if not staged.files:
            raise DataError(f"{path} holds column names and no rows; expected the shop's {table}.")
        rows = staged_table(engine, staged).select(*staged.columns)
        return engine.create_table(f"file_{uuid.uuid4().hex}", rows, temp=True)
