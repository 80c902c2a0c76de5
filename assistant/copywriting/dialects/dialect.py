"""The dialects: how each platform writes a merge tag with its default, and an opt-out (`dialects.toml`)."""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import regex
from pydantic import Field

from assistant.errors import unknown_name
from assistant.records import Record


class Dialect(Record):
    """One platform's template language."""

    name: str
    title: str
    engine: Literal["", "django", "liquid"] = Field(
        default="", description="the engine that its templates were rendered with; empty: syntax unverified"
    )
    source: str
    tag: str = Field(description="how a merge tag is written; NAME and DEFAULT stand for its name and its default")
    bare: str = Field(description="the same without a default")
    in_markup: str = Field(default="", description="what is put behind NAME in HTML, to have the value escaped")
    quotes: str = Field(default="'", description="marks that a default may stand in; empty: DEFAULT is bare text")
    condition: tuple[str, str, str] | None = Field(
        default=None, description="if, else, end: for a default that no literal can hold"
    )
    signs: str = Field(description="what its syntax is made of; in text each is escaped")
    literal: str = Field(
        default="", description="how a sign is printed as text, SIGN for it; empty: between two word joiners"
    )
    names: dict[str, str] = Field(description="names of merge tags that the platform has words of its own for")
    other: Literal["same", "upper", "camel", "pascal"] = Field(default="same", description="how other names are made")
    whole: dict[str, str] = Field(default_factory=dict, description="merge tags that are written quite otherwise")

    @property
    def verified(self) -> bool:
        """Whether a real engine renders what is compiled."""
        return bool(self.engine)

    @property
    def label(self) -> str:
        """What an export says of its syntax."""
        return f"rendered with {self.engine}" if self.verified else "syntax unverified"

    def name_of(self, tag: str) -> str:
        """What the platform calls a merge tag."""
        if tag in self.names:
            return self.names[tag]
        words = tag.split("_")
        return {
            "same": tag,
            "upper": tag.upper(),
            "camel": words[0] + "".join(word.capitalize() for word in words[1:]),
            "pascal": "".join(word.capitalize() for word in words),
        }[self.other]

    def tag_of(self, name: str) -> str:
        """The merge tag that the platform calls so."""
        known = {own: tag for tag, own in self.names.items()}
        if name in known:
            return known[name]
        if self.other in ("camel", "pascal"):
            return regex.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        return name.lower() if self.other == "upper" else name


@cache
def _dialects() -> dict[str, Dialect]:
    raw = tomllib.loads(resources.files(__package__).joinpath("dialects.toml").read_text(encoding="utf-8"))
    return {name: Dialect.model_validate({"name": name, **told}) for name, told in raw.items()}


DIALECTS: dict[str, Dialect] = _dialects()


def dialect_named(name: str) -> Dialect:
    """A dialect by name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name in DIALECTS:
        return DIALECTS[name]
    raise unknown_name("dialect", name, DIALECTS)
