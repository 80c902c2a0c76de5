"""The one way to a model: the guard, the journal, limits and costs stand between every caller and every backend."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pydantic import Field

from assistant.config import Limits
from assistant.errors import ModelError
from assistant.llm.calls import asked_hash
from assistant.llm.dispatching import Dispatch, Lane
from assistant.llm.faults import Fault
from assistant.llm.guard import Guard, explain
from assistant.llm.hosted import one_line
from assistant.llm.journal import Journal
from assistant.llm.loop import run
from assistant.llm.names import backend_of, open_model
from assistant.llm.openai_server import OpenAIServer
from assistant.llm.pacing import Pacer
from assistant.llm.prices import OWN, Budget, cost_of, likely_tokens, price_of, refuse_unpriced
from assistant.llm.streaming import Stopped, decoded, dispatched, never, whole
from assistant.records import Outcome, Price, Record, Request

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OnOutcome = Callable[[Outcome], None]
LOOK = 0.5
"""Seconds between two looks for outcomes; a wait without an end would not hear ctrl-C on every system."""


@runtime_checkable
class BatchModel(Protocol):
    """A chat model that answers many requests as one batch, and knows its weights."""

    @property
    def fingerprint(self) -> str:
        """What tells its weights from others."""

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        """One outcome for each request, as soon as it is there."""


class Estimate(Record):
    """What a batch will take, told before anything is sent."""

    model: str
    requests: int
    known: int = Field(description="requests among them that the journal answers")
    tokens_in: int = Field(description="about, without the model's own tokenizer")
    tokens_out: int = Field(description="at the most")
    cost_nanodollars: int | None = Field(description="at the most, but for repeated attempts; unset: price unknown")


class Gateway:
    """One model, and all that stands before it. The model is opened when the first request has to be sent.

    Args:
        model_name: as a person types it; see `open_model`.
        guard: what no request may hold. Nothing is sent that it has not passed, to a local model neither.
        journal: answers what was answered before, and keeps what is answered.
        cache_dir: where a local model's converted weights are kept.
        limits: for a hosted model.
        budget: may be shared by several models.
        prices: a workspace's own, over the product's table.
        from_journal: answer from the journal alone; what it does not hold is an error and no model is opened.
        threads: for a local model.
        on_stop: told where a caller stops early and answers in flight are awaited.
        on_outcome: told of every outcome, before the caller is.

    Raises:
        ModelError: the budget has a cap and the model no known price.
    """

    def __init__(
        self,
        model_name: str,
        *,
        guard: Guard,
        cache_dir: Path,
        journal: Journal | None = None,
        limits: Limits | None = None,
        budget: Budget | None = None,
        prices: Mapping[str, Price] | None = None,
        from_journal: bool = False,
        threads: int | None = None,
        on_stop: Callable[[], None] | None = None,
        on_outcome: OnOutcome | None = None,
    ) -> None:
        self.model_name = model_name
        self.price = price_of(model_name, prices)
        self.budget = budget or Budget()
        self.from_journal = from_journal
        self._guard = guard
        self._journal = journal
        self._cache_dir = cache_dir
        self._threads = threads
        self._on_stop = on_stop
        self._on_outcome = on_outcome
        self._limits = limits or Limits()
        if self.budget.cap is not None and self.price is None:
            raise refuse_unpriced(model_name)

    @cached_property
    def model(self) -> "BaseChatModel":
        """The bare chat model; what is sent through it passes neither guard nor journal."""
        return open_model(self.model_name, cache_dir=self._cache_dir, threads=self._threads)

    @cached_property
    def _fingerprint(self) -> str:
        if not self.model_name.startswith(OWN):
            return ""  # nobody knows a server's weights, so it need not be opened, and no key be there
        return self.model.fingerprint if isinstance(self.model, BatchModel) else ""

    @cached_property
    def _lane(self) -> Lane:
        return Lane(
            backend=backend_of(self.model_name, self.model),
            limits=self._limits,
            pacer=Pacer(self._limits.requests_per_minute, self._limits.tokens_per_minute),
            budget=self.budget,
            price=self.price,
            sending=self._sending,
            dropped=self._dropped,
            keep=self._keep,
        )

    def complete(self, requests: Iterable[Request], *, on_outcome: OnOutcome | None = None) -> Iterator[Outcome]:
        """Ask for all requests and yield exactly one outcome for each, as they finish.

        What the journal has comes first and is not asked again; requests that are alike but for their names are
        asked once; every new outcome is journalled before it is yielded. A failure is an outcome with its error in one
        line. `on_outcome` is called with each outcome before it is yielded, in the caller's thread.
        A caller may stop early: what was not sent is never sent, and what is in flight is awaited and journalled;
        a second ctrl-C does not wait for it.

        Raises ValueError, at the call and not at the first outcome, for two requests with one key; ModelError while
        outcomes are taken: with `from_journal` for a request that the journal has no answer to.
        """
        asked = list(requests)
        keys = [request.key for request in asked]
        if len(set(keys)) < len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"requests need different keys; these came twice: {', '.join(twice[:5])}")
        return self._reported(self._complete(asked), on_outcome)

    def stream(self, request: Request, stopped: Stopped = never) -> Generator[str | Outcome, None, None]:
        """Ask for one answer and yield pieces of its text as they come, and last its outcome.

        The outcome is what `complete` yields, and is journalled before it is yielded. The pieces make up its text,
        where it is an answer; a call of a tool is no text. What the journal has is one piece. Attempts are repeated
        until a piece was told; a fault after that is a failed outcome with the text so far.
        A caller who leaves before the outcome should close the iterator: the connection is dropped at once, and the
        attempt counts as interrupted, which may have been billed. From another thread `stopped` does the same: once
        it says so, the iterator ends without an outcome.

        Raises ModelError while pieces are taken: with `from_journal` for a request that the journal has no answer to.
        """
        for told in whole(self._stream(request, stopped)):
            if isinstance(told, Outcome) and self._on_outcome:
                self._on_outcome(told)
            yield told

    def estimate(self, requests: Sequence[Request]) -> Estimate:
        """What a batch will take; asks nobody, but for a local model's journal opens the model."""
        known = self._known(requests)
        missing = [request for request in requests if request.key not in known]
        tokens_in = sum(map(likely_tokens, missing))
        tokens_out = sum(request.max_tokens for request in missing)
        return Estimate(
            model=self.model_name,
            requests=len(requests),
            known=len(known),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_nanodollars=cost_of(self.price, tokens_in, tokens_out),
        )

    def missing(self, requests: Iterable[Request]) -> list[Request]:
        """Requests that the journal has no answer to, each once."""
        asked = list(requests)
        known = self._known(asked)
        return [same[0] for same in self._alike([request for request in asked if request.key not in known])]

    def refusal(self, request: Request) -> str:
        """Why the guard does not let a request out; empty where it does. The guard fails closed."""
        try:
            found = self._guard.findings(request)
        except Exception as error:  # whatever is wrong with the guard, nothing leaves
            return f"the guard could not look at the request ({one_line(error)}), so it was not sent"
        return explain(found) if found else ""

    def choices(self, request: Request, count: int) -> int | None:
        """How many answers a server gives where `n` of them are asked for; None where nobody knows `n`.

        Raises ModelError where the guard does not let the request out.
        """
        backend = self._lane.backend
        if not isinstance(backend, OpenAIServer):
            return None
        reason = self.refusal(request)
        if reason:
            raise ModelError(reason)
        try:
            return run(backend.choices(request, count), self._limits.timeout_seconds)
        except (Fault, TimeoutError):
            return 0

    def payload(self, request: Request) -> dict[str, Any]:
        """A request as OpenAI's protocol has it; ModelError for a model that does not speak it."""
        if not self.model_name.startswith("openai:"):
            raise ModelError(
                f"{self.model_name} takes no batch files; they are OpenAI's, and of servers with its protocol: "
                "name an openai:MODEL in assistant.toml"
            )
        backend = self._lane.backend
        assert isinstance(backend, OpenAIServer)
        return backend.payload(request)

    def _reported(self, outcomes: Iterator[Outcome], on_outcome: OnOutcome | None) -> Iterator[Outcome]:
        for outcome in outcomes:
            for told in filter(None, (self._on_outcome, on_outcome)):
                told(outcome)
            yield outcome

    def _complete(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        known = self._known(requests)
        yield from known.values()
        missing = [request for request in requests if request.key not in known]
        if not missing:
            return
        self._refuse_to_replay(requests, missing)
        alike = {same[0].key: same for same in self._alike(missing)}
        asked = [same[0] for same in alike.values()]
        answers = self._batched(asked) if isinstance(self.model, BatchModel) else self._dispatched(asked)
        for outcome in answers:
            yield outcome
            for twin in alike[outcome.key][1:]:
                yield outcome.model_copy(update={"key": twin.key, "attempts": 0, "unsure": 0, "cost_nanodollars": 0})

    def _stream(self, request: Request, stopped: Stopped) -> Iterator[str | Outcome]:
        known = self._known([request])
        if not known:
            self._refuse_to_replay([request], [request])
        outcome = known.get(request.key) or self._refused(request)
        if outcome:
            yield outcome
        elif isinstance(self.model, BatchModel):
            for told in decoded(self.model, request, stopped):
                if isinstance(told, Outcome):
                    self._keep([(request, told)])
                yield told
        else:
            yield from dispatched(self._lane, request, self._interrupted([request]).get(request.key, 0), stopped)

    def _refuse_to_replay(self, requests: Sequence[Request], missing: Sequence[Request]) -> None:
        if self.from_journal:
            raise ModelError(
                f"the journal answers {len(requests) - len(missing)} of {len(requests)} requests to {self.model_name}; "
                f"the first it knows nothing of is {missing[0].key!r} of {missing[0].prompt}; "
                "run once without --from-journal"
            )

    def _refused(self, request: Request) -> Outcome | None:
        reason = self.refusal(request)
        if not reason:
            return None
        outcome = Outcome(key=request.key, sample=request.sample, status="refused", error=reason)
        self._keep([(request, outcome)])
        return outcome

    def _batched(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        clean = {}
        for request in requests:
            if refused := self._refused(request):
                yield refused
            else:
                clean[request.key] = request
        for outcome in _batch(self.model, list(clean.values())) if clean else ():
            self._keep([(clean[outcome.key], outcome)])
            yield outcome

    def _dispatched(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        dispatch = Dispatch(self._lane)
        interrupted = self._interrupted(requests)
        refused = []
        count = 0
        try:
            for request in requests:
                if outcome := self._refused(request):
                    refused.append(outcome)
                else:
                    dispatch.feed(request, interrupted.get(request.key, 0))
                    count += 1
            dispatch.close()
            yield from refused
            while count:
                try:
                    told = dispatch.outcomes.get(timeout=LOOK)
                except Empty:
                    continue
                if isinstance(told, BaseException):
                    raise told
                assert isinstance(told, Outcome)  # pieces come where they are asked for
                count -= 1
                yield told
        finally:
            dispatch.stop()
            if not dispatch.ended.wait(timeout=LOOK) and self._on_stop:
                self._on_stop()
            while not dispatch.ended.wait(timeout=LOOK):
                pass

    def _known(self, requests: Sequence[Request]) -> dict[str, Outcome]:
        if not self._journal or not requests:
            return {}
        fingerprint = None if self.from_journal else self._fingerprint
        return self._journal.answers(self.model_name, requests, fingerprint=fingerprint)

    def _alike(self, requests: Sequence[Request]) -> list[list[Request]]:
        groups: dict[str, list[Request]] = {}
        for request in requests:
            groups.setdefault(asked_hash(self.model_name, request), []).append(request)
        return list(groups.values())

    def _interrupted(self, requests: Sequence[Request]) -> dict[str, int]:
        """By a request's key: attempts at it that were dropped or died with an earlier process."""
        if not self._journal:
            return {}
        hashes = {asked_hash(self.model_name, request): request.key for request in requests}
        return {hashes[hashed]: count for hashed, count in self._journal.interrupted(hashes).items()}

    def _sending(self, request: Request) -> None:
        if self._journal:
            self._journal.sending(asked_hash(self.model_name, request))

    def _dropped(self, request: Request) -> None:
        if self._journal:
            self._journal.dropped(asked_hash(self.model_name, request))

    def _keep(self, calls: Sequence[tuple[Request, Outcome]]) -> None:
        sent = [(request, outcome) for request, outcome in calls if outcome.status != "unsent"]
        if self._journal and sent:
            # What was refused may be of a model that was never opened.
            refused = all(outcome.status == "refused" for _, outcome in sent)
            self._journal.put_all(self.model_name, sent, fingerprint="" if refused else self._fingerprint)


def _batch(model: Any, requests: Sequence[Request]) -> Iterator[Outcome]:
    left = {request.key: request for request in requests}
    told = {"attempts": 1, "cost_nanodollars": 0}
    try:
        for outcome in model.answers(requests):
            del left[outcome.key]
            yield outcome.model_copy(update=told)
    except Exception as error:  # what was answered stays answered
        reason = one_line(error)
        for request in left.values():
            yield Outcome(key=request.key, sample=request.sample, status="failed", error=reason, **told)
