"""A persona is a list of claims, each with what it rests on."""

from collections import Counter
from typing import Literal, Self

from pydantic import Field, model_validator

from assistant.records.base import Record
from assistant.records.predicates import Evaluation, Predicate

About = Literal["who", "buys", "when", "price", "say", "avoid"]
ClaimStatus = Literal["verified", "refuted", "undecidable", "hypothesis"]
BY_HAND = "hand"


class Claim(Record):
    """One sentence about a segment."""

    claim: str = Field(description="id, `S2.C03`")
    about: About
    text: str
    facts: tuple[str, ...] = Field(default=(), description="ids of the facts it rests on")
    documents: tuple[str, ...] = Field(default=(), description="ids of the documents it rests on")
    status: ClaimStatus = Field(
        description="verified, refuted, undecidable: what its predicate was found to be; hypothesis: it has none that "
        "the data could decide"
    )
    written_by: str = Field(
        description="model that wrote the sentence, `fact sheet` where no candidate held, `documents`, or `hand`"
    )
    reasons: tuple[str, ...] = Field(default=(), description="why it is not verified")
    predicate: Predicate | None = None
    evaluation: Evaluation | None = None


class Dropped(Record):
    """A sentence that is no claim of the persona."""

    claim: str = Field(default="", description="the id it had; empty: a candidate that never was a claim")
    about: About
    text: str
    status: Literal["refused", "refuted"] = Field(
        default="refused", description="refused: its words do not say its fact; refuted: the data say otherwise"
    )
    reasons: tuple[str, ...]
    written_by: str = Field(default="", description="as of a claim; empty: a candidate of the persona's model")
    predicate: Predicate | None = None
    evaluation: Evaluation | None = None


class Persona(Record):
    """What language knows of a segment."""

    segment: str
    name: str
    line: str = Field(description="the segment in one line")
    occasion: Literal["away", "coupon", "frequent", "seldom", "steady"] = Field(
        description="what there is to talk about with these customers; copy takes it up"
    )
    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...] = Field(description="sentences that were refused or refuted, with the reasons")
    model: str
    prompt_hashes: dict[str, str] = Field(description="prompt id -> fingerprint")
    caution: str = Field(default="", description="the caution of the fact sheet it was written from")
    edited: bool = Field(default=False, description="whether its claims are those of a file edited by hand")

    @model_validator(mode="after")
    def _stands(self) -> Self:
        refuted = [claim.claim for claim in self.claims if claim.status == "refuted"]
        if refuted:
            raise ValueError(f"{', '.join(refuted)} is refuted; a refuted claim belongs under dropped")
        return self

    @property
    def counts(self) -> dict[str, int]:
        """Claims by status; the refuted ones are those that were dropped."""
        found = Counter(claim.status for claim in self.claims)
        refuted = sum(one.status == "refuted" for one in self.dropped)
        return {**{status: found[status] for status in ("verified", "undecidable", "hypothesis")}, "refuted": refuted}
