"""A copy document: spans of text and slots, so that every fact in it is bound to a row."""

from typing import Literal

from pydantic import Field as Describe

from assistant.records.base import Record


class Slot(Record):
    """A value that the model may name but never write."""

    slot: str = Describe(description="what stands between the braces: `offer.discount`, `product`, `first_name`")
    value: str = Describe(description="as a customer sees it; a merge tag's default where it is one")
    worst: str = Describe(description="the longest value it can take: limits are checked with it")
    receipt: str = Describe(description="`fact:S2.F11`, `brief:offer.amount` or `customer:first_name`")
    merge: bool = Describe(default=False, description="filled per customer by the sending platform")


class Span(Record):
    """A piece of a field: text, or the name of a slot."""

    kind: Literal["text", "slot", "break"]
    text: str = Describe(default="", description="text of a text span; empty otherwise")
    slot: str = Describe(default="", description="name of the slot; empty otherwise")


class Field(Record):
    """One field of a piece: the subject, the preheader, the body..."""

    field: str
    spans: tuple[Span, ...]
    text: str = Describe(description="as a customer would see it, slots filled")
    length: int = Describe(description="characters at the worst case of every slot")
    written_by: str = Describe(description="model, or `brief` where no model had a hand in it")


class CheckResult(Record):
    """What one check found in one field."""

    check: str
    field: str
    severity: Literal["error", "warning"]
    message: str = Describe(description="names the words it is about")


class Piece(Record):
    """One message for one segment through one channel."""

    piece: str = Describe(description="id, `S2-email-thrift`")
    segment: str
    channel: Literal["email", "sms"]
    angle: str = Describe(description="`control` where the brief wrote it, without a model")
    status: Literal["ready", "needs_review"]
    reasons: tuple[str, ...] = Describe(description="why it needs review; empty when ready")
    fields: tuple[Field, ...]
    slots: tuple[Slot, ...]
    checks: tuple[CheckResult, ...]
    candidates: int = Describe(description="how many candidates the checks chose from, all fields together")
    repaired: bool = Describe(description="whether a second round was asked for")
    model: str
    prompt_hashes: dict[str, str]
