"""What a model can and cannot do, found out by asking it; servers do not always say, and some pretend.

A server may take a setting and silently ignore it, so each probe asks for something that only a server which minds
the setting would answer.
"""

import json
import time
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from assistant.llm.gateway import BatchModel, Gateway
from assistant.llm.schemas import schema_of, value_of
from assistant.llm.truncation import is_truncated
from assistant.records import Message, Outcome, Record, Request, Tool

QUESTION = "Name three things that people buy in a grocery shop."
PROMPT = "models/check@1"


class Probe(Record):
    """One thing that was tried."""

    probe: str
    can: Literal["yes", "no", "unknown"]
    found: str = Field(description="what was seen, in a sentence")


class _Parcel(BaseModel):
    """Nothing that anybody would answer the question with by chance."""

    parcel_kind: Literal["crate", "sack"]
    weight_in_grams: int


def probe(gateway: Gateway) -> Iterator[Probe]:
    """Try everything, one after the other; the first that fails to reach the model ends it."""
    first = _ask(gateway, "plain", max_tokens=64)
    if not first.text:
        yield Probe(probe="reply", can="no", found=first.error or "the answer is empty")
        return
    yield Probe(probe="reply", can="yes", found=f"said {_short(first.text)}")
    yield _usage(first)
    for check in (_speed, _structured, _tools, _seed, _stop, _several):
        yield from check(gateway)


def _usage(outcome: Outcome) -> Probe:
    told = outcome.tokens_out > 0
    return Probe(
        probe="usage",
        can="yes" if told else "no",
        found=f"{outcome.tokens_in} tokens read, {outcome.tokens_out} written"
        if told
        else "it does not tell how many tokens were used, so costs are taken at their most",
    )


def _speed(gateway: Gateway) -> Iterator[Probe]:
    count = 8
    began = time.perf_counter()
    outcomes = list(gateway.complete([_request(f"speed {at}", sample=at, max_tokens=48) for at in range(count)]))
    seconds = time.perf_counter() - began
    tokens = sum(outcome.tokens_out for outcome in outcomes)
    answered = sum(bool(outcome.text) for outcome in outcomes)
    yield Probe(
        probe="speed",
        can="yes" if answered == count else "no",
        found=f"{answered} of {count} requests at once in {seconds:.1f} s, {tokens / seconds:,.0f} tokens/s together",
    )


def _structured(gateway: Gateway) -> Iterator[Probe]:
    # The question does not speak of JSON: what comes as JSON comes from the schema.
    outcome = _ask(gateway, "structured", json_schema=schema_of(_Parcel), max_tokens=64)
    value, wrong = value_of(schema_of(_Parcel), outcome.text)
    if not wrong:
        yield Probe(probe="structured reply", can="yes", found=f"held to the schema: {json.dumps(value)}")
    elif outcome.status == "ok":
        yield Probe(
            probe="structured reply",
            can="no",
            found="it takes a JSON schema (response_format) and ignores it; answers are judged when they are there and "
            f"asked once more. It said {_short(outcome.text)}",
        )
    else:
        yield Probe(probe="structured reply", can="no", found=outcome.error)


def _tools(gateway: Gateway) -> Iterator[Probe]:
    tool = Tool(
        name="weigh_parcel",
        description="Weighs a parcel of the shop.",
        parameters='{"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}',
    )
    question = "Weigh parcel number 7 with the tool."
    outcome = _ask(gateway, "tool", question, tools=(tool,), tool_choice="required", max_tokens=128)
    if outcome.tool_calls:
        call = outcome.tool_calls[0]
        fits = call.name == tool.name and not value_of(tool.parameters, call.arguments)[1]
        said = f"asked for {call.name} with {_short(call.arguments)}"
        yield Probe(probe="tool call", can="yes" if fits else "no", found=said)
    else:
        said = outcome.error or f"it takes tools and answers with text all the same: {_short(outcome.text)}"
        yield Probe(probe="tool call", can="no", found=said)


def _seed(gateway: Gateway) -> Iterator[Probe]:
    def told(key: str, sample: int) -> str:
        return _ask(gateway, key, temperature=1.0, seed=5, sample=sample, max_tokens=24).text

    one, same, other = told("seed", 0), told("seed", 0), told("seed", 1)
    if one == same and one != other:
        yield Probe(probe="seed", can="yes", found="the same seed gives the same answer, another sample another one")
    elif one == same:
        yield Probe(
            probe="seed", can="unknown", found="every sample gives the same answer: it takes no notice of temperature"
        )
    else:
        yield Probe(probe="seed", can="no", found="the same seed gives other answers; the journal still repeats them")


def _stop(gateway: Gateway) -> Iterator[Probe]:
    question = "Count from one to nine in figures, with a comma between each."
    outcome = _ask(gateway, "stop", question, stop=(",",), max_tokens=48)
    if "," in outcome.text:
        yield Probe(probe="stop sequence", can="no", found=f"it went on behind it: {_short(outcome.text)}")
    elif outcome.text:
        yield Probe(probe="stop sequence", can="yes", found=f"ended before it: {_short(outcome.text)}")
    else:
        yield Probe(probe="stop sequence", can="unknown", found=outcome.error or "the answer is empty")


def _several(gateway: Gateway) -> Iterator[Probe]:
    if isinstance(gateway.model, BatchModel):
        yield Probe(probe="several answers at once", can="yes", found="as one batch, its prompt read once")
        return
    count = gateway.choices(_request("several", max_tokens=16), 2)
    if count is None:
        yield Probe(probe="several answers at once", can="unknown", found="this provider is asked once an answer")
        return
    yield Probe(
        probe="several answers at once",
        can="yes" if count == 2 else "no",
        found="n = 2 gives two answers" if count == 2 else f"it takes n = 2 and gives {count}; each is asked for alone",
    )


def _ask(gateway: Gateway, key: str, question: str = QUESTION, **settings: object) -> Outcome:
    (outcome,) = gateway.complete([_request(key, question, **settings)])
    if is_truncated(outcome):
        return outcome.model_copy(update={"status": "ok"})
    return outcome


def _request(key: str, question: str = QUESTION, **settings: object) -> Request:
    return Request.model_validate(
        {
            "key": key,
            "messages": (Message(role="user", content=question),),
            "prompt": PROMPT,
            "prompt_hash": "",
            **settings,
        }
    )


def _short(text: str, longest: int = 70) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= longest else f"{line[: longest - 3]}...")
