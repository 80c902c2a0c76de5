"""Rows of the journal to records, and what is asked of them to conditions."""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from assistant.llm.calls import Call
from assistant.records import Outcome, ToolCall


def answer_of(row: sqlite3.Row, key: str, sample: int) -> Outcome:
    """A kept answer as the outcome of another request for the same; nothing is billed for it again."""
    return Outcome(
        key=key,
        sample=sample,
        status=row["status"],
        text=row["text"],
        tool_calls=tuple(ToolCall(**call) for call in json.loads(row["tool_calls"])),
        error=row["error"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        mean_logprob=row["mean_logprob"],
        cost_nanodollars=0,
        from_journal=True,
    )


def call_of(row: sqlite3.Row) -> Call:
    """One row of `calls`."""
    told = {name: json.loads(row[name]) for name in ("parameters", "messages", "tool_calls")}
    return Call.model_validate({**dict(row), **told})


def condition_of(
    *, text: str | None = None, since: datetime | None = None, **wanted: str | None
) -> tuple[str, dict[str, Any]]:
    """A WHERE clause with named parameters, and their values; empty where all rows are wanted."""
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    tests = [f"{name} = :{name}" for name in given]
    if text is not None:
        tests.append("(instr(lower(text), lower(:sought)) OR instr(lower(messages), lower(:sought)))")
        given["sought"] = text
    if since is not None:
        tests.append("made_at >= :since")
        given["since"] = since.astimezone(UTC).isoformat()
    return ("WHERE " + " AND ".join(tests) if tests else ""), given
