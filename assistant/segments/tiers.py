"""Recency, frequency and spend as scores from 1 to 5, and the named tiers made of them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.config import RfmSettings
from assistant.records import Breaks, RfmCell, RfmGrid, RfmModel, RfmTier, TierRule
from assistant.records.rfm import SCORES, Axis
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

AXES: tuple[Axis, ...] = ("recency", "frequency", "monetary")
_QUINTILES = (0.2, 0.4, 0.6, 0.8)


@cache
def default_tiers() -> tuple[TierRule, ...]:
    """The table of `tiers.toml`."""
    table = tomllib.loads(files("assistant.segments").joinpath("tiers.toml").read_text(encoding="utf-8"))
    return tuple(TierRule.model_validate(rule) for rule in table["tiers"])


def fit_tiers(features: pd.DataFrame, settings: RfmSettings) -> RfmModel:
    """Breaks at the quintiles of the customers, or where the settings put them.

    A break is a value that occurs, and whoever has it stays below: customers with equal values have equal scores,
    so a score may have far more than a fifth of the customers, or none.

    Args:
        features: the customer table, of at least one customer with an order.
        settings: tiers and breaks set by hand.
    """
    by_hand = dict(zip(AXES, (settings.recency_days, settings.frequency, settings.monetary_minor), strict=True))
    quintiles = _quintiles(raw_scores(features)[0])
    recency, frequency, monetary = (by_hand[axis] or quintiles[axis] for axis in AXES)
    rules = default_tiers() if settings.tiers is None else settings.tiers
    return RfmModel(
        recency_breaks=recency,
        frequency_breaks=frequency,
        monetary_breaks=monetary,
        fixed=tuple(axis for axis in AXES if by_hand[axis] is not None),
        tiers=tuple(dict.fromkeys(rule.name for rule in rules)),
        rules=rules,
    )


def raw_scores(features: pd.DataFrame) -> tuple[Matrix, NDArray[np.bool_]]:
    """Recency in days, orders and spend in minor units (m, 3) of those who have them, and who that is (n,)."""
    raw = features[["recency_days", "frequency", "monetary_minor"]].to_numpy(dtype=np.float64)
    known = ~np.isnan(raw).any(axis=1)
    return raw[known], known


@dataclass(frozen=True)
class Tiers:
    """A grouping by tier, over points (n, 3) of recency in days, orders and spend in minor units."""

    model: RfmModel

    @property
    def k(self) -> int:
        """How many tiers."""
        return len(self.model.tiers)

    def scores(self, points: Matrix) -> Labels:
        """(n, 3), each from 1 to 5."""
        recency, frequency, monetary = (
            np.searchsorted(breaks, column, side="left")
            for breaks, column in zip(
                (self.model.recency_breaks, self.model.frequency_breaks, self.model.monetary_breaks),
                points.T,
                strict=True,
            )
        )
        return np.column_stack([5 - recency, 1 + frequency, 1 + monetary]).astype(np.int64)

    def assign(self, points: Matrix) -> Labels:
        """(n,), the place of each customer's tier among the model's."""
        at = self.scores(points) - 1
        return self._table()[at[:, 0], at[:, 1], at[:, 2]]

    def refit(self, points: Matrix, seed: int) -> Self:
        """The same tiers at the quintiles of other customers; breaks set by hand stay, and nothing is drawn."""
        found = _quintiles(points)
        breaks = {f"{axis}_breaks": found[axis] for axis in AXES if axis not in self.model.fixed}
        return type(self)(self.model.model_copy(update=breaks))

    def _table(self) -> Labels:
        table = np.empty((5, 5, 5), dtype=np.int64)
        for recency, frequency, monetary in product(SCORES, SCORES, SCORES):
            table[recency - 1, frequency - 1, monetary - 1] = next(
                self.model.tiers.index(rule.name)
                for rule in self.model.rules
                if rule.takes(recency, frequency, monetary)
            )
        return table


def rfm_grid(features: pd.DataFrame, model: RfmModel) -> RfmGrid:
    """All customers by recency score and frequency score, whatever the segments are made by.

    Args:
        features: the customer table.
        model: breaks and tiers.
    """
    points, known = raw_scores(features)
    tiers = Tiers(model)
    scores, labels = tiers.scores(points), tiers.assign(points)
    spent = features["monetary_minor"].to_numpy()[known].astype(np.int64)
    in_table_order = tuple(dict.fromkeys(rule.name for rule in model.rules))
    cells = []
    for recency, frequency in product(SCORES, SCORES):
        inside = (scores[:, 0] == recency) & (scores[:, 1] == frequency)
        counts = np.bincount(labels[inside], minlength=tiers.k)
        present = sorted(
            (name for name in in_table_order if counts[model.tiers.index(name)]),
            key=lambda name, counts=counts: -counts[model.tiers.index(name)],  # type: ignore[misc]
        )
        possible = dict.fromkeys(
            rule.name for rule in model.rules if any(rule.takes(recency, frequency, spend) for spend in SCORES)
        )
        cells.append(
            RfmCell(
                recency=recency,
                frequency=frequency,
                customers=int(inside.sum()),
                revenue_minor=int(spent[inside].sum()),
                tiers=tuple(present or possible),
            )
        )
    return RfmGrid(
        cells=tuple(cells),
        tiers=tuple(
            RfmTier(
                tier=name,
                customers=int((labels == model.tiers.index(name)).sum()),
                revenue_minor=int(spent[labels == model.tiers.index(name)].sum()),
            )
            for name in in_table_order
        ),
        unscored=int((~known).sum()),
    )


def tier_rule(model: RfmModel, tier: str) -> str:
    """Who belongs to a tier, in scores: `recency 5, frequency 4-5, monetary 4-5`."""
    return "; or ".join(
        ", ".join(
            f"{axis} {low}" if low == high else f"{axis} {low}-{high}"
            for axis, (low, high) in zip(AXES, (rule.recency, rule.frequency, rule.monetary), strict=True)
            if (low, high) != (SCORES[0], SCORES[-1])
        )
        or "any scores"
        for rule in model.rules
        if rule.name == tier
    )


def _quintiles(points: Matrix) -> dict[Axis, Breaks]:
    found = np.quantile(points, _QUINTILES, axis=0, method="inverted_cdf").T.tolist()
    return {axis: (first, second, third, last) for axis, (first, second, third, last) in zip(AXES, found, strict=True)}
