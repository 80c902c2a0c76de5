"""Who gets which piece of a campaign, and who gets none and why."""

import datetime as dt
from typing import Literal

from pydantic import Field

from assistant.records.base import Record

HOLDOUT = "holdout"
"""The arm that is sent nothing, so that there is something to compare with."""


class Arm(Record):
    """One approved piece, and how often it is drawn."""

    segment: str
    channel: str
    arm: str = Field(description="its angle and variant; `control` of the brief's own words")
    piece: str
    language: str
    weight: int = Field(default=1, ge=0, le=1000, description="customers of the segment it gets beside the other arms'")


class RecipientPlan(Record):
    """What a campaign's recipient files are made by."""

    campaign: str
    seed: int
    starts: dt.date
    segments: tuple[str, ...] = Field(description="who is in several belongs to the first of them")
    channels: tuple[str, ...]
    arms: tuple[Arm, ...]
    holdout: float = Field(default=0.0, ge=0.0, lt=1.0, description="share of the customers that is sent nothing")
    products: int = Field(default=3, ge=0, le=10, description="recommended products a customer")
    first: Literal["new", "again"] = Field(default="new", description="which recommendations come first")
    match_by: Literal["address", "customer_id"] = Field(
        default="address", description="customer_id: the sending platform knows the addresses by it"
    )
    assume_consent: tuple[str, ...] = Field(
        default=(), description="channels whose consent the shop holds elsewhere than in its data"
    )
    max_messages: int | None = Field(default=None, ge=1, description="in a channel, in the days before the start")
    cap_days: int = Field(default=7, ge=1, le=365)


class RecipientCounts(Record):
    """One channel's customers; the parts add up to `members`, in the order in which they are taken off."""

    channel: str
    members: int = Field(description="customers of the campaign's segments")
    suppressed: int = Field(description="on the suppression list")
    no_consent: int
    no_address: int
    duplicate_address: int = Field(description="have the address of an earlier customer")
    capped: int = Field(description="have had as many messages as allowed")
    holdout: int
    no_piece: int = Field(description="whose arm has no approved piece in this channel")
    recipients: int
    arms: dict[str, int] = Field(description="arm -> recipients")


class Overrun(Record):
    """A field that is too long for somebody when it is filled with their own values."""

    piece: str
    field: str
    at_most: int
    recipients: int = Field(description="for whom it is too long")
    longest: int
    customer_id: str = Field(description="one of them")


class RecipientReport(Record):
    """What was written."""

    campaign: str
    counts: tuple[RecipientCounts, ...]
    files: dict[str, str] = Field(description="file -> `sha256:...`")
    codes_given: int
    codes_left: int
    overruns: tuple[Overrun, ...] = ()
    sms_parts: dict[int, int] = Field(
        default_factory=dict, description="parts that a text message is sent and paid in -> recipients"
    )
