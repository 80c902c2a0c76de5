"""A person's yes before much is spent."""

import sys
from decimal import Decimal

import typer

from assistant.errors import ConfigError
from assistant.llm import dollars

NANO = 1_000_000_000


def agree_to_spend(what: str, cost_nanodollars: int, ask_above: Decimal, *, yes: bool) -> None:
    """Ask a person before much is spent.

    Args:
        what: is paid for.
        cost_nanodollars: about.
        ask_above: dollars; below them nobody is asked.
        yes: whether a person has said yes already.

    Raises:
        ConfigError: nobody can be asked, or the answer is no.
    """
    if yes or cost_nanodollars <= ask_above * NANO:
        return
    question = f"{what} cost about {dollars(cost_nanodollars)}, and ask_above is {dollars(int(ask_above * NANO))}"
    if not sys.stdin.isatty():
        raise ConfigError(f"{question}; say --yes, or set models.ask_above in assistant.toml.")
    if not typer.confirm(f"{question}. Go on?", err=True):
        raise ConfigError("Nothing was asked of the model.")
