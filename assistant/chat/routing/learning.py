"""A linear classifier of texts by what they ask for, learned from the examples in one step."""

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.records.chat import Language

Floats = NDArray[np.float64]

_SIZE = 2_048
_MASK = re.compile(r"[A-Z]{4,}")
_ENGLISH = re.compile(r"[A-Z]{4,}|[a-z']+|\d+|\?")
_CHINESE = re.compile(r"[A-Z]{4,}|[a-z0-9]+|[\u3400-\u9fff]")
_KINDS = ("SEGMENT", "METRIC", "PRODUCT", "CHANNEL", "PIECE", "BRIEF", "CAMPAIGN", "QUOTED", "PERCENT", "CODE", "DATE",
          "CLAIM", "ANGLE", "FIELD")  # fmt: skip
_WORDS = {"en": 0.5, "zh": 1.0}
"""The weight of words beside an embedding of length one, which Chinese has not."""
_KINDS_WEIGHT = 0.3
_RIDGE = 0.3


def features_of(masked: str, language: Language) -> Floats:
    """A text as numbers: hashed words and pairs of them (in Chinese signs, pairs and triples), and kinds of names.

    Args:
        masked: with kinds of names in capitals.
        language: of the text.
    """
    made = np.zeros(_SIZE)
    for part in _parts(masked, language):
        place = zlib.crc32(part.encode())
        made[place % _SIZE] += 1 if place >> 31 else -1
    length = float(np.linalg.norm(made))
    named = set(_MASK.findall(masked))
    kinds = [float(kind in named) for kind in _KINDS] + [float(masked.count("SEGMENT") > 1), 1.0]
    return np.concatenate([made * (_WORDS[language] / (length or 1.0)), np.array(kinds) * _KINDS_WEIGHT])


def _parts(masked: str, language: Language) -> Iterator[str]:
    words = (_ENGLISH if language == "en" else _CHINESE).findall(masked)
    words = ["#" if word.isdigit() else word for word in words]
    if not words:
        return
    yield f"^{words[0]}"
    yield from words
    for pair in pairwise(words):
        yield " ".join(pair)
    if language == "zh":
        yield f"{words[-1]}$"
        for at in range(len(words) - 2):
            yield " ".join(words[at : at + 3])


class Learned:
    """Ridge regression onto the classes, in its dual form, as there are fewer examples than features."""

    def __init__(self, rows: Floats, classes: Sequence[int], count: int) -> None:
        """Learn.

        Args:
            rows: an example each.
            classes: its class, from 0.
            count: how many classes there are.
        """
        owned = np.asarray(classes, dtype=np.int64)
        # Classes with few examples count no less than those with many.
        weights = np.bincount(owned, minlength=count)[owned] ** -0.25
        weights /= np.sqrt((weights**2).mean())
        weighed = rows * weights[:, None]
        wanted = np.zeros((len(rows), count))
        wanted[np.arange(len(rows)), owned] = weights
        kernel = weighed @ weighed.T
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        self._weights: Floats = weighed.T @ np.linalg.solve(kernel, wanted)

    def scores(self, row: Floats) -> Floats:
        """About 1 for the class that a text is of, and about 0 for others."""
        scores: Floats = row @ self._weights
        return scores
