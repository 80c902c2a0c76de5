"""Sessions in the workspace: turns as they were shown, and the agent's own steps, in one SQLite file."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import ConfigError, WorkspaceError
from assistant.records.chat import ChatSession, Turn
from assistant.workspace import Workspace

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FIRST = 80
_WAIT = 10.0
"""Seconds to wait for another process that writes."""
_TABLES = """\
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, began TEXT NOT NULL, model TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    session TEXT NOT NULL, turn INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (session, turn)
);"""


def chats_folder(workspace: Workspace) -> Path:
    """Where chats are kept, and what is saved of them."""
    return workspace.root / "chats"


def check_name(name: str) -> str:
    """A session's or a file's name; never a path.

    Raises:
        ConfigError: it is none.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} is no name of a session; expected up to 64 letters, digits, dots, dashes and underscores, "
            "such as spring-offers."
        )
    return name


class Sessions:
    """The sessions of a workspace; several processes may hold it open.

    Raises:
        WorkspaceError: the file cannot be opened.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.path = chats_folder(workspace) / "chats.sqlite"
        self.path.parent.mkdir(exist_ok=True)
        try:
            self.connection = sqlite3.connect(self.path, check_same_thread=False, timeout=_WAIT)
            self.connection.execute("PRAGMA journal_mode=WAL")
            # The agent keeps its steps from a thread of its own, so that neither is in the other's transaction.
            self.steps = sqlite3.connect(self.path, check_same_thread=False, timeout=_WAIT)
            self.connection.executescript(_TABLES)
        except sqlite3.Error as error:
            raise WorkspaceError(
                f"{self.path} cannot be used ({error}); see that it is a file of this product and may be written."
            ) from None

    def all(self) -> tuple[ChatSession, ...]:
        """Every session, the one with the last turn first."""
        names = [row[0] for row in self.connection.execute("SELECT session FROM sessions")]
        found = [self.session(name) for name in names]
        return tuple(sorted((one for one in found if one), key=lambda one: (one.changed, one.session), reverse=True))

    def session(self, name: str) -> ChatSession | None:
        """A session by its name; None where there is none."""
        row = self.connection.execute("SELECT began, model FROM sessions WHERE session = ?", [name]).fetchone()
        if row is None:
            return None
        turns = self.turns(name)
        return ChatSession(
            session=name,
            began=row[0],
            changed=turns[-1].at if turns else row[0],
            turns=len(turns),
            model=turns[-1].model if turns else row[1],
            first=turns[0].question[:_FIRST] if turns else "",
        )

    def turns(self, name: str) -> tuple[Turn, ...]:
        """All turns of a session, oldest first; one of another version of this software is left out."""
        rows = self.connection.execute("SELECT record FROM turns WHERE session = ? ORDER BY turn", [name])
        return tuple(turn for (record,) in rows if (turn := _read(record)))

    def add(self, name: str, turn: Turn, model: str) -> Turn:
        """Keep a turn; a session begins with its first. One that another process has added meanwhile stays too.

        Returns:
            The turn with its number.
        """
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)", [name, turn.at, model])
            found = self.connection.execute("SELECT max(turn) FROM turns WHERE session = ?", [name]).fetchone()
            turn = turn.model_copy(update={"turn": (found[0] or 0) + 1})
            self.connection.execute("INSERT INTO turns VALUES (?, ?, ?)", [name, turn.turn, turn.model_dump_json()])
        return turn

    def free_name(self, day: str) -> str:
        """The first name of a day that no session has: `2026-11-28-1`."""
        taken = {row[0] for row in self.connection.execute("SELECT session FROM sessions")}
        return next(name for number in range(1, 100_000) if (name := f"{day}-{number}") not in taken)

    def close(self) -> None:
        """Let go of the file."""
        self.steps.close()
        self.connection.close()


@contextmanager
def open_sessions(workspace: Workspace) -> Iterator[Sessions]:
    """The sessions, for as long as the block lasts."""
    with closing(Sessions(workspace)) as sessions:
        yield sessions


def _read(record: str) -> Turn | None:
    try:
        return Turn.model_validate_json(record)
    except ValidationError:
        return None
