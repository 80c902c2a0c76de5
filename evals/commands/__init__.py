"""`assistant eval`: run, compare, gate, report, judge, meta, mutate. A command's file is imported when it runs."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from assistant.cli.lazy import LazyGroup

__all__ = ["app"]


class Commands(LazyGroup):
    """What hangs below `assistant eval`."""

    package = "evals.commands"
    table: ClassVar[Mapping[str, tuple[str, str]]] = {
        "run": ("run", "Run a suite: prompts x models on cases, with metrics."),
        "list": ("listing", "Suites that ship, and the runs there are."),
        "compare": ("compare", "Two runs, metric by metric: better, worse or undecided."),
        "gate": ("gate", "Hold a run against a baseline: exit 0 pass, 1 regression, 3 undecided, 4 infrastructure."),
        "report": ("report", "A run as one HTML file, as Markdown for a pull request, or one case in full."),
        "judge": ("judge", "Measure a judge against labelled data: its card says how far it can be trusted."),
        "meta": ("meta", "Score a judge or a scorer on what people really did: upworthy, wice, llmbar."),
        "leaks": ("leaks", "What a suite that is tested on shares with one that was tuned on."),
        "mutate": ("mutate", "Plant faults in good copy: which of them do the checks find, and what do they accuse."),
    }


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="Compare prompts, models and judges offline, with intervals; gate changes in CI.",
)


@app.callback()
def root() -> None:
    """Compare prompts, models and judges offline, with intervals; gate changes in CI."""
