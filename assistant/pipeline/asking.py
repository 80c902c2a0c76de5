"""A stage's requests to its model: sent, counted, told of as they are answered."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from assistant.errors import ModelError
from assistant.llm import Estimate, Gateway, dollars, is_truncated
from assistant.pipeline.listening import Listener
from assistant.pipeline.models import Models
from assistant.records import Outcome, Request


class Asking:
    """The way to one model, open for as long as the block lasts.

    Args:
        models: of the command.
        listener: told of each answer.
        stage: whose requests they are.
        model_name: as settings name it.
        total: requests to come in all batches together; 0: each batch is told for itself.
        told: further words for the progress, such as how many pieces are ready.
    """

    def __init__(
        self,
        models: Models,
        listener: Listener,
        stage: str,
        model_name: str,
        *,
        total: int = 0,
        told: Callable[[], str] = lambda: "",
    ) -> None:
        self._models = models
        self._listener = listener
        self._stage = stage
        self._model_name = model_name
        self._total = total
        self._told = told
        self._open = ExitStack()
        self._gateway: Gateway | None = None
        self._calls = 0
        self._fresh = 0
        self._written = 0
        self._read = 0
        self._unsure = 0
        self._cost: int | None = 0
        self._wrong: Counter[str] = Counter()
        self._why: dict[str, str] = {}
        self._began = time.perf_counter()

    def __enter__(self) -> Self:
        self._gateway = self._open.enter_context(self._models.gateway(self._model_name))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def gateway(self) -> Gateway:
        """The gateway; the block must have been entered."""
        assert self._gateway is not None
        return self._gateway

    def ask(self, requests: list[Request]) -> Iterator[Outcome]:
        """Send requests; what the journal knows is not asked again.

        Raises:
            ModelError: not one request was answered, so there is nothing to go on with; or some were not sent, for
                the spend cap or for a fault that none escapes.
        """
        answered = 0
        unsent: list[Outcome] = []
        errors: Counter[str] = Counter()
        for at, outcome in enumerate(self.gateway.complete(requests), start=1):
            self._count(outcome)
            answered += outcome.status == "ok"
            if outcome.status == "unsent":
                unsent.append(outcome)
            elif outcome.status != "ok":
                errors[outcome.error] += 1
            done, total = (self._calls, max(self._total, self._calls)) if self._total else (at, len(requests))
            self._listener.stage_progress(self._stage, done, total, self._progress())
            yield outcome
        if unsent:
            raise ModelError(
                f"{len(unsent)} of {len(requests)} requests to {self._model_name} were not sent: {unsent[0].error} "
                "(what was answered is kept)"
            )
        if requests and not answered:
            raise ModelError(
                f"{self._model_name} answered none of {len(requests)} requests: {errors.most_common(1)[0][0]}"
            )

    def notes(self) -> dict[str, object]:
        """Counts worth keeping: what was asked for, what it took, what came to nothing and why."""
        notes: dict[str, object] = {
            "calls": self._calls,
            "from_journal": self._calls - self._fresh,
            "tokens_in": self._read,
            "tokens_out": self._written,
            "cost": dollars(self._cost),
        }
        if self._unsure:
            notes["maybe_billed_without_an_answer"] = self._unsure
        for status in ("failed", "invalid", "refused"):
            if self._wrong[status]:
                notes[status] = self._wrong[status]
                notes[f"why_{status}"] = self._why[status]
        return notes

    def _count(self, outcome: Outcome) -> None:
        self._calls += 1
        if outcome.status in ("failed", "invalid", "refused") and not is_truncated(outcome):
            self._wrong[outcome.status] += 1
            self._why.setdefault(outcome.status, outcome.error)
        if outcome.from_journal:
            return
        self._fresh += 1
        self._read += outcome.tokens_in
        self._written += outcome.tokens_out
        self._unsure += outcome.unsure
        cost = outcome.cost_nanodollars
        self._cost = None if cost is None or self._cost is None else self._cost + cost

    def _progress(self) -> str:
        pace = self._written / max(time.perf_counter() - self._began, 0.001)
        said = ["answers", *([f"{pace:,.0f} tokens/s"] if self._written else [])]
        if self._cost:
            said.append(dollars(self._cost))
        if more := self._told():
            said.append(more)
        return ", ".join(said)


def forecast(estimate: Estimate) -> str:
    """What a batch will take, in a line."""
    asked = estimate.requests - estimate.known
    most = f"at most {dollars(estimate.cost_nanodollars)}" if estimate.cost_nanodollars is not None else "price unknown"
    return (
        f"{asked:,} requests to {estimate.model} ({estimate.known:,} more are in the journal): about "
        f"{estimate.tokens_in:,} tokens in, up to {estimate.tokens_out:,} out, {most}"
    )
