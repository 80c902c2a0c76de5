"""The event loop in which this process speaks with servers: one, in a thread of its own, as long as the process.

The connections of the clients belong to it, so they outlast a batch and the next one finds them open.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import cache
from threading import Thread, get_ident
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The loop, running."""
    return _running()[0]


def run(work: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
    """The result of work in the loop, waited for in another thread; TimeoutError after so long."""
    return asyncio.run_coroutine_threadsafe(work, event_loop()).result(seconds)


def finish(work: Coroutine[Any, Any, Any], seconds: float = 1.0) -> None:
    """Do work in the loop from wherever it is asked for, the loop itself too; nobody minds whether it succeeds."""
    done = asyncio.run_coroutine_threadsafe(work, event_loop())
    if get_ident() != _running()[1].ident:
        with suppress(Exception):
            done.result(seconds)


@cache
def _running() -> tuple[asyncio.AbstractEventLoop, Thread]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="models", daemon=True)
    thread.start()
    return loop, thread
