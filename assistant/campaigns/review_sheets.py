"""A campaign's pieces as a table that can be sent round, edited in a spreadsheet and read back."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from assistant.copywriting import written
from assistant.copywriting.dialects import safe_cell, unsafe_cell
from assistant.data.reading.encodings import decoded, encoding_of
from assistant.errors import ConfigError
from assistant.records import Campaign, Piece

FIXED = ("piece", "revision", "status", "decision", "reason", "segment", "channel", "language", "angle", "found")
"""Columns before those of the fields; `decision` and `reason` are the reviewer's."""
DECISIONS = {"approve": "approved", "approved": "approved", "reject": "rejected", "rejected": "rejected", "": ""}
_READ_ONLY = "F2F2F2"
_WIDE = 40
_SIGNATURE = b"PK\x03\x04"


@dataclass(frozen=True)
class ReviewRow:
    """What a reviewer says of one piece."""

    line: int
    """Of the file, the header's being 1."""
    piece: str
    revision: str
    decision: str
    """approved, rejected or empty."""
    reason: str
    texts: Mapping[str, str]
    """Field -> its text; only fields that stand in the file."""


def write_sheet(campaign: Campaign, pieces: Sequence[Piece], path: Path) -> bytes:
    """The table of some pieces, CSV or XLSX by the path's suffix; every cell is text, none is a formula.

    Raises:
        ConfigError: the suffix is neither.
    """
    fields = list(dict.fromkeys(field.field for piece in pieces for field in piece.fields))
    header = [*FIXED, *fields]
    rows = [[safe_cell(cell) for cell in _row(campaign, piece, fields)] for piece in pieces]
    kind = path.suffix.lower()
    if kind == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
        # The mark tells spreadsheets that it is UTF-8.
        return text.getvalue().encode("utf-8-sig")
    if kind == ".xlsx":
        return _workbook(header, rows)
    raise ConfigError(f"{path} is neither .csv nor .xlsx; name one of them.")


def read_sheet(path: Path) -> tuple[list[ReviewRow], list[str]]:
    """What reviewers say.

    Returns:
        The rows that can be read, and a sentence for each that cannot.

    Raises:
        ConfigError: the file is absent, no table, or lacks a column.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); expected a reviewed .csv or .xlsx.") from None
    table = list(_cells(raw, path))
    if not table:
        raise ConfigError(f"{path} is empty; expected the columns {', '.join(FIXED[:5])} and the fields.")
    header = [cell.strip().lower() for cell in table[0][1]]
    missing = [name for name in ("piece", "revision", "decision") if name not in header]
    if missing:
        raise ConfigError(f"{path} has no column {missing[0]!r}; its columns are {', '.join(header) or 'none'}.")
    rows, broken = [], []
    for line, cells in table[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        told = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        decision = told["decision"].strip().lower()
        where = f"{path}, line {line}"
        if len(cells) > len(header):
            broken.append(f"{where}: {len(cells)} cells and {len(header)} columns; put a text with commas in quotes.")
        elif decision not in DECISIONS:
            broken.append(f"{where}, column decision: {told['decision']!r}; expected approve, reject or nothing.")
        elif not told["piece"].strip():
            broken.append(f"{where}, column piece: it is empty; expected a piece's name.")
        else:
            rows.append(
                ReviewRow(
                    line=line,
                    piece=told["piece"].strip(),
                    revision=told["revision"].strip(),
                    decision=DECISIONS[decision],
                    reason=told.get("reason", "").strip(),
                    texts={name: told[name].strip() for name in header if name not in FIXED and told[name].strip()},
                )
            )
    return rows, broken


def _row(campaign: Campaign, piece: Piece, fields: Sequence[str]) -> Iterator[str]:
    yield from (piece.piece, piece.revision, campaign.state_of(piece), "", "")
    yield from (piece.segment, piece.channel, piece.language, piece.arm, "; ".join(piece.reasons))
    own = {field.field: written(field.spans) for field in piece.fields}
    yield from (own.get(name, "") for name in fields)


def _workbook(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Review"
    for number, row in enumerate([header, *rows], start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = text
            # Whatever it looks like, it is text.
            cell.data_type = "s"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE if name not in FIXED or name == "found" else 14
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(raw: bytes, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells, as a reader sees them."""
    if raw.startswith(_SIGNATURE):
        try:
            sheet = load_workbook(io.BytesIO(raw), read_only=True, data_only=True).worksheets[0]
        except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
            raise ConfigError(f"{path} is no workbook that can be read ({error}); save it as .xlsx again.") from None
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_plain("" if value is None else str(value)) for value in values]
        return
    text = "".join(decoded([raw], encoding_of([raw])))
    first = text.splitlines()[0] if text.strip() else ""
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    before = 0
    for row in reader:
        yield before + 1, [_plain(cell) for cell in row]
        before = reader.line_num


def _plain(cell: str) -> str:
    """A cell's text; spreadsheets write line ends of their own."""
    return unsafe_cell(cell.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n"))
