"""What is asked of a chat model and what comes back."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class Tool(Record):
    """Something a model may ask for by name."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    description: str = ""
    parameters: str = Field(default="{}", description="JSON Schema of its arguments, as JSON text")


class ToolCall(Record):
    """A model's asking for a tool."""

    id: str = Field(description="which call this is, so that an answer can name it")
    name: str
    arguments: str = Field(description="a JSON object, as text")


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = Field(default=(), description="of an assistant's turn: what it asked for")
    tool_call_id: str = Field(default="", description="of a tool's turn: the call it answers")


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
    json_schema: str | None = Field(
        default=None,
        description="JSON Schema, as JSON text, that the answer is held to; local models by grammar and with "
        "each string's `maxLength`, hosted ones by their strict mode",
    )
    tools: tuple[Tool, ...] = Field(default=(), description="what the model may call instead of answering")
    tool_choice: str = Field(default="auto", description="auto, none, required, or the one tool to call")
    stop: tuple[str, ...] = ()
    smallest_group: int | None = Field(
        default=None, description="customers of the smallest group that the messages tell of; unset: they tell of none"
    )


Status = Literal["ok", "invalid", "failed", "refused", "unsent"]
"""What became of a request.

ok: an answer; invalid: answers came and none could be used; failed: no answer came; refused: the guard let nothing
out; unsent: the spend cap, a fault that would meet every request, or the caller stopped it before it was sent.
"""


TRUNCATED = "truncated: "
"""How the error of an answer begins that reached its limit before its end; its text is kept."""


class Outcome(Record):
    """What became of one request. A failure is an outcome; it never loses the others."""

    key: str
    sample: int
    status: Status
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    error: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = Field(default=0.0, description="this request's part of the wall time of its batch")
    mean_logprob: float | None = Field(
        default=None, description="mean log-probability of the answer's tokens, where the backend tells"
    )
    attempts: int = Field(default=0, ge=0, description="times the model was asked; 0 where nothing was sent")
    unsure: int = Field(
        default=0, ge=0, description="attempts among them whose answer never came whole, so they may have been billed"
    )
    cost_nanodollars: int | None = Field(
        default=None, ge=0, description="of the attempts known to be billed; unset: the price is not known"
    )
    from_journal: bool = Field(default=False, description="answered from the journal, not by the model")

    @property
    def truncated(self) -> bool:
        """Whether the answer came and was cut at `max_tokens`, the one failure that is as repeatable as an answer."""
        return self.status == "failed" and self.error.startswith(TRUNCATED)


class Price(Record):
    """What a provider charges."""

    input: Decimal = Field(ge=0, description="dollars a million tokens read")
    output: Decimal = Field(ge=0, description="dollars a million tokens written")
    batch: Decimal = Field(default=Decimal(1), ge=0, le=1, description="share of it that batch files cost")
