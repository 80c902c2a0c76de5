"""What is asked of a chat model and what comes back."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Record):
    """One completion to ask for; everything that can change the answer is in here."""

    key: str = Field(description="the caller's name for this request, unique in its batch")
    messages: tuple[Message, ...]
    prompt: str = Field(description="id of the prompt file, `personas/claim@1`")
    prompt_hash: str = Field(description="fingerprint of the prompt file's text, `sha256:...`")
    max_tokens: int = Field(default=64, gt=0)
    temperature: float = Field(default=0.0, ge=0.0, description="0 is greedy")
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    seed: int = 0
    sample: int = Field(default=0, ge=0, description="index among several answers to the same prompt")
    grammar: str | None = Field(
        default=None, description="EBNF that a local model's output is held to; other backends ignore it"
    )
    stop: tuple[str, ...] = ()


class Outcome(Record):
    """What became of one request. A failure is an outcome; it never loses the others."""

    key: str
    sample: int
    status: Literal["ok", "failed"]
    text: str = ""
    error: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = Field(default=0.0, description="this request's part of the wall time of its batch")
    mean_logprob: float | None = Field(
        default=None, description="mean log-probability of the answer's tokens, where the backend tells"
    )
    from_journal: bool = Field(default=False, description="answered from the journal, not by the model")
