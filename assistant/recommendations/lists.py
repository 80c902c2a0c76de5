"""The lists of consecutive customers: bought before and worth buying again, and new to them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.recommendations.history import Flags, Floats, History, Integers
from assistant.recommendations.models import ItemModel
from assistant.recommendations.ranking import best_columns, best_pairs, ranks

# A block of customers is as many as fit their scores into this.
BLOCK_BYTES = 64_000_000


@dataclass(frozen=True)
class Lists:
    """Entries of several customers' lists; every array is (entries,), by customer and rank."""

    rows: Integers
    columns: Integers
    ranks: Integers
    """From 0."""
    scores: Floats
    pairs: Integers
    """Where the history has the customer's purchases of the product; -1 where there are none."""


def blocks(customers: int, products: int) -> Iterator[slice]:
    """Consecutive customers whose dense scores fit into `BLOCK_BYTES`."""
    size = max(1, BLOCK_BYTES // (8 * max(products, 1)))
    return (slice(at, min(at + size, customers)) for at in range(0, customers, size))


def again_lists(history: History, scores: Floats, rows: slice, count: int, showable: Flags, groups: Integers) -> Lists:
    """What each customer has bought and may buy again.

    Args:
        history: purchases before the cutoff.
        scores: (pairs,) as `again_scores`.
        rows: customers.
        count: products a list, at most.
        showable: (m,) products that may be on it.
        groups: (m,) codes from 0; one product of a group a list.
    """
    span = history.pairs_of(rows)
    pairs = np.arange(span.start, span.stop)[showable[history.columns[span]]]
    pairs = pairs[best_pairs(history.rows[pairs], history.columns[pairs], scores[pairs], groups)]
    place = ranks(history.rows[pairs])
    pairs, place = pairs[place < count], place[place < count]
    return Lists(
        history.rows[pairs].astype(np.int64), history.columns[pairs].astype(np.int64), place, scores[pairs], pairs
    )


def new_lists(history: History, scores: Floats, rows: slice, count: int, showable: Flags, groups: Integers) -> Lists:
    """What each customer has not bought, nor anything of its group.

    Args:
        history: purchases before the cutoff.
        scores: (b, w) of the customers for the first w products; written over.
        rows: customers, b of them.
        count: products a list, at most.
        showable: (m,) products that may be on it.
        groups: (m,) codes from 0; one product of a group a list.
    """
    width = scores.shape[1]
    span = history.pairs_of(rows)
    has = np.zeros((len(scores), int(groups.max(initial=0)) + 1), dtype=bool)
    has[history.rows[span] - rows.start, groups[history.columns[span]]] = True
    scores[has[:, groups[:width]]] = -np.inf
    scores[:, ~showable[:width]] = -np.inf
    best, values = best_columns(scores, groups[:width], count)
    row, place = np.nonzero(best >= 0)
    none = np.full(len(row), -1, dtype=np.int64)
    return Lists(row + rows.start, best[row, place], place, values[row, place], none)


def model_scores(history: History, model: ItemModel, rows: slice, instead: Floats) -> tuple[Floats, Flags]:
    """Scores of consecutive customers for what the model knows.

    Args:
        history: purchases before the cutoff.
        model: what is new.
        rows: customers, b of them.
        instead: (b, modelled) scores for those who bought nothing that the model knows.

    Returns:
        (b, modelled) scores, and (b,) whether they are the customer's own.
    """
    bought = history.bought[rows, : model.modelled]
    own = bought.getnnz(axis=1) > 0
    scores = model.scores(bought)
    scores[~own] = instead[~own]
    return scores, own
