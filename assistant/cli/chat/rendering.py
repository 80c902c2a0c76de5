"""Tables, receipts and questions as what is drawn; every text of them is text, never markup."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from assistant.cli.chat.cleaning import clean, clean_line
from assistant.llm import dollars
from assistant.records.chat import OpenedReceipt, Question, Receipt, Table

_FIGURE = re.compile(r"[(+\-−]?[^\w\s]?\d[\d.,]*\s?%?\)?|[-–—]?")
_LONGEST_DATUM = 18
_PLAIN_BOX = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_LONGEST_WORD = 18
_GAP = 2
_NO_PRICE = "no price of this model is known"
_ASK_A_MODEL = frozenset({"run_campaign", "draft_copy", "revise_piece"})
"""What may be billed; a decision on a piece costs nothing."""


def table(shown: Table, width: int, *, plain: bool = False) -> RenderableType:
    """Rows under their columns; one below the other where they do not fit `width` columns of the terminal."""
    rows = [tuple(clean(cell) for cell in row) for row in shown.rows]
    columns = [clean_line(column) for column in shown.columns]
    title = Text(clean_line(shown.title), "bold")
    if not rows:
        return Group(title, Text("No rows.", "dim")) if shown.title else Text("No rows.", "dim")
    if _least(columns, rows) > width:
        return _stacked(columns, rows, title)
    grid = Grid(
        box=_PLAIN_BOX if plain else SIMPLE_HEAD,
        show_edge=False,
        # A space of its own and the one that stands for a line.
        padding=(0, _GAP - 1, 0, 0),
        header_style="bold",
        pad_edge=False,
    )
    for at, column in enumerate(columns):
        figures = all(_FIGURE.fullmatch(row[at]) for row in rows)
        grid.add_column(
            Text(column),
            justify="right" if figures else "left",
            no_wrap=_is_data([row[at] for row in rows]),
            overflow="fold",
            vertical="top",
        )
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    # As a title of Rich's own it would be broken at the width of a narrow table.
    return Group(title, grid) if shown.title else grid


def _is_data(cells: Sequence[str]) -> bool:
    """Whether a column holds figures, dates or numbered names, which are never broken; words give way."""
    return all(
        cell_len(cell) <= _LONGEST_DATUM and "\n" not in cell and (not cell or any(sign.isdigit() for sign in cell))
        for cell in cells
    )


def _least(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns of the terminal at which no figure is broken and no word, but for very long ones."""
    width = 0
    for at, column in enumerate(columns):
        cells = [row[at] for row in rows]
        heading = max(map(cell_len, column.split()), default=0)
        if _is_data(cells):
            longest = max(heading, *map(cell_len, cells))
        else:
            words = [word for cell in cells for word in cell.split()]
            longest = max(heading, min(_LONGEST_WORD, max(map(cell_len, words), default=0)))
        width += longest
    return width + _GAP * (len(columns) - 1)


def _stacked(columns: Sequence[str], rows: Sequence[Sequence[str]], title: Text) -> RenderableType:
    drawn: list[RenderableType] = [title] if title.plain else []
    for at, row in enumerate(rows):
        block = Grid.grid(padding=(0, 2))
        block.add_column(style="bold")
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                block.add_row(Text(column), Text(cell))
        drawn.append(Padding(block, (1 if at else 0, 0, 0, 0), expand=False))
    return Group(*drawn)


def receipts(numbered: Sequence[Receipt]) -> Table:
    """The figures of an answer, by the numbers that /why takes."""
    return Table(
        title="Receipts of the last answer",
        columns=("receipt", "figure", "what", "of", "source"),
        rows=tuple(
            (f"[{one.receipt}]", one.figure.shown, one.figure.label, one.figure.subject or "shop", one.figure.source)
            for one in numbered
        ),
    )


def opened(receipt: OpenedReceipt, width: int, *, plain: bool = False) -> RenderableType:
    """A receipt down to the rows."""
    figure = receipt.figure
    head = Text.assemble(
        (f"[{receipt.receipt}] ", "dim"),
        (clean_line(figure.shown), "bold"),
        clean_line(f": {figure.label}, {figure.subject or 'shop'}"),
    )
    drawn: list[RenderableType] = [head]
    told = (
        ("says", figure.says),
        ("defined as", figure.definition),
        ("source", figure.source),
        ("found by", called(receipt.tool, receipt.arguments) if receipt.tool else ""),
        ("SQL", receipt.query),
    )
    block = Grid.grid(padding=(0, 2))
    block.add_column(style="dim", no_wrap=True)
    block.add_column(overflow="fold")
    for name, text in told:
        if text:
            block.add_row(name, Text(clean(text)))
    drawn.append(block)
    if receipt.rows:
        columns = tuple(dict.fromkeys(name for row in receipt.rows for name in row))
        cells = tuple(tuple(_cell(row.get(column)) for column in columns) for row in receipt.rows)
        drawn.append(table(Table(title="What the SQL gives", columns=columns, rows=cells), width, plain=plain))
    elif receipt.query:
        drawn.append(Text("The SQL gives no rows.", "dim"))
    return Group(*drawn)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def called(tool: str, arguments: Mapping[str, Any]) -> str:
    """A tool's call in one line: `segment facts, segment S2, metric basket`."""
    said = (f"{name.replace('_', ' ')} {value}" for name, value in arguments.items() if value not in ("", None, 0))
    return clean_line(", ".join((tool.replace("_", " "), *said)))


def question(asked: Question) -> list[Text]:
    """What a person must know before a yes: what is asked, what it changes, what it costs."""
    lines = [Text(clean_line(asked.asks), "bold")]
    if asked.changes:
        lines.append(Text(f"  changes: {clean_line(asked.changes)}"))
    if asked.cost_nanodollars is not None:
        lines.append(Text(f"  cost: about {dollars(asked.cost_nanodollars)}"))
    elif asked.tool in _ASK_A_MODEL:
        lines.append(Text(f"  cost: {_NO_PRICE}"))
    return lines
