"""One language: its files, read once.

`en.toml` has what the house says and the words that copy must not say; `en_claims.toml` the ways in which fluent
writers say the same: patterns made of sets, `<folk>` standing for any of the set of that name.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import regex

from assistant.errors import unknown_name
from assistant.records.copy import Severity

_CLAIMS = "_claims.toml"


@dataclass(frozen=True)
class Forbidden:
    """One kind of words, and why they are refused."""

    check: str
    reason: str
    severity: Severity
    linted: bool
    """Whether `words` are refused to people too; `patterns` always are."""
    words: "regex.Pattern[str] | None"
    patterns: "regex.Pattern[str] | None"


@dataclass(frozen=True)
class SlotUse:
    """The words that say what a slot's fact is."""

    slot: str
    reason: str
    before: tuple[str, ...]
    """One of these directly before it..."""
    after: tuple[str, ...]
    """...or one of these directly after it: a local model is held to say it so."""
    also_before: tuple[str, ...]
    """What others may say before it, besides; a small model that is free to do so writes worse."""
    also_after: tuple[str, ...]
    """The same after it."""
    not_before: tuple[str, ...]
    """None of these directly before it."""
    not_after: tuple[str, ...]
    """None of these directly after it..."""
    unless_before: tuple[str, ...]
    """...where none of these is directly before it."""
    both: bool
    """Whether words may stand before it and after it: "Save 15% off" says it twice, "use SPRING15 to save" does not."""


@dataclass(frozen=True)
class Language:
    """What is written and refused in a language."""

    code: str
    name: str
    letters: str
    """Signs of its words beside a to z, lower case; a range may stand there."""
    nouns_with_capital: bool
    """Whether a capital inside a sentence says nothing."""
    spaced: bool
    """Whether blanks part its words."""
    sentence_end: str
    question_end: str
    comma: str
    blank_before: str
    """Signs that a blank stands before, as French has it."""
    locale: str
    angles: dict[str, str]
    """What the prompt calls each angle."""
    phrases: dict[str, str]
    control: dict[str, str]
    function_words: frozenset[str]
    known_names: frozenset[str]
    slot_uses: dict[str, SlotUse]
    forbidden: tuple[Forbidden, ...]


@cache
def known_languages() -> tuple[str, ...]:
    """The codes of all languages that have a file, English first."""
    codes = {
        file.name.removesuffix(".toml")
        for file in _folder().iterdir()
        if file.name.endswith(".toml") and not file.name.endswith(_CLAIMS)
    }
    return tuple(sorted(codes, key=lambda code: (code != "en", code)))


@cache
def language_named(code: str) -> Language:
    """A language by its ISO 639-1 code.

    Raises:
        ConfigError: it has no file.
    """
    if code not in known_languages():
        raise unknown_name("language", code, known_languages())
    raw = _read(f"{code}.toml")
    _add_claims(raw["check"], _read(f"{code}{_CLAIMS}"))
    spaced = bool(raw.get("spaced", True))
    return Language(
        code=code,
        name=raw["name"],
        letters=raw["letters"],
        nouns_with_capital=raw["nouns_with_capital"],
        spaced=spaced,
        sentence_end=raw["sentence_end"],
        question_end=raw["question_end"],
        comma=raw["comma"],
        blank_before=raw.get("blank_before", ""),
        locale=raw["locale"],
        angles=raw["angles"],
        phrases=raw["phrases"],
        control=raw["control"],
        function_words=frozenset(raw["function"]["words"]),
        known_names=frozenset(raw["known"]["words"]),
        slot_uses={entry["slot"]: _slot_use(entry) for entry in raw["slot_use"]},
        forbidden=tuple(_forbidden(name, entry, spaced) for name, entry in raw["check"].items()),
    )


def _folder() -> Any:
    return resources.files(__package__)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_folder().joinpath(name).read_text(encoding="utf-8"))


def _add_claims(checks: dict[str, dict[str, Any]], claims: dict[str, Any]) -> None:
    """Put the patterns of the claims beside those of the same check; a check of their own brings its reason along."""
    sets: dict[str, str] = {}
    for name, words in claims["sets"].items():
        # A set may be made of those before it.
        sets[name] = f"(?:{_filled(words, sets)})"
    for name, entry in claims["check"].items():
        own = checks.setdefault(name, {"words": [], **entry, "patterns": []})
        patterns = [_filled(pattern, sets) for pattern in entry["patterns"]]
        own["patterns"] = [*own.get("patterns", ()), *patterns]


def _filled(pattern: str, sets: dict[str, str]) -> str:
    return regex.sub(r"<(\w+)>", lambda match: sets[match[1]], pattern)


def _slot_use(entry: dict[str, Any]) -> SlotUse:
    names = ("before", "after", "also_before", "also_after", "not_before", "not_after", "unless_before")
    lists = {name: tuple(entry.get(name, ())) for name in names}
    return SlotUse(slot=entry["slot"], reason=entry["reason"], both=entry.get("both", False), **lists)


def _forbidden(name: str, entry: dict[str, Any], spaced: bool) -> Forbidden:
    words = [
        regex.escape(word.removesuffix("*")) + (r"[\w-]*" if word.endswith("*") else "") for word in entry["words"]
    ]
    return Forbidden(
        check=name,
        reason=entry["reason"],
        severity=entry.get("severity", "error"),
        linted=entry.get("linted", True),
        words=_any_of(words, spaced),
        patterns=_any_of(entry.get("patterns", []), spaced),
    )


def _any_of(parts: list[str], spaced: bool) -> "regex.Pattern[str] | None":
    if not parts:
        return None
    joined = "|".join(sorted(parts, key=len, reverse=True))
    # A hyphen joins: "best" is not to be found in "best-selling" twice.
    bounded = rf"(?<![\w-])(?:{joined})(?![\w-])" if spaced else rf"(?:{joined})"
    return regex.compile(bounded, regex.IGNORECASE | regex.MULTILINE)
