"""Rows as a source gives them, all text, aside as Parquet: what every later step reads instead of the source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq

from assistant.errors import DataError

ROW = "__row__"
LINE = "__line__"
# A value in a message or in quarantine is cut here.
LONGEST_SHOWN = 200
MOST_COLUMNS = 2_000
UNREADABLE = "unreadable"

_UNREADABLE_SCHEMA = pa.schema(
    [("line", pa.int64()), ("column", pa.string()), ("value", pa.string()), ("reason", pa.string()),
     ("expected", pa.string())]
)  # fmt: skip
_AT_ONCE = 10_000


@dataclass(frozen=True)
class Staged:
    """A source that has been read."""

    name: str
    """As records and quarantine name it: the file's name, or a database's address without credentials."""
    place: str
    """As messages name it: the file's whole path."""
    digest: str
    """`sha256:` of its bytes; of a database, of what it returned."""
    kind: str
    """CSV, JSON lines, JSON, Parquet or SQL."""
    unit: Literal["line", "row"]
    """What `LINE` counts from 1: an editor's lines, or rows."""
    files: tuple[Path, ...]
    """Parquet with `ROW`, from 0, `LINE` and the columns `c0`, `c1`, ... as text; one may lack what another has."""
    columns: tuple[str, ...]
    """Name of `c0`, `c1`, ...; no two alike, whatever their case."""
    elements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column that holds a list of objects, as JSON -> names of what its objects hold."""
    native: frozenset[str] = frozenset()
    """Columns that the source holds as numbers, so that a point in them is a decimal point."""
    rows: int = 0
    """Rows in `files`."""
    unreadable: Path | None = None
    """Parquet with line, column, value, reason and expected of what could not be read; None: nothing."""
    unreadable_rows: int = 0
    notes: tuple[str, ...] = ()
    """What was assumed in reading, in words."""

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns and, dotted, what the objects of their lists hold."""
        inner = [f"{name}.{key}" for name, keys in self.elements.items() for key in keys]
        return (*self.columns, *inner)


class Names:
    """Names of columns as a file says them -> names no two of which are alike, whatever their case."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.unique: list[str] = []
        self.notes: list[str] = []
        self._at: dict[str, int] = {}
        self._taken = {ROW, LINE}

    def add(self, said: str) -> int:
        """Make room for one more column, whatever it is called; its place is returned.

        Raises:
            DataError: there are more than anybody can have meant.
        """
        if len(self.unique) >= MOST_COLUMNS:
            raise DataError(f"{self.place} has more than {MOST_COLUMNS:,} columns; expected one table with a few.")
        base = " ".join(said.split()) or f"column {len(self.unique) + 1}"
        name, times = base, 1
        while name.casefold() in self._taken:
            times += 1
            name = f"{base} ({times})"
        if not said.split():
            self.notes.append(f"a column without a name is called {name!r}")
        elif times > 1:
            self.notes.append(f"a further column {base!r} is called {name!r}")
        self._taken.add(name.casefold())
        self.unique.append(name)
        return len(self.unique) - 1

    def place_of(self, said: str) -> int:
        """The place of a column by the name it is said under, made when it is met first."""
        if said not in self._at:
            self._at[said] = self.add(said)
        return self._at[said]


class StagedWriter:
    """Writes rows in batches; a batch with further columns begins a further file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = 0
        self.unreadable_rows = 0
        self.files: list[Path] = []
        self._width = 0
        self._writer: Any = None
        self._bad: list[tuple[int, str, str, str, str]] = []
        self._bad_writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_writer()
        self._flush_bad()
        if self._bad_writer is not None:
            self._bad_writer.close()

    @property
    def unreadable(self) -> Path | None:
        """Where the unreadable rows are; None without any."""
        return self.folder / "unreadable.parquet" if self.unreadable_rows else None

    def write(self, lines: Sequence[int] | Any, columns: Sequence[Any]) -> None:
        """Append rows.

        Args:
            lines: where each stands.
            columns: c0, c1, ...: texts or None, a list or an Arrow array each.
        """
        count = len(lines)
        if not count:
            return
        if self._writer is None or len(columns) > self._width:
            self._close_writer()
            self._width = len(columns)
            self.files.append(self.folder / f"{len(self.files):04d}.parquet")
            names = [ROW, LINE, *(f"c{at}" for at in range(self._width))]
            kinds = [pa.int64(), pa.int64(), *[pa.string()] * self._width]
            self._schema = pa.schema(list(zip(names, kinds, strict=True)))
            self._writer = pq.ParquetWriter(self.files[-1], self._schema, compression="lz4")
        missing = [pa.nulls(count, pa.string())] * (self._width - len(columns))
        arrays = [
            pa.array(range(self.rows, self.rows + count), pa.int64()),
            pa.array(lines, pa.int64()),
            *(column if isinstance(column, pa.Array) else pa.array(column, pa.string()) for column in columns),
            *missing,
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self.rows += count

    def reject(self, line: int, value: str, expected: str, column: str = "") -> None:
        """Note a row that cannot be read."""
        self._bad.append((line, column, printable(value), UNREADABLE, expected))
        self.unreadable_rows += 1
        if len(self._bad) >= _AT_ONCE:
            self._flush_bad()

    def _flush_bad(self) -> None:
        if not self._bad:
            return
        if self._bad_writer is None:
            self._bad_writer = pq.ParquetWriter(self.folder / "unreadable.parquet", _UNREADABLE_SCHEMA)
        columns = [list(column) for column in zip(*self._bad, strict=True)]
        self._bad_writer.write_table(pa.table(columns, schema=_UNREADABLE_SCHEMA))
        self._bad.clear()

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def printable(value: str) -> str:
    """The start of a value as text that can be stored, bytes that are no text as `\\xff`."""
    start = value[:LONGEST_SHOWN]
    try:
        told = start.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half of a character, as JSON may say it.
        told = start.encode("utf-8", "surrogatepass")
    return told.decode("utf-8", "backslashreplace")


def staged_table(engine: Any, staged: Staged) -> Any:
    """The staged rows as an Ibis table: `ROW`, `LINE` and the columns under their own names, all text."""
    table = engine.read_parquet([str(path) for path in staged.files], union_by_name=True)
    named = {name: table[f"c{at}"] for at, name in enumerate(staged.columns)}
    return table.select(**{ROW: table[ROW], LINE: table[LINE]}, **named)
