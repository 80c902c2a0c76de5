"""JSON lines, and a JSON array of objects with or without a name around it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.data.reading.encodings import decoded, encoding_of
from assistant.data.reading.lines import LONGEST_ROW, Lines
from assistant.data.reading.nested import Number
from assistant.data.reading.objects import Objects
from assistant.data.reading.opening import chunks_of
from assistant.data.reading.staging import Names, StagedWriter
from assistant.errors import DataError

# {"orders": [ {...}, ... ]}, as APIs answer.
_NAMED_LIST = re.compile(r'\s*\{\s*"[^"\\]{1,60}"\s*:\s*\[\s*(?=[\{\]])')
_LIST = re.compile(r"\s*\[")
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=lambda _: None)


def read_json(path: Path, writer: StagedWriter) -> tuple[Objects, str, tuple[str, ...]]:
    """Stage the objects of a file.

    Args:
        path: the file, packed with gzip or not.
        writer: takes the rows, and the lines that are no object.

    Returns:
        The objects' columns; `JSON lines` or `JSON`; what was assumed.

    Raises:
        DataError: an array is broken, so that nothing behind it can be told apart.
    """
    encoding = encoding_of(chunks_of(path))
    objects = Objects(Names(str(path)), writer)
    start = _array_start(path, encoding)
    if start is None:
        _read_lines(path, encoding, objects, writer)
    else:
        for line, record in _array(path, encoding, start):
            objects.add(line, record)
    objects.flush()
    kind = "JSON lines" if start is None else "JSON"
    return objects, kind, (f"read as {encoding.upper()}", *objects.names.notes)


def parsed(text: str) -> Any:
    """JSON with numbers as they are written; ValueError where it is none."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _array_start(path: Path, encoding: str) -> int | None:
    """Characters before an array's first element; None: one object a line."""
    head = ""
    for text in decoded(chunks_of(path), encoding):
        head += text
        if len(head) > LONGEST_ROW or (head.strip() and "\n" in head.lstrip()):
            break
    found = _LIST.match(head)
    if found:
        return found.end()
    named = _NAMED_LIST.match(head)
    if named is None:
        return None
    first, _, rest = head.lstrip().partition("\n")
    try:
        parsed(first)
    except ValueError:
        return named.end()
    # A whole object on the first line: a row, unless it is all there is and holds nothing but its list.
    return named.end() if not rest.strip() and re.search(r"\]\s*\}\s*$", first) else None


def _read_lines(path: Path, encoding: str, objects: Objects, writer: StagedWriter) -> None:
    expected = "one JSON object a line"

    def too_long(line: int, value: str) -> None:
        writer.reject(line, value, f"{expected}, of {LONGEST_ROW:,} characters at most")

    lines = Lines(decoded(chunks_of(path), encoding), too_long)
    for text in lines:
        number = lines.first
        lines.settle()
        if not text.strip():
            continue
        try:
            record = parsed(text)
        except ValueError:
            writer.reject(number, text.strip(), expected)
            continue
        if isinstance(record, dict):
            objects.add(number, record)
        else:
            writer.reject(number, text.strip(), expected)


def _array(path: Path, encoding: str, start: int) -> Iterator[tuple[int, dict[str, Any]]]:
    texts = decoded(chunks_of(path), encoding)
    buffer = ""
    while len(buffer) < start:
        buffer += next(texts)
    line = 1 + buffer.count("\n", 0, start)
    at = start
    ended = False
    while True:
        behind = _BETWEEN.match(buffer, at)
        assert behind is not None
        line += buffer.count("\n", at, behind.end())
        at = behind.end()
        if buffer[at : at + 1] == "]":
            return
        try:
            record, end = _DECODER.raw_decode(buffer, at)
        except (ValueError, RecursionError):
            if ended or len(buffer) - at > LONGEST_ROW:
                what = "ends within its array" if ended else "holds what is no JSON"
                raise DataError(
                    f"{path}, line {line}: the file {what}; expected an array of objects, or one object a line. "
                    "Export it again."
                ) from None
            more = next(texts, None)
            ended = more is None
            buffer, at = buffer[at:] + (more or ""), 0
            continue
        if not isinstance(record, dict):
            raise DataError(f"{path}, line {line}: the array holds {record!r:.80}; expected objects in it.")
        yield line, record
        line += buffer.count("\n", at, end)
        at = end
