"""CSV of any dialect that spreadsheets and shops write, row by row, whatever stands in it."""

import csv
from itertools import chain
from pathlib import Path

from assistant.data.reading.encodings import decoded, encoding_of
from assistant.data.reading.lines import LONGEST_ROW, BrokenRow, Lines, is_text
from assistant.data.reading.opening import chunks_of
from assistant.data.reading.staging import MOST_COLUMNS, Names, StagedWriter
from assistant.errors import DataError

_DELIMITERS = ",;\t|"
_SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_TRIED_LINES = 50
_BATCH = 10_000

# The module's own limit is below what a description may hold; it is one for the whole process.
csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))


def read_delimited(path: Path, writer: StagedWriter) -> tuple[Names, tuple[str, ...]]:
    """Stage the rows of a CSV file.

    Args:
        path: the file, packed with gzip or not.
        writer: takes the rows, and those that cannot be read: too long, no text, quotes that do not close, more or
            fewer fields than columns.

    Returns:
        Names of the columns; what was assumed.

    Raises:
        DataError: it does not start with a line of column names.
    """
    encoding = encoding_of(chunks_of(path))
    texts = decoded(chunks_of(path), encoding)
    head = next(texts, "")
    delimiter, skipped = _dialect(head)

    def too_long(line: int, value: str) -> None:
        writer.reject(line, value, f"a row of {LONGEST_ROW:,} characters at most")

    lines = Lines(chain([head], texts), too_long)
    for _ in range(skipped):
        next(lines)
        lines.settle()
    said = _header(path, _first_row(lines, delimiter), encoding)
    lines.settle()
    named = 1 + max(at for at, name in enumerate(said) if name)
    if not _stage(lines, delimiter, len(said), named, writer):
        # The header ends in separators, as spreadsheets write, and nothing stands below them.
        said = said[:named]
    names = Names(str(path))
    for name in said:
        names.add(name)
    notes = [f"read as {encoding.upper()}, columns parted by a {_SPOKEN[delimiter]}"]
    return names, (*notes, *names.notes)


def _dialect(head: str) -> tuple[str, int]:
    """The delimiter and how many lines stand before the names."""
    lines = head.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # Excel's own line for its own reading.
    if lines[0].strip().strip('"').lower().startswith("sep=") and len(lines[0].strip().strip('"')) == 5:
        named = lines[0].strip().strip('"')[4]
        if named in _DELIMITERS:
            return named, 1
    sample = [line for line in lines[: _TRIED_LINES + 1] if line.strip()]
    if len(lines) > 1:
        sample = sample[:_TRIED_LINES]

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        try:
            widths = [len(row) for row in csv.reader((line + "\n" for line in sample), delimiter=delimiter)]
        except csv.Error:
            widths = []
        columns = widths[0] if widths else 0
        alike = sum(width == columns for width in widths[1:]) / max(1, len(widths) - 1)
        return columns > 1, round(alike, 1) if columns > 1 else 0, columns

    return max(_DELIMITERS, key=fitness), 0


def _first_row(lines: Lines, delimiter: str) -> list[str]:
    try:
        return next((fields for fields in csv.reader(lines, delimiter=delimiter, strict=True) if fields), [])
    except (csv.Error, BrokenRow):
        return []


def _header(path: Path, fields: list[str], encoding: str) -> list[str]:
    said = [" ".join(name.split()) for name in fields]
    # What is no text at all may still decode.
    if not any(said) or not all(name.isprintable() and is_text(name) for name in said):
        raise DataError(
            f"{path} does not start with a line of column names in {encoding.upper()}; "
            "expected CSV, JSON lines or Parquet."
        )
    if len(said) > MOST_COLUMNS:
        raise DataError(f"{path} has more than {MOST_COLUMNS:,} columns; expected one table with a few.")
    return said


def _stage(lines: Lines, delimiter: str, width: int, named: int, writer: StagedWriter) -> bool:
    """Write the rows; whether any says something in a column behind the last that has a name."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    beyond = False

    def flush() -> None:
        if rows:
            writer.write(numbers, [list(column) for column in zip(*rows, strict=True)])
            numbers.clear()
            rows.clear()

    while True:
        try:
            for fields in csv.reader(lines, delimiter=delimiter, strict=True):
                line = lines.first
                lines.settle()
                if len(fields) != width or lines.suspicious:
                    if not fields:
                        continue
                    wrong = _wrong(fields, width, named)
                    if wrong is not None:
                        writer.reject(line, *wrong)
                        continue
                    fields = (fields + [""] * (width - len(fields)))[:width]
                beyond = beyond or (width > named and any(fields[named:]))
                numbers.append(line)
                rows.append(fields)
                if len(rows) >= _BATCH:
                    flush()
            flush()
            return beyond
        except (csv.Error, BrokenRow):
            # What a quote that never closes has swallowed is read again, without its line.
            writer.reject(*lines.replay(), "fields in closed double quotes, a quote within them doubled")


def _wrong(fields: list[str], width: int, named: int) -> tuple[str, str] | None:
    """What is shown of a row that cannot be taken, and what was expected."""
    if len(fields) < named or any(fields[width:]):
        return " | ".join(fields), f"{named} fields, as there are columns; found {len(fields)}"
    value = next((value for value in fields if not is_text(value)), None)
    if value is None:
        return None
    return value, "text, without bytes that are no letters of the file's encoding"
