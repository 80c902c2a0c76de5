"""`assistant check`: a linter for copy written anywhere."""

import csv
import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.copywriting import CHANNELS
from assistant.copywriting.linting import Binder, lint_text
from assistant.errors import CheckFailed, ConfigError, WorkspaceError
from assistant.pipeline import lint_ground
from assistant.records.linting import LintReport

app = typer.Typer(add_completion=False)
_TEXT = "text"
_IDS = ("id", "piece", "name")


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A text, or a .csv of texts; - reads a text.")] = "-",
    channel: Annotated[str, typer.Option(help=f"Where it is to stand: {', '.join(CHANNELS)}.")] = "email",
    brief: Annotated[Path | None, typer.Option(help="The brief that its offer and dates come from.")] = None,
    segment: Annotated[str | None, typer.Option(help="The segment whose facts it may state.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language; without it, the brief's first.")] = None,
    market: Annotated[str | None, typer.Option(help="Whose law holds, such as US; without it, the brief's.")] = None,
    column: Annotated[str | None, typer.Option(help="The column of a .csv; without it, text or the fields'.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find each fact, claim and name in a text and bind it to a source, or report it; exit code 1 with findings."""
    try:
        place = open_workspace(workspace)
    except WorkspaceError:
        if workspace is not None:
            raise
        place = None
    ground = lint_ground(place, channel, brief=brief, segment=segment, language=language, market=market)
    binder = Binder(ground)
    texts = _texts(file, column, channel)
    reports: list[LintReport] = []
    with Progressing() as listener:
        for number, (name, text) in enumerate(texts, start=1):
            reports.append(lint_text(text, binder, name))
            if len(texts) > 1 and number % 100 == 0:
                listener.stage_progress("check", number, len(texts), "texts")
    if as_json:
        emit_json([_row(report) for report in reports])
    else:
        for report in reports:
            _show(report, alone=len(reports) == 1)
    wrong = sum(not report.clean for report in reports)
    if wrong:
        raise CheckFailed(f"{wrong} of {len(reports)} texts state something that no source supports or break a rule.")
    if not as_json:
        say("Clean." if len(reports) == 1 else f"All {len(reports)} texts are clean.")


def _texts(file: str, column: str | None, channel: str) -> list[tuple[str, str]]:
    """Names and texts of a file, of the rows of a table, or of standard input."""
    if file == "-":
        return [("", sys.stdin.read())]
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); name a text, a .csv, or - to read one.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8 and check it again.") from None
    return _rows(path, text, column, channel) if path.suffix.lower() == ".csv" else [(path.name, text)]


def _rows(path: Path, text: str, column: str | None, channel: str) -> list[tuple[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV file: {error}.") from None
    header = list(rows[0]) if rows else []
    fields = [limit.field for limit in CHANNELS[channel].fields if limit.field in header]
    wanted = [column] if column else fields if fields and _TEXT not in header else [_TEXT]
    if missing := [name for name in wanted if name not in header]:
        raise ConfigError(
            f"{path} has no column {missing[0]!r}; its columns are {', '.join(map(str, header)) or 'none'}. "
            "Name one with --column NAME."
        )
    named = next((name for name in _IDS if name in header), None)
    return [
        (str(row[named]) if named else f"line {number}", _joined(row, wanted))
        for number, row in enumerate(rows, start=2)
    ]


def _joined(row: dict[str, str], wanted: list[str]) -> str:
    if len(wanted) == 1:
        return row[wanted[0]] or ""
    return "\n".join(f"{name.replace('_', ' ').capitalize()}: {row[name] or ''}" for name in wanted)


def _row(report: LintReport) -> dict[str, object]:
    return {
        "text": report.text,
        "clean": report.clean,
        "findings": [finding.model_dump() for finding in report.findings],
        "bound": [bound.model_dump() for bound in report.bound],
    }


def _show(report: LintReport, *, alone: bool) -> None:
    if report.findings and not (report.clean and not alone):
        emit_table(
            ("severity", "check", "field", "found"),
            [(f.severity, f.check, f.field, f.message) for f in report.findings],
            title=report.text,
        )
    if alone and report.bound:
        emit_table(
            ("fact", "comes from", "field"), [(b.quote, b.receipt, b.field) for b in report.bound], title="Facts"
        )
    elif not alone and not report.clean:
        emit_text("")
