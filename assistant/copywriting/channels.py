"""Channels: their fields, limits and where the limits come from (`channels.toml`), and how long a text is in them."""

import math
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field

from assistant.errors import unknown_name
from assistant.records import Record

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38, basic character set."""
GSM_EXTENSION = frozenset("^{}[]~\\|€\f")
"""Its extension table; each costs two septets."""
SINGLE, JOINED = (160, 70), (153, 67)
"""Characters of a message in one part, and of a part of several: GSM-7, UCS-2 (3GPP TS 23.038 and 23.040)."""
_WIDE = frozenset("WF")
Measure = Literal["characters", "width", "sms"]


class FieldLimit(Record):
    """One field of a channel. Lengths are in the channel's measure with every slot at its worst case."""

    field: str
    layout: str = Field(description="what stands in it: <lines> of the writer, <phrases> of the language, {slots}")
    at_most: int = Field(description="longer is an error")
    aim: tuple[int, int] = Field(description="outside is a warning")
    source: str


class Line(Record):
    """One thing a writer gives."""

    prompt: str = Field(description="name of the prompt file")
    shots: str = Field(default="", description="a tag of the worked examples, beside the angle's")
    tokens: int = Field(description="of the longest answer")
    sentence: bool = Field(default=False, description="whether it ends as a sentence does")
    needs: tuple[tuple[str, ...], ...] = Field(description="sets of slots of which it holds one, each slot once")


class Channel(Record):
    """One way to reach a customer."""

    name: str
    title: str = Field(description="as a reader calls it")
    fields: tuple[FieldLimit, ...]
    personal: bool = Field(description="whether each customer gets an own one, so that merge tags can be filled")
    opt_out: Literal["link", "keyword", "device", "none"] = Field(description="how a reader says no")
    measure: Measure = Field(default="characters", description="what a length counts; width: double-byte signs twice")
    advert: bool = Field(default=False, description="whether the rules of advertising platforms hold")
    markup: tuple[str, ...] = Field(default=(), description="fields that are sent as HTML")

    def limit(self, field: str) -> FieldLimit:
        """The limits of one of its fields."""
        return next(limit for limit in self.fields if limit.field == field)

    @property
    def lines(self) -> tuple[str, ...]:
        """What a writer gives for it, in order."""
        return tuple(name for name in _lines() if any(f"<{name}>" in limit.layout for limit in self.fields))

    def prompt_of(self, line: str) -> str:
        """The name of the prompt file that a line is asked for with."""
        return _lines()[line].prompt

    def field_of(self, line: str) -> str:
        """The field that a line stands in."""
        return next(limit.field for limit in self.fields if f"<{line}>" in limit.layout)

    def length(self, text: str) -> int:
        """How long a text is in the channel's measure."""
        if self.measure == "width":
            return sum(2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in text)
        return len(text)


@cache
def _lines() -> dict[str, Line]:
    return {name: Line.model_validate(line) for name, line in _raw()["lines"].items()}


@cache
def _raw() -> dict[str, dict[str, object]]:
    return tomllib.loads(resources.files(__package__).joinpath("channels.toml").read_text(encoding="utf-8"))


CHANNELS: dict[str, Channel] = {
    name: Channel.model_validate({"name": name, **told}) for name, told in _raw().items() if name != "lines"
}


def line_named(line: str) -> Line:
    """What is known of a line; KeyError where there is none of that name."""
    return _lines()[line]


def channel_named(name: str) -> Channel:
    """A channel by name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name in CHANNELS:
        return CHANNELS[name]
    raise unknown_name("channel", name, CHANNELS)


def is_gsm(text: str) -> bool:
    """Whether a text message can be sent in GSM-7; one sign outside of it makes the whole message UCS-2."""
    return all(sign in GSM or sign in GSM_EXTENSION for sign in text)


def sms_parts(text: str) -> int:
    """Parts a text message is sent in.

    One character outside of GSM-7 turns the whole message to UCS-2. A character that takes two places is never torn
    apart.
    """
    if is_gsm(text):
        return _parts([2 if sign in GSM_EXTENSION else 1 for sign in text], SINGLE[0], JOINED[0])
    return _parts([len(sign.encode("utf-16-le")) // 2 for sign in text], SINGLE[1], JOINED[1])


def _parts(sizes: list[int], single: int, joined: int) -> int:
    total = sum(sizes)
    if total <= single:
        return 1
    if max(sizes) == 1:
        return math.ceil(total / joined)
    parts, room = 1, joined
    for size in sizes:
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return parts
