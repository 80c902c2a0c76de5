"""`assistant eval run`."""

import datetime as dt
from importlib.metadata import version
from typing import Annotated

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import Progressing, emit_json, emit_table, say
from evals.commands.places import RunsOption, runs_folder
from evals.comparing import summarise
from evals.records import Run, Summary
from evals.running import OpenBackend, PlannedRun, expected, nobody, plan_run, run_suite
from evals.runs import StoredRun
from evals.suites import Overrides, find_suite, load_suite

INFRASTRUCTURE = 4
SIDE_BY_SIDE = 3

app = typer.Typer(add_completion=False)


@app.command()
def run(
    suite: Annotated[str, typer.Argument(help="A suite's file, or the name of one that ships; see `eval list`.")],
    prompt: Annotated[
        list[str] | None,
        typer.Option(
            help="In place of the suite's: copy/subject@2, a fork copy/subject+warmer, or several with commas."
        ),
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="In place of the suite's; recorded:FILE too.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, max=1000, help="In place of the suite's.")] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    epoch: Annotated[int, typer.Option(min=0, help="Another one repeats everything with new answers.")] = 0,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say what it would take.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, whatever it is estimated to cost.")] = False,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a suite; typed again it goes on where it was stopped.

    Exit code 4: a model or a judge could not be reached, and what it did not answer has no score.
    """
    place = workspace_if_any(workspace)
    folder = runs_folder(runs, place)
    overrides = Overrides(tuple(prompt or ()), tuple(model or ()), samples, cases)
    plan = plan_run(
        load_suite(find_suite(suite, place), overrides),
        folder=folder,
        workspace=place,
        epoch=epoch,
        cards=[folder / "judges"],
        default_model=place.settings.models.copywriter if place else "local:",
        prompt_folder=folder / "prompts",
    )
    say(
        f"{plan.suite.suite}: {len(plan.suite.cases):,} cases x {len(plan.suite.systems)} systems x "
        f"{plan.suite.samples} samples."
    )
    for line in expected(plan):
        say(f"  {line}")
    backend: OpenBackend = nobody
    if plan.asks or estimate:
        # What asks a model loads much, and recorded outputs ask none.
        from evals.commands.asking import asked, show_estimate

        backend, told = asked(plan, folder, from_journal=from_journal)
        show_estimate(told, plan, yes=yes or estimate)
        if estimate:
            if as_json:
                emit_json([told.model_dump(mode="json")])
            return
    with Progressing() as listener:
        done = run_suite(
            plan,
            backend,
            now=lambda: dt.datetime.now(dt.UTC),
            program=version("marketing-assistant"),
            listener=listener,
        )
    _show(plan, done, as_json)
    if _broken(done):
        raise typer.Exit(INFRASTRUCTURE)


def _show(plan: PlannedRun, done: Run, as_json: bool) -> None:
    stored = StoredRun(plan.place)
    rows = summarise(stored)
    if as_json:
        emit_json(
            [
                {"run": done.run, "folder": str(plan.place), "finished": bool(done.finished_at), **row.model_dump()}
                for row in rows
            ]
        )
    else:
        _table(done, rows)
    counts = done.counts
    say(
        f"{counts.answered:,} of {counts.trials:,} trials answered, {counts.invalid:,} could not be used, "
        f"{counts.failed:,} failed; {counts.from_journal:,} from the journal. {plan.place}"
    )
    for use in done.metrics:
        if use.judge and not use.gates:
            say(f"{use.label}: {use.judge} has no card that holds, so it reports and does not gate: `eval judge card`.")
    if _broken(done):
        say("What failed has no score; type the same again to ask for it.")
    else:
        say(f"Next: assistant eval report {done.run}")


def _broken(done: Run) -> bool:
    return not done.finished_at


def _table(done: Run, rows: list[Summary]) -> None:
    """Metrics down; of a few systems beside each other, of many below."""
    if 1 < len(done.systems) <= SIDE_BY_SIDE:
        cells = {(row.metric, row.system): f"{_value(row)} {_interval(row)}" for row in rows}
        names = [system.system for system in done.systems]
        emit_table(
            ("metric", *names),
            [(use.label, *(cells[use.label, name] for name in names)) for use in done.metrics],
            title=f"{done.run}, with 95% intervals",
        )
        return
    several = len(done.systems) > 1
    emit_table(
        (*(("system",) if several else ()), "metric", "value", "95% interval", "cases", "invalid"),
        [
            (
                *((row.system,) if several else ()),
                row.metric,
                _value(row),
                _interval(row),
                f"{row.cases:,} in {row.clusters:,} clusters",
                f"{row.invalid:,} of {row.invalid + row.trials:,}" if row.invalid else "",
            )
            for row in rows
        ],
        title=done.run,
    )


def _value(row: Summary) -> str:
    return "none" if row.value is None else f"{row.value:.3f}"


def _interval(row: Summary) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:.3f} to {row.high:.3f}"
