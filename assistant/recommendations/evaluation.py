"""Lists made at a cutoff, judged by what customers bought from then on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from assistant.config import RecommendationSettings
from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.recommendations.again import again_scores
from assistant.recommendations.history import (
    Flags,
    Floats,
    History,
    Integers,
    arrays,
    numbered,
    purchase_history,
    sales,
)
from assistant.recommendations.lists import again_lists, blocks, model_scores, new_lists
from assistant.recommendations.measures import bootstrap, ndcg, recall
from assistant.recommendations.models import ItemModel, fit_item_model
from assistant.recommendations.popularity import Membership, buyers_by_segment, most_bought
from assistant.records import ListKind, MethodName, MethodScore, RecommendationReport

DEPTH = 10
RESAMPLES = 1000
PROTOCOL = (
    "Made from purchases before the cutoff only. Judged are customers with a purchase before it and at least one "
    "relevant product. Candidates of `again` are the products that the customer has bought, and those bought again "
    "are relevant; candidates of `new` are all products that anybody has bought before the cutoff and this customer "
    "has not, and those bought from the cutoff on are relevant. A purchase is an order line that is no return. "
    "Products are judged by id, whether or not they may be advertised. Of equal scores the product bought by more "
    "customers stands first, then the smaller id. NDCG has relevance 0 or 1."
)


@dataclass(frozen=True)
class Heldout:
    """What the customers of a history bought in the horizon."""

    again: sparse.csr_matrix
    """(n, m) ones where a product bought before was bought again."""
    new: sparse.csr_matrix
    """(n, m) ones where one was bought that had not been."""

    @classmethod
    def of(cls, tables: Tables, cutoff: Cutoff, history: History) -> "Heldout":
        """Purchases from the cutoff on, before the horizon's end.

        Raises:
            DataError: there are none by customers and of products that are known.
        """
        lines = sales(tables.after(cutoff)).select("customer_id", "product_id")
        pairs = arrays(numbered(lines, history.customers, history.products).select("row", "column").distinct())
        if not len(pairs["row"]):
            raise DataError(
                f"Nobody who bought before {cutoff.as_of} bought a known product from then to {cutoff.ends}; "
                "recommendations are judged on days kept back: name an earlier day, or a longer `data.horizon_days`."
            )
        after = sparse.csr_matrix((np.ones(len(pairs["row"])), (pairs["row"], pairs["column"])), history.bought.shape)
        again = after.multiply(history.bought).tocsr()
        new = (after - again).tocsr()
        new.eliminate_zeros()
        return cls(again, new)


def evaluate_holdout(
    tables: Tables,
    cutoff: Cutoff,
    assignments: pd.DataFrame,
    settings: RecommendationSettings,
    *,
    seed: int,
) -> RecommendationReport:
    """Judge the recommender beside popularity, as `PROTOCOL` says.

    Args:
        tables: the canonical tables.
        cutoff: lists are made before it, and judged by its horizon.
        assignments: `customer_id`, `segment`, made from what the cutoff lets be seen.
        settings: of the models.
        seed: of the bootstrap and of the SVD's start.

    Raises:
        DataError: there is nothing to learn from, or nothing to judge by.
    """
    history = purchase_history(tables, cutoff, settings.half_life_days)
    heldout = Heldout.of(tables, cutoff, history)
    model, fit = fit_item_model(history, settings, seed)
    membership = Membership(assignments)
    codes = membership.codes(history.customers)
    buyers = buyers_by_segment(history, codes, membership.everybody)
    scores = again_scores(history, settings.prior_buyers)
    ways = {
        "ours": scores,
        "times bought": history.times.astype(np.float64),
        "popularity": history.buyers[history.columns].astype(np.float64),
        "popularity in segment": buyers[codes[history.rows], history.columns].astype(np.float64),
    }
    again = {method: again_grid(history, values) for method, values in ways.items()}
    return RecommendationReport(
        fit=fit,
        ends=cutoff.ends.isoformat(),
        depth=DEPTH,
        protocol=PROTOCOL,
        scores=(
            *_judge("again", again, heldout.again, history, seed),
            *_judge("new", new_grids(history, model, buyers, codes), heldout.new, history, seed),
        ),
        served=_served(history, model, scores, buyers, codes),
    )


def again_grid(history: History, scores: Floats) -> Integers:
    """Everybody's list of what to buy again.

    Args:
        history: purchases before the cutoff.
        scores: (pairs,) of the history.

    Returns:
        (n, DEPTH) columns, -1 where a list has ended.
    """
    everything = np.ones(len(history.products), dtype=bool)
    whole = slice(0, len(history.customers))
    alone = np.arange(len(history.products))
    lists = again_lists(history, scores, whole, DEPTH, everything, alone)
    grid = np.full((len(history.customers), DEPTH), -1, dtype=np.int64)
    grid[lists.rows, lists.ranks] = lists.columns
    return grid


def new_grids(history: History, model: ItemModel, buyers: Integers, codes: Integers) -> dict[str, Integers]:
    """Everybody's list of what is new, by method.

    Args:
        history: purchases before the cutoff.
        model: ours.
        buyers: (segments + 1, m) as `buyers_by_segment`.
        codes: (n,) the segment of each customer.

    Returns:
        Method -> (n, DEPTH) columns, -1 where a list has ended.
    """
    customers, products = history.bought.shape
    everything, alone = np.ones(products, dtype=bool), np.arange(products)
    found = {
        method: np.full((customers, DEPTH), -1, dtype=np.int64)
        for method in ("ours", "popularity", "popularity in segment")
    }
    for rows in blocks(customers, model.modelled):
        scores, _ = model_scores(history, model, rows, buyers[codes[rows], : model.modelled].astype(np.float64))
        lists = new_lists(history, scores, rows, DEPTH, everything, alone)
        found["ours"][lists.rows, lists.ranks] = lists.columns
        for code in np.unique(codes[rows]):
            mine = rows.start + np.nonzero(codes[rows] == code)[0]
            found["popularity in segment"][mine] = most_bought(history, buyers[code], mine, DEPTH)
            found["popularity"][mine] = most_bought(history, history.buyers, mine, DEPTH)
    return found


def hits_of(listed: Integers, relevant: sparse.csr_matrix) -> Flags:
    """(c, depth) which entries are relevant, where `listed` is (c, depth) columns and -1 is none."""
    rows = np.repeat(np.arange(len(listed)), listed.shape[1])
    values = np.asarray(relevant[rows, listed.ravel()]).reshape(listed.shape)
    return np.asarray((values > 0) & (listed >= 0))


def _judge(
    kind: ListKind, ways: Mapping[str, Integers], relevant: sparse.csr_matrix, history: History, seed: int
) -> list[MethodScore]:
    counts = relevant.getnnz(axis=1)
    judged = counts > 0
    if not judged.any():
        return []
    hits = {method: hits_of(listed[judged], relevant[judged]) for method, listed in ways.items()}
    gains = {method: ndcg(hit, counts[judged]) for method, hit in hits.items()}
    scores = []
    for method, hit in hits.items():
        values = [gains[method], recall(hit, counts[judged]), gains[method] - gains["popularity"]]
        gain, recalled, lead = bootstrap(np.stack(values, axis=1), RESAMPLES, seed)
        listed = ways[method]
        name: MethodName = method  # type: ignore[assignment]
        scores.append(
            MethodScore(
                kind=kind,
                method=name,
                customers=int(judged.sum()),
                ndcg=gain.mean,
                ndcg_low=gain.low,
                ndcg_high=gain.high,
                recall=recalled.mean,
                recall_low=recalled.low,
                recall_high=recalled.high,
                lead=lead.mean,
                lead_low=lead.low,
                lead_high=lead.high,
                coverage=len(np.unique(listed[listed >= 0])) / history.products_bought,
            )
        )
    return scores


def _served(
    history: History, model: ItemModel, scores: Floats, buyers: Integers, codes: Integers
) -> dict[ListKind, float]:
    """Customers for whom something is left of each list when only what may be shown is on it."""
    customers = len(history.customers)
    shown, groups = history.showable, history.name_codes
    again = again_lists(history, scores, slice(0, customers), 1, shown, groups)
    new = 0
    for rows in blocks(customers, model.modelled):
        found, _ = model_scores(history, model, rows, buyers[codes[rows], : model.modelled].astype(np.float64))
        new += len(new_lists(history, found, rows, 1, shown, groups).rows)
    return {"again": len(again.rows) / customers, "new": new / customers}
