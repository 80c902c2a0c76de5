"""`assistant eval report`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_text, say
from assistant.errors import ConfigError, WorkspaceError
from assistant.llm import Journal
from assistant.workspace import write_atomic
from evals.commands.places import RunsOption, run_folders
from evals.comparing import find_run, read_baseline, side_of
from evals.comparing.finding import OF
from evals.judges.cards import FOLDER
from evals.records import TrialKey
from evals.reporting import Exchange, RunReport, exchanges_of, gather, render_markdown, trace_case, write_run_page
from evals.reporting.forest import forests_of, verdict_of
from evals.runs import RUN_FILE, StoredRun

PAGE = "report.html"
JOURNAL = "journal.sqlite"

app = typer.Typer(add_completion=False)


@app.command()
def report(
    run: Annotated[str, typer.Argument(help="A run's folder or name, or RUN#SYSTEM for one of its systems.")],
    baseline: Annotated[
        str,
        typer.Option(metavar="RUN2|FILE", help="What to hold it against: a run, RUN#SYSTEM, or a baseline file."),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="The page; without it, report.html in the run's folder.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Also a summary for a pull request, as Markdown.")
    ] = None,
    case: Annotated[
        str, typer.Option(metavar="CASE", help="Instead of a page, one case in full: from facts to verdict.")
    ] = "",
    system: Annotated[str, typer.Option(metavar="SYSTEM", help="Of that case, only this system's trials.")] = "",
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a run as one HTML file that needs no network; its systems are compared with a baseline or its first one."""
    folders = run_folders(runs, workspace)
    name, _, chosen = run.partition(OF)
    stored = StoredRun(find_run(name, folders))
    if system and not case:
        raise ConfigError("--system goes with --case; for the page of one system name it as RUN#SYSTEM.")
    if case:
        text = trace_case(
            RunReport(run=stored.run, trials=stored.trials, summaries=()),
            case,
            system or chosen,
            _asked(stored, case, workspace, folders),
        )
        if as_json:
            emit_json([{"run": stored.run.run, "case": case, "trace": text}])
        else:
            emit_text(text)
        return
    told = _gathered(stored, chosen, baseline, folders)
    page = out or stored.folder / PAGE
    write_run_page(page, told)
    if markdown is not None:
        _write(markdown, render_markdown(told))
    if as_json:
        emit_json([_row(told, page, markdown)])
        return
    for forest in forests_of(told):
        _, word, sentence = verdict_of(forest)
        say(f"{forest.title} against {forest.against}: {word}. {sentence}")
    emit_text(str(page.resolve()))


def _asked(
    stored: StoredRun, case: str, workspace: Path | None, folders: list[Path]
) -> dict[TrialKey, tuple[Exchange, ...]]:
    """What models were asked for a case, from the first journal that is there."""
    place = workspace_if_any(workspace)
    beside = [folder / JOURNAL for folder in dict.fromkeys((stored.folder.parent, *folders))]
    path = next((path for path in [*([place.journal] if place else []), *beside] if path.is_file()), None)
    if path is None:
        return {}
    with Journal(path) as journal:
        return exchanges_of(journal, stored.run, case)


def _gathered(stored: StoredRun, chosen: str, baseline: str, folders: list[Path]) -> RunReport:
    """The report, with what the baseline is: a file, a run, or one system of it."""
    # Where a run lies, the cards of the judges of its folder lie too.
    cards = [folder / FOLDER for folder in dict.fromkeys((stored.folder.parent, *folders))]
    systems = [side_of(stored, chosen).system.system] if chosen else []
    if not baseline:
        return gather(stored, systems=systems, cards=cards)
    path = Path(baseline)
    if path.is_file() and path.name != RUN_FILE:
        side, sha256 = read_baseline(path)
        return gather(stored, systems=systems, baseline=side, baseline_sha256=sha256, cards=cards)
    name, _, system = baseline.partition(OF)
    other = StoredRun(find_run(name, folders))
    if not system and len(other.run.systems) > 1:
        names = ", ".join(f"'{name}{OF}{own.system}'" for own in other.run.systems)
        raise ConfigError(f"{name} has {len(other.run.systems)} systems; say which is the baseline: {names}.")
    return gather(stored, systems=systems, baseline=side_of(other, system), baseline_run=other, cards=cards)


def _row(told: RunReport, page: Path, markdown: Path | None) -> dict[str, object]:
    verdicts = {forest.title: verdict_of(forest)[1] for forest in forests_of(told)}
    return {
        "run": told.run.run,
        "report": str(page.resolve()),
        "markdown": str(markdown.resolve()) if markdown else None,
        "verdicts": verdicts,
        "summaries": [summary.model_dump(mode="json") for summary in told.summaries],
        "comparisons": [pair.comparison.model_dump(mode="json") for pair in told.pairs],
    }


def _write(path: Path, text: str) -> None:
    try:
        write_atomic(path, text)
    except OSError as error:
        raise WorkspaceError(
            f"The summary could not be written to {path} ({error.strerror}); name a file in a folder that can be "
            "written to."
        ) from error
