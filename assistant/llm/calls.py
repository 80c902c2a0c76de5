"""One call to a model as the journal keeps it, and the key under which it is found again."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from assistant.records import Record, Request

NOT_ASKED = {"key", "prompt", "prompt_hash", "smallest_group"}
"""Fields of a request that name it or guard it and cannot change the answer."""


class Call(Record):
    """One row of the journal."""

    id: int
    hash: str = Field(description="fingerprint of all that can change the answer")
    asked: str = Field(description="the same without the fingerprint of a local model's weights")
    made_at: datetime
    model: str
    fingerprint: str = Field(description="of a local model's weights; empty for a hosted model")
    request: str = Field(description="the caller's name for the request")
    prompt: str
    prompt_hash: str
    parameters: dict[str, Any]
    messages: list[dict[str, Any]]
    sample: int
    text: str
    tool_calls: list[dict[str, str]]
    status: str
    error: str
    tokens_in: int
    tokens_out: int
    seconds: float
    mean_logprob: float | None
    attempts: int
    unsure: int = Field(description="attempts that may have been billed without an answer")
    cost_nanodollars: int | None = Field(description="billionths of a dollar; unset: the price was not known")


class Batch(Record):
    """A batch file that was written, and what has become of it."""

    file: str
    sha256: str
    model: str
    requests: int
    awaited: int = Field(description="requests that have no answer yet")
    batch: str = Field(description="the provider's name for it; empty until it is submitted")
    status: str = Field(description="written, or the provider's word: validating, in_progress, completed, ...")
    submitted_at: str


class Pace(Record):
    """What a model's calls took so far."""

    calls: int
    tokens_in_ratio: float = Field(description="tokens read, as a share of what was guessed from the text")
    tokens_out: dict[str, float] = Field(description="prompt id -> mean tokens of an answer")
    seconds: float = Field(description="mean, of a call; of a local model its part of its batch's")
    repaired: float = Field(description="further calls for each of the first round")


def asked_hash(model: str, request: Request) -> str:
    """What is asked, without whose weights answer: `sha256:...` over the model's name and the request."""
    asked = [model, request.model_dump(mode="json", exclude=NOT_ASKED)]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def call_hash(model: str, fingerprint: str, request: Request) -> str:
    """The journal's key of one call, `sha256:...`, over all that can change the answer.

    That is the model's name and weights, the messages, and every setting of the request. The caller's name for it
    and the prompt file are left out: the messages say all of what they say.
    """
    asked = asked_hash(model, request)
    # A hosted model has no fingerprint, and what is asked is all there is to know.
    return f"sha256:{hashlib.sha256(f'{asked} {fingerprint}'.encode()).hexdigest()}" if fingerprint else asked


def keys_of(model: str, fingerprint: str, request: Request) -> dict[str, str]:
    """Columns `hash` and `asked` of a call."""
    return {"hash": call_hash(model, fingerprint, request), "asked": asked_hash(model, request)}


def parameters_of(request: Request) -> dict[str, Any]:
    """All settings that can change the answer, without the messages."""
    return request.model_dump(mode="json", exclude={*NOT_ASKED, "messages"})


def as_json(records: Iterable[Record]) -> str:
    """Records as a JSON list, without what they leave at its default."""
    return json.dumps([record.model_dump(exclude_defaults=True) for record in records], ensure_ascii=False)
