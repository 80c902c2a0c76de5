"""What may become of each customer: outcomes drawn under parameters that the data leave possible.

Customers of one history have one law of orders, and spend scales it, so outcomes are drawn once a history. Of more than
`MOST_SIMULATED` histories those nearly alike are drawn once: purchases and weeks seen within five percent, P(alive)
within two hundredths. The cost is bounded by the number of such cells, some tens of thousands for a shop of any size.
"""

import numpy as np
from numpy.typing import NDArray

from assistant.clv.fitting import Optimum
from assistant.clv.histories import Histories, Index, Vector
from assistant.clv.model import PurchaseModel

MOST_SIMULATED = 20_000

Outcomes = NDArray[np.float32]


def alike(model: PurchaseModel, fit: Optimum, histories: Histories) -> tuple[Index, Index]:
    """Which histories outcomes are drawn for, and for each history the place of the one that stands for it."""
    count = len(histories)
    if count <= MOST_SIMULATED:
        return np.arange(count), np.arange(count)
    alive = np.rint(model.alive(fit.parameters, histories) * 50)
    near = np.stack([_steps(histories.repeats, 10), _steps(histories.age_weeks * 7, 20), alive])
    _, rows, place = np.unique(near, axis=1, return_index=True, return_inverse=True)
    return rows, place.reshape(-1).astype(np.int64)


def simulate_orders(
    model: PurchaseModel, fit: Optimum, histories: Histories, weeks: float, draws: int, draw: np.random.Generator
) -> Outcomes:
    """Orders in the weeks after T, (histories, draws); each draw has parameters of its own."""
    outcomes = np.empty((len(histories), draws), dtype=np.float32)
    for column, parameters in enumerate(fit.draw(draws, draw)):
        outcomes[:, column] = model.simulate(parameters, histories, weeks, draw)
    return outcomes


def simulate_spend(
    spend: Optimum, orders: Outcomes, repeats: Vector, repeat_spend: Vector, draw: np.random.Generator
) -> Outcomes:
    """Spend on so many orders over `v + repeat_spend`, (histories, draws).

    In Gamma-Gamma the rest of the law is the same for all customers of one history: Gamma(p orders) / Gamma(p x + q).
    What other values of v would mean is taken at `repeat_spend`, the mean of the history's customers.
    """
    shares = np.empty_like(orders)
    v = spend.parameters[2]
    for column, (p, q, other_v) in enumerate(spend.draw(orders.shape[1], draw)):
        spread = draw.gamma(p * orders[:, column]) / np.maximum(draw.gamma(p * repeats + q), 1e-300)
        shares[:, column] = spread * (other_v + repeat_spend) / (v + repeat_spend)
    return shares


def interval(outcomes: Outcomes, share: float) -> tuple[Vector, Vector]:
    """The outcomes between which the middle share of each row lies, (rows,) and (rows,)."""
    low, high = np.quantile(outcomes, [(1 - share) / 2, (1 + share) / 2], axis=1, method="inverted_cdf")
    return low.astype(float), high.astype(float)


def _steps(values: Vector, exact: int) -> Vector:
    """Whole numbers, equal for values up to `exact` that are equal and for others within five percent."""
    steps: Vector = np.where(values <= exact, values, exact + np.rint(np.log(np.maximum(values, exact) / exact) / 0.05))
    return steps
