"""Labelled rows that a judge is measured on: JSON objects a line, or a table, one text or a pair in each row."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from assistant.errors import DataError
from assistant.records import Record

SIDES = ("first", "second", "tie")
"""Labels of a pair."""
_LABEL = "label"
_ONE = "annotator"
_TEXTS = ("id", "group", "text", "task", "first", "second")


class LabelledRow(Record):
    """One text, or one pair, with the labels that people gave it."""

    id: str = Field(min_length=1, description="unique in its file")
    group: str = Field(default="", description="rows of one group are not independent; empty: it stands alone")
    text: str = ""
    task: str = ""
    first: str = ""
    second: str = ""
    sources: tuple[str, ...] = Field(default=(), description="texts that it may rest on")
    labels: dict[str, str] = Field(default_factory=dict, description="annotator -> label; none: it is only judged")

    @property
    def cluster(self) -> str:
        """The group of its statistics."""
        return self.group or self.id

    def truth(self) -> str | None:
        """The label that more annotators gave than any other; None where none is, or there is no label."""
        ranked = Counter(self.labels.values()).most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]


class Labelled(Record):
    """A file of labelled rows."""

    name: str
    sha256: str
    rows: tuple[LabelledRow, ...]

    @property
    def annotators(self) -> tuple[str, ...]:
        """Who labelled any of them."""
        return tuple(sorted({name for row in self.rows for name in row.labels}))


def read_labelled(path: Path, offered: Sequence[str], *, pairs: bool) -> Labelled:
    """The rows of a file.

    Args:
        path: `.csv` with columns id, group, text (of pairs: task, first, second) and label, or label_ANNOTATOR for each
            of several annotators; or JSONL with the same names, where `labels` may be an object or a list.
        offered: labels that there may be.
        pairs: whether a row is a pair.

    Raises:
        DataError: the file cannot be read, or a row is wrong; the message names the line, the column and the value.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected labelled rows, JSONL or CSV in UTF-8.") from None
    told = _of_csv(text) if path.suffix.lower() == ".csv" else _of_jsonl(path, text)
    rows: dict[str, LabelledRow] = {}
    known = {label.casefold(): label for label in offered}
    for line, raw in told:
        row = _row(path, line, raw, known, pairs)
        if row.id in rows:
            raise DataError(f"{path}, line {line}, id: {row.id!r} stands there twice; expected each row's own.")
        rows[row.id] = row
    if not any(row.labels for row in rows.values()):
        raise DataError(f"{path} holds no labelled row; expected a `label` of {', '.join(offered)} in some of them.")
    return Labelled(name=path.name, sha256=f"sha256:{hashlib.sha256(content).hexdigest()}", rows=tuple(rows.values()))


def _of_csv(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        named = {name.strip(): value or "" for name, value in row.items() if isinstance(name, str)}
        told: dict[str, Any] = {name: named[name] for name in _TEXTS if name in named}
        if named.get("source"):
            told["sources"] = [named["source"]]
        told["labels"] = {
            name.removeprefix(_LABEL).lstrip("_") or _ONE: value.strip()
            for name, value in named.items()
            if name.startswith(_LABEL) and value.strip()
        }
        yield reader.line_num, told


def _of_jsonl(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}, line {number}: {error}; expected a JSON object.") from None
        if not isinstance(told, dict):
            raise DataError(f"{path}, line {number}: {line[:40]!r} is no JSON object.")
        if _LABEL in told:
            told["labels"] = told.pop(_LABEL)
        yield number, told


def _row(path: Path, line: int, raw: Mapping[str, Any], known: Mapping[str, str], pairs: bool) -> LabelledRow:
    given = raw.get("labels") or {}
    if isinstance(given, str | int | float):
        given = {_ONE: given}
    elif isinstance(given, list):
        given = {f"{_ONE} {place}": label for place, label in enumerate(given, start=1)}
    if not isinstance(given, Mapping):
        raise DataError(f"{path}, line {line}, labels: {given!r}; expected a label, a list of them or an object.")
    labels = {}
    for annotator, label in given.items():
        if label is None:
            continue
        name = known.get(str(label).strip().casefold())
        if name is None:
            raise DataError(
                f"{path}, line {line}, label of {annotator}: {label!r}; expected one of {', '.join(known.values())}."
            )
        labels[str(annotator)] = name
    try:
        row = LabelledRow.model_validate({**raw, "id": str(raw.get("id", "")), "labels": labels})
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{path}, line {line}, {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
    for column in ("first", "second") if pairs else ("text",):
        if not getattr(row, column).strip():
            raise DataError(f"{path}, line {line}, {column}: it is empty; expected a text to judge.")
    return row
