"""The one function through which everything asks a model: many requests in, an outcome for each out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from assistant.llm.hosted import ask, one_line
from assistant.llm.journal import Journal
from assistant.records import Outcome, Request

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@runtime_checkable
class BatchModel(Protocol):
    """A chat model that answers many requests as one batch, and knows its weights."""

    @property
    def fingerprint(self) -> str:
        """What tells its weights from others."""

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        """One outcome for each request, as soon as it is there."""


def complete(
    model: "BaseChatModel",
    model_name: str,
    requests: Iterable[Request],
    *,
    journal: Journal | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    concurrency: int = 8,
) -> Iterator[Outcome]:
    """Ask for all requests and yield exactly one outcome for each, as they finish.

    What the journal has comes first and is not asked again; every new outcome is journalled before it is yielded.
    A local model decodes them as batches; any other is asked by `concurrency` threads. A failure is an outcome with
    its error in one line. Rate limits, timeouts and 5xx are tried again by the provider's client.
    `on_outcome` is called with each outcome before it is yielded, in the caller's thread.
    A caller may stop early: what was not sent yet is never sent, and what was in flight is still journalled if
    the process lives and the journal stays open.

    Raises ValueError, at the call and not at the first outcome, for two requests with one key.
    """
    asked = list(requests)
    keys = [request.key for request in asked]
    if len(set(keys)) < len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"requests need different keys; these came twice: {', '.join(twice[:5])}")
    return _reported(_complete(model, model_name, asked, journal, concurrency), on_outcome)


def _reported(outcomes: Iterator[Outcome], on_outcome: Callable[[Outcome], None] | None) -> Iterator[Outcome]:
    for outcome in outcomes:
        if on_outcome:
            on_outcome(outcome)
        yield outcome


def _complete(
    model: "BaseChatModel", name: str, requests: Sequence[Request], journal: Journal | None, concurrency: int
) -> Iterator[Outcome]:
    fingerprint = model.fingerprint if isinstance(model, BatchModel) else ""
    known = journal.answers(name, requests, fingerprint=fingerprint) if journal else {}
    yield from known.values()

    def keep(request: Request, outcome: Outcome) -> Outcome:
        if journal:
            journal.put(name, request, outcome, fingerprint=fingerprint)
        return outcome

    missing = [request for request in requests if request.key not in known]
    if isinstance(model, BatchModel):
        asked = {request.key: request for request in missing}
        for outcome in _batched(model, missing):
            yield keep(asked[outcome.key], outcome)
    elif missing:
        yield from _pooled(lambda request: keep(request, ask(model, request)), missing, concurrency)


def _batched(model: BatchModel, requests: Sequence[Request]) -> Iterator[Outcome]:
    left = {request.key: request for request in requests}
    try:
        for outcome in model.answers(requests):
            del left[outcome.key]
            yield outcome
    except Exception as error:  # memory that ran out, most likely; what was answered stays answered
        reason = one_line(error)
        for request in left.values():
            yield Outcome(key=request.key, sample=request.sample, status="failed", error=reason)


def _pooled(answer: Callable[[Request], Outcome], requests: Sequence[Request], concurrency: int) -> Iterator[Outcome]:
    waiting: SimpleQueue[Request] = SimpleQueue()
    done: SimpleQueue[Outcome | BaseException] = SimpleQueue()
    stopped = Event()
    for request in requests:
        waiting.put(request)

    def work() -> None:
        while not stopped.is_set():
            try:
                request = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put(answer(request))
            except BaseException as error:  # of the journal; carried to the caller's thread
                done.put(error)

    # Daemons and nobody joins them: a caller who stops early, or presses ctrl-C, must not wait for a slow server.
    for _ in range(min(concurrency, len(requests))):
        Thread(target=work, name="ask", daemon=True).start()
    try:
        for _ in requests:
            outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        stopped.set()
