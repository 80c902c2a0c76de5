"""What a call costs: a dated table of prices, what a workspace sets over it, and a cap that is never passed."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources

from pydantic import Field

from assistant.errors import ModelError
from assistant.records import Message, Price, Record, Request

NANO = 1_000_000_000
"""Billionths of a dollar in a dollar. A price of up to three decimals a million tokens is a whole number of them."""
MILLION = 1_000_000
TURN = 16
"""Tokens that a chat format adds around one turn, at the most: names of roles and marks of start and end."""
BYTES_PER_TOKEN = 4.0
"""Of the demo's 357 prompts 4.05 with the encoding cl100k_base; with it and 4 a turn SmolLM2's count is 15% more."""
MARKS = 4
"""Tokens around one turn, mostly."""
OWN = ("local:",)
"""Models that run on this machine cost nothing a token."""


class PriceTable(Record):
    """All prices of one day."""

    as_of: dt.date = Field(description="the day on which they were looked up")
    source: str
    prices: dict[str, Price] = Field(description="by a model's name without its parameters")


@cache
def price_table() -> PriceTable:
    """The product's own table, `prices.toml`."""
    text = resources.files(__package__).joinpath("prices.toml").read_text(encoding="utf-8")
    return PriceTable.model_validate(tomllib.loads(text))


def price_of(model_name: str, own: Mapping[str, Price] | None = None) -> Price | None:
    """A model's price; None where it is not known, never a guess.

    `own` are a workspace's prices, which win; a name with parameters is looked up with them and, among the
    workspace's, without. A server of one's own (`?base_url=`) has no price unless the workspace gives it one.
    """
    if model_name.startswith(OWN):
        return Price(input=Decimal(0), output=Decimal(0))
    bare = model_name.partition("?")[0]
    for name in (model_name, bare):
        if own and name in own:
            return own[name]
    return price_table().prices.get(model_name)


def cost_of(price: Price | None, tokens_in: int, tokens_out: int, *, batch: bool = False) -> int | None:
    """Billionths of a dollar, rounded up; None where the price is not known. `batch` is the price of batch files."""
    if price is None:
        return None
    dollars = (price.input * tokens_in + price.output * tokens_out) / MILLION
    if batch:
        dollars *= price.batch
    return int((dollars * NANO).to_integral_value("ROUND_CEILING"))


def most_tokens(request: Request) -> int:
    """No tokenizer makes more of a prompt: one token a byte, and what a chat format adds."""
    return _bytes(request) + TURN * (len(request.messages) + len(request.tools) + 1)


def likely_tokens(request: Request) -> int:
    """About how many tokens a prompt has, without the model's own tokenizer."""
    return round(_bytes(request) / BYTES_PER_TOKEN) + MARKS * len(request.messages)


def likely_in(messages: Sequence[Message]) -> int:
    """The same of bare messages."""
    size = sum(len(message.content.encode()) for message in messages)
    return round(size / BYTES_PER_TOKEN) + MARKS * len(messages)


def _bytes(request: Request) -> int:
    texts = [message.content for message in request.messages]
    texts += [call.name + call.arguments for message in request.messages for call in message.tool_calls]
    texts += [tool.name + tool.description + tool.parameters for tool in request.tools]
    texts.append(request.json_schema or "")
    return sum(len(text.encode()) for text in texts)


class Budget:
    """What may still be spent, in billionths of a dollar; without a cap everything may.

    Before a request is sent the most it can cost is set aside, so the cap holds whatever the answers turn out to
    be. An attempt that may have been billed counts as if it was.
    """

    def __init__(self, cap: int | None = None) -> None:
        self.cap = cap
        self.spent = 0
        self._reserved = 0

    def reserve(self, amount: int) -> bool:
        """Set an amount aside; False where the cap could be passed."""
        if self.cap is not None and self.spent + self._reserved + amount > self.cap:
            return False
        self._reserved += amount
        return True

    def settle(self, reserved: int, spent: int) -> None:
        """A request ended and cost so much of what was set aside for it."""
        self._reserved -= reserved
        self.spent += spent

    @property
    def in_flight(self) -> bool:
        """Whether anything is set aside that may be given back."""
        return self._reserved > 0


def refuse_unpriced(model_name: str) -> ModelError:
    """What to say where spending is capped and the model has no price."""
    return ModelError(
        f"{model_name} has no known price, so spending cannot be capped; set it in assistant.toml: "
        f'[models.prices."{model_name.partition("?")[0]}"] with input = ... and output = ..., '
        "in dollars a million tokens, or leave spend_cap out"
    )


def dollars(nano: int | None) -> str:
    """For people: `$0.0123`, or `unknown`."""
    if nano is None:
        return "unknown"
    value = Decimal(nano) / NANO
    return f"${value:,.2f}" if value >= 1 or not nano else f"${value:.4f}" if value >= Decimal("0.0001") else "<$0.0001"
