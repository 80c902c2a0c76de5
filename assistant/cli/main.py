"""The root command. A command's file is imported when that command runs, so `assistant --help` stays light."""

import os
import sys

import typer

from assistant.cli.lazy import LazyGroup
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
    "prompts": ("prompts", "List, show, compare, render and fork prompts."),
}

INTERRUPTED = 130
"""Exit code after a ctrl-C: 128 and the number of the signal."""


class Commands(LazyGroup):
    """The root's commands; the harness hangs `eval` below it, which the house knows nothing of."""

    package = "assistant.cli.commands"
    table = COMMANDS
    open_to_others = True


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
