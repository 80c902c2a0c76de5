"""The brand kit: how a shop speaks, what it never says, and what it may say because it has proof."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from assistant.records.base import Record

_COLOUR = r"^#[0-9a-fA-F]{6}$"
LEGIBLE = 4.5
"""Contrast of text with what is behind it (WCAG 2.1, level AA)."""


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


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as #rrggbb, from 1 to 21 (WCAG 2.1, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class BrandLook(Record):
    """How the shop's e-mails look."""

    colour: str = Field(default="#1f5f4a", pattern=_COLOUR, description="of the button and of links")
    background: str = Field(default="#f3f4f1", pattern=_COLOUR, description="behind the message")
    text: str = Field(default="#1d2421", pattern=_COLOUR, description="of the words, on white")
    font: str = Field(default="Helvetica, Arial, sans-serif", pattern=r"^[A-Za-z0-9 ,-]{3,120}$")
    logo: str = Field(default="", pattern=r"^(https://[^\s<>\"']{3,300})?$", description="address of a picture")
    logo_width: int = Field(default=140, ge=20, le=400, description="pixels")

    @field_validator("colour", "text")
    @classmethod
    def _legible(cls, colour: str) -> str:
        if contrast(colour, "#ffffff") < LEGIBLE:
            raise ValueError(
                f"{colour} has a contrast of {contrast(colour, '#ffffff'):.1f} with white; expected at least {LEGIBLE} "
                "(WCAG 2.1, level AA)"
            )
        return colour


class BrandKit(Record):
    """All of `brand.toml`; a workspace without one has an empty kit."""

    look: BrandLook = BrandLook()
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
