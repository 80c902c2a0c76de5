"""A persona is a list of claims, each with what it rests on."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record

About = Literal["who", "buys", "when", "price", "say", "avoid"]


class Claim(Record):
    """One sentence about a segment."""

    claim: str = Field(description="id, `S2.C03`")
    about: About
    text: str
    facts: tuple[str, ...] = Field(description="ids of the facts it rests on")
    documents: tuple[str, ...] = Field(default=(), description="ids of the documents it rests on")
    status: Literal["verified", "hypothesis"]
    written_by: str = Field(description="model that wrote the sentence, or `fact sheet` where no candidate held")
    reasons: tuple[str, ...] = Field(default=(), description="why it is no more than a hypothesis")


class Dropped(Record):
    """A candidate sentence that its facts do not support."""

    about: About
    text: str
    reasons: tuple[str, ...]


class Persona(Record):
    """What language knows of a segment."""

    segment: str
    name: str
    line: str = Field(description="the segment in one line")
    occasion: Literal["away", "coupon", "frequent", "seldom", "steady"] = Field(
        description="what there is to talk about with these customers; copy takes it up"
    )
    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...] = Field(description="candidates that were refused, with the reasons")
    model: str
    prompt_hashes: dict[str, str] = Field(description="prompt id -> fingerprint")
    caution: str = Field(default="", description="the caution of the fact sheet it was written from")
