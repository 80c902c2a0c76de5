"""`assistant eval meta`: upworthy, wice, llmbar. A command's file is imported when it runs."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from assistant.cli.lazy import LazyGroup

HELP = "Score a judge or a scorer on what people really did or said."


class Commands(LazyGroup):
    """What hangs below `assistant eval meta`."""

    package = "evals.commands"
    table: ClassVar[Mapping[str, tuple[str, str]]] = {
        "upworthy": (
            "meta_upworthy",
            "Headlines against randomised experiments, split by test.",
        ),
        "wice": ("meta_wice", "Whether claims are supported by their sources, against people's labels."),
        "llmbar": (
            "meta_llmbar",
            "Which of two answers follows the instruction, beside 'longer wins'.",
        ),
    }


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, help=HELP)


@app.callback()
def root() -> None:
    """Score a judge or a scorer on what people really did or said."""
