"""What a segment buys more of than others: order lines by product name."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.data import Tables

Matrix = NDArray[np.float64]

# A product that few lines speak of is luck, not taste, and one that only a few of the segment buy is not the
# segment's: baby food may set a segment apart and still be nothing to most of it.
LEAST_LINES = 30
LEAST_SHARE_OF_BUYERS = 0.2


@dataclass(frozen=True)
class Purchases:
    """Order lines of n customers in m product names."""

    names: tuple[str, ...]
    lines: Matrix
    """(n, m) order lines of each customer with a product of that name."""
    total: Matrix
    """(n,) order lines of each customer, all products."""


def purchases(tables: Tables, as_of: dt.date, customers: pd.Series) -> Purchases:
    """Order lines before `as_of` by customer and name, for products that a message may name.

    Args:
        tables: the canonical tables.
        as_of: lines of that day or later are not seen.
        customers: ids, (n,), in the order the rows are wanted.
    """
    seen = tables.orders.filter(tables.orders.ordered_at < ibis.timestamp(f"{as_of.isoformat()} 00:00:00"))
    named = seen.inner_join(tables.products.filter(tables.products.advertisable), "product_id")
    by_name = _frame(named.group_by("customer_id", "name").aggregate(lines=named.count()))
    totals = _frame(seen.group_by("customer_id").aggregate(lines=seen.count())).set_index("customer_id")["lines"]
    names = tuple(sorted(by_name["name"].unique()))
    rows = pd.Index(customers).get_indexer(pd.Index(by_name["customer_id"]))
    columns = pd.Index(names).get_indexer(pd.Index(by_name["name"]))
    lines = np.zeros((len(customers), len(names)))
    known = rows >= 0
    lines[rows[known], columns[known]] = by_name["lines"].to_numpy(dtype=np.float64)[known]
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
    mine, theirs = bought.lines[inside], bought.lines[~inside]
    share = mine.sum(axis=0) / max(bought.total[inside].sum(), 1)
    others = theirs.sum(axis=0) / max(bought.total[~inside].sum(), 1)
    buyers = (mine > 0).sum(axis=0)
    enough = (
        (buyers >= max(least_buyers, LEAST_SHARE_OF_BUYERS * len(mine)))
        & (mine.sum(axis=0) >= LEAST_LINES)
        & (others > 0)
    )
    score = np.full(len(bought.names), -np.inf)
    score[enough] = share[enough] * np.log(share[enough] / others[enough])
    order = np.argsort(-score, kind="stable")
    return [int(column) for column in order[:count] if score[column] > 0]


def staple_products(bought: Purchases, inside: NDArray[np.bool_], *, least_buyers: int, count: int) -> list[int]:
    """Columns of the products that most of a segment's customers have bought, most common first."""
    buyers = (bought.lines[inside] > 0).sum(axis=0)
    order = np.argsort(-buyers, kind="stable")
    return [int(column) for column in order[:count] if buyers[column] >= least_buyers]
