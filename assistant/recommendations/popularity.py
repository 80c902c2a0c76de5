"""What others buy: all customers, and those of a segment."""

import numpy as np
import pandas as pd
from scipy import sparse

from assistant.recommendations.history import History, Integers


class Membership:
    """Which segment each customer is in; code s of s segments is none, and stands for everybody."""

    def __init__(self, assignments: pd.DataFrame) -> None:
        """Take what `fit_segments` assigned.

        Args:
            assignments: one row a customer: `customer_id` and `segment`, which may be null or empty.
        """
        said = assignments.loc[assignments["segment"].notna() & (assignments["segment"] != "")]
        self.segments: tuple[str, ...] = tuple(sorted({str(name) for name in said["segment"]}, key=_natural))
        self.ids = pd.Index(said["customer_id"].to_numpy(dtype=object))
        self._codes = pd.Index(self.segments).get_indexer(pd.Index(said["segment"].astype(str)))

    @property
    def everybody(self) -> int:
        """The code of no segment."""
        return len(self.segments)

    def codes(self, customers: pd.Index) -> Integers:
        """(c,) the segment of each customer."""
        at = self.ids.get_indexer(customers)
        found = np.full(len(customers), self.everybody, dtype=np.int64)
        found[at >= 0] = self._codes[at[at >= 0]]
        return found

    def name(self, code: int) -> str:
        """The segment's id; empty for everybody."""
        return self.segments[code] if code < self.everybody else ""


def buyers_by_segment(history: History, codes: Integers, segments: int) -> Integers:
    """(segments + 1, m) customers of each segment who bought each product; the last row is everybody.

    Args:
        history: purchases before the cutoff.
        codes: (n,) the segment of each customer.
        segments: how many.
    """
    ones = np.ones(len(history.columns), dtype=np.int64)
    shape = (segments + 1, len(history.products))
    counted = sparse.coo_matrix((ones, (codes[history.rows], history.columns)), shape=shape).toarray()
    counted[-1] = history.buyers
    return np.asarray(counted)


def most_bought(history: History, buyers: Integers, rows: Integers, count: int) -> Integers:
    """What is bought by most and was not bought by each customer.

    Args:
        history: purchases before the cutoff.
        buyers: (m,) whose purchases count.
        rows: (b,) customers.
        count: how many.

    Returns:
        (b, count) columns by falling number of buyers, -1 where there are no more.
    """
    own = history.bought[rows]
    # Nobody can have bought more of the head of the ranking than this.
    head = np.argsort(-buyers, kind="stable")[: count + int(own.getnnz(axis=1).max(initial=0))]
    free = own[:, head].toarray() == 0
    place = np.where(free, free.cumsum(axis=1) - 1, count)
    best = np.full((len(rows), count), -1, dtype=np.int64)
    row, at = np.nonzero(place < count)
    best[row, place[row, at]] = head[at]
    return best


def _natural(name: str) -> tuple[int, str]:
    """`S2` before `S10`."""
    return len(name), name
