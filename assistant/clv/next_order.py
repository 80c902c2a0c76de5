"""When a customer's next order is due."""

import numpy as np

from assistant.clv.histories import DAYS_A_WEEK, Histories, Index, Vector
from assistant.clv.model import PurchaseModel

FURTHEST_DAYS = 730
_HALF = 0.5


def next_order_days(model: PurchaseModel, parameters: Vector, histories: Histories) -> Index:
    """The day of the future, 1 being `as_of`, by whose end a customer is likelier than not to have ordered; (n,).

    0 where there is none in two years. It is the median time to the next order, a customer who has left for good
    counted as never ordering. The median among customers still there would give a near date to one who has almost
    certainly left; so would the time at which one order is expected, which a few unlikely outcomes with many orders
    bring forward.
    """
    alive = model.alive(parameters, histories)

    def reached(rows: Index, days: Index) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        within = model.orders_within(parameters, histories.take(rows), days / DAYS_A_WEEK)
        likely: np.ndarray[tuple[int], np.dtype[np.bool_]] = alive[rows] * within >= _HALF
        return likely

    rows = np.flatnonzero(alive > _HALF)
    rows = rows[reached(rows, np.full(len(rows), FURTHEST_DAYS))]
    low, high = np.zeros(len(rows), dtype=np.int64), np.full(len(rows), FURTHEST_DAYS)
    while np.any(high - low > 1):
        middle = (low + high) // 2
        there = reached(rows, np.maximum(middle, 1))
        high = np.where(there & (middle > low), middle, high)
        low = np.where(~there & (middle > low), middle, low)
    found = np.zeros(len(histories), dtype=np.int64)
    found[rows] = high
    return found
