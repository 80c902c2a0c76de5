"""The brand kit: how a shop speaks, what it never says, and what it may say because it has proof."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from assistant.records.base import Record


class Banned(Record):
    """A word or phrase that the brand does not say."""

    term: str = Field(min_length=1)
    reason: str = ""
    language: str = Field(default="", description="ISO 639-1; empty: in all")


class Required(Record):
    """A word or phrase that each message must hold."""

    term: str = Field(min_length=1)
    channel: str = Field(default="", description="empty: in all")
    language: str = Field(default="", description="ISO 639-1; empty: in all")
    market: str = Field(default="", description="ISO 3166; empty: in all")


class AllowedClaim(Record):
    """Words that copy may use although a check would refuse them, since the shop can prove them."""

    text: str = Field(min_length=3)
    substantiation: str = Field(min_length=3, description="the proof: a study, an award and its year, a certificate")
    markets: tuple[str, ...] = Field(default=(), description="ISO 3166; empty: in all")
    languages: tuple[str, ...] = Field(default=(), description="ISO 639-1; empty: in all")
    until: dt.date | None = Field(default=None, description="last day on which the proof holds")


class Disclaimer(Record):
    """What a market wants said, word for word."""

    text: str = Field(min_length=1, max_length=400)
    market: str = Field(default="", description="ISO 3166; empty: in all")
    channel: str = Field(default="", description="empty: in all")
    language: str = Field(default="", description="ISO 639-1; empty: in all")


class VoiceExample(Record):
    """A message that sounds like the brand."""

    text: str
    language: str = "en"
    channel: str = ""


class Voice(Record):
    """How the brand sounds."""

    rules: tuple[str, ...] = Field(default=(), description="short sentences, for people and for models")
    examples: tuple[VoiceExample, ...] = ()
    formality: Literal["", "formal", "informal"] = Field(
        default="", description="Sie or du, vous or tu, usted or tú, 您 or 你; unset: either"
    )
    sentence_words: int | None = Field(default=None, ge=3, description="words of the longest sentence")
    exclamations: int | None = Field(default=None, ge=0, description="marks in one message")
    emoji: int | None = Field(default=None, ge=0, description="in one message")


class BrandKit(Record):
    """All of `brand.toml`; a workspace without one has an empty kit."""

    voice: Voice = Voice()
    banned: tuple[Banned, ...] = ()
    required: tuple[Required, ...] = ()
    claims: tuple[AllowedClaim, ...] = ()
    disclaimers: tuple[Disclaimer, ...] = ()
    names: tuple[str, ...] = Field(default=(), description="names that copy may use without a slot")

    @field_validator("names")
    @classmethod
    def _told(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(not name.strip() for name in names):
            raise ValueError("names holds an empty one; leave it out")
        return names

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for banned in self.banned:
            term = banned.term.casefold()
            for required in self.required:
                same = banned.language in ("", required.language) or not required.language
                if same and term in required.term.casefold():
                    raise ValueError(f"{banned.term!r} is banned and {required.term!r} is required; change one of them")
            for claim in self.claims:
                if term in claim.text.casefold():
                    raise ValueError(f"{banned.term!r} is banned and the claim {claim.text!r} holds it; change one")
        return self

    def disclaimers_for(self, market: str, channel: str, language: str) -> tuple[str, ...]:
        """What has to stand in a message, in order."""
        return tuple(
            each.text
            for each in self.disclaimers
            if each.market in ("", market) and each.channel in ("", channel) and each.language in ("", language)
        )
