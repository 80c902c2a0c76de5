"""Every call to a model, kept in one SQLite file: a log for people and a cache for the next run."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from filelock import FileLock
from pydantic import Field

from assistant.errors import WorkspaceError
from assistant.llm.truncation import MARK
from assistant.records import Outcome, Record, Request

VERSION = 1
WAIT = 30.0
"""Seconds to wait for another process that is writing."""
AT_ONCE = 500
"""Keys looked up by one statement; SQLite takes 32,766 parameters."""
NOT_ASKED = {"key", "prompt", "prompt_hash"}
"""Fields of a request that name it and cannot change the answer."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    made_at TEXT NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    request TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_hash TEXT NOT NULL,
    parameters TEXT NOT NULL,
    messages TEXT NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    seconds REAL NOT NULL,
    mean_logprob REAL
) STRICT;
CREATE INDEX IF NOT EXISTS calls_by_hash ON calls (hash);
"""


class Call(Record):
    """One row of the journal."""

    id: int
    hash: str = Field(description="fingerprint of all that can change the answer")
    made_at: datetime
    model: str
    fingerprint: str = Field(description="of a local model's weights; empty for a hosted model")
    request: str = Field(description="the caller's name for the request")
    prompt: str
    prompt_hash: str
    parameters: dict[str, Any]
    messages: list[dict[str, str]]
    text: str
    status: str
    error: str
    tokens_in: int
    tokens_out: int
    seconds: float
    mean_logprob: float | None


def call_hash(model: str, fingerprint: str, request: Request) -> str:
    """The journal's key of one call, `sha256:...`, over all that can change the answer.

    That is the model's name and weights, the messages, and every setting of the request. The caller's name for it
    and the prompt file are left out: the messages say all of what they say.
    """
    asked = [model, fingerprint, request.model_dump(mode="json", exclude=NOT_ASKED)]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class Journal:
    """The calls in one SQLite file, which is made where it is absent.

    Each call is committed as soon as its outcome is there, so a killed process loses only what was in flight.
    Several threads may share one object, several processes one file; a lock file beside it is held while it is
    opened. Raises WorkspaceError where the file is no journal or cannot be opened. `clock` tells when a call was made.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
            self._file.row_factory = sqlite3.Row
            try:
                # SQLite does not wait when two processes make one file a WAL file at once: it fails.
                with FileLock(path.with_name(f"{path.name}.lock"), timeout=WAIT):
                    self._prepare(path)
            except BaseException:
                self._file.close()
                raise
        except (sqlite3.OperationalError, OSError) as error:
            raise WorkspaceError(f"{path} cannot be opened ({error}); free it or move it, and run again") from None
        except sqlite3.DatabaseError as error:
            raise WorkspaceError(f"{path} is no journal ({error}); move it away and run again") from None

    def _prepare(self, path: Path) -> None:
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise WorkspaceError(
                f"{path} is a journal of version {version} and this program writes version {VERSION}; "
                "move it away or use the program that wrote it"
            )
        self._file.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives the death of the process; a power cut may lose the last calls, never the file.
        self._file.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            self._file.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version = {VERSION};COMMIT;")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def put(self, model: str, request: Request, outcome: Outcome, *, fingerprint: str = "") -> None:
        """Write one call and commit it."""
        asked = request.model_dump(mode="json", exclude=NOT_ASKED)
        messages = asked.pop("messages")
        row = {
            "hash": call_hash(model, fingerprint, request),
            "made_at": self._clock().isoformat(),
            "model": model,
            "fingerprint": fingerprint,
            "request": request.key,
            "prompt": request.prompt,
            "prompt_hash": request.prompt_hash,
            "parameters": json.dumps(asked, ensure_ascii=False),
            "messages": json.dumps(messages, ensure_ascii=False),
            **outcome.model_dump(exclude={"key", "sample", "from_journal"}),
        }
        names = ", ".join(row)
        slots = ", ".join(f":{name}" for name in row)
        with self._lock:
            self._file.execute(f"INSERT INTO calls ({names}) VALUES ({slots})", row)

    def answers(self, model: str, requests: Iterable[Request], *, fingerprint: str = "") -> dict[str, Outcome]:
        """Outcomes that need not be asked for again, by the requests' keys.

        These are answers, and answers cut at max_tokens, which would be cut again. A call that failed otherwise,
        as for a lost connection, is not among them. Tokens are those of the call that was made; seconds are 0.
        """
        asked = [(call_hash(model, fingerprint, request), request) for request in requests]
        rows = self._newest(sorted({hashed for hashed, _ in asked}))
        return {
            request.key: Outcome(
                key=request.key,
                sample=request.sample,
                status=row["status"],
                text=row["text"],
                error=row["error"],
                tokens_in=row["tokens_in"],
                tokens_out=row["tokens_out"],
                mean_logprob=row["mean_logprob"],
                from_journal=True,
            )
            for hashed, request in asked
            if (row := rows.get(hashed))
        }

    def _newest(self, hashes: Sequence[str]) -> dict[str, sqlite3.Row]:
        found: dict[str, sqlite3.Row] = {}
        for start in range(0, len(hashes), AT_ONCE):
            some = hashes[start : start + AT_ONCE]
            slots = ", ".join("?" * len(some))
            with self._lock:
                rows = self._file.execute(
                    f"SELECT * FROM calls WHERE hash IN ({slots})"
                    " AND (status = 'ok' OR substr(error, 1, length(?)) = ?) ORDER BY id",
                    (*some, MARK, MARK),
                ).fetchall()
            found.update({row["hash"]: row for row in rows})
        return found

    def calls(
        self,
        limit: int = 50,
        *,
        model: str | None = None,
        prompt: str | None = None,
        status: str | None = None,
    ) -> list[Call]:
        """The latest calls, newest first; those of one model, prompt id or status where given."""
        where, given = _where(model=model, prompt=prompt, status=status)
        with self._lock:
            rows = self._file.execute(
                f"SELECT * FROM calls {where} ORDER BY id DESC LIMIT :limit", {**given, "limit": limit}
            ).fetchall()
        return [
            Call.model_validate(
                {
                    **dict(row),
                    "parameters": json.loads(row["parameters"]),
                    "messages": json.loads(row["messages"]),
                }
            )
            for row in rows
        ]

    def count(self, *, model: str | None = None, prompt: str | None = None, status: str | None = None) -> int:
        """How many calls there are; of one model, prompt id or status where given."""
        where, given = _where(model=model, prompt=prompt, status=status)
        with self._lock:
            (counted,) = self._file.execute(f"SELECT count(*) FROM calls {where}", given).fetchone()
        return int(counted)


def _where(**wanted: str | None) -> tuple[str, dict[str, Any]]:
    given = {name: value for name, value in wanted.items() if value is not None}
    return ("WHERE " + " AND ".join(f"{name} = :{name}" for name in given) if given else ""), given
