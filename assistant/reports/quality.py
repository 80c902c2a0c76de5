"""What was read and what became of it: the rows of every file, why some were refused, and what was assumed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.records.quality import DataQuality, QualityCheck, Refusal, SourceQuality, TableQuality
from assistant.reports import numbers

# Files beyond these are folded away: a shop that brings in one a day has hundreds.
_SHOWN = 12
# In percent of a bar: one row in a million can still be seen.
_THINNEST = 1.0
_TABLES = {
    "orders": "orders",
    "products": "products",
    "customers": "customers",
    "events": "events",
    "past_campaigns": "past campaigns",
}
# Signs that would vanish, or alter what stands around them, as signs that can be seen.
_SEEN = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\N{SYMBOL FOR DELETE}"}

Fate = Literal["taken", "duplicates", "passed", "refused"]


@dataclass(frozen=True)
class Band:
    """A part of a file's bar, in percent of it."""

    fate: Fate
    x: float
    width: float


@dataclass(frozen=True)
class RefusalRow:
    """Rows refused for one reason, with the first of them."""

    reason: str
    column: str
    expected: str
    rows: str
    examples: tuple[tuple[str, str], ...]
    """Line of the file, and what stands there."""


@dataclass(frozen=True)
class Reading:
    """One file in one table."""

    file: str
    table: str
    read: str
    bands: tuple[Band, ...]
    taken: str
    share: str
    refused: str
    passed: str
    duplicates: str
    made: str
    """Rows of the table, where they are not the rows that were taken."""
    passed_over: tuple[tuple[str, str], ...]
    refusals: tuple[RefusalRow, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One thing worth knowing; `share` is empty where the count is no share of anything."""

    says: str
    share: str
    none: bool


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    missing: str
    distinct: str
    ends: str


@dataclass(frozen=True)
class Holding:
    """One table."""

    table: str
    rows: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Quality:
    """Everything the section and the page show."""

    sentences: tuple[str, ...]
    shown: tuple[Reading, ...]
    folded: tuple[Reading, ...]
    told: tuple[Reading, ...]
    """Files with something refused, passed over or assumed."""
    checks: tuple[Check, ...]
    holdings: tuple[Holding, ...]


def quality_of(quality: DataQuality) -> Quality:
    """Lay out the quality of a workspace's data."""
    readings = tuple(_reading(source) for source in quality.sources)
    return Quality(
        sentences=tuple(_sentences(quality.sources)),
        shown=readings[:_SHOWN],
        folded=readings[_SHOWN:],
        told=tuple(one for one in readings if one.refusals or one.passed_over or one.assumptions),
        checks=tuple(
            Check(one.says, _found(one), not one.count)
            for one in sorted(quality.checks, key=lambda check: not check.count)
        ),
        holdings=tuple(_holding(table) for table in quality.tables),
    )


def _found(check: QualityCheck) -> str:
    if not check.count:
        return "none"
    return numbers.percent(check.count / check.of) if check.of else numbers.count(check.count)


def _reading(source: SourceQuality) -> Reading:
    passed = sum(source.passed_over.values())
    made = source.rows_made != source.taken
    return Reading(
        file=visible(source.file),
        table=_TABLES.get(source.table, source.table),
        read=numbers.count(source.rows_read),
        bands=tuple(_bands(source, passed)),
        taken=numbers.count(source.taken),
        share=_part(source.taken, source.rows_read) if source.rows_read else "",
        refused=numbers.count(source.quarantined),
        passed=numbers.count(passed),
        duplicates=numbers.count(source.duplicates),
        made=numbers.counted(source.rows_made, "row") if made else "",
        passed_over=tuple((visible(why), numbers.count(rows)) for why, rows in source.passed_over.items()),
        refusals=tuple(map(_refusal, sorted(source.refusals, key=lambda one: -one.rows))),
        assumptions=tuple(map(visible, source.assumptions)),
    )


def _bands(source: SourceQuality, passed: int) -> list[Band]:
    fates: tuple[tuple[Fate, int], ...] = (
        ("taken", source.taken),
        ("duplicates", source.duplicates),
        ("passed", passed),
        ("refused", source.quarantined),
    )
    whole = max(source.rows_read, sum(rows for _, rows in fates), 1)
    widths = {fate: max(100 * rows / whole, _THINNEST) for fate, rows in fates if rows}
    if widths:
        # What the thin ones were given is taken from the widest.
        widest = max(widths, key=lambda fate: widths[fate])
        widths[widest] -= sum(widths.values()) - 100 * sum(rows for _, rows in fates) / whole
    bands, at = [], 0.0
    for fate, width in widths.items():
        bands.append(Band(fate, round(at, 2), round(width, 2)))
        at += width
    return bands


def _refusal(refusal: Refusal) -> RefusalRow:
    return RefusalRow(
        refusal.reason,
        visible(refusal.column),
        visible(refusal.expected),
        numbers.count(refusal.rows),
        tuple((numbers.count(one.line), visible(one.value)) for one in refusal.examples),
    )


def _holding(table: TableQuality) -> Holding:
    return Holding(
        table=_TABLES.get(table.table, table.table),
        rows=numbers.counted(table.rows, "row"),
        columns=tuple(
            Column(
                visible(column.column),
                numbers.percent(column.nulls / table.rows) if table.rows else "",
                numbers.count(column.distinct),
                ""
                if column.minimum is None or column.maximum is None
                else visible(column.minimum)
                if column.minimum == column.maximum
                else f"{visible(column.minimum)} to {visible(column.maximum)}",
            )
            for column in table.columns
        ),
    )


def _sentences(sources: Sequence[SourceQuality]) -> list[str]:
    again = sum(one.named_again for one in sources)
    read, files = sum(one.rows_read for one in sources) - again, len({one.file for one in sources})
    if not read:
        return ["No row was read."]
    taken, refused = sum(one.taken for one in sources), sum(one.quarantined for one in sources)
    twice = " (a row that feeds two tables counts for each)" if len(sources) > files else ""
    said = [
        f"{numbers.counted(read, 'row')} of {numbers.counted(files, 'file')} {'was' if read == 1 else 'were'} "
        f"read{twice}, and {_most(taken, read)} taken."
    ]
    if refused:
        worst = max((one for source in sources for one in source.refusals), key=lambda one: one.rows, default=None)
        why = f" The commonest reason: {worst.reason}{_where(worst)}." if worst else ""
        said.append(
            f"{numbers.counted(refused, 'row')} went to quarantine and {'is' if refused == 1 else 'are'} in no "
            f"table.{why}"
        )
    else:
        said.append("No row was refused.")
    passed = sum(sum(one.passed_over.values()) for one in sources) - again
    left = _left(sum(one.duplicates for one in sources), passed)
    if again:
        left.append(f"{numbers.counted(again, 'further row')} named a customer or a product again.")
    return [*said, *left]


def _most(taken: int, read: int) -> str:
    if taken == read:
        return "all were" if read > 1 else "it was"
    if not taken:
        return "none was"
    return f"{_part(taken, read)} were"


def _part(taken: int, read: int) -> str:
    """A share in percent, and never a round hundred where a row is missing."""
    share = taken / read
    return f"{int(share * 1000) / 10:.1f}%" if 0.99 < share < 1 else numbers.percent(share)


def _where(refusal: Refusal) -> str:
    column = f" in column {visible(refusal.column)}" if refusal.column else ""
    return f"{column}, {numbers.counted(refusal.rows, 'row')}"


def _left(duplicates: int, passed: int) -> list[str]:
    parts = []
    if duplicates:
        parts.append(f"{numbers.counted(duplicates, 'row')} repeated an earlier one and counted once")
    if passed:
        parts.append(
            f"{numbers.counted(passed, 'row')} {'is' if passed == 1 else 'are'} no part of the table and passed over"
        )
    return [f"{'; '.join(parts)}."] if parts else []


def visible(text: str) -> str:
    """A text of somebody else's file with its control characters as signs."""
    return text.translate(_SEEN)
