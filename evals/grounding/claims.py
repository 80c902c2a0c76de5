"""A piece of copy as claims: each sentence, each item of a list, each field is held against the sources by itself."""

import re
from dataclasses import dataclass

from evals.grounding.sources import sentences_of
from evals.grounding.words import words_of

_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FIELD = re.compile(r"^[A-Z][A-Za-z ]{1,24}:\s+(?=\S)")
"""The label of a field as pieces are shown, `Subject: `; it is nobody's claim."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One part of a text that can be true or false by itself."""

    text: str
    start: int
    """Its first sign in the text."""


def claims_of(text: str) -> list[Claim]:
    """The claims of a text in order.

    A question, and what holds no word that carries something, such as `Here you are.`, claims nothing.
    """
    claims = []
    for start, sentence in sentences_of(text):
        bare = sentence
        for mark in (_ITEM, _FIELD):
            bare = mark.sub("", bare, count=1)
        if bare.rstrip("\"'”’)").endswith(("?", "？")):
            continue
        if any(word.carries for word in words_of(bare)):
            claims.append(Claim(bare, start + len(sentence) - len(bare)))
    return claims
