"""`assistant eval gate`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption
from assistant.cli.output import emit_json, emit_text, say
from assistant.errors import ConfigError, WorkspaceError
from assistant.workspace import write_record
from evals.commands.compare import show_comparison
from evals.commands.places import RunsOption, run_folders
from evals.comparing import (
    Side,
    Unjudgeable,
    open_sides,
    read_baseline,
    unjudged,
    write_baseline,
)
from evals.comparing import (
    gate as hold,
)
from evals.comparing import (
    workflow as shipped_workflow,
)
from evals.records import GateResult

app = typer.Typer(add_completion=False)


@app.command()
def gate(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="The run that is judged: its folder or name, or RUN#SYSTEM.")
    ] = "",
    baseline: Annotated[Path | None, typer.Option(metavar="FILE", help="The baseline file to hold it against.")] = None,
    baseline_sha256: Annotated[
        str, typer.Option("--baseline-sha256", metavar="HASH", help="What the baseline file must have, or exit 4.")
    ] = "",
    allow_fewer_cases: Annotated[
        bool, typer.Option("--allow-fewer-cases", help="Let a suite pass that lost or changed cases.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the result, with its hashes, as JSON.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Add a summary to a Markdown file, as CI services show it.")
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the run as a baseline file instead.")] = None,
    show_workflow: Annotated[
        bool, typer.Option("--workflow", help="Print a workflow for a CI service that gates pull requests.")
    ] = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a run against a baseline.

    Exit code 0: passes, a loss beyond the suite's margin is ruled out in every metric that gates. 1: a regression.
    3: undecided, the run cannot tell. 4: models, judges or hashes failed and nothing was concluded.

    The rules are those of the baseline: a change cannot loosen the gate that judges it.
    """
    if show_workflow:
        typer.echo(shipped_workflow(), nl=False)
        return
    if not run or (baseline is None) == (save is None):
        raise ConfigError("Name a run and one of --baseline FILE, to judge it, and --save FILE, to make it a baseline.")
    folders = run_folders(runs, workspace)
    if save is not None:
        side = _candidate(open_sides(run, folders), "")
        say(f"{side.name} is the baseline {save}, {write_baseline(save, side)}.")
        return
    assert baseline is not None
    result = _judge(run, baseline, baseline_sha256, folders, allow_fewer_cases)
    if out is not None:
        write_record(out, result)
    if markdown is not None:
        _add(markdown, summary_of(result))
    if as_json:
        emit_json([result.model_dump(mode="json")])
    else:
        _show(result)
    raise typer.Exit(result.exit_code)


def _judge(run: str, baseline: Path, sha256: str, folders: list[Path], allow_fewer_cases: bool) -> GateResult:
    try:
        side, file_sha256 = read_baseline(baseline, sha256)
    except Unjudgeable as error:
        return unjudged(error)
    try:
        sides = open_sides(run, folders)
    except WorkspaceError as error:
        # A log that is not the one its run was finished with is no user's slip: what is judged was changed.
        return unjudged(str(error), baseline_sha256=file_sha256)
    candidate = _candidate(sides, side.system.system)
    return hold(side, candidate, baseline_sha256=file_sha256, allow_fewer_cases=allow_fewer_cases)


def _candidate(sides: list[Side], wanted: str) -> Side:
    """The only system of a run, or that which is named like the baseline's."""
    if len(sides) == 1:
        return sides[0]
    for side in sides:
        if side.system.system == wanted:
            return side
    names = ", ".join(f"'{side.name}'" for side in sides)
    raise ConfigError(f"The run has {len(sides)} systems; say which is meant: {names}.")


def _show(result: GateResult) -> None:
    if result.comparison is not None:
        show_comparison(result.comparison)
    emit_text(f"{result.verdict}, exit {result.exit_code}")
    for reason in result.reasons:
        emit_text(f"- {reason}")


def _add(path: Path, text: str) -> None:
    """Add to what a CI service collects; other steps write to it too."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def summary_of(result: GateResult) -> str:
    """A gate's result as Markdown: names from a run are data, so nothing of them is read as markup."""
    lines = [f"### Evaluation gate: {result.verdict} (exit {result.exit_code})", ""]
    lines += [f"- {_plain(reason)}" for reason in result.reasons] + [""]
    if result.comparison is not None and result.comparison.metrics:
        lines += ["| metric | baseline | candidate | difference | 95% interval | p | verdict |"]
        lines += ["| --- | ---: | ---: | ---: | --- | ---: | --- |"]
        lines += [
            f"| {_plain(row.metric)} | {row.baseline:.3g} | {row.candidate:.3g} | {row.difference:+.3g} "
            f"| {row.low:+.3g} to {row.high:+.3g} | {row.p_holm:.2g} "
            f"| {row.verdict}{'' if row.gates else ', does not gate'} |"
            for row in result.comparison.metrics
        ]
        lines += ["", *(f"- Caution: {_plain(caution)}" for caution in result.comparison.cautions)]
    lines += ["", f"Baseline `{result.baseline_sha256}`, candidate `{result.candidate_sha256 or 'not read'}`", ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{letter}" if letter in "\\`*_[]|#!~@" else letter for letter in flat)
