"""`assistant eval leaks`."""

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_table, say
from assistant.errors import CheckFailed
from evals.suites import find_suite, load_suite
from evals.suites.leaking import leaking_examples, leaks_of
from evals.targets import resolve_prompts, target_named

SHOWN = 30

app = typer.Typer(add_completion=False)


@app.command()
def leaks(
    tuning: Annotated[str, typer.Argument(help="The suite that prompts or thresholds were chosen on.")],
    test: Annotated[str, typer.Argument(help="The suite whose figures are to be believed.")],
    threshold: Annotated[
        float, typer.Option(min=0.05, max=1, help="Share of runs of five characters that two texts have in common.")
    ] = 0.6,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What stands on both sides of a split: nearly the same cases, groups in both, worked examples that are cases.

    Exit code 1 where there is any: a prompt that was tuned on a case knows its answer.
    """
    place = workspace_if_any(workspace)
    one, other = (load_suite(find_suite(name, place)).suite for name in (tuning, test))
    found = leaks_of(one, other, threshold=threshold)
    target = target_named(other.target)
    for system in other.systems:
        names = sorted({name for case in other.cases for name in target.prompt_names(case)})
        prompts = resolve_prompts(names, system.prompt, place.prompts if place else None)
        found += leaking_examples(prompts, other, threshold=threshold)
    found = list(dict.fromkeys(found))
    if as_json:
        emit_json([vars(leak) for leak in found])
    elif found:
        emit_table(
            ("kind", "tuned on", "tested on", "shared"),
            [(leak.kind, leak.tuning, leak.test, f"{leak.similarity:.0%}") for leak in found[:SHOWN]],
            title=f"{len(found):,} leaks" + (f", the first {SHOWN}" if len(found) > SHOWN else ""),
        )
    if found:
        raise CheckFailed(
            f"{len(found):,} leaks between {one.suite} and {other.suite}; what is tested on was seen in tuning."
        )
    say(f"Nothing of {one.suite} stands in {other.suite}.")
