"""A command in a terminal of its own: keys are typed, and its screen is read as text.

with PseudoTerminal(["assistant", "chat"], columns=80) as terminal:
    terminal.press("who is S1\\r")
    terminal.wait_for("S1")
    print(terminal.text)
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
"""Seconds that a test waits for something to come."""

_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[?>=]?)(?P<numbers>[\d;]*)(?P<final>[@-~])|\x1b\](?P<string>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[()#][0-9A-Z]|\x1b[=>78DMEHc]"
)
_BEGUN = re.compile(r"\x1b(?:\[[?>=]?[\d;]*|\][^\x07\x1b]*|[()#])?\Z")


class Screen:
    """The rows of a terminal, with those that have been scrolled away above them.

    It knows what line editors and progress bars send: movements, wiping, wrapping at the right edge.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.height = rows
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0
        self.titles: list[str] = []
        self.asked_position = False
        self._rest = ""

    @property
    def text(self) -> str:
        """All that has been shown and not wiped, from the beginning on."""
        return "\n".join("".join(row).rstrip() for row in self.rows).rstrip()

    @property
    def top(self) -> int:
        """The first row that is still on the screen."""
        return max(0, len(self.rows) - self.height)

    def feed(self, shown: str) -> None:
        """What a program writes."""
        shown = self._rest + shown
        self._rest = ""
        if begun := _BEGUN.search(shown):
            shown, self._rest = shown[: begun.start()], begun.group()
        at = 0
        while at < len(shown):
            if found := _SEQUENCE.match(shown, at):
                self._obey(found)
                at = found.end()
            else:
                self._put(shown[at])
                at += 1

    def _put(self, sign: str) -> None:
        if sign == "\r":
            self.column = 0
        elif sign == "\n":
            self._down(1, scrolls=True)
        elif sign == "\b":
            self.column = max(0, self.column - 1)
        elif sign >= " ":
            if self.column >= self.columns:
                self.column = 0
                self._down(1, scrolls=True)
            row = self.rows[self.row]
            row.extend(" " * (self.column + 1 - len(row)))
            row[self.column] = sign
            self.column += 1

    def _down(self, count: int, *, scrolls: bool = False) -> None:
        lowest = None if scrolls else self.top + self.height - 1
        self.row = self.row + count if lowest is None else min(self.row + count, lowest)
        while len(self.rows) <= self.row:
            self.rows.append([])

    def _obey(self, found: re.Match[str]) -> None:
        if found["string"] is not None:
            self.titles.append(found["string"])
        final = found["final"]
        if final is None or found["private"]:
            return
        numbers = [int(number or 0) for number in found["numbers"].split(";")]
        count = max(1, numbers[0])
        match final:
            case "A":
                self.row = max(self.top, self.row - count)
            case "B":
                self._down(count)
            case "C":
                self.column = min(self.columns - 1, self.column + count)
            case "D":
                self.column = max(0, self.column - count)
            case "G":
                self.column = count - 1
            case "H":
                self.row = self.top
                self._down(count - 1)
                self.column = max(1, numbers[1] if len(numbers) > 1 else 1) - 1
            case "J" | "K":
                self._wipe(final, numbers[0])
            case "n":
                self.asked_position = True

    def _wipe(self, what: str, how: int) -> None:
        row = self.rows[self.row]
        if how == 0:
            del row[self.column :]
            if what == "J":
                del self.rows[self.row + 1 :]
        elif what == "K":
            row[: self.column + 1] = " " * min(len(row), self.column + 1)
            if how == 2:
                row.clear()
        elif how == 2:
            self.rows[self.top :] = [[] for _ in self.rows[self.top :]]


class PseudoTerminal:
    """A process whose standard streams are a terminal; a context manager that ends it.

    Args:
        command: what runs.
        columns: the terminal's width.
        rows: its height.
        folder: where it runs.
        more: settings of its environment.
    """

    def __init__(
        self, command: Sequence[str], *, columns: int = 80, rows: int = 30, folder: Path | None = None, **more: str
    ) -> None:
        self.screen = Screen(columns, rows)
        self.raw = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        left_out = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
        inherited = {name: value for name, value in os.environ.items() if name not in left_out}
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**inherited, "TERM": "xterm-256color", **more},
            # The terminal is to be its own, so that a Ctrl-C reaches it and not the test.
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    @property
    def text(self) -> str:
        """The screen as text, with all that has been scrolled away."""
        self._read(0.0)
        return self.screen.text

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def wait_for(self, text: str, *, count: int = 1) -> str:
        """Wait until the text has come so often; the screen."""
        until = time.monotonic() + PATIENCE
        while self.screen.text.count(text) < count:
            alive = self._read(0.2)
            assert alive or self.screen.text.count(text) >= count, f"it ended without {text!r}:\n{self.screen.text}"
            assert time.monotonic() < until, f"{text!r} did not come:\n{self.screen.text}"
        return self.screen.text

    def wait_until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        until = time.monotonic() + PATIENCE
        while not so():
            self._read(0.05)
            assert time.monotonic() < until, f"it did not come to it:\n{self.screen.text}"

    def ended(self) -> int:
        """Wait until it ends; its exit code."""
        until = time.monotonic() + PATIENCE
        while self._read(0.2):
            assert time.monotonic() < until, f"it did not end:\n{self.screen.text}"
        return self._process.wait(PATIENCE)

    def _read(self, seconds: float) -> bool:
        """Take what has come; whether it still runs."""
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                shown = os.read(self._ours, 65536).decode(errors="replace")
            except OSError:  # the other side is closed
                return False
            if not shown:
                return False
            self.raw += shown
            self.screen.feed(shown)
            if self.screen.asked_position:
                self.screen.asked_position = False
                self.press(f"\x1b[{self.screen.row - self.screen.top + 1};{self.screen.column + 1}R")
            seconds = 0.0
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._ours)
