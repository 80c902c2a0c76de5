"""Many requests to a hosted model at once: bounded, paced, tried again, within the budget, one outcome each.

All of it runs in one event loop in a thread of its own. What comes of a request is journalled there before anyone
hears of it.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread

from assistant.config import Limits
from assistant.llm.faults import Billed, Fault
from assistant.llm.hosted import Backend, OnText, one_line
from assistant.llm.loop import event_loop
from assistant.llm.pacing import Pacer
from assistant.llm.prices import Budget, cost_of, dollars, likely_tokens, most_tokens
from assistant.llm.replies import Reply
from assistant.llm.truncation import truncated
from assistant.records import Outcome, Price, Request

FIRST_PAUSE = 0.5
"""Seconds before the second attempt; doubled for each further one, with up to half of it taken off by chance."""
LONGEST_PAUSE = 30.0
LONGEST_WAIT = 120.0
"""Seconds a server may ask to wait; beyond that a request fails at once, and a later run goes on from there."""
POLL = 0.02
GATHER = 0.004
"""Seconds in which outcomes gather to be committed together."""


@dataclass
class Job:
    """One request on its way; `on_text` is told the answer's text as it comes, `told` is what it was told."""

    request: Request
    on_text: OnText | None = None
    told: str = ""
    held: str = ""
    attempts: int = 0
    unsure: int = 0
    cost: int | None = 0
    tokens: list[int] = field(default_factory=lambda: [0, 0])
    seconds: float = 0.0
    last: Fault | None = None

    def hear(self, piece: str) -> None:
        """Pass a piece of text on, once there is more than blanks: an answer of blanks alone is asked for again."""
        self.held += piece
        if self.on_text and (self.told or not self.held.isspace()):
            piece, self.held = self.held, ""
            self.told += piece
            if piece:
                self.on_text(piece)

    def outcome(self, **told: object) -> Outcome:
        """What the caller gets; tokens and cost are those of all attempts that are known to be billed."""
        return Outcome.model_validate(
            {
                "key": self.request.key,
                "sample": self.request.sample,
                "tokens_in": self.tokens[0],
                "tokens_out": self.tokens[1],
                "seconds": self.seconds,
                "attempts": self.attempts,
                "unsure": self.unsure,
                "cost_nanodollars": self.cost,
                **told,
            }
        )


@dataclass
class Lane:
    """How a model is asked, and what is shared by all that ask it."""

    backend: Backend
    limits: Limits
    pacer: Pacer
    budget: Budget
    price: Price | None
    sending: Callable[[Request], None]
    """Told before each attempt."""
    dropped: Callable[[Request], None]
    """Told of an attempt that was broken off."""
    keep: Callable[[Sequence[tuple[Request, Outcome]]], None]
    """Told of outcomes, several at once, before the caller is."""


class Dispatch:
    """One batch. `outcomes` gets each outcome, or the exception that ended the batch, as it comes.

    Pieces of text come before the outcome of a request that is streamed. Requests are fed while the first are under
    way already. An outcome frees its place in flight before it is journalled, and those of one moment are committed
    together, so that a server that answers many at once is soon asked again.
    """

    def __init__(self, lane: Lane) -> None:
        self.outcomes: SimpleQueue[Outcome | BaseException | str] = SimpleQueue()
        self.ended = Event()
        self._lane = lane
        self._ready: asyncio.Queue[Job | None] = asyncio.Queue()
        self._finished: SimpleQueue[tuple[Request, Outcome] | None] = SimpleQueue()
        self._left = 0
        self._fed = False
        self._stopped = False
        self._asking: set[asyncio.Task[None]] = set()
        self._nobody: Fault | None = None
        self._timers: dict[int, tuple[asyncio.TimerHandle, Job]] = {}
        Thread(target=self._write, name="journal", daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._run(), event_loop())

    def feed(self, request: Request, interrupted: int = 0, *, streamed: bool = False) -> None:
        """One more request; `interrupted` counts attempts at it that died before they were answered.

        Of one that is streamed no attempt follows where a piece of text was told.
        """
        job = Job(request, self.outcomes.put if streamed else None, unsure=interrupted)
        event_loop().call_soon_threadsafe(self._take, job)

    def close(self) -> None:
        """No more requests are fed."""
        event_loop().call_soon_threadsafe(self._close)

    def stop(self) -> None:
        """Send nothing more; what is in flight is awaited and journalled, then `ended` is set."""
        event_loop().call_soon_threadsafe(self._stop)

    def drop(self) -> None:
        """Send nothing more and break off what is in flight, which is not journalled; then `ended` is set."""
        event_loop().call_soon_threadsafe(self._drop)

    async def _run(self) -> None:
        try:
            await asyncio.gather(*(self._work() for _ in range(self._lane.limits.concurrency)))
        except BaseException as error:  # nothing that one request did; carried to the caller's thread
            self.outcomes.put(error)
        finally:
            self._finished.put(None)

    def _take(self, job: Job) -> None:
        self._left += 1
        self._ready.put_nowait(job)

    def _close(self) -> None:
        self._fed = True
        self._end_if_done()

    def _stop(self) -> None:
        self._stopped = self._fed = True
        for timer, job in self._timers.values():
            timer.cancel()
            self._ready.put_nowait(job)
        self._timers.clear()
        self._end_if_done()

    def _drop(self) -> None:
        self._stop()
        for task in self._asking:
            task.cancel()

    def _end_if_done(self) -> None:
        if self._fed and not self._left:
            for _ in range(self._lane.limits.concurrency):
                self._ready.put_nowait(None)

    async def _work(self) -> None:
        while (job := await self._ready.get()) is not None:
            try:
                outcome = await self._step(job)
            except _Dropped:
                self._left -= 1
                self._end_if_done()
                continue
            if outcome is not None:
                self._finished.put((job.request, outcome))
                self._left -= 1
                self._end_if_done()

    def _write(self) -> None:
        """Journal what has finished, and hand it on; in a thread of its own."""
        going = True
        while going:
            finished = [self._finished.get()]
            if self._left:
                time.sleep(GATHER)
            with suppress(Empty):
                while True:
                    finished.append(self._finished.get_nowait())
            told = [each for each in finished if each is not None]
            going = len(told) == len(finished)
            try:
                self._lane.keep(told)
            except BaseException as error:  # of the journal; carried to the caller's thread
                self.outcomes.put(error)
                self.stop()
            for _, outcome in told:
                self.outcomes.put(outcome)
        self.ended.set()

    async def _step(self, job: Job) -> Outcome | None:
        """One attempt, once it may be made; None where another one is to follow."""
        most = cost_of(self._lane.price, most_tokens(job.request), job.request.max_tokens) or 0
        tokens = likely_tokens(job.request) + job.request.max_tokens
        refused = await self._cleared(job, most, tokens)
        if refused is not None:
            return refused
        self._lane.sending(job.request)
        began = time.perf_counter()
        try:
            reply = await self._within(self._lane.backend.attempt(job.request, job.hear if job.on_text else None))
        except _Dropped:
            # The server may have written it all, and charge for it.
            self._lane.budget.settle(most, most)
            self._lane.pacer.settle(tokens, tokens)
            self._lane.dropped(job.request)
            raise
        except Fault as fault:
            return self._failed(job, fault, most, tokens, time.perf_counter() - began)
        except Exception as error:
            unknown = Fault(one_line(error), billed=Billed.UNSURE)
            return self._failed(job, unknown, most, tokens, time.perf_counter() - began)
        job.attempts += 1
        job.seconds += time.perf_counter() - began
        self._bill(job, most, tokens, reply.tokens_in, reply.tokens_out)
        return _answered(job, reply)

    async def _within(self, answer: Awaitable[Reply]) -> Reply:
        seconds = self._lane.limits.timeout_seconds
        task = asyncio.current_task()
        assert task is not None
        self._asking.add(task)
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise Fault(f"no answer within {seconds:g} s", again=True, billed=Billed.UNSURE) from None
        except asyncio.CancelledError:
            task.uncancel()
            raise _Dropped from None
        finally:
            self._asking.discard(task)

    async def _cleared(self, job: Job, most: int, tokens: int) -> Outcome | None:
        """Wait until the request may be sent; an outcome where it never may."""
        while not self._lane.budget.reserve(most):
            if not self._lane.budget.in_flight or self._stopped:
                cap = dollars(self._lane.budget.cap)
                return self._unsent(job, f"the spend cap of {cap} could be passed; raise spend_cap and run again")
            await asyncio.sleep(POLL)
        # A moment is looked at again after each wait: the server may have asked for more meanwhile.
        free = asyncio.get_running_loop().time() + self._lane.pacer.reserve(tokens)
        while not (self._stopped or self._nobody):
            wait = max(free - asyncio.get_running_loop().time(), self._lane.pacer.held())
            if wait <= 0:
                return None
            await asyncio.sleep(min(wait, 0.25))
        self._lane.budget.settle(most, 0)
        self._lane.pacer.settle(tokens, 0)
        return self._unsent(job, "stopped before it was sent")

    def _unsent(self, job: Job, reason: str) -> Outcome:
        if self._nobody:
            reason = f"not sent, as no request would be answered: {self._nobody.reason}"
        if job.last:
            return job.outcome(status="failed", error=f"{job.last.reason}; {reason}")
        return job.outcome(status="unsent", error=reason)

    def _bill(self, job: Job, most: int, tokens: int, tokens_in: int, tokens_out: int) -> None:
        cost = cost_of(self._lane.price, tokens_in, tokens_out)
        if cost == 0 and not tokens_in and self._lane.price and (self._lane.price.input or self._lane.price.output):
            cost = most  # a server that tells no usage: the most it can have been
        job.tokens[0] += tokens_in
        job.tokens[1] += tokens_out
        job.cost = None if cost is None or job.cost is None else job.cost + cost
        self._lane.budget.settle(most, cost or 0)
        self._lane.pacer.settle(tokens, tokens_in + tokens_out)

    def _failed(self, job: Job, fault: Fault, most: int, tokens: int, seconds: float) -> Outcome | None:
        job.attempts += 1
        job.seconds += seconds
        job.last = fault
        if fault.billed is Billed.YES:
            self._bill(job, most, tokens, fault.tokens_in, fault.tokens_out)
        else:
            # Whoever began to answer may charge for it, whatever the fault says.
            unsure = fault.billed is Billed.UNSURE or bool(job.told)
            job.unsure += unsure
            self._lane.budget.settle(most, most if unsure else 0)
            self._lane.pacer.settle(tokens, tokens if unsure else 0)
        if fault.everyone:
            self._nobody = fault
        if job.told:
            return job.outcome(status="failed", error=fault.reason, text=job.told)
        job.held = ""
        if fault.again and job.attempts <= self._lane.limits.retries and not self._stopped:
            pause = self._pause(job.attempts, fault)
            if pause is not None:
                self._later(job, pause)
                return None
            fault = Fault(f"{fault.reason}; the server asks to wait {fault.wait:.0f} s, run again then")
        return job.outcome(status="invalid" if fault.invalid else "failed", error=fault.reason, text=fault.text)

    def _pause(self, attempts: int, fault: Fault) -> float | None:
        if fault.wait is not None:
            if fault.wait > LONGEST_WAIT:
                return None
            self._lane.pacer.hold(fault.wait)
            # Not all at the same moment again.
            return fault.wait * random.uniform(1.0, 1.1)
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
        return longest * random.uniform(0.5, 1.0)

    def _later(self, job: Job, pause: float) -> None:
        def due() -> None:
            del self._timers[id(job)]
            self._ready.put_nowait(job)

        self._timers[id(job)] = asyncio.get_running_loop().call_later(pause, due), job


class _Dropped(Exception):
    """An attempt was broken off, as nobody waits for it any more."""


def _answered(job: Job, reply: Reply) -> Outcome:
    error = ""
    if reply.cut:
        error = truncated(job.request.max_tokens)
    elif reply.withheld:
        error = f"the provider withheld the answer ({reply.withheld})"
    return job.outcome(
        status="failed" if error else "ok",
        text=reply.text,
        tool_calls=reply.tool_calls,
        error=error,
        mean_logprob=reply.mean_logprob,
    )
