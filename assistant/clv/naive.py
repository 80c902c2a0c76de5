"""Forecasts without a model: a customer goes on as so far. A model that does not beat them is not used."""

import numpy as np
from scipy.stats import nbinom

from assistant.clv.histories import Vector

# A rate is not read off less than this: two orders in the first two days are not 365 a year.
SHORTEST_DAYS = 30


def same_rate(repeats: Vector, age_days: Vector, days: float) -> Vector:
    """Repeat purchases since the first, as many a day in the days to come; (n,)."""
    rate: Vector = repeats / np.maximum(age_days, SHORTEST_DAYS) * days
    return rate


def same_window(bought: Vector, window_days: float, days: float) -> Vector:
    """Purchase days in the last window, as many a day in the days to come; (n,)."""
    return bought * (days / window_days)


def order_interval(bought: Vector, seen_days: Vector, days: float, share: float) -> tuple[Vector, Vector]:
    """Between how many orders the customer's own outcome lies, if the rate stays as it is.

    Orders are Poisson at a rate known from what was seen alone, with Jeffreys' prior: Gamma(bought + 1/2, seen_days).
    What comes is negative binomial then.

    Args:
        bought: (n,) orders seen.
        seen_days: (n,) days they were seen in.
        days: days to come.
        share: of outcomes to lie between.

    Returns:
        (n,) and (n,), whole numbers.
    """
    exposed = np.maximum(seen_days, SHORTEST_DAYS)
    pairs, place = np.unique(np.stack([bought, exposed]), axis=1, return_inverse=True)
    ends = nbinom.ppf([[(1 - share) / 2], [(1 + share) / 2]], pairs[0] + 0.5, pairs[1] / (pairs[1] + days))
    low, high = ends[:, place.reshape(-1)]
    return low, high
