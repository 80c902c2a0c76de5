"""What can be counted in a headline without knowing what it says: length, sentences, marks, kinds of words."""

import re
from collections.abc import Sequence

import numpy as np

from evals.meta.upworthy import Floats

_WORD = re.compile(r"[\w'’]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MOST = 4.0  # a count above this says no more
_FIRST_SECOND_LENGTH = 10.0

# Kind -> its words; a headline's count of them is a feature.
WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "i": "i me my i'm i've mine",
        "you": "you your you're you'll you've yours",
        "he": "he his him he's",
        "she": "she her she's hers",
        "they": "they their them they're",
        "we": "we our us we're",
        "this": "this these",
        "that": "that those",
        "it": "it it's its",
        "here": "here here's",
        "what": "what what's",
        "why": "why",
        "how": "how",
        "when": "when",
        "who": "who who's",
        "where": "where",
        "if": "if",
        "look": "watch see look listen",
        "format": "video photo chart map graphic infographic animation song ad comic clip",
        "negation": "not no never don't doesn't isn't can't won't didn't wasn't ain't nothing nobody none",
        "conjunction": "but and then until so because",
        "extreme": "first last best worst most only ever",
        "just": "just",
        "adverb": "really actually pretty totally",
        "a": "a an",
        "the": "the",
        "person": "guy man woman girl boy kid kids mom dad lady dude people wife husband son daughter teen",
        "past": "was were did had been",
        "present": "is are do does be",
        "future": "will i'll you'll gonna going",
        "vague": "thing things something everything anything stuff someone",
        "time": "seconds minutes second minute",
        "mind": "think know thought believe wonder imagine guess feel",
    }.items()
}
_FORM = (
    "characters", "words", "letters a word", "sentences", "last sentence", "first sentence", "?", "!", "quotes",
    "apostrophes", "commas", "colon", "ellipsis", "bracket", "dash", "digit", "capitals", "opens with a quote",
    "different words",
)  # fmt: skip
NAMES = (*_FORM, *WORDS)
"""What the columns are."""


def style_of(headlines: Sequence[str]) -> Floats:
    """Features (n, len(NAMES)); each rests on its own headline alone."""
    return np.array([_features(headline) for headline in headlines], dtype=np.float64).reshape(-1, len(NAMES))


def _features(headline: str) -> list[float]:
    text = headline.replace("’", "'").replace("“", '"').replace("”", '"').replace("…", "...")
    words = _WORD.findall(text)
    lower = [word.lower() for word in words]
    count = max(len(words), 1)
    sentences = [len(sentence.split()) for sentence in _SENTENCE_END.split(text) if sentence] or [0]
    form = [
        len(text) / 50,
        len(words) / 10,
        sum(map(len, words)) / count / 2,
        len(sentences),
        sentences[-1] / _FIRST_SECOND_LENGTH,
        sentences[0] / _FIRST_SECOND_LENGTH,
        text.count("?"),
        text.count("!"),
        '"' in text,
        text.count("'"),
        text.count(","),
        ":" in text,
        "..." in text,
        "(" in text,
        "-" in text or "—" in text,
        any(character.isdigit() for character in text),
        sum(word.isupper() and len(word) > 1 for word in words),
        text[:1] in "\"'",
        len(set(lower)) / count,
    ]
    counts = [sum(word in kind for word in lower) for kind in WORDS.values()]
    return [min(float(value), _MOST) for value in (*form, *counts)]
