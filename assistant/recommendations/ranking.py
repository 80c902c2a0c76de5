"""The best of many, no name twice; of equal scores the product that stands first, which more have bought."""

import numpy as np
from numpy.typing import NDArray

from assistant.recommendations.history import Floats, Integers

# Sums of floats that should be equal may differ in their last digits; such scores are ties.
DECIMALS = 9


def best_columns(scores: Floats, groups: Integers, count: int) -> tuple[Integers, Floats]:
    """The best columns of each row.

    Args:
        scores: (b, m), minus infinity for what may not be chosen; it is written over.
        groups: (m,) codes from 0; only one column of a group is chosen a row.
        count: how many.

    Returns:
        (b, count) columns by falling score, -1 where a row has no more; and their scores.
    """
    np.round(scores, DECIMALS, out=scores)
    members = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    rows = np.arange(len(scores))
    best = np.full((len(scores), count), -1, dtype=np.int64)
    values = np.full((len(scores), count), np.nan)
    for rank in range(count if scores.shape[1] else 0):
        top = scores.argmax(axis=1)
        found = np.isfinite(scores[rows, top])
        best[found, rank] = top[found]
        values[found, rank] = scores[rows[found], top[found]]
        group = groups[top[found]]
        size = sizes[group]
        # Positions in `members` of all columns of each chosen group, one run after another.
        run = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        scores[np.repeat(rows[found], size), members[np.repeat(starts[group], size) + run]] = -np.inf
    return best, values


def best_pairs(rows: NDArray[np.int32], columns: NDArray[np.int32], scores: Floats, groups: Integers) -> Integers:
    """Which of many (row, column, score) stand on the rows' lists, in their order.

    Args:
        rows: (p,).
        columns: (p,).
        scores: (p,).
        groups: (m,) codes from 0; only the best column of a group is kept a row.

    Returns:
        Positions in the three, by row, then falling score, then column.
    """
    order = np.lexsort((columns, -np.round(scores, DECIMALS), rows))
    group = groups[columns[order]]
    # The first of each (row, group), in the order just made.
    _, first = np.unique(rows[order].astype(np.int64) * (int(groups.max(initial=0)) + 1) + group, return_index=True)
    return np.asarray(order[np.sort(first)], dtype=np.int64)


def ranks(rows: NDArray[np.int32]) -> Integers:
    """(p,) the place of each element within its row, from 0, where equal rows stand together."""
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    new = np.concatenate(([True], rows[1:] != rows[:-1]))
    return np.asarray(np.arange(len(rows)) - np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0)))
