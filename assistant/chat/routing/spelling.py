"""Typing mistakes in ordinary words, mended before a text is read."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from simplemma import is_known

from assistant.chat.routing.words import flat, singular, words

_WORD = re.compile(r"(?<![\w@#./-])[A-Za-z]+(?:['’][A-Za-z]+)?(?![\w@/-]|\.\w)")
# What stands behind these is somebody's own text.
_OWN_TEXT = re.compile(r"[\"“「『«:：\n]")
_SHORT, _LONG = 3, 7
_MOST_MENDED = 8
_ENDINGS = ("ing", "ed", "er", "ly", "n't")


@cache
def _is_ordinary(word: str) -> bool:
    """Whether a dictionary of English has a word, so that it is no mistake."""
    return bool(is_known(word, lang="en"))


class Spelling:
    """Mends words that are in no vocabulary and near to one that is.

    Args:
        examples: texts of the router's own, of which a word at the beginning is likelier at a beginning.
        vocabulary: other words that are right.
        product: gives the word of a product's name that is meant, typed wrong or right; empty where none is.
    """

    def __init__(self, examples: Iterable[str], vocabulary: Iterable[str], product: Callable[[str], str]) -> None:
        data = words()["spelling"]
        self._short = dict(data["short"])
        self._known: Counter[str] = Counter()
        self._first: Counter[str] = Counter()
        for example in examples:
            own = [match[0].lower() for match in _WORD.finditer(example)]
            self._known.update(own)
            self._first.update(own[:1])
        for text in vocabulary:
            self._known.update({match[0] for match in _WORD.finditer(flat(text))})
        self._right = frozenset(data["words"])
        self._targets = [word for word in self._known if len(word) >= _SHORT]
        self._product = product

    def mended(self, text: str) -> tuple[str, dict[str, str]]:
        """The text with its mistakes mended, and each mended word with what was typed; it never raises.

        Args:
            text: in English, as somebody typed it; what is quoted in it, or behind a colon, is left as it is.
        """
        own = _OWN_TEXT.search(text)
        end = own.start() if own else len(text)
        made, at, typed = [], 0, dict[str, str]()
        for match in _WORD.finditer(text[:end]):
            if len(typed) >= _MOST_MENDED:
                break
            right = self._right_for(match[0], first=match.start() == 0)
            if right != match[0]:
                made += [text[at : match.start()], right]
                at = match.end()
                typed[right] = match[0]
        return "".join([*made, text[at:]]), typed

    def _right_for(self, word: str, *, first: bool) -> str:
        small = word.lower().replace("’", "'")
        if small in self._short:
            return str(self._short[small])
        capital = word[0].isupper() and not first
        if len(small) < _SHORT or capital or self._is_right(small):
            return word
        near, product = self._near(small, first=first), self._product(small)
        if product and (not near or OSA.distance(small, product) <= OSA.distance(small, near)):
            return word
        return near or word

    def _is_right(self, small: str) -> bool:
        if small in self._known or small in self._right or singular(small) in self._known or _is_ordinary(small):
            return True
        for ending in _ENDINGS:
            stem = small.removesuffix(ending)
            if stem != small and len(stem) >= _SHORT and {stem, f"{stem}e", stem[:-1]} & self._known.keys():
                return True
        return f"{small}s" in self._known

    def _near(self, small: str, *, first: bool) -> str:
        far = 2 if len(small) >= _LONG else 1
        found = process.extract(small, self._targets, scorer=OSA.distance, score_cutoff=far, limit=12)
        fits = [
            (distance, -(self._first[word] if first else 0), not _dropped(small, word), -self._known[word], word)
            for word, distance, _ in found
            if (word[0] == small[0] and (len(small) > _SHORT or len(word) > _SHORT))
            or (distance == 1 and sorted(word) == sorted(small))
        ]
        return min(fits)[4] if fits else ""


def _dropped(typed: str, word: str) -> bool:
    """Whether letters are left out or have changed places, the likeliest of mistakes."""
    left = iter(word)
    return sorted(typed) == sorted(word) or all(letter in left for letter in typed)
