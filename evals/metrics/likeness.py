"""How alike texts are by their words and signs; for metrics of diversity, brand and persona."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
SIGNS = (3, 4)
"""Signs in a row that are compared, within words."""


def counted(bags: Sequence[Iterable[str]], weights: Callable[[str], float] = lambda term: 1.0) -> Matrix:
    """Texts as vectors of length one: (texts, terms), each term 1 + ln(times), times its weight.

    A text without terms is the zero vector.

    Args:
        bags: terms of each text.
        weights: of a term.
    """
    places: dict[str, int] = {}
    counts = [Counter(bag) for bag in bags]
    for count in counts:
        for term in count:
            places.setdefault(term, len(places))
    matrix = np.zeros((len(counts), max(1, len(places))))
    for row, count in zip(matrix, counts, strict=True):
        for term, times in count.items():
            row[places[term]] = (1 + math.log(times)) * weights(term)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths == 0, 1, lengths))


def rarity(bags: Sequence[Iterable[str]]) -> Callable[[str], float]:
    """Inverse document frequency, smoothed: ln((1 + n) / (1 + texts with the term)) + 1."""
    holders = Counter(term for bag in bags for term in set(bag))
    return lambda term: math.log((1 + len(bags)) / (1 + holders[term])) + 1


def signs_in(words: Iterable[str]) -> list[str]:
    """Three and four signs in a row of each word, a blank at both its ends."""
    padded = [f" {word} " for word in words]
    return [word[at : at + n] for word in padded for n in SIGNS for at in range(len(word) - n + 1)]
