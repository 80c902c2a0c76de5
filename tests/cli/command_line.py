"""Typing a command, and what it leaves on the terminal."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.cli.main import run


@dataclass(frozen=True)
class Said:
    """What a command left behind on a terminal."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of `--json`; standard output holds them and nothing else."""
        rows = json.loads(self.out)
        assert isinstance(rows, list)
        assert all(isinstance(row, dict) for row in rows)
        return rows

    @property
    def mistake(self) -> str:
        """What a person is told of a mistake: one line on standard error, and nothing on standard output."""
        assert self.code == 2, self.err
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = [line for line in self.err.splitlines() if line.startswith("Error: ")]
        assert len(lines) == 1, self.err
        assert self.err.endswith(lines[0] + "\n")
        return lines[0].removeprefix("Error: ")


Assistant = Callable[..., Said]


def type_in(*words: object, folder: Path | None = None) -> Said:
    """The real command line, in this process."""
    out, err = io.StringIO(), io.StringIO()
    typed = sys.argv
    sys.argv = ["assistant", *map(str, words)]
    place = contextlib.chdir(folder) if folder else contextlib.nullcontext()
    try:
        with place, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as end:
        return Said(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        sys.argv = typed
    raise AssertionError("a command line ends with an exit code")


@dataclass(frozen=True)
class Walk:
    """A workspace that a person has taken from nothing to a report, and what each command said on the way."""

    root: Path
    said: dict[str, Said]
