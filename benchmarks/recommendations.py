"""Recommendations on Complete Journey with a cut in time, beside implicit ALS and beside popularity.

The protocol is that of `assistant.recommendations.PROTOCOL`, for every method the same: product ids, the same
candidates, the same ties, NDCG@10 with relevance 0 or 1. Lists are made from purchases before 2017-10-01 and judged by
those from then to the year's end. Settings of both were chosen before 2017-08-01 and judged by the 61 days to
2017-10-01: of ours the defaults of `RecommendationSettings`, of ALS one for each kind of list.

`python -m benchmarks.recommendations --tune` chooses those of ALS again (some minutes); without it the chosen are used.
Needs `pip install implicit==0.7.3`, which stands on numpy, scipy, tqdm and threadpoolctl.
"""

import datetime as dt
import itertools
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import bm25_weight
from scipy import sparse
from threadpoolctl import threadpool_limits

from assistant.config import RecommendationSettings, SegmentSettings
from assistant.data import Cutoff, Tables, load_complete_journey
from assistant.recommendations import evaluate_holdout, fit_recommender, purchase_history, segments_before
from assistant.recommendations.again import again_scores
from assistant.recommendations.evaluation import DEPTH, Heldout, again_grid, hits_of, new_grids
from assistant.recommendations.history import Floats, History, Integers
from assistant.recommendations.lists import blocks, new_lists
from assistant.recommendations.measures import bootstrap, ndcg
from assistant.recommendations.models import fit_item_model
from assistant.recommendations.popularity import Membership, buyers_by_segment
from assistant.records import ListKind

VALIDATION = Cutoff(dt.date(2017, 8, 1), horizon_days=61)
TEST = Cutoff(dt.date(2017, 10, 1), horizon_days=92)
SEGMENTS = 8
SEED = 7
SETTINGS = RecommendationSettings()
KINDS: tuple[ListKind, ...] = ("again", "new")


@dataclass(frozen=True)
class Als:
    """Settings of implicit's ALS."""

    weighting: str
    factors: int
    alpha: float
    regularization: float
    iterations: int = 15


# What `--tune` chose of `GRID`.
CHOSEN: dict[ListKind, Als] = {"again": Als("count", 128, 0.3, 10.0, 8), "new": Als("log", 128, 2.0, 30.0, 8)}
GRID = [
    Als(weighting, factors, alpha, regularization)
    for weighting, factors, (alpha, regularization) in itertools.product(
        ("count", "log", "binary", "bm25"), (32, 64, 128), ((0.3, 10.0), (1.0, 1.0), (1.0, 10.0), (2.0, 30.0))
    )
]
ITERATIONS = (8, 30)


@dataclass(frozen=True)
class Setting:
    """One cut in time, ready to be judged at."""

    history: History
    heldout: Heldout

    @classmethod
    def at(cls, tables: Tables, cutoff: Cutoff) -> "Setting":
        """Purchases before the cutoff and from it on."""
        history = purchase_history(tables, cutoff, SETTINGS.half_life_days)
        return cls(history, Heldout.of(tables, cutoff, history))

    def relevant(self, kind: ListKind) -> Any:
        """(n, m) ones where a product is relevant."""
        return self.heldout.again if kind == "again" else self.heldout.new

    def gains(self, kind: ListKind, listed: Integers) -> Floats:
        """NDCG of each customer with a relevant product."""
        relevant = self.relevant(kind)
        counts = relevant.getnnz(axis=1)
        judged = counts > 0
        return ndcg(hits_of(listed[judged], relevant[judged]), counts[judged])


def als_lists(history: History, settings: Als) -> dict[ListKind, Integers]:
    """Kind -> (n, DEPTH) columns, ranked by the product of the factors."""
    times = sparse.csr_matrix((history.times.astype(np.float64), history.columns, history.starts), history.bought.shape)
    if settings.weighting == "bm25":
        times = bm25_weight(times.T, K1=1.2, B=0.75).T.tocsr()
    elif settings.weighting == "log":
        times.data = np.log1p(times.data)
    elif settings.weighting == "binary":
        times.data[:] = 1.0
    # implicit runs its own threads, and is slowed down by those of BLAS below them.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=settings.factors,
            regularization=settings.regularization,
            alpha=settings.alpha,
            iterations=settings.iterations,
            random_state=SEED,
        )
        model.fit(times.astype(np.float32), show_progress=False)
    ours, theirs = np.asarray(model.user_factors), np.asarray(model.item_factors)
    customers, products = history.bought.shape
    everything, alone = np.ones(products, dtype=bool), np.arange(products)
    pairs = np.empty(len(history.columns))
    new = np.full((customers, DEPTH), -1, dtype=np.int64)
    for rows in blocks(customers, products):
        scores = (ours[rows] @ theirs.T).astype(np.float64)
        span = history.pairs_of(rows)
        pairs[span] = scores[history.rows[span] - rows.start, history.columns[span]]
        lists = new_lists(history, scores, rows, DEPTH, everything, alone)
        new[lists.rows, lists.ranks] = lists.columns
    return {"again": again_grid(history, pairs), "new": new}


def tune(tables: Tables) -> dict[ListKind, Als]:
    """The settings of ALS with the highest NDCG on the earlier cut, for each kind; every trial is printed."""
    setting = Setting.at(tables, VALIDATION)
    found: dict[Als, dict[ListKind, float]] = {}

    def attempt(settings: Als) -> None:
        lists = als_lists(setting.history, settings)
        found[settings] = {kind: float(setting.gains(kind, lists[kind]).mean()) for kind in KINDS}
        print(f"  {settings}: again {found[settings]['again']:.4f}, new {found[settings]['new']:.4f}", flush=True)

    def best(kind: ListKind) -> Als:
        return max(found, key=lambda settings: found[settings][kind])

    for settings in GRID:
        attempt(settings)
    for settings, iterations in itertools.product({best(kind) for kind in KINDS}, ITERATIONS):
        attempt(Als(settings.weighting, settings.factors, settings.alpha, settings.regularization, iterations))
    return {kind: best(kind) for kind in KINDS}


def compare(tables: Tables, cutoff: Cutoff, chosen: dict[ListKind, Als]) -> None:
    """Print every method's NDCG@10 and ours less it, over the same customers, with 95% bootstrap intervals."""
    setting = Setting.at(tables, cutoff)
    history = setting.history
    membership = Membership(segments_before(tables, cutoff, SegmentSettings(), SEGMENTS, SEED))
    codes = membership.codes(history.customers)
    buyers = buyers_by_segment(history, codes, membership.everybody)
    model, fit = fit_item_model(history, SETTINGS, SEED)
    print(f"cut {cutoff.as_of}, judged to {cutoff.ends}: {fit.customers:,} customers, {fit.products:,} products")
    print(f"  {fit.why}")
    new = new_grids(history, model, buyers, codes)
    again = {
        "ours": again_scores(history, SETTINGS.prior_buyers),
        "times bought": history.times.astype(np.float64),
        "popularity": history.buyers[history.columns].astype(np.float64),
        "popularity in segment": buyers[codes[history.rows], history.columns].astype(np.float64),
    }
    lists: dict[ListKind, dict[str, Integers]] = {
        "again": {name: again_grid(history, scores) for name, scores in again.items()},
        "new": dict(new),
    }
    for kind in KINDS:
        lists[kind][f"ALS {chosen[kind]}"] = als_lists(history, chosen[kind])[kind]
        gains = {name: setting.gains(kind, listed) for name, listed in lists[kind].items()}
        print(f"  {kind}: {len(gains['ours']):,} customers")
        for name, gain in gains.items():
            own, lead = bootstrap(np.stack([gain, gains["ours"] - gain], axis=1), 1000, SEED)
            coverage = len(np.unique(lists[kind][name])) / fit.products
            print(
                f"    {name:<22.90} NDCG@10 {own.mean:.4f} [{own.low:.4f}, {own.high:.4f}]  ours less it "
                f"{lead.mean:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}], {gains['ours'].mean() / own.mean:.3f} of it; "
                f"coverage {coverage:.2%}"
            )


def speed(tables: Tables) -> None:
    """Print what fitting and everybody's lists take at the end of the data."""
    cutoff = Cutoff(dt.date(2018, 1, 1))
    assignments = segments_before(tables, cutoff, SegmentSettings(), SEGMENTS, SEED)
    began = time.perf_counter()
    recommender = fit_recommender(tables, cutoff, assignments, SETTINGS, min_group_size=20, seed=SEED)
    fitted = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = recommender.write(Path(folder) / "lists.parquet", SETTINGS.count)
    written = time.perf_counter()
    earlier = Cutoff(dt.date(2017, 10, 1), horizon_days=92)
    evaluate_holdout(
        tables, earlier, segments_before(tables, earlier, SegmentSettings(), SEGMENTS, SEED), SETTINGS, seed=SEED
    )
    judged = time.perf_counter()
    side = recommender.fit.products_modelled
    print(
        f"fit {fitted - began:.1f} s (Gram matrix {side:,} x {side:,}, {side * side * 8 / 1e9:.2f} GB), all "
        f"{recommender.fit.customers:,} customers' lists, {rows:,} rows, {written - fitted:.1f} s, the holdout "
        f"{judged - written:.1f} s; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"
    )


def main(tuned: bool = True) -> None:
    """Print the comparison and what it takes.

    Args:
        tuned: take the settings of ALS that were chosen before, rather than choose again.
    """
    with tempfile.TemporaryDirectory() as folder:
        load_complete_journey(Path(folder))
        tables = Tables(Path(folder))
        speed(tables)
        chosen = CHOSEN if tuned else tune(tables)
        for cutoff in (VALIDATION, TEST):
            compare(tables, cutoff, chosen)


if __name__ == "__main__":
    main(tuned="--tune" not in sys.argv[1:])
