"""Tables, JSON and progress. Results go to standard output, everything else to standard error."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant.records import Manifest

STAGES = {
    "data": "Bringing rows in",
    "features": "Computing features",
    "lifetime": "Forecasting lifetime value",
    "fit": "Finding segments",
    "segments": "Placing customers",
    "audience": "Counting an audience",
    "certificate": "Certifying segments",
    "recommendations": "Recommending",
    "facts": "Stating facts",
    "index": "Indexing",
    "personas": "Writing personas",
    "verification": "Holding personas against the data",
    "campaign": "Writing copy",
    "export": "Exporting",
    "report": "Drawing the report",
}
_LINES_EVERY = 0.25
_FIGURES = re.compile(r"[\d.,%$€£+\-() ]*")
_NAMED = ("name", "claim", "metric", "feature", "kind", "system")
_NAME_WIDTH = 18

notes = Console(stderr=True)
results = Console()


def say(text: str) -> None:
    """A note to the person, on standard error."""
    notes.print(escape(text), highlight=False, soft_wrap=True)


def emit_json(rows: Sequence[Mapping[str, Any]]) -> None:
    """A list of objects on standard output."""
    sys.stdout.write(json.dumps(list(rows), indent=1, ensure_ascii=False, default=str) + "\n")


def emit_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table on standard output, or its rows one below the other where it is too wide; text, never markup."""
    if rows and _least_width(columns, rows) > results.width:
        _emit_stacked(columns, rows, title)
        return
    table = Table(title=escape(title) or None, title_justify="left", header_style="bold", expand=False)
    for at, column in enumerate(columns):
        figures = bool(rows) and all(_FIGURES.fullmatch(row[at]) for row in rows)
        # Figures are never broken; a name gives way, but not below a word or two.
        table.add_column(
            column,
            overflow="fold",
            no_wrap=figures,
            justify="right" if figures else "left",
            min_width=_NAME_WIDTH if column in _NAMED else None,
        )
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    results.print(table, highlight=False)


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns at which no figure is broken and no word, but for very long ones."""
    width = 1
    for at, column in enumerate(columns):
        cells = [row[at] for row in rows]
        if all(_FIGURES.fullmatch(cell) for cell in cells):
            longest = max(map(len, [column, *cells]))
        elif column in _NAMED:
            longest = _NAME_WIDTH
        else:
            words = [word for text in (column, *cells) for word in text.split()]
            longest = min(_NAME_WIDTH, max(map(len, words), default=0))
        # Two spaces and a line beside each column.
        width += longest + 3
    return width


def _emit_stacked(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    if title:
        results.print(escape(title), style="italic", highlight=False)
    for row in rows:
        block = Table.grid(padding=(0, 2))
        block.add_column(style="bold", no_wrap=True)
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                block.add_row(escape(column), escape(cell))
        results.print(block, highlight=False)
        results.print()


def emit_text(text: str) -> None:
    """A line on standard output; text, never markup."""
    results.print(escape(text), highlight=False, soft_wrap=True)


class Progressing:
    """The pipeline's listener: bars on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        """Bars are drawn once a stage starts."""
        self._bars = (
            Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}"),
                TimeElapsedColumn(),
                console=notes,
                transient=True,
            )
            if notes.is_terminal
            else None
        )
        self._task: Any = None
        self._told = 0.0

    def __enter__(self) -> Self:
        """Start drawing."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._bars:
            self._bars.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the bars away while a person is asked something."""
        if self._bars:
            self._bars.stop()
        try:
            yield
        finally:
            if self._bars:
                self._bars.start()

    def stage_started(self, stage: str) -> None:
        """Show the stage."""
        self._told = 0.0
        if self._bars:
            self._task = self._bars.add_task(_label(stage), total=None, note="")
        else:
            say(f"{_label(stage)} ...")

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Move the bar, or print a line each quarter of the way."""
        if self._bars:
            self._bars.update(self._task, completed=done, total=total or None, note=escape(note))
        elif total and done < total and done / total >= self._told + _LINES_EVERY:
            self._told = done / total
            say(f"  {done:,} of {total:,} {note}".rstrip())

    def stage_note(self, stage: str, text: str) -> None:
        """One line, above the bar."""
        say(f"  {text}")

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        """One line a stage."""
        if self._bars and self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        told = ", ".join(f"{name} {_number(value)}" for name, value in manifest.notes.items() if _is_plain(value))
        how = "kept, nothing it depends on has changed" if kept else f"{seconds:.1f} s"
        say(f"{'=' if kept else '+'} {stage}: {how}{f' ({told})' if told else ''}")


def _label(stage: str) -> str:
    """Words for a stage; `audience A1` is one of its kind."""
    kind, _, rest = stage.partition(" ")
    # The harness names what it runs, not one of the stages.
    return rest if kind == "eval" else STAGES[kind]


def _is_plain(value: object) -> bool:
    return isinstance(value, int | float | str)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
