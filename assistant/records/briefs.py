"""What a campaign is asked to say."""

import datetime as dt
from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class Offer(Record):
    """What the shop gives; every word of it that copy may use comes from here."""

    kind: Literal["percent_off", "amount_off"]
    amount: int = Field(gt=0, description="whole percent, or minor units of the currency")
    code: str = Field(default="", max_length=20, pattern=r"^[A-Z0-9]*$")


class Brief(Record):
    """A campaign's order to the writer."""

    campaign: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="its name in folders and commands")
    goal: str = Field(min_length=3, max_length=200)
    offer: Offer
    products: tuple[str, ...] = Field(
        default=(), description="product names of the catalogue; empty: each segment's own most typical ones"
    )
    starts: dt.date
    deadline: dt.date = Field(description="last day of the offer")
    channels: tuple[Literal["email", "sms"], ...] = Field(default=("email", "sms"), min_length=1)
    angles: tuple[str, ...] = Field(min_length=2, description="names of angles, see `copywriting/angles`")
    tone: str = Field(default="warm and plain", max_length=80)
    language: Literal["en"] = "en"
    sender: str = Field(min_length=2, max_length=40, description="the shop's name as customers know it")
    link: str = Field(pattern=r"^https?://[^\s<>\"']{3,200}$")
    address: str = Field(min_length=5, max_length=200, description="postal address for the e-mail's footer")
