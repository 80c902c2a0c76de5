"""How the numbers and moments of a file are written, decided by all of its values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.data.converting.currencies import may_say
from assistant.data.converting.fields import Field
from assistant.data.converting.macros import (
    currency_said,
    day_text,
    first_part,
    says_comma,
    says_either,
    says_point,
    second_part,
)
from assistant.data.converting.raw import STATE, Raw
from assistant.data.converting.settings import Settings
from assistant.errors import DataError
from assistant.records.mappings import TableMapping

# Of what speaks at all, this much may speak otherwise: single slips, which quarantine then shows.
_SLIPS = 0.05
_EPOCHS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}


@dataclass(frozen=True)
class Conventions:
    """What was decided."""

    comma: Mapping[str, bool]
    """Numeric field -> whether a comma is its decimal sign."""
    month_first: Mapping[str, bool]
    """Field of a moment -> whether the month stands before the day where both are numbers."""
    epoch: int
    """Microseconds of one unit of a moment that is counted since 1970; 0: by its number of digits."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Votes:
    one: int
    other: int
    either: int

    @property
    def verdict(self) -> str:
        """`one`, `other`, `mixed`, `either` or `none`."""
        said = self.one + self.other
        if not said:
            return "either" if self.either else "none"
        if min(self.one, self.other) > _SLIPS * said:
            return "mixed"
        return "one" if self.one >= self.other else "other"


def decide(
    engine: Any, raw: Raw, mapping: TableMapping, native: frozenset[str], settings: Settings, place: str
) -> Conventions:
    """Decide for every column.

    Args:
        engine: with the macros.
        raw: the rows.
        mapping: what it says wins.
        native: columns that the source holds as numbers.
        settings: what they say comes next.
        place: the file, for messages.

    Raises:
        DataError: the data does not decide, or amounts carry the sign of another currency.
    """
    table = engine.read_parquet(str(raw.path))
    table = table.filter(table[STATE].isnull())
    numbers = [field for field in raw.fields if field.is_number]
    moments = [field for field in raw.fields if field.is_moment]
    counted = _count(table, numbers, moments)
    comma, said = _decimals(raw, numbers, counted, mapping.decimal or settings.decimal, native, place)
    month_first, more = _days(raw, moments, counted, mapping.dates or settings.dates, place)
    rated = bool(settings.rates) and "currency" in mapping.fields
    for field in numbers:
        if field.kind != "int64" and not rated and counted.get(f"sign {field.name}", 0):
            _check_signs(table, field, raw.labels[field.name], settings, place)
    return Conventions(comma, month_first, _EPOCHS.get(mapping.dates or settings.dates, 0), (*said, *more))


def _count(table: Any, numbers: Iterable[Field], moments: Iterable[Field]) -> dict[str, int]:
    sums = {}
    for field in numbers:
        text = table[field.name]
        sums[f"one {field.name}"] = says_point(text).sum()
        sums[f"other {field.name}"] = says_comma(text).sum()
        sums[f"either {field.name}"] = says_either(text).sum()
        sums[f"sign {field.name}"] = text.re_search(r"[A-Z]{3}|\p{Sc}").sum()
    for field in moments:
        day = day_text(table[field.name])
        first, second = (part(day).try_cast("int64") for part in (first_part, second_part))
        numbered = first.notnull() & second.notnull()
        # Nobody writes the month first with points.
        pointed = day.re_search(r"^\d{1,2}\.\s?\d{1,2}\.")
        sums[f"one {field.name}"] = (numbered & ((first > 12) | pointed)).sum()
        sums[f"other {field.name}"] = (numbered & (second > 12) & ~pointed).sum()
        sums[f"either {field.name}"] = (numbered & (first <= 12) & (second <= 12) & (first != second) & ~pointed).sum()
    if not sums:
        return {}
    row = table.aggregate(**sums).execute().fillna(0).iloc[0]
    return {str(name): int(value) for name, value in row.items()}


def _decimals(
    raw: Raw,
    numbers: list[Field],
    counted: Mapping[str, int],
    said: str,
    native: frozenset[str],
    place: str,
) -> tuple[dict[str, bool], list[str]]:
    if said:
        # What the source holds as a number has a point whatever is said of its texts.
        return {field.name: said == "," and raw.labels[field.name] not in native for field in numbers}, []
    verdicts = {field.name: _votes(counted, field).verdict for field in numbers}
    for field in numbers:
        if raw.labels[field.name] in native:
            verdicts[field.name] = "one"
    settled = {verdict for verdict in verdicts.values() if verdict in ("one", "other")}
    comma, notes = {}, []
    for field in numbers:
        label, verdict = raw.labels[field.name], verdicts[field.name]
        if verdict == "mixed":
            raise DataError(
                f"{place}: column {label!r} holds numbers with a decimal point and with a decimal comma; expected one "
                "of them. Mend the file, or say which is meant with `--decimal .` or `--decimal ,`."
            )
        if verdict == "either":
            # The other columns of a file are written by the same hand.
            if len(settled) != 1:
                raise DataError(
                    f"{place}: numbers such as 1.234 or 1,234 in column {label!r} may be thousands or decimals; say "
                    "which with `--decimal .` or `--decimal ,`."
                )
            verdict = next(iter(settled))
        comma[field.name] = verdict == "other"
        if comma[field.name]:
            notes.append(f"numbers in {label!r} have a decimal comma")
    return comma, notes


def _days(
    raw: Raw, moments: list[Field], counted: Mapping[str, int], said: str, place: str
) -> tuple[dict[str, bool], list[str]]:
    if said in ("day-first", "month-first"):
        return {field.name: said == "month-first" for field in moments}, []
    verdicts = {field.name: _votes(counted, field).verdict for field in moments}
    settled = {verdict for verdict in verdicts.values() if verdict in ("one", "other")}
    month_first, notes = {}, []
    for field in moments:
        label, verdict = raw.labels[field.name], verdicts[field.name]
        if verdict == "mixed":
            raise DataError(
                f"{place}: dates in column {label!r} have now the day, now the month first; expected one of them. "
                "Mend the file, or say which is meant with `--dates day-first` or `--dates month-first`."
            )
        if verdict == "either":
            if len(settled) != 1:
                raise DataError(
                    f"{place}: dates such as 2/3/2024 in column {label!r} may have the day or the month first; say "
                    "which with `--dates day-first` or `--dates month-first`."
                )
            verdict = next(iter(settled))
        month_first[field.name] = verdict == "other"
        if verdict != "none":
            notes.append(f"dates in {label!r} have the {'month' if month_first[field.name] else 'day'} first")
    return month_first, notes


def _votes(counted: Mapping[str, int], field: Field) -> _Votes:
    return _Votes(*(counted.get(f"{kind} {field.name}", 0) for kind in ("one", "other", "either")))


def _check_signs(table: Any, field: Field, label: str, settings: Settings, place: str) -> None:
    """Amounts that say another currency are not taken for the shop's own."""
    sign = currency_said(table[field.name])
    counts = table.select(sign=sign).filter(lambda t: t.sign != "").group_by("sign").aggregate(rows=lambda t: t.count())
    found = {str(row.sign): int(row.rows) for row in counts.execute().itertuples(index=False)}
    foreign = {sign: rows for sign, rows in sorted(found.items()) if not may_say(sign, settings.currency)}
    if foreign:
        listed = ", ".join(f"{sign} ({rows:,} rows)" for sign, rows in foreign.items())
        raise DataError(
            f"{place}: amounts in column {label!r} are in {listed}; expected {settings.currency}, the shop's currency. "
            "Set `currency` under [shop] in assistant.toml, or bring in a file with a column of currencies and rates."
        )
