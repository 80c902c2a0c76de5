"""One answer piece by piece: its text as it comes, and last the outcome, which says what `complete` would."""

from collections.abc import Callable, Iterable, Iterator
from queue import Empty
from typing import Any, Protocol, runtime_checkable

from assistant.llm.dispatching import Dispatch, Lane
from assistant.llm.hosted import one_line
from assistant.llm.local.tools import words_of
from assistant.llm.truncation import is_truncated
from assistant.records import Outcome, Request

LOOK = 0.5
"""Seconds between two looks for pieces; a wait without an end would not hear ctrl-C on every system."""
LETTING_GO = 2.0
"""Seconds that a caller who leaves waits at the most for the connection to be closed."""


Stopped = Callable[[], bool]


def never() -> bool:
    """Nobody stops it."""
    return False


@runtime_checkable
class StreamingModel(Protocol):
    """A chat model in this process that tells an answer while it writes it."""

    def pieces(self, request: Request) -> Iterator[str | Outcome]:
        """Pieces of the answer's text as far as they are certain, and last the outcome that `answers` gives."""


def whole(told: Iterable[str | Outcome]) -> Iterator[str | Outcome]:
    """The same, and before the outcome whatever words of a usable answer were not told yet."""
    text = ""
    for each in told:
        if isinstance(each, str):
            text += each
        elif each.status == "ok" or is_truncated(each):
            words = words_of(each)
            if words != text and words.startswith(text):
                yield words[len(text) :]
        yield each


def dispatched(lane: Lane, request: Request, interrupted: int, stopped: Stopped = never) -> Iterator[str | Outcome]:
    """A hosted model's answer. Closed early, it drops the connection and leaves the attempt in flight."""
    dispatch = Dispatch(lane)
    try:
        dispatch.feed(request, interrupted, streamed=True)
        dispatch.close()
        while not stopped():
            try:
                told = dispatch.outcomes.get(timeout=LOOK)
            except Empty:
                continue
            if isinstance(told, BaseException):
                raise told
            yield told
            if isinstance(told, Outcome):
                return
    finally:
        dispatch.drop()
        dispatch.ended.wait(timeout=LETTING_GO)


def decoded(model: Any, request: Request, stopped: Stopped = never) -> Iterator[str | Outcome]:
    """A local model's answer; one that cannot tell pieces tells the outcome alone. Its failure is an outcome."""
    text = ""
    sent: dict[str, Any] = {"attempts": 1, "cost_nanodollars": 0}
    try:
        for each in model.pieces(request) if isinstance(model, StreamingModel) else model.answers([request]):
            if stopped():
                return
            if isinstance(each, str):
                text += each
                yield each
            else:
                kept = {"text": text} if each.status == "failed" and not each.text else {}
                yield each.model_copy(update={**sent, **kept})
                return
    except Exception as error:  # of the model; what was told stays told
        yield Outcome(key=request.key, sample=request.sample, status="failed", text=text, error=one_line(error), **sent)
