"""The words that copy must not say of itself: `words.toml`, read once."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Forbidden:
    """One kind of words, and why they are refused."""

    check: str
    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class SlotUse:
    """The words that say what a slot's fact is."""

    slot: str
    reason: str
    before: tuple[str, ...]
    """One of these directly before it..."""
    after: tuple[str, ...]
    """...or one of these directly after it."""
    not_before: tuple[str, ...]
    """None of these directly before it."""
    not_after: tuple[str, ...]
    """None of these directly after it."""


@cache
def slot_uses() -> dict[str, SlotUse]:
    """Rules by slot; a slot without one may stand anywhere."""
    return {
        entry["slot"]: SlotUse(
            slot=entry["slot"],
            reason=entry["reason"],
            before=tuple(entry["before"]),
            after=tuple(entry["after"]),
            not_before=tuple(entry.get("not_before", ())),
            not_after=tuple(entry.get("not_after", ())),
        )
        for entry in _words()["slot_use"]
    }


@cache
def forbidden() -> tuple[Forbidden, ...]:
    """All kinds, in the order of the file."""
    kinds = ((check, entry) for check, entry in _words().items() if isinstance(entry, dict))
    return tuple(Forbidden(check, entry["reason"], _pattern(entry["words"])) for check, entry in kinds)


@cache
def function_words() -> frozenset[str]:
    """Words that may come as often as they like."""
    return frozenset(_words()["function_words"])


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def _pattern(words: list[str]) -> re.Pattern[str]:
    parts = [re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words]
    # A hyphen joins: "best" is not to be found in "best-selling" twice.
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)
