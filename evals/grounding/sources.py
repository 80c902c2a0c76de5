"""Sources as sentences with their places, and an index of the words in them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.grounding.words import Word, words_of

_TITLES = "".join(rf"(?<!\b{title}\.)" for title in ("Mr", "Ms", "Mrs", "Dr", "St", "No", "vs", "Inc", "Ltd", "[A-Z]"))
_NUMBERED = r"(?<!^\d\.)(?<!^\d\d\.)"
_END = re.compile(rf"[.!?]+{_TITLES}{_NUMBERED}[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[^\sa-z])|[。！？]+|\n+", re.MULTILINE)
"""A stop before a blank and what is no small letter, but not after an initial, a title or the number of an item; or the
end of a line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a source."""

    text: str
    source: int
    """Position of its source, from 0."""
    start: int
    """Its first sign in the source; `start + len(text)` is behind its last."""

    @property
    def place(self) -> str:
        """Where it is, for people: `source 1, at 120`."""
        return f"source {self.source + 1}, at {self.start}"


def sentences_of(text: str) -> list[tuple[int, str]]:
    """The sentences of a text, each with the place of its first sign; blank ones are left out."""
    found = []
    start = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        piece = text[start:end]
        if piece.strip():
            found.append((start + len(piece) - len(piece.lstrip()), piece.strip()))
        start = end
    return found


class Ground:
    """All that a claim may rest on, prepared once for many claims."""

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        """Read the words of every sentence; the order is that of the sources."""
        self.sentences: tuple[Sentence, ...] = tuple(sentences)
        self._keys: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = defaultdict(set)
        for at, sentence in enumerate(self.sentences):
            for word in words_of(sentence.text):
                self._keys[word.key].add(at)
                if word.kind != "number":
                    self._stems[word.stem].add(at)

    @classmethod
    def of(cls, sources: Sequence[str]) -> "Ground":
        """Texts, cut into sentences."""
        return cls(
            Sentence(text, at, start) for at, source in enumerate(sources) for start, text in sentences_of(source)
        )

    def with_word(self, word: Word) -> tuple[set[int], set[int]]:
        """Sentences that hold a word, and those that hold a form of it only; a number has no forms."""
        exact = self._keys.get(word.key, set())
        forms = set() if word.kind == "number" else self._stems.get(word.stem, set()) - exact
        return exact, forms
