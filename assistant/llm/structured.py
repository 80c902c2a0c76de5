"""Answers of a stated form: a schema or a grammar and the requests in, values out, whatever the backend.

A hosted model is held to a schema by its strict mode, a local one to either by its grammar. Others, and servers that
take a schema and do not mind it, are judged when the answer is there and asked once more, told what was wrong.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.llm.gateway import Gateway
from assistant.llm.schemas import corrected, instructed, schema_of, value_of
from assistant.records import Outcome, Request

T_co = TypeVar("T_co", covariant=True)
RecordT = TypeVar("RecordT", bound=BaseModel)
T = TypeVar("T")


class Form(Protocol[T_co]):
    """What an answer has to be."""

    def asked(self, request: Request) -> Request:
        """The request, asking for it."""

    def read(self, text: str) -> tuple[T_co | None, str]:
        """The value, or what is wrong with the text."""

    def again(self, request: Request, text: str, wrong: str) -> Request:
        """The request once more, after an answer that was wrong."""


@dataclass(frozen=True)
class AsRecord(Generic[RecordT]):
    """An answer that is a record, a pydantic class."""

    record: type[RecordT]

    def asked(self, request: Request) -> Request:
        """See `Form`."""
        return request.model_copy(update={"json_schema": schema_of(self.record)})

    def read(self, text: str) -> tuple[RecordT | None, str]:
        """See `Form`."""
        value, wrong = value_of(schema_of(self.record), text)
        if wrong:
            return None, wrong
        try:
            return self.record.model_validate(value), ""
        except ValidationError as error:  # a rule that no schema can say
            first = error.errors()[0]
            return None, f"{'.'.join(map(str, first['loc']))}: {first['msg']}"

    def again(self, request: Request, text: str, wrong: str) -> Request:
        """See `Form`."""
        told = corrected(request, text, wrong)
        return told.model_copy(update={"messages": instructed(told.messages, request.json_schema or "{}")})


@dataclass(frozen=True)
class AsJson:
    """An answer that fits a JSON Schema, given as JSON text."""

    schema: str

    def asked(self, request: Request) -> Request:
        """See `Form`."""
        return request.model_copy(update={"json_schema": self.schema})

    def read(self, text: str) -> tuple[Any, str]:
        """See `Form`."""
        return value_of(self.schema, text)

    def again(self, request: Request, text: str, wrong: str) -> Request:
        """See `Form`."""
        told = corrected(request, text, wrong)
        return told.model_copy(update={"messages": instructed(told.messages, self.schema)})


@dataclass(frozen=True)
class AsGrammar:
    """An answer that a grammar matches: EBNF with the start rule `root`, as `Request.grammar` has it."""

    grammar: str

    def asked(self, request: Request) -> Request:
        """See `Form`."""
        return request.model_copy(update={"grammar": self.grammar})

    def read(self, text: str) -> tuple[str | None, str]:
        """See `Form`."""
        from assistant.llm.local.grammars import matches

        return (text, "") if matches(self.grammar, text) else (None, "it is not of the form that was asked for")

    def again(self, request: Request, text: str, wrong: str) -> Request:
        """See `Form`."""
        wrong = f"{wrong}. The form is this grammar, whose start rule is `root`:\n{self.grammar}\n"
        return corrected(request, text, wrong)


@dataclass(frozen=True)
class Structured(Generic[T]):
    """An outcome and the value it holds; None where its status is not ok."""

    outcome: Outcome
    value: T | None


def structured(gateway: Gateway, form: Form[T], requests: Iterable[Request]) -> Iterator[Structured[T]]:
    """Ask for answers of a form; one result a request, its outcome `invalid` where even the repair was not.

    An outcome's tokens, attempts and cost are those of the answer and its repair together.
    """
    asked = {request.key: form.asked(request) for request in requests}
    wrong: dict[str, tuple[Outcome, Request]] = {}
    for outcome in gateway.complete(asked.values()):
        value, reason = form.read(outcome.text) if outcome.status == "ok" else (None, "")
        if reason:
            again = form.again(asked[outcome.key], outcome.text, reason)
            wrong[again.key] = outcome, again
        else:
            yield Structured(outcome, value)
    for repaired in gateway.complete([again for _, again in wrong.values()]):
        first, _ = wrong[repaired.key]
        value, reason = form.read(repaired.text) if repaired.status == "ok" else (None, "")
        both = _together(first, repaired)
        if reason:
            both = both.model_copy(
                update={"status": "invalid", "error": f"neither the answer nor its repair: {reason}"}
            )
        yield Structured(both, value)


def _together(first: Outcome, second: Outcome) -> Outcome:
    costs = (first.cost_nanodollars, second.cost_nanodollars)
    return second.model_copy(
        update={
            "key": first.key,
            "tokens_in": first.tokens_in + second.tokens_in,
            "tokens_out": first.tokens_out + second.tokens_out,
            "seconds": first.seconds + second.seconds,
            "attempts": first.attempts + second.attempts,
            "unsure": first.unsure + second.unsure,
            "cost_nanodollars": None if None in costs else sum(cost or 0 for cost in costs),
            "from_journal": first.from_journal and second.from_journal,
        }
    )
