"""A person's yes, before a tool acts."""

from collections.abc import Callable

from assistant.cli.chat.cleaning import clean_line
from assistant.cli.chat.rendering import question
from assistant.cli.chat.screen import Screen
from assistant.records.chat import Question

YES = frozenset({"y", "yes"})


class Confirm:
    """Asks, or knows the answer.

    Args:
        screen: where the question is shown.
        read: reads a line behind a prompt; None where nobody can be asked.
        yes: all is agreed to beforehand.
    """

    def __init__(self, screen: Screen, read: Callable[[str], str] | None, *, yes: bool = False) -> None:
        self._screen = screen
        self._read = read
        self._yes = yes

    def __call__(self, asked: Question) -> bool:
        """Whether the tool may act; anything but a yes is a no."""
        asks = clean_line(asked.asks)
        if self._yes:
            self._screen.note(f"{asks} Yes, as --yes says.")
            return True
        if self._read is None:
            self._screen.warn(f"{asks} Declined, as there is no terminal to ask on; --yes agrees beforehand.")
            return False
        self._screen.ask(question(asked))
        try:
            said = self._read("Yes? [y/N] ")
        except (EOFError, KeyboardInterrupt):
            said = ""
        agreed = said.strip().casefold() in YES
        if agreed:
            self._screen.working("working ...")
        else:
            self._screen.note("Nothing was changed.")
        return agreed
