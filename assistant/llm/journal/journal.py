"""Every call to a model, kept in one SQLite file: a log for people and a cache for the next run.

A call's key, its `hash`, covers all that can change the answer: the model's name and weights, the messages, every
setting, the sample index. `asked` covers the same but for the weights, which a replay without the model cannot know.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from filelock import FileLock

from assistant.errors import WorkspaceError
from assistant.llm.calls import Batch, Call, Pace, as_json, call_hash, keys_of, parameters_of
from assistant.llm.journal.processes import NOBODY, lives, process
from assistant.llm.journal.rows import answer_of, call_of, condition_of
from assistant.llm.journal.schema import SCHEMA
from assistant.llm.prices import likely_in
from assistant.llm.truncation import MARK
from assistant.records import Message, Outcome, Request

VERSION = 2
WAIT = 30.0
"""Seconds to wait for another process that is writing."""
AT_ONCE = 500
"""Keys looked up by one statement; SQLite takes 32,766 parameters."""
PACED = 200
"""Latest calls from which the length of prompts in tokens is learned."""


class Journal:
    """The calls in one SQLite file, which is made where it is absent.

    Each call is committed as soon as its outcome is there, so a killed process loses only what was in flight.
    Several threads may share one object, several processes one file; a lock file beside it is held while it is
    opened. Raises WorkspaceError where the file is no journal or cannot be opened. `clock` tells when a call was made.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = RLock()
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
        if version not in (0, 1, VERSION):
            raise WorkspaceError(
                f"{path} is a journal of version {version} and this program writes version {VERSION}; "
                "move it away or use the program that wrote it"
            )
        self._file.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives the death of the process; a power cut may lose the last calls, never the file.
        self._file.execute("PRAGMA synchronous = NORMAL")
        if version != VERSION:
            with self._transaction():
                if version == 1:
                    self._file.execute("ALTER TABLE calls RENAME TO calls_1")
                    self._file.execute("DROP INDEX calls_by_hash")
                for statement in SCHEMA.split(";"):
                    self._file.execute(statement)
                if version == 1:
                    self._take_over()
                self._file.execute(f"PRAGMA user_version = {VERSION}")

    def _take_over(self) -> None:
        """Calls of version 1: their keys are made again, since requests have more settings in this version."""
        for row in self._file.execute("SELECT * FROM calls_1 ORDER BY id").fetchall():
            told = dict(row)
            request = Request(
                key=told["request"],
                prompt=told["prompt"],
                prompt_hash=told["prompt_hash"],
                messages=tuple(Message(**message) for message in json.loads(told["messages"])),
                **json.loads(told["parameters"]),
            )
            told |= keys_of(told["model"], told["fingerprint"], request)
            told |= {"tool_calls": "[]", "attempts": 1, "unsure": 0, "cost_nanodollars": None}
            told |= {"parameters": json.dumps(parameters_of(request), ensure_ascii=False), "sample": request.sample}
            self._insert("calls", told)
        self._file.execute("DROP TABLE calls_1")

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
        """Write one call and commit it. Of a request that was refused its messages are not kept."""
        self.put_all(model, [(request, outcome)], fingerprint=fingerprint)

    def put_all(self, model: str, calls: Iterable[tuple[Request, Outcome]], *, fingerprint: str = "") -> None:
        """Write several calls and commit them together."""
        with self._lock, self._transaction():
            for request, outcome in calls:
                self._put(model, request, outcome, fingerprint)

    def _put(self, model: str, request: Request, outcome: Outcome, fingerprint: str) -> None:
        refused = outcome.status == "refused"
        row = {
            **keys_of(model, fingerprint, request),
            "made_at": self._clock().isoformat(),
            "model": model,
            "fingerprint": fingerprint,
            "request": request.key,
            "prompt": request.prompt,
            "prompt_hash": request.prompt_hash,
            "parameters": "{}" if refused else json.dumps(parameters_of(request), ensure_ascii=False),
            "messages": "[]" if refused else as_json(request.messages),
            "tool_calls": as_json(outcome.tool_calls),
            **outcome.model_dump(exclude={"key", "from_journal", "tool_calls"}),
        }
        self._insert("calls", row)
        self._file.execute("DELETE FROM in_flight WHERE hash = ? AND process = ?", (row["hash"], process()))

    def sending(self, hashed: str) -> None:
        """Remember that a request is being sent, so that a run after a kill knows what may have been billed."""
        with self._lock:
            self._file.execute(
                "INSERT INTO in_flight VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET attempts = attempts + 1",
                (hashed, process()),
            )

    def dropped(self, hashed: str) -> None:
        """Remember that this process broke off what it was sending: it counts as if the process had died."""
        with self._lock, self._transaction():
            self._file.execute(
                "INSERT INTO in_flight SELECT hash, ?, attempts FROM in_flight WHERE hash = ? AND process = ?"
                " ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts",
                (NOBODY, hashed, process()),
            )
            self._file.execute("DELETE FROM in_flight WHERE hash = ? AND process = ?", (hashed, process()))

    def interrupted(self, hashes: Iterable[str]) -> dict[str, int]:
        """Attempts at these requests that were dropped or died with their process; each is told once."""
        with self._lock, self._transaction():
            rows = self._file.execute("SELECT hash, process, attempts FROM in_flight").fetchall()
            alive = {process: lives(process) for process in {str(row["process"]) for row in rows}}
            dead = [row for row in rows if not alive[row["process"]]]
            wanted = set(hashes)
            found: dict[str, int] = {}
            for row in dead:
                if row["hash"] in wanted:
                    found[row["hash"]] = found.get(row["hash"], 0) + int(row["attempts"])
                    self._file.execute(
                        "DELETE FROM in_flight WHERE hash = ? AND process = ?", (row["hash"], row["process"])
                    )
        return found

    def answers(self, model: str, requests: Iterable[Request], *, fingerprint: str | None = "") -> dict[str, Outcome]:
        """Outcomes that need not be asked for again, by the requests' keys.

        These are answers, and answers cut at max_tokens, which would be cut again. A call that failed otherwise,
        as for a lost connection, is not among them. Tokens are those of the call that was made; seconds, attempts
        and cost are 0. With the fingerprint None answers of any weights serve: the newest of each.
        """
        if fingerprint is None:
            asked = [(call_hash(model, "", request), request) for request in requests]
            rows = self._newest("asked", sorted({hashed for hashed, _ in asked}))
        else:
            asked = [(call_hash(model, fingerprint, request), request) for request in requests]
            rows = self._newest("hash", sorted({hashed for hashed, _ in asked}))
        return {
            request.key: answer_of(row, request.key, request.sample)
            for hashed, request in asked
            if (row := rows.get(hashed))
        }

    def answer_to(self, asked: str) -> Outcome | None:
        """The newest answer, of any weights, to what was asked (see `calls.asked_hash`); None where there is none."""
        row = self._newest("asked", [asked]).get(asked)
        return answer_of(row, row["request"], row["sample"]) if row else None

    def _newest(self, column: str, hashes: Sequence[str]) -> dict[str, sqlite3.Row]:
        found: dict[str, sqlite3.Row] = {}
        for start in range(0, len(hashes), AT_ONCE):
            some = hashes[start : start + AT_ONCE]
            slots = ", ".join("?" * len(some))
            with self._lock:
                rows = self._file.execute(
                    f"SELECT * FROM calls WHERE {column} IN ({slots})"
                    " AND (status = 'ok' OR substr(error, 1, length(?)) = ?) ORDER BY id",
                    (*some, MARK, MARK),
                ).fetchall()
            found.update({row[column]: row for row in rows})
        return found

    def calls(
        self,
        limit: int = 50,
        *,
        model: str | None = None,
        prompt: str | None = None,
        status: str | None = None,
        text: str | None = None,
        since: datetime | None = None,
    ) -> list[Call]:
        """The latest calls, newest first; those of one model, prompt id or status, with a text, since a moment."""
        where, given = condition_of(model=model, prompt=prompt, status=status, text=text, since=since)
        with self._lock:
            rows = self._file.execute(
                f"SELECT * FROM calls {where} ORDER BY id DESC LIMIT :limit", {**given, "limit": limit}
            ).fetchall()
        return [call_of(row) for row in rows]

    def call(self, number: int) -> Call | None:
        """One call by its id; None where there is none."""
        with self._lock:
            row = self._file.execute("SELECT * FROM calls WHERE id = ?", (number,)).fetchone()
        return call_of(row) if row else None

    def pace(self, model: str, candidates: int, prompts: Sequence[str]) -> Pace | None:
        """What a model's calls took for some prompts; None where it has answered none.

        Args:
            model: its name.
            candidates: answers asked of each line in a first round; samples from there on are repairs.
            prompts: ids.
        """
        slots = ", ".join("?" * len(prompts))
        where = f"model = ? AND prompt IN ({slots}) AND status = 'ok'"
        with self._lock:
            rows = self._file.execute(
                "SELECT prompt, count(*) calls, sum(tokens_out) tokens_out, sum(seconds) seconds, "
                f"sum(sample >= ?) repairs FROM calls WHERE {where} GROUP BY prompt",
                (candidates, model, *prompts),
            ).fetchall()
            latest = self._file.execute(
                f"SELECT * FROM calls WHERE {where} ORDER BY id DESC LIMIT {PACED}", (model, *prompts)
            ).fetchall()
        if not rows:
            return None
        calls = sum(row["calls"] for row in rows)
        repairs = sum(row["repairs"] for row in rows)
        told = [[Message(**message) for message in json.loads(row["messages"])] for row in latest]
        return Pace(
            calls=calls,
            tokens_in_ratio=sum(row["tokens_in"] for row in latest) / max(1, sum(map(likely_in, told))),
            tokens_out={row["prompt"]: row["tokens_out"] / row["calls"] for row in rows},
            seconds=sum(row["seconds"] for row in rows) / calls,
            repaired=repairs / max(1, calls - repairs),
        )

    def count(self, *, model: str | None = None, prompt: str | None = None, status: str | None = None) -> int:
        """How many calls there are; of one model, prompt id or status where given."""
        where, given = condition_of(model=model, prompt=prompt, status=status)
        with self._lock:
            (counted,) = self._file.execute(f"SELECT count(*) FROM calls {where}", given).fetchone()
        return int(counted)

    # Requests that were written to a batch file and whose answers come hours later.

    def await_file(self, file: str, sha256: str, model: str, requests: Iterable[Request]) -> None:
        """Remember which requests a batch file holds, by their hashes."""
        rows = [(call_hash(model, "", request), model, request.model_dump_json(), file) for request in requests]
        with self._lock, self._transaction():
            self._file.execute("DELETE FROM awaited WHERE file = ?", (file,))
            self._file.executemany("INSERT OR REPLACE INTO awaited VALUES (?, ?, ?, ?)", rows)
            self._file.execute("DELETE FROM batches WHERE file = ?", (file,))
            row = {"file": file, "sha256": sha256, "model": model, "requests": len(rows)}
            self._insert("batches", {**row, "batch": "", "status": "written", "submitted_at": ""})

    def awaited(self, hashed: str) -> tuple[str, Request] | None:
        """Model and request of a hash that a batch file holds and that has no answer yet."""
        with self._lock:
            row = self._file.execute("SELECT model, request FROM awaited WHERE hash = ?", (hashed,)).fetchone()
        return (str(row["model"]), Request.model_validate_json(row["request"])) if row else None

    def received(self, hashed: str, model: str, request: Request, outcome: Outcome) -> None:
        """Write one call that a batch file answered, in one step with taking it off those that are awaited."""
        with self._lock, self._transaction():
            self._put(model, request, outcome, "")
            self._file.execute("DELETE FROM awaited WHERE hash = ?", (hashed,))

    def batches(self) -> list[Batch]:
        """The batch files that were written, the oldest first."""
        with self._lock:
            rows = self._file.execute(
                "SELECT b.*, (SELECT count(*) FROM awaited a WHERE a.file = b.file) AS awaited"
                " FROM batches b ORDER BY rowid"
            ).fetchall()
        return [Batch.model_validate(dict(row)) for row in rows]

    def set_batch(self, file: str, *, batch: str, status: str) -> None:
        """What the provider calls a file's batch, and how far it is."""
        with self._lock:
            self._file.execute(
                "UPDATE batches SET batch = ?, status = ?, submitted_at = CASE WHEN submitted_at = '' THEN ? "
                "ELSE submitted_at END WHERE file = ?",
                (batch, status, self._clock().isoformat(), file),
            )

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        named = {name: value for name, value in row.items() if name != "id"}
        names = ", ".join(named)
        slots = ", ".join(f":{name}" for name in named)
        self._file.execute(f"INSERT INTO {table} ({names}) VALUES ({slots})", named)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")
