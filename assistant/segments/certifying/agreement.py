"""How far two partitions of the same customers agree."""

import numpy as np

from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix


def cross_counts(first: Labels, other: Labels, rows: int = 0, columns: int = 0) -> Matrix:
    """Customers in each pair of groups.

    Args:
        first: (n,) group of each customer, from 0; -1 for none, which is a group of its own at the end.
        other: (n,) likewise.
        rows: groups of `first` at the least, customers or not.
        columns: groups of `other` at the least.

    Returns:
        (rows + 1, columns + 1); the last row and column are those in no group.
    """
    rows = max(rows, int(first.max(initial=-1)) + 1)
    columns = max(columns, int(other.max(initial=-1)) + 1)
    counts = np.zeros((rows + 1, columns + 1))
    np.add.at(counts, (np.where(first < 0, rows, first), np.where(other < 0, columns, other)), 1)
    return counts


def jaccards(counts: Matrix) -> Matrix:
    """Intersection over union of every pair of groups: the shape of `counts`; 0 where both are empty."""
    union = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - counts
    return np.asarray(counts / np.maximum(union, 1))


def adjusted_rand(counts: Matrix) -> float:
    """The adjusted Rand index of Hubert and Arabie (1985), equation 5: 1 equal, 0 as by chance.

    Two partitions that say nothing (all in one group, or everyone alone, in both) agree fully.
    """
    together = _pairs(counts).sum()
    rows, columns = _pairs(counts.sum(axis=1)).sum(), _pairs(counts.sum(axis=0)).sum()
    everyone = float(_pairs(counts.sum()))
    if everyone == 0:
        return 1.0
    by_chance = rows * columns / everyone
    most = (rows + columns) / 2
    return float((together - by_chance) / (most - by_chance)) if most != by_chance else 1.0


def one_against_rest(counts: Matrix, row: int, column: int) -> float:
    """The adjusted Rand index of a group and everybody else, with another and everybody else."""
    both, mine, theirs = counts[row, column], counts[row].sum(), counts[:, column].sum()
    rest = counts.sum() - mine - theirs + both
    return adjusted_rand(np.array([[both, mine - both], [theirs - both, rest]]))


def _pairs(count: Matrix) -> Matrix:
    return np.asarray(count * (count - 1) / 2)
