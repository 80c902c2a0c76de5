"""What a segment buys more of than others: order lines by product name."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from assistant.data import Cutoff, Tables

Matrix = NDArray[np.float64]

# A product that few lines speak of is luck, not taste, and one that only a few of the segment buy is not the
# segment's: baby food may set a segment apart and still be nothing to most of it.
LEAST_LINES = 30
LEAST_SHARE_OF_BUYERS = 0.2


@dataclass(frozen=True)
class Purchases:
    """Order lines of n customers in m product names."""

    names: tuple[str, ...]
    lines: sparse.csc_array
    """(n, m) order lines of each customer with a product of that name."""
    total: Matrix
    """(n,) order lines of each customer, all products."""

    @cached_property
    def columns(self) -> dict[str, int]:
        """Name -> column."""
        return {name: at for at, name in enumerate(self.names)}

    def of(self, column: int) -> Matrix:
        """(n,) order lines of each customer with one product."""
        return np.asarray(self.lines[:, [column]].toarray()[:, 0])


def purchases(tables: Tables, as_of: dt.date, customers: pd.Series) -> Purchases:
    """Order lines before `as_of` by customer and name, for products that a message may name.

    Args:
        tables: the canonical tables.
        as_of: lines of that day or later are not seen.
        customers: ids, (n,), in the order the rows are wanted.
    """
    orders = tables.before(Cutoff(as_of)).orders
    seen = orders.filter(orders.quantity >= 0)
    named = seen.inner_join(tables.products.filter(tables.products.advertisable), "product_id")
    by_name = _frame(named.group_by("customer_id", "name").aggregate(lines=named.count()))
    totals = _frame(seen.group_by("customer_id").aggregate(lines=seen.count())).set_index("customer_id")["lines"]
    names = tuple(sorted(by_name["name"].unique()))
    rows = pd.Index(customers).get_indexer(pd.Index(by_name["customer_id"]))
    columns = pd.Index(names).get_indexer(pd.Index(by_name["name"]))
    known = rows >= 0
    counts = by_name["lines"].to_numpy(dtype=np.float64)[known]
    lines = sparse.csc_array((counts, (rows[known], columns[known])), shape=(len(customers), len(names)))
    return Purchases(names, lines, totals.reindex(customers).fillna(0).to_numpy(dtype=np.float64))


def _frame(table: Any) -> pd.DataFrame:
    frame: pd.DataFrame = table.execute()
    return frame


def typical_products(bought: Purchases, inside: NDArray[np.bool_], *, least_buyers: int, count: int) -> list[int]:
    """Columns of the products that set a segment's baskets apart.

    Ranked by the log-likelihood-like product share x log(share / others' share): a large lift on a product hardly
    bought and a tiny lift on milk both rank below what is both typical and common.

    Args:
        bought: order lines.
        inside: (n,) true for the segment's customers.
        least_buyers: customers of the segment who must have bought it; a fifth of the segment where that is more.
        count: how many.

    Returns:
        At most `count` columns of `bought`, most typical first.
    """
    # Which rows are the segment's, as weights: a product with a column is a sum, and no row is copied.
    both = np.column_stack([inside, ~inside]).astype(np.float64)
    mine, theirs = (bought.lines.T @ both).T
    share = mine / max(bought.total[inside].sum(), 1)
    others = theirs / max(bought.total[~inside].sum(), 1)
    enough = (
        (_buyers(bought, inside) >= max(least_buyers, LEAST_SHARE_OF_BUYERS * inside.sum()))
        & (mine >= LEAST_LINES)
        & (others > 0)
    )
    score = np.full(len(bought.names), -np.inf)
    score[enough] = share[enough] * np.log(share[enough] / others[enough])
    order = np.argsort(-score, kind="stable")
    return [int(column) for column in order[:count] if score[column] > 0]


def staple_products(bought: Purchases, inside: NDArray[np.bool_], *, least_buyers: int, count: int) -> list[int]:
    """Columns of the products that most of a segment's customers have bought, most common first."""
    buyers = _buyers(bought, inside)
    order = np.argsort(-buyers, kind="stable")
    return [int(column) for column in order[:count] if buyers[column] >= least_buyers]


def _buyers(bought: Purchases, inside: NDArray[np.bool_]) -> Matrix:
    """(m,) customers of the segment who bought each product."""
    return np.asarray((bought.lines > 0).astype(np.float64).T @ inside.astype(np.float64))
