"""A shop's files, opened: Parquet as it is, CSV as text with a header line."""

import csv
from pathlib import Path
from typing import Any

from assistant.data.engine import EngineError
from assistant.errors import DataError

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 65_536


def open_file(engine: Any, path: Path, table: str) -> Any:
    """An Ibis table over a file; a CSV's columns are all text, because a customer id `007` is not the number 7.

    Args:
        engine: of `connect`.
        path: `.parquet` is read as Parquet, everything else as CSV: fields in double quotes where they need to be,
            parted by whichever of comma, semicolon, tab and bar the header line holds most of.
        table: what it is expected to hold, for the message.

    Raises:
        DataError: there is no such file, it is empty or it is neither.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist; expected the shop's {table} as CSV or Parquet.")
    if not path.is_file() or not path.stat().st_size:
        what = "an empty file" if path.is_file() else "no file"
        raise DataError(f"{path} is {what}; expected the shop's {table} as CSV or Parquet.")
    try:
        if path.suffix.lower() == ".parquet":
            return engine.read_parquet(str(path))
        delimiter, names = _header(path)
        # Nothing is left to the engine's own guesses: it takes lines that start with # for comments and drops them,
        # and decides after a sample whether there are quotes at all.
        return engine.read_csv(
            str(path),
            auto_detect=False,
            columns=dict.fromkeys(names, "string"),
            header=True,
            delim=delimiter,
            quote='"',
            escape='"',
        )
    except EngineError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> DataError:
    """The engine's complaint about a file as one sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()][:3]
    said = "".join(letter for letter in "; ".join(lines) if letter.isprintable())
    kind = "Parquet" if path.suffix.lower() == ".parquet" else "CSV"
    return DataError(f"{path} cannot be read as {kind}: {said[:300].rstrip('.')}.")


def place_of(path: Path, row: int) -> str:
    """Where a row stands, as an editor counts: `orders.csv, line 4`.

    Args:
        path: the file.
        row: of the data, from 0.
    """
    if path.suffix.lower() == ".parquet":
        return f"{path}, row {row + 1}"
    record, quotes = -1, 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            # A field in quotes may run over lines, and a blank line is no record.
            if quotes % 2 == 0 and line.strip():
                record += 1
                if record == row + 1:  # the header is record 0
                    return f"{path}, line {number}"
            quotes += line.count('"')
    return str(path)


def _header(path: Path) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns."""
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER).decode("utf-8-sig")
        delimiter = max(_DELIMITERS, key=line.count)
        names = next(csv.reader([line], delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error):
        names = []
    # What is no text at all may still decode.
    if not names or not all(name.isprintable() for name in names):
        raise DataError(f"{path} does not start with a line of column names in UTF-8; expected CSV or Parquet.")
    return delimiter, names
