"""How languages say facts: the words beside a number that tell what it is (`wording.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import regex
from babel import Locale

Pattern = regex.Pattern[str]


@dataclass(frozen=True)
class FactWording:
    """Patterns of one language, compiled."""

    percent: str
    money: Mapping[str, str]
    off: Pattern
    taken: Pattern
    changed_before: Pattern
    changed_after: Pattern
    everything: Pattern
    begins: Pattern
    months: dict[str, int]
    weekdays: dict[str, int]
    code: str
    rating: str
    duration: str
    opt_out: Pattern


@cache
def wording_of(language: str) -> FactWording:
    """The patterns of a language; English where it has none of its own."""
    raw = tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))
    told: dict[str, Any] = {**raw["en"], **raw.get(language, {})}
    compiled = {
        name: regex.compile(told[name], regex.IGNORECASE)
        for name in ("off", "taken", "changed_before", "changed_after", "everything", "begins", "opt_out")
    }
    return FactWording(
        percent=told["percent"],
        money=told["money"],
        months=_names(language, "months"),
        weekdays=_names(language, "days"),
        code=told["code"],
        rating=told["rating"],
        duration=told["duration"],
        **compiled,
    )


def _names(language: str, what: str) -> dict[str, int]:
    """Names of months (1 to 12) or of days of the week (0 is Monday), lower case, long and short."""
    found: dict[str, int] = {}
    for widths in getattr(Locale.parse(language), what).values():
        for width in ("wide", "abbreviated"):
            for number, name in widths.get(width, {}).items():
                said = str(name).lower().rstrip(".")
                if (not said.isdigit() and len(said) >= 3) or language == "zh":
                    found.setdefault(said, int(number))
    return found
