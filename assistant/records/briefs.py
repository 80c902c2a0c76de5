"""What a campaign is asked to say."""

import datetime as dt
from typing import Any, Literal

from pydantic import AliasChoices, Field, field_validator

from assistant.records.base import Record


class Offer(Record):
    """What the shop gives; every word of it that copy may use comes from here."""

    kind: Literal["percent_off", "amount_off"]
    amount: int = Field(gt=0, description="whole percent, or minor units of the currency")
    code: str = Field(default="", max_length=20, pattern=r"^[A-Z0-9]*$")
    products: tuple[str, ...] = Field(default=(), description="what it is on, by name; empty: on everything")
    terms: str = Field(default="", max_length=300, description="what else must be said of it, word for word")


class Brief(Record):
    """A campaign's order to the writer."""

    campaign: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="its name in folders and commands")
    goal: str = Field(min_length=3, max_length=200)
    offer: Offer
    products: tuple[str, ...] = Field(
        default=(), description="product names of the catalogue; empty: each segment's own most typical ones"
    )
    audience: tuple[str, ...] = Field(default=(), description="segments to write for; empty: all")
    starts: dt.date
    deadline: dt.date = Field(description="last day of the offer")
    channels: tuple[str, ...] = Field(default=("email", "sms"), min_length=1, description="see `channels.toml`")
    angles: tuple[str, ...] = Field(min_length=2, description="names of angles, see `copywriting/angles`")
    variants: int = Field(default=1, ge=1, le=10, description="pieces an angle, each worded anew")
    tone: str = Field(default="warm and plain", max_length=80)
    languages: tuple[str, ...] = Field(
        default=("en",),
        min_length=1,
        # Its name where a brief had one language.
        validation_alias=AliasChoices("languages", "language"),
        description="ISO 639-1; each gets all pieces",
    )
    market: str = Field(default="US", pattern=r"^[A-Z]{2}$", description="ISO 3166: whose law and formats hold")
    sender: str = Field(min_length=2, max_length=40, description="the shop's name as customers know it")
    link: str = Field(pattern=r"^https?://[^\s<>\"']{3,200}$")
    address: str = Field(default="", max_length=200, description="postal address for the e-mail's footer")
    opt_out: str = Field(
        default="STOP", max_length=20, description="what a reader sends to be left alone; empty: nothing is offered"
    )

    @field_validator("languages", mode="before")
    @classmethod
    def _one_language(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given
