"""Pieces that say the same: by words in a row, found through an index of shingles and not pair by pair."""

from collections import defaultdict
from collections.abc import Sequence

import regex

from assistant.records import CheckResult, Piece

SHINGLE = 3
ALIKE = 0.8
# Chinese parts no words by blanks: each of its signs counts as one.
_WORD = regex.compile(r"\p{Han}|[\w--\p{Han}]+(?:['’]\w+)?", regex.VERSION1)
# What the sender and the law put in every message makes no two messages alike.
_HOUSE_FIELDS = frozenset({"footer", "header", "small_print", "path_1", "action", "button_1"})


def check_pieces(pieces: Sequence[Piece]) -> dict[str, tuple[CheckResult, ...]]:
    """What can be said of pieces beside one another.

    Returns:
        Piece id -> results; a piece without any is absent.
    """
    results: dict[str, tuple[CheckResult, ...]] = {}
    for piece_id, (other, likeness) in near_duplicates(pieces).items():
        message = f"{likeness:.0%} of its words in order are those of piece {other}"
        results[piece_id] = (CheckResult(check="near_duplicate", field="", severity="error", message=message),)
    return results


def near_duplicates(pieces: Sequence[Piece]) -> dict[str, tuple[str, float]]:
    """Pieces that share at least 80% of their words in order (Jaccard of three-word shingles) with an earlier one.

    Pieces of two channels are not compared, nor control pieces: those differ in nothing but their facts by design.

    Returns:
        Piece id -> (the earlier piece's id, likeness).
    """
    holders: defaultdict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    sizes: list[int] = []
    found: dict[str, tuple[str, float]] = {}
    for at, piece in enumerate(pieces):
        shingles = frozenset() if piece.angle == "control" else _shingles(piece)
        sizes.append(len(shingles))
        shared: defaultdict[int, int] = defaultdict(int)
        for shingle in shingles:
            for earlier in holders[piece.channel, shingle]:
                shared[earlier] += 1
            holders[piece.channel, shingle].append(at)
        for earlier, both in shared.items():
            likeness = both / (sizes[earlier] + sizes[at] - both)
            if likeness >= max(ALIKE, found.get(piece.piece, ("", 0.0))[1]):
                found[piece.piece] = (pieces[earlier].piece, likeness)
    return found


def _shingles(piece: Piece) -> frozenset[tuple[str, ...]]:
    words = [
        word.lower() for field in piece.fields if field.field not in _HOUSE_FIELDS for word in _WORD.findall(field.text)
    ]
    return frozenset(zip(*(words[start:] for start in range(SHINGLE)), strict=False))
