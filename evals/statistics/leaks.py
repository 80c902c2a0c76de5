"""What stands on both sides of a split between tuning and test cases.

A prompt that was tuned on a case knows its answer. Two things leak: texts that are nearly the same, and cases of one
group (one brief, one shop, one experiment) of which some were tuned on and some are tested.
"""

import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import sparse

_DENSE = 1024
"""So many of the most common n-grams are multiplied densely."""
_ROWS = 512


@dataclass(frozen=True)
class Leak:
    """One case of the tuning set and one of the test set that are not apart."""

    tuning: str
    """The case tuned on."""
    test: str
    """The case tested on."""
    similarity: float
    """Jaccard of their character n-grams, 0 to 1; of one group: 1."""
    kind: Literal["text", "group"]
    why: str
    """One sentence."""


def near_duplicates(
    tuning: Mapping[str, str], test: Mapping[str, str], *, threshold: float = 0.6, n: int = 5
) -> list[Leak]:
    """Pairs of texts (case -> text) whose sets of character n-grams overlap by at least `threshold`, nearest first.

    Letters' case, accents' encoding, punctuation and spacing make no difference; digits do. Exact: no pair above
    the threshold is missed, for all pairs are compared, the most common n-grams by a dense product of matrices and
    the rest by a sparse one. Empty texts are like no other.

    Raises:
        ValueError: the threshold is not above 0 and at most 1, or n is below 1.
    """
    if not 0 < threshold <= 1 or n < 1:
        raise ValueError(f"a threshold lies above 0 and at most at 1, and n is at least 1; not {threshold} and {n}")
    if not tuning or not test:
        return []
    left_names, right_names = list(tuning), list(test)
    grams = _n_grams([*tuning.values(), *test.values()], n)
    sizes = np.diff(grams.indptr)
    often = np.argsort(-np.bincount(grams.indices, minlength=grams.shape[1]), kind="stable")
    common, rare = grams[:, often[:_DENSE]].toarray().astype(np.float32), grams[:, often[_DENSE:]]
    split, found = len(tuning), list[Leak]()
    against, sizes_against = rare[split:].T.tocsr(), sizes[None, split:]
    for start in range(0, split, _ROWS):
        rows = slice(start, min(start + _ROWS, split))
        shared = common[rows] @ common[split:].T + (rare[rows] @ against).toarray()
        union = sizes[rows, None] + sizes_against - shared
        overlap = shared / np.maximum(union, 1)
        for i, j in zip(*np.nonzero(overlap >= threshold - 1e-9), strict=True):
            found.append(_text_leak(left_names[start + i], right_names[j], float(overlap[i, j]), n))
    return sorted(found, key=lambda leak: (-leak.similarity, leak.tuning, leak.test))


def split_groups(tuning: Mapping[str, Hashable], test: Mapping[str, Hashable]) -> list[Leak]:
    """Groups (case -> group) that stand on both sides, one leak for each case of the test set, in its order.

    Each names the first case of its group that was tuned on. A group of None is no group.
    """
    first: dict[Hashable, str] = {}
    for case, group in tuning.items():
        first.setdefault(group, case)
    return [
        Leak(first[group], case, 1.0, "group", f"{case} is tested on and {first[group]} tuned on, both of {group}.")
        for case, group in test.items()
        if group is not None and group in first
    ]


def normalised(text: str) -> str:
    """A text as it is compared: NFKC, case folded, words of letters and digits with one space between."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())


def _text_leak(one: str, other: str, overlap: float, n: int) -> Leak:
    why = f"{other} is tested on and {one} tuned on; their texts share {overlap:.0%} of their runs of {n} characters."
    return Leak(one, other, overlap, "text", why)


def _n_grams(texts: Sequence[str], n: int) -> Any:
    """Which n-gram (columns) each text (rows) holds: a sparse matrix of 0 and 1."""
    padded = [" " * (n - 1) + clean + " " * (n - 1) if (clean := normalised(text)) else "" for text in texts]
    lengths = np.array([len(text) for text in padded])
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    counts = np.maximum(lengths - n + 1, 0)
    rows = np.repeat(np.arange(len(texts)), counts)
    offsets = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    places = starts[rows] + offsets
    mixed = np.zeros(len(places), dtype=np.uint64)
    for step in range(n):
        # A multiplicative hash, modulo 2^64; of a million n-grams two collide with a chance of one in ten million.
        mixed = (mixed ^ points[places + step]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, columns = np.unique(mixed, return_inverse=True)
    width = int(columns.max(initial=0)) + 1
    # Sorting is many times as fast here as the hash table of `numpy.unique`.
    cells = np.sort(rows * width + columns)
    rows, columns = np.divmod(cells[np.diff(cells, prepend=-1) > 0], width)
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))])
    return sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), columns, ends), shape=(len(texts), width))
