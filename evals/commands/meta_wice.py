"""`assistant eval meta wice`."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError, WorkspaceError
from assistant.reports.page import render_page, write_page
from assistant.workspace import write_atomic
from evals.commands.backends import Backends, backends_of
from evals.commands.places import RunsOption
from evals.grounding import Judged, curve_text
from evals.meta.wice import REFERENCES, SEEDS, Measured, MetaResult, evaluate, fit_curve
from evals.meta.wice_data import LabelledClaim, hash_claims, read_claims

SOURCE = "WiCE development claims (Kamoi et al. 2023, arXiv 2303.01432; ODC-BY, texts CC BY-SA)"

ELSEWHERE = "on all of LLM-AggreFact, which is other data"

app = typer.Typer(add_completion=False)


class CheckerName(StrEnum):
    """What can be measured."""

    LEXICAL = "lexical"
    JUDGE = "judge"


class ReadingName(StrEnum):
    """How a judge is read."""

    VERDICT = "verdict"
    LIKELIHOOD = "likelihood"


@app.command()
def wice(
    data: Annotated[Path, typer.Option("--data", help="Claims of WiCE: .jsonl or .jsonl.gz.", metavar="FILE")],
    checker: Annotated[CheckerName, typer.Option(help="judge: the model of --model, asked of every claim.")] = (
        CheckerName.LEXICAL
    ),
    model: Annotated[str, typer.Option(help="The judge.")] = "",
    reading: Annotated[
        ReadingName, typer.Option(help="Of a judge; likelihood: how likely it holds a verdict, local models only.")
    ] = ReadingName.VERDICT,
    claims: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page too.", metavar="FILE")] = None,
    fit: Annotated[
        Path | None,
        typer.Option("--fit", help="Write the lexical checker's weights, fitted on all claims.", metavar="FILE"),
    ] = None,
    source: Annotated[str, typer.Option(help="With --fit: what the data is, for the file.")] = SOURCE,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """How well a checker tells claims that their source supports from others, on people's labels.

    Exit code 4: the judge could not be reached, and nothing is scored.
    """
    if (checker is CheckerName.JUDGE) != bool(model):
        raise ConfigError("A judge is named by `--checker judge --model NAME`; give both or neither.")
    whole = read_claims(data)
    read, part_of = whole[:claims], hash_claims(whole)
    if fit is not None:
        _write(fit, curve_text(fit_curve(read, source)))
    if checker is CheckerName.LEXICAL:
        result = evaluate(read, part_of=part_of)
    else:
        result = _judge(read, part_of, model, reading, backends_of(runs, workspace, from_journal=from_journal))
    if html is not None:
        write_page(html, page_of(result))
        say(f"Written: {html}")
    if as_json:
        emit_json([asdict(result)])
    else:
        _show(result)


def page_of(result: MetaResult) -> str:
    """The result as one HTML page."""
    rows = [
        dict(zip(("name", "kind", "accuracy", "interval", "range", "auc", "unjudged", "note"), cells, strict=True))
        for cells in _cells(result)
    ]
    return render_page("wice.html", package="evals.meta", result=result, rows=rows, seeds=len(SEEDS))


def _judge(
    claims: tuple[LabelledClaim, ...],
    part_of: str,
    model: str,
    reading: ReadingName,
    backends: Backends,
) -> MetaResult:
    with backends.gateway(model) as gateway:
        say(f"{len(claims):,} claims are asked of {model}.")
        return evaluate(claims, Judged(model, gateway.complete, reading=reading.value), part_of=part_of)


def _show(result: MetaResult) -> None:
    emit_text(
        f"{result.claims:,} claims of {result.pages:,} pages, {result.supported:,} supported; balanced accuracy, "
        f"supported against the rest, folds by page, {len(SEEDS)} seeds"
    )
    rows = _cells(result)
    emit_table(("what", "role", "accuracy", "95%", "over seeds", "AUC"), [row[:6] for row in rows])
    emit_table(
        ("predicted", "found", "claims"),
        [(f"{part.predicted:.1%}", f"{part.observed:.1%}", str(part.claims)) for part in result.calibration],
        title="Calibration of the first row",
    )
    for row in result.rows:
        if row.note:
            emit_text(f"{row.name}: {row.note}")
    emit_text(f"references: {ELSEWHERE}")
    for note in result.notes:
        emit_text(note)


def _cells(result: MetaResult) -> list[tuple[str, ...]]:
    references = [(name, "reference", f"{value:.1%}", "", "", "", "", ELSEWHERE) for name, value in REFERENCES]
    return [*map(_row, result.rows), *references]


def _row(row: Measured) -> tuple[str, ...]:
    interval = f"{row.low:.1%}-{row.high:.1%}" if row.low < row.high else ""
    seeds = f"{row.least:.1%}-{row.most:.1%}" if row.least < row.most else ""
    unjudged = str(row.unjudged or "")
    return row.name, row.kind, f"{row.accuracy:.1%}", interval, seeds, f"{row.auc:.3f}", unjudged, row.note


def _write(path: Path, text: str) -> None:
    try:
        write_atomic(path, text)
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be written ({error.strerror}); name another file for --fit.") from None
    say(f"Written: {path}")
