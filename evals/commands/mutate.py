"""`assistant eval mutate`."""

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import CheckFailed
from evals.commands.backends import Backends
from evals.commands.places import RunsOption, runs_folder
from evals.mutations import (
    Measured,
    MetricRecall,
    measure_documents,
    measure_metrics,
    originals_of,
    plant,
    plant_unseen,
)
from evals.mutations.suites import FALSE_ALARMS
from evals.running import plan_run
from evals.statistics import wilson_interval
from evals.suites import find_suite, load_suite

CHECKS = "all checks"
"""The house's checks, its receipts and its search for near-duplicates together, as a campaign has them."""

app = typer.Typer(add_completion=False)


@app.command()
def mutate(
    suite: Annotated[str, typer.Argument(help="A suite of copy: a file, or the name of one that ships.")],
    each: Annotated[int, typer.Option(min=1, max=10_000, help="Faults of each kind.")] = 20,
    clean: Annotated[int, typer.Option(min=20, max=100_000, help="Pieces without a fault.")] = 200,
    seed: Annotated[int, typer.Option(min=0)] = 7,
    unseen: Annotated[
        bool,
        typer.Option("--unseen", help="Sentences that the checks were not developed on, in place of the usual faults."),
    ] = False,
    judges: Annotated[bool, typer.Option("--judges", help="Ask the suite's judges too.")] = False,
    least: Annotated[
        float | None, typer.Option(min=0, max=1, help="Exit 1 where the checks find less of a kind than this share.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what was missed, and what was accused wrongly.")] = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plant faults in good copy for a suite's cases: which of them do its checks, metrics and judges find, by kind.

    Clean copy is put together of what people wrote as worked examples. Each fault is one thing wrong in it: a price, a
    date, a discount, a product, scarcity, a merge tag, a limit, a disclosure that is missing, ...
    """
    place = workspace_if_any(workspace)
    folder = runs_folder(runs, place)
    plan = plan_run(load_suite(find_suite(suite, place)), folder=folder, workspace=place)
    originals = originals_of(plan.suite, place, count=clean, seed=seed)
    owner = {id(own.original): own for own in originals}
    pieces = [own.original for own in originals]
    planted = list(plant_unseen(pieces, seed) if unseen else plant(pieces, seed, each))
    say(f"{len(originals):,} clean pieces, {len(planted):,} with one fault each")
    documents = measure_documents(pieces, planted)
    recalls = measure_metrics(
        originals,
        [(owner[id(fault.original)], fault) for fault in planted],
        plan.metrics,
        Backends(place, folder).gateway if judges else None,
    )
    columns = [_of_checks(documents), *recalls]
    kinds = list(dict.fromkeys(fault.kind for fault in planted))
    if as_json:
        emit_json([row for column in columns for row in _rows(column, kinds)])
    else:
        _show(columns, kinds)
    if show:
        for kind, text in documents.missed:
            emit_text(f"missed {kind}: {text!r}")
        for told, text in documents.wrongly:
            emit_text(f"accused, {told}: {text!r}")
    _require(columns[0], kinds, least)


def _of_checks(measured: Measured) -> MetricRecall:
    return MetricRecall(
        label=CHECKS,
        threshold=1.0,
        false_alarms=measured.false_alarms,
        clean=measured.clean.total(),
        planted=measured.planted,
        found=measured.found,
    )


def _show(columns: list[MetricRecall], kinds: list[str]) -> None:
    def cell(column: MetricRecall, kind: str) -> str:
        if not column.planted[kind]:
            return ""
        return f"{column.found[kind] / column.planted[kind]:.0%} of {column.planted[kind]}"

    rows = [(kind, *(cell(column, kind) for column in columns)) for kind in kinds]
    rows.append(("all kinds", *(f"{column.recall:.1%} of {column.planted.total()}" for column in columns)))
    rows.append(("false alarms", *(f"{column.false_alarms:.1%} of {column.clean}" for column in columns)))
    rows.append(("alarm below", *(f"{column.threshold:g}" for column in columns)))
    emit_table(
        ("kind", *(column.label for column in columns)),
        rows,
        title=f"Planted faults found, at most {FALSE_ALARMS:.0%} false alarms",
    )


def _rows(column: MetricRecall, kinds: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for kind in kinds:
        planted, found = column.planted[kind], column.found[kind]
        if planted:
            interval = wilson_interval(found, planted)
            rows.append(
                {
                    "metric": column.label,
                    "kind": kind,
                    "planted": planted,
                    "found": found,
                    "recall": found / planted,
                    "low": interval.low,
                    "high": interval.high,
                    "false_alarms": column.false_alarms,
                    "clean": column.clean,
                    "threshold": column.threshold,
                    "invalid": column.invalid,
                }
            )
    return rows


def _require(checks: MetricRecall, kinds: list[str], least: float | None) -> None:
    if least is None:
        return
    short = [kind for kind in kinds if checks.planted[kind] and checks.found[kind] < least * checks.planted[kind]]
    if short:
        raise CheckFailed(f"The checks find less than {least:.0%} of {', '.join(short)}; see --show.")
    if checks.false_alarms > FALSE_ALARMS:
        raise CheckFailed(
            f"The checks accuse {checks.false_alarms:.1%} of what is clean, more than {FALSE_ALARMS:.0%}."
        )
