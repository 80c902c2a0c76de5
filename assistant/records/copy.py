"""A copy document: spans of text, facts, merge tags and links, so that every fact in it is bound to a row."""

import hashlib
import json
from typing import Literal

from pydantic import Field as Describe

from assistant.records.base import Record

SlotKind = Literal["money", "percent", "date", "count", "product", "name", "code", "url", "address", "text"]
Severity = Literal["error", "warning"]


class Slot(Record):
    """A value that the model may name but never write."""

    slot: str = Describe(description="what stands between the braces: `offer.discount`, `product`, `first_name`")
    kind: SlotKind = Describe(default="text", description="how it is written in a language, and what it may stand for")
    value: str = Describe(description="as a customer sees it; a merge tag's default where it is one")
    worst: str = Describe(description="the longest value it can take: limits are checked with it")
    receipt: str = Describe(
        description="`fact:S2.F11`, `brief:offer.amount`, `catalogue:PRODUCT` or `customer:first_name`"
    )
    merge: bool = Describe(default=False, description="filled per customer by the sending platform")


class Span(Record):
    """A piece of a field."""

    kind: Literal["text", "slot", "merge", "link", "break"] = Describe(
        description="text; a fact; a merge tag; a link to the address that a slot holds; a line break"
    )
    text: str = Describe(default="", description="of a text span; of a link its label, empty: the address is shown")
    slot: str = Describe(default="", description="name of the slot of a fact, a merge tag or a link")


class Field(Record):
    """One field of a piece: the subject, the preheader, the body..."""

    field: str
    spans: tuple[Span, ...]
    text: str = Describe(description="as a customer would see it, slots filled")
    length: int = Describe(description="in the channel's measure, at the worst case of every slot")
    written_by: str = Describe(description="model, or `brief` where no model had a hand in it")


class CheckResult(Record):
    """What one check found in one field."""

    check: str
    field: str
    severity: Severity
    message: str = Describe(description="names the words it is about")


class Elements(Record):
    """What a piece is made of, so that its effect can later be told from that of the other elements."""

    motive: str = Describe(description="what it appeals to: the angle's name")
    form: Literal["statement", "question"] = "statement"
    opening: Literal["product", "reason"] = Describe(default="reason", description="what the first line begins with")
    call_to_action: Literal["look", "buy"] = "look"


class Piece(Record):
    """One message for one segment through one channel."""

    piece: str = Describe(description="id, `S2-email-thrift`; with its language where a brief asks for several")
    segment: str
    channel: str
    angle: str = Describe(description="`control` where the brief wrote it, without a model")
    language: str = Describe(default="en", description="ISO 639-1")
    variant: int = Describe(default=1, ge=1, description="which of the angle's wordings")
    elements: Elements | None = Describe(default=None, description="unset for the control")
    status: Literal["ready", "needs_review"]
    reasons: tuple[str, ...] = Describe(description="why it needs review; empty when ready")
    fields: tuple[Field, ...]
    slots: tuple[Slot, ...]
    checks: tuple[CheckResult, ...]
    candidates: int = Describe(description="how many candidates the checks chose from, all fields together")
    repaired: bool = Describe(description="whether a second round was asked for")
    model: str
    prompt_hashes: dict[str, str]

    @property
    def arm(self) -> str:
        """What is compared with the control: the angle, with its variant where it is not the first."""
        return self.angle if self.variant == 1 else f"{self.angle}-{self.variant}"

    @property
    def revision(self) -> str:
        """Twelve hexadecimal digits over its words and values; what is approved is a revision."""
        told = [[field.model_dump(mode="json", exclude={"written_by"}) for field in self.fields]]
        told.append([slot.model_dump(mode="json") for slot in self.slots])
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
