"""Pieces that say the same: by words in a row, found through an index of shingles and not pair by pair."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import regex

from assistant.records import CheckResult, Piece

SHINGLE = 3
ALIKE = 0.8
# Chinese parts no words by blanks: each of its signs counts as one.
_WORD = regex.compile(r"\p{Han}|[\w--\p{Han}]+(?:['’]\w+)?", regex.VERSION1)
# What the sender and the law put in every message makes no two messages alike.
_HOUSE_FIELDS = frozenset({"footer", "header", "small_print", "path_1", "action", "button_1"})
# A shingle that so many of the first pieces share says nothing about two of them.
_COMMON = 0.05
_LEAST = 3

Shingles = frozenset[tuple[str, ...]]


def check_pieces(pieces: Sequence[Piece]) -> dict[str, tuple[CheckResult, ...]]:
    """What can be said of pieces beside one another.

    Returns:
        Piece id -> results; a piece without any is absent.
    """
    return NearDuplicates().check(pieces)


class NearDuplicates:
    """Pieces that share at least 80% of their words in order (Jaccard of three-word shingles) with an earlier one.

    Pieces of two channels are not compared, nor control pieces: those differ in nothing but their facts by design.
    Two sets can be so alike only if they share one of their first shingles, in any order that holds for all (prefix
    filtering; Bayardo, Ma and Srikant 2007). With what all pieces say last in that order, few are ever compared, and
    what a piece costs does not grow with the pieces before it.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._sets: list[Shingles] = []
        self._same: dict[tuple[str, Shingles], int] = {}
        self._holders: defaultdict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
        self._common: frozenset[tuple[str, ...]] | None = None

    def check(self, pieces: Sequence[Piece]) -> dict[str, tuple[CheckResult, ...]]:
        """Hold pieces against those before them, and remember them.

        Returns:
            Piece id -> results; a piece without any is absent.
        """
        told = [(piece, _shingles(piece)) for piece in pieces if piece.angle != "control"]
        if self._common is None:
            # Whatever comes first decides the order; any order is right, this one is quick.
            seen = Counter(shingle for _, shingles in told for shingle in shingles)
            often = max(_LEAST, _COMMON * len(told))
            self._common = frozenset(shingle for shingle, count in seen.items() if count > often)
        results: dict[str, tuple[CheckResult, ...]] = {}
        for piece, shingles in told:
            found = self._nearest(piece, shingles)
            if found:
                other, likeness = found
                message = f"{likeness:.0%} of its words in order are those of piece {other}"
                results[piece.piece] = (
                    CheckResult(check="near_duplicate", field="", severity="error", message=message),
                )
        return results

    def _nearest(self, piece: Piece, shingles: Shingles) -> tuple[str, float] | None:
        """The most alike of the pieces before this one, the last of several; it is remembered."""
        if not shingles:
            return None
        twin = self._same.get((piece.channel, shingles))
        best: tuple[float, int] | None = None if twin is None else (1.0, twin)
        prefix = self._prefix(shingles)
        if best is None:
            for at in {at for shingle in prefix for at in self._holders[piece.channel, shingle]}:
                both = len(shingles & self._sets[at])
                likeness = both / (len(shingles) + len(self._sets[at]) - both)
                if likeness >= ALIKE:
                    best = max(best or (0.0, 0), (likeness, at))
            # One of several equal sets stands for them all.
            at = len(self._ids)
            self._ids.append(piece.piece)
            self._sets.append(shingles)
            self._same[piece.channel, shingles] = at
            for shingle in prefix:
                self._holders[piece.channel, shingle].append(at)
        return (self._ids[best[1]], best[0]) if best else None

    def _prefix(self, shingles: Shingles) -> list[tuple[str, ...]]:
        count = len(shingles) - math.ceil(ALIKE * len(shingles)) + 1
        common = self._common or frozenset()
        return sorted(shingles, key=lambda shingle: (shingle in common, shingle))[:count]


def _shingles(piece: Piece) -> Shingles:
    words = [
        word.lower() for field in piece.fields if field.field not in _HOUSE_FIELDS for word in _WORD.findall(field.text)
    ]
    return frozenset(zip(*(words[start:] for start in range(SHINGLE)), strict=False))
