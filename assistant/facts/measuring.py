"""What predicates are asked of: the customer table, who is in which segment, and the rows behind both."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.data import Cutoff, Tables
from assistant.facts.campaigns import redemptions
from assistant.facts.products import Purchases, purchases
from assistant.features import feature_named
from assistant.records import CUSTOMER_PREFIX, Unit, Where
from assistant.records.predicates import ASKED, POOLED

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Who somebody is and how to reach them is nothing to say of a group.
_NO_ATTRIBUTES = frozenset({"customer_id", "email", "phone", "first_name", "last_name", "known_at"})


@dataclass(frozen=True)
class Measured:
    """A metric of all customers, before it is summed up."""

    unit: Unit
    label: str
    """In a reader's words."""
    values: Matrix
    """(n,) what each customer adds above the line; of a feature the value itself."""
    weights: Matrix
    """(n,) what each adds below it: 1 where a value is known and 0 where not; rows where rows are counted."""


class SegmentTable:
    """The customers of a shop with all that can be measured of them.

    Rows of orders and events are read once, when the first metric asks for them.
    """

    def __init__(
        self, tables: Tables, features: pd.DataFrame, memberships: pd.DataFrame, as_of: dt.date, currency: str
    ) -> None:
        """Take the frames.

        Args:
            tables: the canonical tables.
            features: the customer table.
            memberships: `customer_id`, `segment`; a customer may be in a segment and in audiences.
            as_of: rows of that day or later are not seen.
            currency: ISO 4217, of every amount.
        """
        self.as_of = as_of
        self.currency = currency
        self.features = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
        self._tables = tables
        self._members = {str(segment): frozenset(own) for segment, own in memberships.groupby("segment")["customer_id"]}

    @property
    def customers(self) -> "pd.Series[str]":
        """Ids of all customers, (n,), in the order of every array."""
        return self.features["customer_id"]

    @property
    def populations(self) -> tuple[str, ...]:
        """Ids of the segments and audiences with anybody in them."""
        return tuple(self._members)

    def inside(self, population: str) -> Mask:
        """(n,) true for the customers of a segment; all false for one that nobody is in."""
        return self.customers.isin(self._members.get(population, frozenset())).to_numpy()

    @cached_property
    def purchases(self) -> Purchases:
        """Order lines by customer and product name."""
        return purchases(self._tables, self.as_of, self.customers)

    @cached_property
    def campaigns(self) -> Mapping[str, tuple[Matrix, Matrix]]:
        """Campaign type -> campaigns answered (n,) and received (n,)."""
        return redemptions(self._tables, self.as_of, self.customers)

    @cached_property
    def attributes(self) -> pd.DataFrame:
        """What the shop's customers table says of each customer, as text, None where it says nothing; (n, columns)."""
        table: pd.DataFrame = self._tables.before(Cutoff(self.as_of)).customers.execute()
        kept = [name for name in table.columns if name not in _NO_ATTRIBUTES and table[name].notna().any()]
        known = table.set_index("customer_id")[kept].reindex(self.customers)
        return known.astype(object).where(known.notna(), None)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of all that can be measured, but for those of products."""
        return (
            *(str(name) for name in self.features.columns if name != "customer_id"),
            *(f"redeems:{kind}" for kind in self.campaigns),
            *(f"{CUSTOMER_PREFIX}{name}" for name in self.attributes.columns),
        )

    def measure(self, metric: str, where: Where | None = None) -> Measured | None:
        """A metric of every customer; None where the data does not have it.

        Args:
            metric: as in a `Predicate`.
            where: which customers count; the values are then 1 for those and 0 for the others, of those known.
        """
        if metric.startswith((*POOLED, *ASKED)):
            return self._rows(metric)
        if metric.startswith(CUSTOMER_PREFIX):
            return self._attribute(metric.removeprefix(CUSTOMER_PREFIX), where)
        if metric == "customer_id" or metric not in self.features.columns:
            return None
        feature = feature_named(metric)
        values = self.features[metric].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if where is None:
            return Measured(feature.unit, feature.label, np.where(known, values, 0.0), known.astype(np.float64))
        return Measured(
            Unit.SHARE, feature.label, (known & _counts(values, where)).astype(np.float64), known.astype(np.float64)
        )

    def _rows(self, metric: str) -> Measured | None:
        kind, _, name = metric.partition(":")
        if kind == "redeems":
            found = self.campaigns.get(name)
            return found and Measured(Unit.SHARE, f"{name} campaigns received that led to a redeemed coupon", *found)
        if name not in self.purchases.columns:
            return None
        lines = self.purchases.of(self.purchases.columns[name])
        if kind == "buys":
            return Measured(Unit.SHARE, f"order lines that are {name}", lines, self.purchases.total)
        return Measured(
            Unit.SHARE, f"customers who have bought {name}", (lines > 0).astype(np.float64), np.ones(len(lines))
        )

    def _attribute(self, column: str, where: Where | None) -> Measured | None:
        if column not in self.attributes.columns or where is None or where.one_of is None:
            return None
        said = self.attributes[column]
        known = said.notna().to_numpy()
        inside = said.map(str).isin(where.one_of).to_numpy() & known
        return Measured(Unit.SHARE, column, inside.astype(np.float64), known.astype(np.float64))


def _counts(values: Matrix, where: Where) -> Mask:
    if where.above is not None:
        return np.asarray(values > where.above)
    if where.at_least is not None:
        return np.asarray(values >= where.at_least)
    if where.below is not None:
        return np.asarray(values < where.below)
    return np.asarray(values <= (np.nan if where.at_most is None else where.at_most))
