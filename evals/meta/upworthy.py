"""Headline experiments of the Upworthy Research Archive, and the pairs of headlines that they tell apart.

Rows of one test and one image were shown to visitors drawn at random, so their click rates may be compared; rows of
different images or tests may not. Source: Matias, Munger, Aubin Le Quere and Ebersole (2021), The Upworthy Research
Archive, Scientific Data 8:195, whose authors found that randomisation was broken from `BROKEN_FROM` to `BROKEN_TO`.
"""

import csv
import datetime as dt
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from assistant.errors import DataError

BROKEN_FROM = dt.date(2013, 6, 25)
BROKEN_TO = dt.date(2014, 1, 10)
"""Tests created on these days and between are left out."""
COLUMNS = {
    "test_id": "clickability_test_id",
    "created": "created_at",
    "eyecatcher_id": "eyecatcher_id",
    "headline": "headline",
    "impressions": "impressions",
    "clicks": "clicks",
}
"""Column -> what the archive itself calls it; either is read."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_DAY = len("2014-06-24")


@dataclass(frozen=True)
class Reading:
    """What became of the rows of a file."""

    rows: int
    broken: int
    """Of tests with broken randomisation, left out."""
    imageless: int
    """Without an image, left out: nobody knows what they may be compared with."""
    merged: int
    """Added to an arm with the same test, image and headline, as rows that differ in the lede only are."""


@dataclass(frozen=True)
class Experiments:
    """Arms of experiments, sorted by test, image and headline; every array is (n,)."""

    tests: tuple[str, ...]
    images: tuple[str, ...]
    headlines: tuple[str, ...]
    days: NDArray[np.datetime64]
    impressions: Integers
    clicks: Integers
    cells: Integers
    """Number of the test and image of an arm: what may be compared."""
    reading: Reading

    def __len__(self) -> int:
        return len(self.tests)

    def keep(self, rows: NDArray[np.bool_]) -> "Experiments":
        """The arms where `rows` (n,) is true."""
        at = np.flatnonzero(rows)
        return _experiments(
            [(self.tests[i], self.images[i], self.headlines[i]) for i in at],
            self.days[at],
            self.impressions[at],
            self.clicks[at],
            self.reading,
        )

    def beside(self, other: "Experiments") -> "Experiments":
        """These arms, then those of `other`, which shares no test with them; the reading is the other's."""
        joined = [
            *zip(self.tests, self.images, self.headlines, strict=True),
            *zip(other.tests, other.images, other.headlines, strict=True),
        ]
        return _experiments(
            joined,
            np.concatenate([self.days, other.days]),
            np.concatenate([self.impressions, other.impressions]),
            np.concatenate([self.clicks, other.clicks]),
            other.reading,
        )


@dataclass(frozen=True)
class Pairs:
    """Two headlines of one cell each; every array is (m,)."""

    first: Integers
    """Number of the arm."""
    second: Integers
    z: Floats
    """Above 0 where the first had the higher click rate."""
    p: Floats
    """Two-sided, of the two-proportion z test with pooled variance."""

    def __len__(self) -> int:
        return len(self.first)

    def keep(self, rows: NDArray[np.bool_] | Integers) -> "Pairs":
        """The pairs where `rows` (m,) is true, or of these numbers."""
        return Pairs(self.first[rows], self.second[rows], self.z[rows], self.p[rows])


def read_experiments(path: Path) -> Experiments:
    """Read a CSV file, plain or gzipped, with the columns of `COLUMNS` and any others.

    Raises:
        DataError: it cannot be read, lacks a column, or holds a value that cannot be; the message names the line.
    """
    arms: dict[tuple[str, str, str], list[int]] = {}
    days: dict[tuple[str, str, str], dt.date] = {}
    rows = broken = imageless = merged = 0
    for where, row in _rows(path):
        rows += 1
        day = _day(row["created"], where)
        impressions = _count(row["impressions"], where, "impressions")
        clicks = _count(row["clicks"], where, "clicks")
        if impressions == 0 or clicks > impressions:
            raise DataError(
                f"{where}: {clicks} clicks of {impressions} impressions; expected at least one impression and no more "
                "clicks than impressions, mend or leave out the row."
            )
        key = (row["test_id"].strip(), row["eyecatcher_id"].strip(), " ".join(row["headline"].split()))
        for column, value in (("test_id", key[0]), ("headline", key[2])):
            if not value:
                raise DataError(f"{where}, column {column}: it is empty; expected a value, mend or leave out the row.")
        if BROKEN_FROM <= day <= BROKEN_TO:
            broken += 1
        elif not key[1]:
            imageless += 1
        elif key in arms:
            merged += 1
            arms[key][0] += impressions
            arms[key][1] += clicks
            days[key] = min(days[key], day)
        else:
            arms[key] = [impressions, clicks]
            days[key] = day
    keys = sorted(arms)
    counts = np.array([arms[key] for key in keys], dtype=np.int64).reshape(-1, 2)
    return _experiments(
        keys,
        np.array([days[key] for key in keys], dtype="datetime64[D]"),
        counts[:, 0],
        counts[:, 1],
        Reading(rows, broken, imageless, merged),
    )


def pairs_of(experiments: Experiments) -> Pairs:
    """All pairs of headlines of one test and one image."""
    order = np.argsort(experiments.cells, kind="stable")
    bounds = np.flatnonzero(np.diff(experiments.cells[order])) + 1
    found: list[tuple[Integers, Integers]] = []
    for members in np.split(order, bounds):
        one, other = np.triu_indices(len(members), k=1)
        found.append((members[one], members[other]))
    first = np.concatenate([np.empty(0, np.int64), *(one for one, _ in found)])
    second = np.concatenate([np.empty(0, np.int64), *(other for _, other in found)])
    z = _z(experiments, first, second)
    return Pairs(first, second, z, 2 * norm.sf(np.abs(z)))


def _z(experiments: Experiments, first: Integers, second: Integers) -> Floats:
    """z of the test of two proportions with pooled variance; 0 where nobody or everybody clicked."""
    n1, n2 = (experiments.impressions[at].astype(float) for at in (first, second))
    c1, c2 = (experiments.clicks[at].astype(float) for at in (first, second))
    pooled = (c1 + c2) / (n1 + n2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return np.where(spread > 0, (c1 / n1 - c2 / n2) / np.where(spread > 0, spread, 1.0), 0.0)


def _experiments(
    keys: list[tuple[str, str, str]],
    days: NDArray[np.datetime64],
    impressions: Integers,
    clicks: Integers,
    reading: Reading,
) -> Experiments:
    seen: dict[tuple[str, str], int] = {}
    cells = np.array([seen.setdefault(key[:2], len(seen)) for key in keys], dtype=np.int64)
    tests, images, headlines = zip(*keys, strict=True) if keys else ((), (), ())
    return Experiments(tests, images, headlines, days, impressions, clicks, cells, reading)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a row begins, in words, and its columns by our names."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        told: dict[str, Any] = {"encoding": "utf-8-sig", "newline": ""}
        with gzip.open(path, "rt", **told) if packed else path.open(**told) as stream:
            reader = csv.reader(stream, strict=True)
            names = next(reader, [])
            places = {column: _place(column, names, path) for column in COLUMNS}
            line = reader.line_num
            for row in reader:
                where = f"{path}, line {line + 1}"
                line = reader.line_num
                if not row:
                    continue
                if len(row) != len(names):
                    raise DataError(
                        f"{where}: {len(row)} values; expected {len(names)}, one for each column of line 1, mend or "
                        "leave out the row."
                    )
                yield where, {column: row[place] for column, place in places.items()}
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read ({error}); expected a CSV file in UTF-8, plain or gzipped, give another --data."
        ) from error


def _place(column: str, names: list[str], path: Path) -> int:
    for name in (column, COLUMNS[column]):
        if name in names:
            return names.index(name)
    raise DataError(
        f"{path}, line 1: there is no column {column}; expected {', '.join(COLUMNS)}, and it has "
        f"{', '.join(names[:12]) or 'none'}."
    )


def _day(value: str, where: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value.strip()[:_DAY])
    except ValueError:
        raise DataError(
            f"{where}, column created: {value[:40]!r} is no day; expected one such as 2014-06-24, mend the row."
        ) from None


def _count(value: str, where: str, column: str) -> int:
    text = value.strip().removesuffix(".0")
    if not (text.isascii() and text.isdigit()):
        raise DataError(f"{where}, column {column}: {value[:40]!r} is no count; expected digits, mend the row.")
    return int(text)
