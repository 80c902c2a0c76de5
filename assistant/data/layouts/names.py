"""How near the name of a column is to the words for a field, in five languages and more."""

import difflib
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+|#")
# What is left of 1 for a name that is not the word itself.
_TURNED, _WITHIN, _ALIKE = 0.9, 0.8, 0.6
_ALIKE_RATIO = 0.88
_NEAR_RATIO = 0.75


@dataclass(frozen=True)
class Words:
    """The words for one field."""

    looks: str
    """What its values must look like, as `assistant.data.layouts.looks` tells."""
    names: tuple[str, ...]
    """What it is called, the surest first."""
    never: tuple[str, ...]
    """Words that no such column has in its name."""
    surest: tuple[str, ...] = ()
    """What it is called where a column of the field's own name means something else."""


@dataclass(frozen=True)
class Nearness:
    """How sure a name says that a column is a field."""

    confidence: float
    """From 0, not at all, to 1."""
    reason: str


NOT_NEAR = Nearness(0.0, "")


def words_of(name: str) -> str:
    """A column's name as plain words: `InvoiceNo` and `invoice_no` are `invoice no`, `Größe` is `grosse`."""
    parted = _CAMEL.sub(" ", name)
    plain = unicodedata.normalize("NFKD", parted).casefold()
    return " ".join(_WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


@cache
def vocabulary() -> dict[str, dict[str, Words]]:
    """`vocabulary.toml`: table -> field -> its words."""
    raw = _raw()
    tables: dict[str, dict[str, Words]] = {}
    for table, fields in raw.items():
        if table in ("noise", "words"):
            continue
        tables[table] = {}
        for field, said in fields.items():
            other_table, _, other_field = said.get("same_as", "").partition(".")
            base = raw[other_table][other_field] if other_table else said
            tables[table][field] = Words(
                said["looks"],
                (*base["names"], *said.get("also", ())),
                tuple(base.get("never", ())),
                tuple(base.get("surest", ())),
            )
    return tables


@cache
def value_words(group: str) -> dict[str, tuple[str, ...]]:
    """What values are called: of `events`, `cancelled` or `boolean`."""
    return {name: tuple(words) for name, words in _raw()["words"][group].items()}


def nearness(column: str, field: str, words: Words) -> Nearness:
    """How near a column's name is to a field."""
    own = words_of(column)
    if not own:
        return NOT_NEAR
    if own in words.surest:
        return Nearness(1.0, f"`{own}` is a word for it")
    if own == words_of(field):
        return Nearness(0.995 if words.surest else 1.0, f"is called `{field}`")
    if own in words.names:
        return Nearness(_ranked(1.0, words.names.index(own)), f"`{own}` is a word for it")
    quiet = _quiet(own)
    for rank, name in enumerate(words.names):
        if quiet == _quiet(name) or own.replace(" ", "") == name.replace(" ", ""):
            return Nearness(_ranked(0.97, rank), f"`{name}` is a word for it")
    if any(f" {never} " in f" {own} " for never in words.never):
        return NOT_NEAR
    return _loosely(own, words)


def nearest(field: str, columns: tuple[str, ...], table: str) -> str:
    """The column whose name is nearest to a field that was not found; empty: none is near."""
    words = vocabulary()[table].get(field)
    names = [words_of(field), *(words.names if words else ())]
    scored = [(max(_alike(words_of(column), name, _NEAR_RATIO) for name in names), column) for column in columns]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= _NEAR_RATIO else ""


def _loosely(own: str, words: Words) -> Nearness:
    have = own.split()
    best = NOT_NEAR
    for rank, name in enumerate(words.names):
        want = name.split()
        if len(want) > 1 and sorted(want) == sorted(have):
            found = Nearness(_ranked(_TURNED, rank), f"`{name}` is a word for it")
        elif f" {name} " in f" {own} " and (len(want) > 1 or len(have) <= 2):
            found = Nearness(_ranked(_WITHIN * (0.6 + 0.4 * len(want) / len(have)), rank), f"has `{name}` in its name")
        elif len(name) > 5 and _alike(own, name, _ALIKE_RATIO) >= _ALIKE_RATIO:
            found = Nearness(_ranked(_ALIKE, rank), f"reads like `{name}`")
        else:
            continue
        best = max(best, found, key=lambda near: near.confidence)
    return best


def _alike(one: str, other: str, least: float) -> float:
    """How alike two texts are, from 0 to 1; 0 where it is surely below `least`."""
    # What two texts share is at most the shorter one; the matcher is slow.
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.quick_ratio() >= least else 0.0


def _ranked(confidence: float, rank: int) -> float:
    """A word further down the list is a little less sure, so that no two words tie."""
    return round(confidence * (1 - 0.001 * min(rank, 150)), 4)


def _quiet(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _noise())


@cache
def _noise() -> frozenset[str]:
    return frozenset(_raw()["noise"])


@cache
def _raw() -> dict[str, Any]:
    text = resources.files("assistant.data.layouts").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
