"""The root command. A command's file is imported when that command runs, so `assistant --help` stays light."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from assistant.errors import AssistantError

# name -> (module below assistant.cli.commands, one line of help); the order is that of a first visit.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "A real grocery chain's data, end to end, to DIR/report.html."),
    "init": ("init", "Make a workspace."),
    "ingest": ("ingest", "Bring the shop's rows in."),
    "segments": ("segments", "Find, list and show segments."),
    "recommend": ("recommend", "What a segment or a customer may be offered next."),
    "facts": ("facts", "The fact sheet of a segment, numbered."),
    "index": ("index", "Make the searchable index of products and behaviour."),
    "search": ("search", "Search the index."),
    "personas": ("personas", "Write and show the personas of the segments."),
    "chat": ("chat", "Ask about the shop and have things done, in your own words."),
    "brand": ("brand", "Learn and show how the brand sounds."),
    "campaign": ("campaign", "Plan, write, review, export, audit and replay campaigns."),
    "check": ("check", "Lint copy written anywhere: facts, claims, limits, law."),
    "report": ("report", "The workspace as one HTML file."),
    "models": ("models", "List models, check one, look at the calls made."),
}

INTERRUPTED = 130
"""Exit code after a ctrl-C: 128 and the number of the signal."""


class LazyGroup(TyperGroup):
    """A group whose commands are names and lines of help until one is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """What help needs to know of a command."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(name=cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            module = importlib.import_module(f"assistant.cli.commands.{COMMANDS[name][0]}")
            command = typer.main.get_command(module.app)
            command.name = name
        return name, command, rest


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def root() -> None:
    """Turn a shop's own data into segments, personas and campaign copy, with a receipt for every fact."""


def run() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 2, never a traceback."""
    _quiet_libraries()
    try:
        app()
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer turns a ctrl-C into this exit code without a word.
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print("Stopped. What was finished is kept; type the same again to go on.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except AssistantError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _quiet_libraries() -> None:
    """Settings that libraries read when they are imported; what a person has set stays."""
    for name, value in {
        "HF_HUB_OFFLINE": "1",  # models come from packages and folders; nothing is fetched behind the user's back
        "ANONYMIZED_TELEMETRY": "False",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "passive",  # k-means on shared cores spins otherwise
        "TRANSFORMERS_VERBOSITY": "error",
    }.items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    run()
