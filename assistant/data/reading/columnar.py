"""Parquet, flat in the engine, with objects in it row by row."""

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.data.engine import EngineError
from assistant.data.reading.objects import Objects
from assistant.data.reading.staging import LINE, ROW, Names, StagedWriter
from assistant.errors import DataError

_BATCH = 5_000
_WHOLE = 2**53


def is_nested(path: Path) -> bool:
    """Whether a Parquet file holds objects or lists.

    Raises:
        DataError: it is no Parquet.
    """
    return any(pa.types.is_nested(kind) for kind in _schema(path).types)


def read_flat(engine: Any, path: Path, out: Path) -> tuple[Names, frozenset[str], int]:
    """Write the rows of a flat Parquet file as text.

    Args:
        engine: of `connect`.
        path: the file.
        out: where the staged rows go.

    Returns:
        Names of the columns; those that are numbers; rows.

    Raises:
        DataError: it cannot be read.
    """
    names = Names(str(path))
    try:
        table = engine.read_parquet(str(path), file_row_number=True)
        own = [name for name in table.columns if name != "file_row_number"]
        for name in own:
            names.add(name)
        native = {names.unique[at] for at, name in enumerate(own) if table[name].type().is_numeric()}
        staged = table.select(
            **{ROW: table.file_row_number, LINE: table.file_row_number + 1},
            **{f"c{at}": as_text(table[name]) for at, name in enumerate(own)},
        )
        staged.order_by(ROW).to_parquet(str(out), compression="lz4")
        rows = int(engine.read_parquet(str(out)).count().execute())
    except EngineError as error:
        raise unreadable(path, error) from None
    return names, frozenset(native), rows


def read_nested(path: Path, writer: StagedWriter) -> Objects:
    """Stage the rows of a Parquet file with objects in it.

    Raises:
        DataError: it cannot be read.
    """
    objects = Objects(Names(str(path)), writer)
    row = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(_BATCH):
            for record in batch.to_pylist():
                row += 1
                objects.add(row, record)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, error) from None
    objects.flush()
    return objects


def as_text(value: Any) -> Any:
    """A column of any type as text: whole floats without a point, instants with their offset from UTC."""
    kind = value.type()
    if kind.is_floating():
        whole = (value == value.round()) & (value.abs() < _WHOLE)
        said = whole.ifelse(value.try_cast("int64").cast("string"), value.cast("string"))
        return value.isnan().fill_null(True).ifelse(ibis.null("string"), said)
    if kind.is_timestamp() and kind.timezone:
        return value.cast("timestamp('UTC')").cast("timestamp").cast("string") + "+00:00"
    return value.cast("string")


def unreadable(path: Path, error: Exception) -> DataError:
    """The complaint of a library about a file as one sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()][:3]
    said = "".join(letter for letter in "; ".join(lines) if letter.isprintable())
    return DataError(f"{path} cannot be read as Parquet: {said[:300].rstrip('.')}.")


def _schema(path: Path) -> Any:
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, error) from None
