"""What became of a shop's files: where every row went, what the tables hold, and what was assumed."""

from pydantic import Field

from assistant.records.base import Record
from assistant.records.mappings import SourceLayout, TableName

NAMED_AGAIN = "a further row of the same"
"""Begins the reason of rows that name a customer or product again, as every order does: nothing is lost by them."""


class Example(Record):
    """A row that was not taken."""

    line: int = Field(description="of the file, from 1; of Parquet and of a database, the row")
    value: str = Field(description="what stands there, cut at 200 characters")


class Refusal(Record):
    """Rows of one file that went to quarantine for one reason."""

    reason: str = Field(
        description="unreadable, missing value, wrong type, not allowed, future date, rule broken or duplicate id"
    )
    column: str = Field(description="of the file; empty: the row as a whole")
    expected: str
    rows: int
    examples: tuple[Example, ...] = Field(description="the first three")


class SourceQuality(Record):
    """What became of the rows of one file in one table.

    `rows_read` = `taken` + `quarantined` + `duplicates` + all of `passed_over`. Of nested rows, an element of the
    list that was taken apart is a row.
    """

    file: str
    table: TableName
    rows_read: int
    taken: int
    quarantined: int
    duplicates: int = Field(description="rows that repeat an earlier one in every column, or an event by its id")
    passed_over: dict[str, int] = Field(description="why a row is none of this table -> rows")
    rows_made: int = Field(description="rows of the table that came of it; refunds make rows of their own")
    refusals: tuple[Refusal, ...]
    assumptions: tuple[str, ...] = Field(description="encoding, decimal sign, order of day and month, ...")

    @property
    def named_again(self) -> int:
        """Rows passed over because an earlier one names the same customer or product."""
        return sum(rows for why, rows in self.passed_over.items() if why.startswith(NAMED_AGAIN))


class SourceFile(Record):
    """A file that was brought in, and stays part of the tables."""

    file: str = Field(description="its name; of a database its address, without credentials")
    sha256: str
    key: str = Field(description="hash of its content and of everything that decides how it is read")
    given: TableName = Field(description="the table it was brought in as")
    kind: str = Field(description="CSV, JSON lines, JSON, Parquet or SQL")
    part: str = Field(description="folder below `parts` with its rows")
    layout: SourceLayout
    tables: tuple[SourceQuality, ...]


class Sources(Record):
    """Every file behind the tables, in the order in which they count."""

    sources: tuple[SourceFile, ...] = ()


class ColumnQuality(Record):
    """One column of a table."""

    column: str
    nulls: int
    distinct: int = Field(description="distinct values, exact up to a million rows, else estimated")
    minimum: str | None = Field(description="smallest value as text; None: no value, or one that names a person")
    maximum: str | None


class TableQuality(Record):
    """One table."""

    table: TableName
    rows: int
    columns: tuple[ColumnQuality, ...]


class QualityCheck(Record):
    """One thing worth knowing before the tables are trusted."""

    check: str
    count: int
    of: int = Field(description="of how many; 0: `count` is no share")
    says: str = Field(description="in words, with the unit")


class DataQuality(Record):
    """The quality of a workspace's data."""

    sources: tuple[SourceQuality, ...]
    tables: tuple[TableQuality, ...]
    checks: tuple[QualityCheck, ...]

    @property
    def rows(self) -> dict[str, int]:
        """Table -> rows."""
        return {table.table: table.rows for table in self.tables}
