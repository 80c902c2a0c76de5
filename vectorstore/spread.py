"""Keeping equal vectors apart in a graph index, without changing what is near.

A graph (HNSW) of many equal or nearly equal vectors takes minutes to build and loses some of them: each crowds out
the others among its neighbours' links. So every stored vector v (length one) is made longer by a few coordinates,
SPREAD times a direction u drawn from its id, and a query by as many zeros:

    cos((q, 0), (v, SPREAD u)) = cos(q, v) / sqrt(1 + SPREAD^2)

The factor is the same for all, so the order is the true one and the true cosine is one multiplication away, while
two equal vectors lie about SPREAD^2 apart, far above the error of float32.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SPREAD = 0.2
_COORDINATES = 16
_LENGTH = math.sqrt(1 + SPREAD**2)

Vectors = NDArray[np.float32]


def stored(vectors: Vectors, ids: Sequence[str]) -> Vectors:
    """(n, d) vectors of length one, with an id each, as (n, d + 16) to be stored."""
    digests = [hashlib.blake2b(id_.encode("utf-8"), digest_size=_COORDINATES).digest() for id_ in ids]
    away = np.array([list(digest) for digest in digests], dtype=np.float32) - np.float32(127.5)  # never zero
    away *= SPREAD / np.linalg.norm(away, axis=1, keepdims=True)
    return np.hstack([vectors, away]).astype(np.float32)


def asked(vectors: Vectors) -> Vectors:
    """(n, d) vectors of length one as (n, d + 16) to be searched for."""
    return np.pad(vectors, ((0, 0), (0, _COORDINATES)))


def original(vector: Vectors) -> Vectors:
    """The (d,) vector of length one in a stored one of (d + 16,), which the index keeps at length one."""
    return np.asarray(vector[:-_COORDINATES] * np.float32(_LENGTH), dtype=np.float32)


def cosine(distance: float) -> float:
    """The cosine of the original vectors, given the cosine distance (one minus the cosine) of the longer ones."""
    return min(1.0, max(-1.0, (1.0 - distance) * _LENGTH))
