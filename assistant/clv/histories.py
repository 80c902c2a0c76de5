"""Purchase histories, equal ones merged: what a likelihood costs is their number, not that of customers."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Index = NDArray[np.int64]

DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Histories:
    """Distinct histories and how many customers have each; every array is (n,), times are weeks."""

    repeats: Vector
    """x: purchases after the first, same-day ones merged."""
    last_weeks: Vector
    """t_x: from the first purchase to the last; 0 where x is 0."""
    age_weeks: Vector
    """T: from the first purchase to the end of what was seen; never below t_x."""
    customers: Vector

    @classmethod
    def of(cls, repeats: Vector, last_weeks: Vector, age_weeks: Vector) -> Self:
        """Unmerged: a row a customer."""
        ones = np.ones(len(repeats))
        return cls(*(np.asarray(values, dtype=float) for values in (repeats, last_weeks, age_weeks, ones)))

    def __len__(self) -> int:
        return len(self.repeats)

    def take(self, rows: Index) -> "Histories":
        """Some of them."""
        return Histories(self.repeats[rows], self.last_weeks[rows], self.age_weeks[rows], self.customers[rows])


def merge_histories(summary: pd.DataFrame) -> tuple[Histories, Index]:
    """Merge equal rows.

    Args:
        summary: as `purchase_summary` gives it, days.

    Returns:
        The distinct histories in weeks, and for each row of `summary` the place of its history.
    """
    columns = [summary[name].to_numpy(dtype=np.int64) for name in ("repeats", "last_days", "age_days")]
    # One number a row sorts five times as fast as three.
    widths = [int(column.max()) + 1 if len(column) else 1 for column in columns]
    key = (columns[0] * widths[1] + columns[1]) * widths[2] + columns[2]
    distinct, place, customers = np.unique(key, return_inverse=True, return_counts=True)
    rest, age = np.divmod(distinct, widths[2])
    repeats, last = np.divmod(rest, widths[1])
    return (
        Histories(repeats.astype(float), last / DAYS_A_WEEK, age / DAYS_A_WEEK, customers.astype(float)),
        place.astype(np.int64),
    )
