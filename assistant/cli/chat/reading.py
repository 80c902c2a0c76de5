"""How a line is read: with editing, history and completion, or plainly."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

if sys.platform != "win32":
    import termios

PROMPT = "> "
GOES_ON = ". "
_ROWS_OF_MENU = 6
_STYLE = Style.from_dict({"bottom-toolbar": "noreverse", "prompt": "bold"})


def plain_line(prompt: str) -> str:
    """A line as the terminal itself edits it; a backslash at its end goes on to another.

    Raises:
        EOFError: there is no more.
        KeyboardInterrupt: it was given up.
    """
    try:
        lines = [input(prompt)]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(input(GOES_ON))
    except (EOFError, KeyboardInterrupt):
        # The cursor stands behind the prompt or what was typed.
        print()
        raise
    return "\n".join(lines)


def plain_answer(prompt: str) -> str:
    """A short answer to a question that has been shown; what was typed before it was shown is none.

    Raises:
        EOFError, KeyboardInterrupt: it was given up.
    """
    _forget_typed()
    return plain_line(prompt)


def edited_answer(prompt: str) -> str:
    """The same with editing, asked for in the middle of something else.

    The keys are read in a thread of their own, as an event loop may run in the caller's, and a Ctrl-C is a key here:
    it gives the question up and nothing around it.

    Raises:
        EOFError, KeyboardInterrupt: it was given up.
    """
    session: PromptSession[str] = PromptSession()
    _forget_typed()
    clear_typeahead(session.input)
    return session.prompt(prompt, in_thread=True)


def _forget_typed() -> None:
    if sys.platform != "win32" and sys.stdin.isatty():
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@contextmanager
def unechoed() -> Iterator[None]:
    """What is typed while an answer comes is not written into it, and waits for the next prompt."""
    if sys.platform == "win32":
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    # Signals stay, so Ctrl-C still stops; without lines a Ctrl-D is a key that the prompt finds.
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


class EditedLines:
    """Lines with editing, history, completion and a toolbar.

    Args:
        history: the file that keeps what was typed; it is made where it can be.
        completer: what Tab offers.
        toolbar: the line below.
    """

    def __init__(self, history: Path, completer: Completer, toolbar: Callable[[], str]) -> None:
        self._toolbar = toolbar
        self._session: PromptSession[str] = PromptSession(
            multiline=True,
            history=_history(history),
            completer=completer,
            # While a question is typed a menu would be in the way; behind a slash it is the way.
            complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
            reserve_space_for_menu=_ROWS_OF_MENU,
            key_bindings=_keys(),
            prompt_continuation=lambda width, number, wrapped: "" if wrapped else GOES_ON,
            style=_STYLE,
        )

    def __call__(self) -> str:
        """A line, or more of them.

        Raises:
            EOFError: Ctrl-D on an empty line.
            KeyboardInterrupt: Ctrl-C on an empty line.
        """
        return self._session.prompt([("class:prompt", PROMPT)], bottom_toolbar=self._bottom)

    def _bottom(self) -> StyleAndTextTuples:
        return [("class:bottom-toolbar.text", self._toolbar())]


def _history(path: Path) -> History:
    try:
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path) if os.access(path, os.R_OK | os.W_OK) else InMemoryHistory()


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.newline(copy_margin=False)
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    return keys
