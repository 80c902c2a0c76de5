"""`assistant eval compare`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from evals.commands.places import RunsOption, run_folders
from evals.comparing import Side, compare_all, open_sides
from evals.records import Comparison, MetricVerdict

app = typer.Typer(add_completion=False)

RunArgument = Annotated[
    str, typer.Argument(metavar="A", help="The baseline: a run's folder or name, or RUN#SYSTEM for one of its systems.")
]
OtherArgument = Annotated[
    str, typer.Argument(metavar="[B]", help="What is held against it; without it, the other systems of A.")
]


@app.command()
def compare(
    a: RunArgument,
    b: OtherArgument = "",
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of each metric whether B is better or worse than A, or undecided, with the interval of the difference.

    The difference is paired by case and clustered by brief x segment; p is after Holm over the metrics.
    """
    folders = run_folders(runs, workspace)
    baseline, candidates = _sides(a, b, folders)
    found = compare_all(baseline, candidates)
    if as_json:
        emit_json([comparison.model_dump(mode="json") for comparison in found])
        return
    for comparison in found:
        show_comparison(comparison)


def show_comparison(comparison: Comparison) -> None:
    """A table, its sentences, and what has to be known before it is believed."""
    several = any(row.shrunken is not None for row in comparison.metrics)
    columns = ["metric", "A", "B", "B - A", "95% interval", "p", "detectable", "verdict"]
    if several:
        columns.insert(5, "shrunken")
    emit_table(
        columns,
        [_row(verdict, several) for verdict in comparison.metrics],
        title=f"{comparison.candidate} (B) against {comparison.baseline} (A), {comparison.cases:,} shared cases",
    )
    for verdict in comparison.metrics:
        emit_text(f"{verdict.metric}: {verdict.verdict}. {verdict.why}")
    for caution in comparison.cautions:
        say(f"Caution: {caution}")


def _sides(a: str, b: str, folders: list[Path]) -> tuple[Side, list[Side]]:
    first = open_sides(a, folders)
    if not b:
        if len(first) < 2:
            raise ConfigError(f"{first[0].name} is one system; name what to hold against it: `eval compare {a} B`.")
        return first[0], first[1:]
    return one_of_each(first, open_sides(b, folders))


def one_of_each(first: list[Side], second: list[Side]) -> tuple[Side, list[Side]]:
    """The one system of a run, or what a run of several shares by name with the other.

    Raises:
        ConfigError: a run has several systems and the other does not say which is meant.
    """
    if len(first) == 1:
        return first[0], second
    if len(second) == 1:
        named = [side for side in first if side.system.system == second[0].system.system]
        if named:
            return named[0], second
    names = ", ".join(f"'{side.name}'" for side in first)
    raise ConfigError(f"The run has {len(first)} systems; say which is the baseline: {names}.")


def _row(verdict: MetricVerdict, several: bool) -> list[str]:
    row = [
        verdict.metric + ("" if verdict.higher_is_better else " (less is better)"),
        f"{verdict.baseline:.3g}",
        f"{verdict.candidate:.3g}",
        f"{verdict.difference:+.3g}",
        f"{verdict.low:+.3g} to {verdict.high:+.3g}",
        f"{verdict.p_holm:.2g}",
        "" if verdict.detectable is None else f"{verdict.detectable:.3g}",
        verdict.verdict + ("" if verdict.gates else ", does not gate"),
    ]
    if several:
        row.insert(5, "" if verdict.shrunken is None else f"{verdict.shrunken:+.3g}")
    return row
