"""Which language a text is in, and how easily it reads."""

from functools import cache, lru_cache
from typing import Any

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from pyphen import Pyphen
from simplemma import is_known

from assistant.copywriting.languages.language import known_languages

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_HAN = regex.compile(r"\p{Han}")
SHORTEST = 25
"""Letters below which a language cannot be told."""
SURE = 0.95
NEIGHBOURS = ("it", "nl", "pt", "de", "es", "fr")
"""Languages that are told apart whether or not copy is written in them."""
_SHORTEST_PART = 4
LONG_ENOUGH = 100
"""Words below which a formula of reading ease says nothing."""
# Reading ease = base - words a sentence * x - syllables a word * y. English: Flesch 1948; German: Amstad 1978;
# Spanish: Fernandez Huerta 1959; French: Kandel and Moles 1958.
_EASE = {
    "en": (206.835, 1.015, 84.6),
    "de": (180.0, 1.0, 58.5),
    "es": (206.84, 1.02, 60.0),
    "fr": (207.0, 1.015, 73.6),
}


def language_of(text: str) -> str:
    """The language of a text among those that are known; empty where it is too short or unclear."""
    signs = len(_HAN.findall(text))
    rest = _HAN.sub(" ", text)
    letters = sum(map(len, _WORD.findall(rest)))
    # A Chinese sign says as much as two or three letters.
    if signs >= 2 and 3 * signs > letters:
        return "zh"
    if letters < SHORTEST:
        return ""
    text = rest
    found, probability = _identifier().classify(text)
    return str(found) if probability >= SURE else ""


def reading_ease(text: str, language: str) -> float | None:
    """Reading ease from 0, hard, to 100; None where the text is too short or the language has no formula."""
    words = _WORD.findall(text)
    if language not in _EASE or len(words) < LONG_ENOUGH:
        return None
    sentences = max(1, len(regex.findall(r"[.!?]+(?=\s|$)", text)))
    parts = sum(len(_hyphens(language).positions(word)) + 1 for word in words)
    base, by_length, by_syllables = _EASE[language]
    return base - by_length * len(words) / sentences - by_syllables * parts / len(words)


@cache
def _hyphens(language: str) -> Any:
    return Pyphen(lang=language if language != "en" else "en_US")


@cache
def _identifier() -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*NEIGHBOURS, *(code for code in known_languages() if code != "zh")])
    return identifier


@lru_cache(maxsize=50_000)
def is_word(word: str, language: str) -> bool:
    """Whether a dictionary of the language has a word; Chinese has no words that could be looked up so.

    German makes nouns of two ("Vorratsschrank"): such a one is a word where both are.
    """
    if language not in _EASE:
        return True
    if _is_known(word, language):
        return True
    return language == "de" and any(
        _is_known(first, language) and _is_known(word[at:], language)
        for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        for first in {word[:at], word[:at].removesuffix("s"), word[:at].removesuffix("n")}
    )


def _is_known(word: str, language: str) -> bool:
    return any(is_known(form, lang=language) for form in (word.lower(), word[:1].upper() + word[1:].lower()))
