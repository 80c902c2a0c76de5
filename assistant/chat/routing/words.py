"""Texts as they are matched: signs made alike without moving them, words with their places, phrases with a meaning."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process

from assistant.records.chat import Language

_HAN = re.compile(r"[\u3400-\u9fff]")
# Chinese signs are no letters of the word beside them.
_WORD = re.compile(r"(?:(?![\u3400-\u9fff])[^\W_])+(?:['’](?:(?![\u3400-\u9fff])[^\W_])+)*")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_LONGEST = 8
_NEAR = 86.0
_LEAST_FOR_TYPOS = 5


@cache
def words() -> dict[str, Any]:
    """What is in `words.toml`."""
    return tomllib.loads(files("assistant.chat.routing").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _simplified() -> dict[int, str]:
    signs = words()["signs"]
    return {ord(old): new for old, new in zip(signs["traditional"], signs["simplified"], strict=True)}


def flat(text: str) -> str:
    """The text for matching, sign for sign as long as it was: small letters, plain digits, simplified Chinese."""
    made = []
    for sign in text:
        alike = unicodedata.normalize("NFKC", sign) if sign > "\xff" else sign
        alike = alike.lower() if len(alike) == 1 else sign
        made.append(alike if len(alike) == 1 else sign)
    return "".join(made).replace("’", "'").translate(_simplified())


def language_of(text: str) -> Language:
    """Chinese where Chinese signs outweigh other words; names of segments and channels do not count."""
    han = len(_HAN.findall(text))
    return "zh" if han and han >= 2 * (len(_LATIN_WORD.findall(text)) - 3) else "en"


@dataclass(frozen=True)
class Token:
    """A word and its place in the text."""

    key: str
    """Small and without its plural."""
    start: int
    end: int


def tokens_of(flattened: str) -> list[Token]:
    """Words of a flattened text; a possessive `'s` is no part of its word."""
    found = []
    for match in _WORD.finditer(flattened):
        word = match[0].removesuffix("'s")
        found.append(Token(singular(word), match.start(), match.start() + len(word)))
    return found


def singular(word: str) -> str:
    """A word without its plural."""
    if word == "ads":
        return "ad"
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "toes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def key_of(text: str) -> str:
    """A name as its words are compared."""
    return " ".join(token.key for token in tokens_of(flat(text)))


@dataclass(frozen=True)
class Hit:
    """Where a phrase stands, and what it means."""

    start: int
    end: int
    value: str


class Phrases:
    """Phrases with a meaning, looked up word by word in English and sign by sign in Chinese."""

    def __init__(self, meanings: Mapping[str, Iterable[str]]) -> None:
        self._keys: dict[str, str] = {}
        han: dict[str, str] = {}
        for value, phrases in meanings.items():
            for phrase in phrases:
                if _HAN.search(phrase):
                    han.setdefault(flat(phrase), value)
                elif key := key_of(phrase):
                    self._keys.setdefault(key, value)
        self._han = han
        ordered = sorted(han, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._near = [key for key in self._keys if len(key) >= _LEAST_FOR_TYPOS]
        self.vocabulary = frozenset(word for key in self._keys for word in key.split())

    def find(self, flattened: str, tokens: Sequence[Token], *, known: Collection[str] | None = None) -> list[Hit]:
        """Phrases in a text, in its order, the longest where several fit.

        Args:
            flattened: the text.
            tokens: its words.
            known: words that are no typing errors; None where none is looked for. With it, a phrase with a typing error
                counts where no phrase is written right.
        """
        found = [] if self._pattern is None else [
            Hit(match.start(), match.end(), self._han[match[0]]) for match in self._pattern.finditer(flattened)
        ]  # fmt: skip
        at = 0
        while at < len(tokens):
            for count in range(min(_LONGEST, len(tokens) - at), 0, -1):
                key = " ".join(token.key for token in tokens[at : at + count])
                if key in self._keys:
                    found.append(Hit(tokens[at].start, tokens[at + count - 1].end, self._keys[key]))
                    at += count - 1
                    break
            at += 1
        if not found and known is not None:
            found = self._mistyped(tokens, known)
        return sorted(found, key=lambda hit: hit.start)

    def _mistyped(self, tokens: Sequence[Token], known: Collection[str]) -> list[Hit]:
        for count in (3, 2, 1):
            for at in range(len(tokens) - count + 1):
                key = " ".join(token.key for token in tokens[at : at + count])
                if len(key) <= _LEAST_FOR_TYPOS or all(token.key in known for token in tokens[at : at + count]):
                    continue
                close = process.extractOne(key, self._near, scorer=fuzz.ratio, score_cutoff=_NEAR)
                if close and close[0].count(" ") == count - 1:
                    return [Hit(tokens[at].start, tokens[at + count - 1].end, self._keys[close[0]])]
        return []
