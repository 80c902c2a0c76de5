"""Requests as files in OpenAI's Batch format, for what may take a day: half the price, or a fleet of one's own GPUs.

`write` makes the files, `submit` hands one to the provider, `collect` puts the answers into the journal, where the next
run finds them. vLLM's `run-batch` reads and writes the same files; then there is nothing to submit, and `read_answers`
takes its output. https://platform.openai.com/docs/guides/batch
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.errors import ModelError
from assistant.llm.calls import Batch, call_hash
from assistant.llm.faults import Fault
from assistant.llm.gateway import Gateway
from assistant.llm.hosted import one_line, redacted
from assistant.llm.journal import Journal
from assistant.llm.prices import cost_of
from assistant.llm.replies import read_completion
from assistant.llm.truncation import truncated
from assistant.records import Outcome, Price, Record, Request
from assistant.workspace import write_atomic

if TYPE_CHECKING:
    import openai

MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 2**20
"""Of one file; OpenAI's limits."""
ENDPOINT: Final = "/v1/chat/completions"
ENDED = frozenset({"completed", "expired", "cancelled", "failed"})


class Written(Record):
    """One file of requests."""

    file: str
    requests: int
    bytes: int


class Collected(Record):
    """What came of a batch."""

    file: str
    batch: str
    status: str
    answers: int
    failed: int
    unknown: int
    awaited: int
    cost_nanodollars: int | None


def write_batch(gateway: Gateway, journal: Journal, requests: Iterable[Request], path: Path) -> list[Written]:
    """Write what the journal has no answer to, in as many files as the limits ask for.

    The first file is `path`; further ones have a number before the ending. Each request passes the guard.

    Raises:
        ModelError: the model takes no batch files, the guard refuses a request, or there is nothing to ask.
    """
    written: list[Written] = []
    lines: list[bytes] = []
    held: list[Request] = []
    size = 0

    def close() -> None:
        nonlocal size
        target = path if not written else path.with_name(f"{path.stem}-{len(written) + 1}{path.suffix}")
        content = b"".join(lines)
        journal.await_file(target.name, hashlib.sha256(content).hexdigest(), gateway.model_name, held)
        write_atomic(target, content)
        written.append(Written(file=str(target), requests=len(held), bytes=len(content)))
        lines.clear()
        held.clear()
        size = 0

    for request in gateway.missing(requests):
        reason = gateway.refusal(request)
        if reason:
            raise ModelError(f"request {request.key!r} cannot be written to a file: {reason}")
        line = _line(gateway, request)
        if held and (len(held) == MOST_REQUESTS or size + len(line) > MOST_BYTES):
            close()
        lines.append(line)
        held.append(request)
        size += len(line)
    if held:
        close()
    if not written:
        raise ModelError("the journal answers every request already, so there is no file to write; run the campaign")
    return written


def submit_batch(gateway: Gateway, journal: Journal, path: Path) -> Batch:
    """Upload a file that `write_batch` made, and start its batch. A file that was submitted is not submitted again.

    Raises:
        ModelError: the file is none of this workspace's or was changed, or the provider does not take it.
    """
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    known = next((batch for batch in journal.batches() if batch.file == path.name), None)
    if known is None:
        raise ModelError(f"{path} was not written here; write one with `assistant models batch write`")
    if known.sha256 != digest:
        raise ModelError(f"{path} was changed after it was written and passed the guard; write it again")
    if known.batch:
        raise ModelError(
            f"{path} was submitted already, as {known.batch}; type `assistant models batch collect` for its answers"
        )
    client = _client(gateway)
    try:
        # A process killed between the two lines below has submitted what it does not remember.
        batch: Any = next((each for each in client.batches.list(limit=100) if _is_of(each, digest)), None)
        if batch is None:
            uploaded = client.files.create(file=(path.name, content), purpose="batch")
            batch = client.batches.create(
                input_file_id=uploaded.id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={"sha256": digest},
            )
    except Exception as error:
        raise _refused(gateway, error) from None
    journal.set_batch(path.name, batch=batch.id, status=batch.status)
    return next(each for each in journal.batches() if each.file == path.name)


def collect_batches(gateway: Gateway, journal: Journal) -> list[Collected]:
    """Ask how far each submitted batch is, and take in the answers of those that ended.

    Raises:
        ModelError: the provider cannot be asked.
    """
    collected = []
    for known in journal.batches():
        if not known.batch or not known.awaited or known.model != gateway.model_name:
            continue
        client = _client(gateway)
        try:
            batch: Any = client.batches.retrieve(known.batch)
            texts = (
                [client.files.content(file).text for file in (batch.output_file_id, batch.error_file_id) if file]
                if batch.status in ENDED
                else []
            )
        except Exception as error:
            raise _refused(gateway, error) from None
        lines = [line for text in texts for line in text.splitlines()]
        journal.set_batch(known.file, batch=known.batch, status=batch.status)
        collected.append(_taken(journal, gateway.price, lines, known, str(batch.status)))
    return collected


def read_answers(gateway: Gateway, journal: Journal, path: Path) -> Collected:
    """Take in a file of answers that was made elsewhere, as by vLLM's `run-batch`.

    Raises:
        ModelError: the file cannot be read, or none of its lines answers a request of this workspace.
    """
    lines = _read(path).decode("utf-8", errors="replace").splitlines()
    before = Batch(
        file=path.name, sha256="", model=gateway.model_name, requests=len(lines), awaited=0, batch="", status="",
        submitted_at="",
    )  # fmt: skip
    collected = _taken(journal, gateway.price, lines, before, "read")
    if not collected.answers + collected.failed:
        raise ModelError(
            f"{path}: none of its {len(lines)} lines answers a request that waits here; give the output of a file "
            "that `assistant models batch write` wrote in this workspace"
        )
    return collected


def _line(gateway: Gateway, request: Request) -> bytes:
    line = {
        "custom_id": call_hash(gateway.model_name, "", request),
        "method": "POST",
        "url": ENDPOINT,
        "body": gateway.payload(request),
    }
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _taken(journal: Journal, price: Price | None, lines: Iterable[str], known: Batch, status: str) -> Collected:
    answers = failed = unknown = 0
    costs: list[int | None] = []
    for hashed, told in _answers(lines):
        awaited = journal.awaited(hashed)
        if awaited is None:
            unknown += 1
            continue
        model, request = awaited
        outcome = _outcome(request, told, price)
        journal.received(hashed, model, request, outcome)
        answers += outcome.status == "ok"
        failed += outcome.status != "ok"
        costs.append(outcome.cost_nanodollars)
    left = next((batch.awaited for batch in journal.batches() if batch.file == known.file), 0)
    return Collected(
        file=known.file,
        batch=known.batch,
        status=status,
        answers=answers,
        failed=failed,
        unknown=unknown,
        awaited=left,
        cost_nanodollars=None if None in costs else sum(cost or 0 for cost in costs),
    )


def _answers(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        try:
            told = json.loads(line)
            yield str(told["custom_id"]), told
        except (ValueError, KeyError, TypeError):
            if line.strip():
                yield "", None


def _outcome(request: Request, told: Any, price: Price | None) -> Outcome:
    base = {"key": request.key, "sample": request.sample, "attempts": 1}
    response = told.get("response") or {}
    if told.get("error") or response.get("status_code") != 200:
        said = told.get("error") or (response.get("body") or {}).get("error") or response
        error = said.get("message", said) if isinstance(said, dict) else said
        return Outcome.model_validate({**base, "status": "failed", "error": redacted(f"in a batch: {error}")[:400]})
    try:
        reply = read_completion(response.get("body"))
    except Fault as fault:
        return Outcome.model_validate({**base, "status": "invalid", "error": fault.reason, "text": fault.text})
    error = truncated(request.max_tokens) if reply.cut else reply.withheld and f"withheld ({reply.withheld})"
    return Outcome.model_validate(
        {
            **base,
            "status": "failed" if error else "ok",
            "error": error,
            "text": reply.text,
            "tool_calls": reply.tool_calls,
            "tokens_in": reply.tokens_in,
            "tokens_out": reply.tokens_out,
            "cost_nanodollars": cost_of(price, reply.tokens_in, reply.tokens_out, batch=True),
        }
    )


def _client(gateway: Gateway) -> "openai.OpenAI":
    from langchain_openai.chat_models.base import BaseChatOpenAI

    if not isinstance(gateway.model, BaseChatOpenAI):
        raise ModelError(f"{gateway.model_name} takes no batch files; name an openai:MODEL in assistant.toml")
    client: openai.OpenAI = gateway.model.root_client
    return client


def _is_of(batch: Any, digest: str) -> bool:
    return bool(batch.metadata and batch.metadata.get("sha256") == digest)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); give the path of a batch file") from None


def _refused(gateway: Gateway, error: Exception) -> ModelError:
    return ModelError(f"{gateway.model_name} does not take batches: {one_line(error, gateway.model)}")
