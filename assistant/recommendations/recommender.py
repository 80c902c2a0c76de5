"""The recommender of a shop: lists and reasons for every customer and every segment."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.config import RecommendationSettings
from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.recommendations.again import again_scores
from assistant.recommendations.history import Floats, History, Integers, purchase_history
from assistant.recommendations.lists import Lists, again_lists, blocks, model_scores, new_lists
from assistant.recommendations.models import ItemModel, fit_item_model
from assistant.recommendations.popularity import Membership, buyers_by_segment
from assistant.recommendations.ranking import best_columns
from assistant.recommendations.reasons import Contributors
from assistant.recommendations.rows import SCHEMA, empty_rows, recommendation_of
from assistant.records import ComesBack, ListKind, PopularWith, Reason, Recommendation, RecommenderFit, Suits


@dataclass(frozen=True)
class Recommender:
    """Everything learned before a cutoff. No name stands twice on a list, and nothing that may not be advertised."""

    fit: RecommenderFit
    history: History
    scores: Floats
    """(pairs,) of buying again."""
    model: ItemModel
    membership: Membership
    codes: Integers
    """(n,) the segment of each customer of the history."""
    strangers: pd.Index
    """Ids of customers without a purchase."""
    min_group_size: int

    def for_customer(self, customer_id: str, count: int) -> tuple[Recommendation, ...]:
        """What one customer may be offered.

        Args:
            customer_id: as in the customers table.
            count: products of each kind, at most.

        Returns:
            First what to buy again, then what is new. A customer without a purchase gets what the segment, or else
            everybody, buys most; `basis` says so.

        Raises:
            DataError: nobody has this id.
        """
        row = int(self.history.customers.get_indexer(pd.Index([customer_id], dtype=object))[0])
        if row >= 0:
            frame = self._known(slice(row, row + 1), count)
        elif customer_id in self.strangers:
            frame = self._unknown(pd.Index([customer_id], dtype=object), count)
        else:
            raise DataError(
                f"There is no customer {customer_id!r} before {self.fit.as_of}; expected an id of the customers "
                "table: `assistant recommend SEGMENT` takes a whole segment instead."
            )
        return tuple(
            recommendation_of(dict(zip(frame.columns, row, strict=True))) for row in frame.itertuples(index=False)
        )

    def for_segment(self, segment: str, count: int) -> tuple[Recommendation, ...]:
        """What a segment's customers may be offered together.

        Args:
            segment: its id.
            count: products of each kind, at most.

        Returns:
            First what the segment comes back for, by the sum of its customers' scores; then what stands on most of
            its customers' own lists of what is new to them, that is not among the first.

        Raises:
            DataError: there is no such segment, or nobody of it has bought anything.
        """
        if segment not in self.membership.segments:
            raise DataError(
                f"There is no segment {segment!r}; expected one of {', '.join(self.membership.segments) or 'none'}: "
                "see `assistant segments list`."
            )
        code = self.membership.segments.index(segment)
        inside = self.codes == code
        if not inside.any():
            raise DataError(
                f"Nobody in segment {segment} bought anything before {self.fit.as_of}; name another, see "
                "`assistant segments list`."
            )
        history, groups = self.history, self.history.name_codes
        mine = inside[history.rows]
        warmth: Floats = np.bincount(history.columns[mine], self.scores[mine], len(history.products)).astype(np.float64)
        warmth = np.where(history.showable & (warmth > 0), warmth, -np.inf)
        again, again_values = best_columns(warmth[None, :], groups, count)
        suits = self._suits(inside, count)
        taken = np.isin(groups, groups[again[again >= 0]])
        new, new_values = best_columns(np.where(~taken & (suits > 0), suits, -np.inf)[None, :], groups, count)
        return (
            *self._listed("again", again[0], again_values[0], lambda column: self._returning(column, code)),
            *self._listed("new", new[0], new_values[0], lambda column: self._suiting(column, code, suits)),
        )

    def blocks(self, count: int) -> Iterator[pd.DataFrame]:
        """Everybody's lists, in blocks of customers.

        Args:
            count: products of each kind, at most.

        Yields:
            Frames of the columns of `SCHEMA`, one row an entry, by customer, kind and rank.
        """
        for rows in blocks(len(self.history.customers), self.model.modelled):
            yield self._known(rows, count)
        for rows in blocks(len(self.strangers), self.model.modelled):
            yield self._unknown(self.strangers[rows], count)

    def table(self, count: int) -> pd.DataFrame:
        """As `blocks`, in one frame."""
        return pd.concat([empty_rows(), *self.blocks(count)], ignore_index=True)

    def write(self, path: Path, count: int) -> int:
        """Everybody's lists as a Parquet file, which is there whole or not at all.

        Returns:
            Rows written.
        """
        aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        written = 0
        try:
            with pq.ParquetWriter(aside, SCHEMA, compression="zstd") as file:
                for frame in self.blocks(count):
                    file.write_table(pa.Table.from_pandas(frame, SCHEMA, preserve_index=False))
                    written += len(frame)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return written

    @cached_property
    def buyers(self) -> Integers:
        """(segments + 1, m) customers of each segment who bought each product; the last row is everybody."""
        return buyers_by_segment(self.history, self.codes, self.membership.everybody)

    @cached_property
    def contributors(self) -> Contributors:
        """What speaks for each product."""
        return Contributors(self.history, self.model, self.min_group_size)

    @cached_property
    def _counted(self) -> Integers:
        """(segments + 1,) whose purchases stand for a segment: its own, or everybody's where it is too small."""
        sizes = np.bincount(self.codes, minlength=self.membership.everybody + 1)
        own = np.arange(len(sizes))
        return np.where(sizes >= self.min_group_size, own, self.membership.everybody)

    def _known(self, rows: slice, count: int) -> pd.DataFrame:
        history = self.history
        again = again_lists(history, self.scores, rows, count, history.showable, history.name_codes)
        instead = self._counted[self.codes[rows]]
        width = self.model.modelled
        scores, own = model_scores(history, self.model, rows, self.buyers[instead, :width].astype(np.float64))
        new = new_lists(history, scores, rows, count, history.showable, history.name_codes)
        frame = pd.concat([self._again_rows(again), self._new_rows(new, rows, own)], ignore_index=True)
        order = np.lexsort((frame["rank"], frame["kind"], np.concatenate([again.rows, new.rows])))
        return frame.iloc[order].reset_index(drop=True)

    def _again_rows(self, lists: Lists) -> pd.DataFrame:
        history, pairs = self.history, lists.pairs
        frame = self._rows(lists, history.customers[lists.rows], "again")
        times = history.times[pairs].astype(np.int64)
        span = history.first[pairs] - history.last[pairs]
        frame["reason"] = "again"
        frame["times"] = times
        usual = np.rint(span / np.maximum(times - 1, 1)).astype(np.int64)
        # One gap is no habit.
        frame["every_days"] = pd.array(np.maximum(usual, 1), dtype="Int64")
        frame.loc[times < 3, "every_days"] = pd.NA
        frame["days_since"] = history.last[pairs].astype(np.int64)
        return frame

    def _new_rows(self, lists: Lists, rows: slice, own: np.ndarray) -> pd.DataFrame:
        history = self.history
        frame = self._rows(lists, history.customers[lists.rows], "new")
        at = lists.rows - rows.start
        self._say_popular(frame, lists.columns, self._counted[self.codes[lists.rows]])
        frame.loc[own[at], "basis"] = "history"
        mine = np.nonzero(own[at])[0]
        because, customers = self.contributors.strongest(history.bought[rows], at[mine], lists.columns[mine])
        mine, customers, because = mine[because >= 0], customers[because >= 0], because[because >= 0]
        frame.loc[mine, "reason"] = "together"
        frame.loc[mine, "reason_segment"] = None
        frame.loc[mine, "reason_product_id"] = history.products[because]
        frame.loc[mine, "reason_name"] = history.names[because]
        frame.loc[mine, "reason_customers"] = customers
        return frame

    def _unknown(self, customers: pd.Index, count: int) -> pd.DataFrame:
        counted = self._counted[self.membership.codes(customers)]
        tops = {code: self._popular(int(code), count) for code in np.unique(counted)}
        rows = np.repeat(np.arange(len(customers)), [len(tops[code]) for code in counted])
        columns = np.concatenate([tops[code] for code in counted])
        place = np.concatenate([np.arange(len(tops[code])) for code in counted])
        whose = counted[rows]
        scores = self.buyers[whose, columns].astype(np.float64)
        lists = Lists(rows, columns, place, scores, np.full(len(rows), -1, dtype=np.int64))
        frame = self._rows(lists, customers[rows], "new")
        self._say_popular(frame, columns, whose)
        return frame

    def _popular(self, code: int, count: int) -> Integers:
        scores = np.where(self.history.showable, self.buyers[code].astype(np.float64), -np.inf)
        scores[scores == 0] = -np.inf
        best, _ = best_columns(scores[None, :], self.history.name_codes, count)
        found: Integers = best[0][best[0] >= 0]
        return found

    def _rows(self, lists: Lists, customers: pd.Index, kind: ListKind) -> pd.DataFrame:
        frame = empty_rows().reindex(range(len(lists.rows)))
        frame["customer_id"] = customers.to_numpy()
        frame["kind"] = kind
        frame["rank"] = lists.ranks + 1
        frame["product_id"] = self.history.products[lists.columns].to_numpy()
        frame["name"] = self.history.names[lists.columns]
        frame["score"] = lists.scores
        frame["basis"] = "history"
        return frame

    def _say_popular(self, frame: pd.DataFrame, columns: Integers, whose: Integers) -> None:
        """Whose purchases stand behind each entry, as far as enough customers do."""
        everybody = self.membership.everybody
        frame["basis"] = np.where(whose < everybody, "segment", "everyone")
        said = np.where(self.buyers[whose, columns] >= self.min_group_size, whose, everybody)
        customers = self.buyers[said, columns]
        enough = customers >= self.min_group_size
        names = np.array([*self.membership.segments, ""], dtype=object)
        frame.loc[enough, "reason"] = "popular"
        frame.loc[enough, "reason_segment"] = names[said[enough]]
        frame.loc[enough, "reason_customers"] = customers[enough]

    def _suits(self, inside: np.ndarray, count: int) -> Floats:
        """(m,) customers of a segment on whose lists of what is new each product stands."""
        history, width = self.history, self.model.modelled
        found = np.zeros(len(history.products))
        for rows in blocks(len(history.customers), width):
            if not inside[rows].any():
                continue
            instead = self.buyers[self._counted[self.codes[rows]], :width].astype(np.float64)
            scores, _ = model_scores(history, self.model, rows, instead)
            new = new_lists(history, scores, rows, count, history.showable, history.name_codes)
            found += np.bincount(new.columns[inside[new.rows]], minlength=len(found))
        return found

    def _returning(self, column: int, code: int) -> Reason | None:
        history = self.history
        pairs = (history.columns == column) & (self.codes[history.rows] == code)
        returned = int((history.times[pairs] > 1).sum())
        if returned < self.min_group_size:
            return self._popular_with(column, code)
        return ComesBack(segment=self.membership.name(code), customers=int(pairs.sum()), returned=returned)

    def _suiting(self, column: int, code: int, suits: Floats) -> Reason | None:
        if suits[column] < self.min_group_size:
            return self._popular_with(column, code)
        return Suits(segment=self.membership.name(code), customers=int(suits[column]))

    def _popular_with(self, column: int, code: int) -> PopularWith | None:
        customers = int(self.buyers[code, column])
        if customers < self.min_group_size:
            return None
        return PopularWith(segment=self.membership.name(code), customers=customers)

    def _listed(
        self, kind: ListKind, columns: Integers, scores: Floats, reason: Callable[[int], Reason | None]
    ) -> tuple[Recommendation, ...]:
        history = self.history
        return tuple(
            Recommendation(
                kind=kind,
                rank=rank,
                product_id=str(history.products[column]),
                name=str(history.names[column]),
                basis="segment",
                score=float(scores[rank - 1]),
                reason=reason(int(column)),
            )
            for rank, column in enumerate(columns[columns >= 0], start=1)
        )


def fit_recommender(
    tables: Tables,
    cutoff: Cutoff,
    assignments: pd.DataFrame,
    settings: RecommendationSettings,
    *,
    min_group_size: int,
    seed: int,
) -> Recommender:
    """Learn from everything before a cutoff.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.
        assignments: one row a customer: `customer_id`, `segment`.
        settings: of the models.
        min_group_size: no reason counts fewer customers.
        seed: of the SVD's start, where there is one.

    Raises:
        DataError: nobody bought anything before the cutoff.
    """
    history = purchase_history(tables, cutoff, settings.half_life_days)
    model, fit = fit_item_model(history, settings, seed)
    membership = Membership(assignments)
    ids = tables.before(cutoff).customers.select("customer_id").execute()["customer_id"]
    strangers = pd.Index(sorted(set(ids) - set(history.customers)), dtype=object)
    return Recommender(
        fit=fit,
        history=history,
        scores=again_scores(history, settings.prior_buyers),
        model=model,
        membership=membership,
        codes=membership.codes(history.customers),
        strangers=strangers,
        min_group_size=min_group_size,
    )
