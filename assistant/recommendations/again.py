"""Buy again: what a customer has bought before and will buy next."""

import numpy as np

from assistant.recommendations.history import WARM, Floats, History


def again_scores(history: History, prior: int) -> Floats:
    """Purchases faded by their age, times how many of the product's buyers come back for it.

    The second factor is what tells a weekly milk from a lamp bought twice; it is drawn towards the shop's mean
    where few have bought the product.

    Args:
        history: purchases before the cutoff.
        prior: 1 or more buyers' worth of the shop's mean that is added to each product.

    Returns:
        (pairs,), 0 or more, in the order of the history's pairs.
    """
    # One return more than there were: in a shop where nobody has come back yet, age alone decides.
    mean = (int(history.returned.sum()) + 1) / (int(history.buyers.sum()) + 1)
    share = (history.returned + prior * mean) / (history.buyers + prior)
    return np.asarray(history.warmth / WARM * share[history.columns], dtype=np.float64)
