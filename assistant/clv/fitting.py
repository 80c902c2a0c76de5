"""Maximum likelihood: several starts, gradients in the logarithms of the parameters, and what the data leave open.

Positive parameters become unbounded in their logarithms. Each is held within `LOG_BOUND`: a likelihood without an
inner maximum (nobody leaves, all customers alike) runs to a bound, which is an answer, and said so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.clv.histories import Histories, Vector
from assistant.clv.model import PurchaseModel

LOG_BOUND = 12.0
STARTS = 4
# What a fit may cost: of a shop with more distinct histories, so many customers are drawn.
MOST_CUSTOMERS_DRAWN = 20_000

_SPREAD = 1.0
_AGREE = 0.01
_FLAT = 1e-5
_STEP = 1e-4
_LEAST_INFORMATION = 1.0

Objective = Callable[[Vector], tuple[float, Vector]]
"""Logarithms of the parameters -> mean log-likelihood a customer and its gradient."""


@dataclass(frozen=True)
class Optimum:
    """Where a likelihood is highest, or the best that was found."""

    parameters: Vector
    covariance: NDArray[np.float64]
    """Of the logarithms of the parameters: inverse observed information."""
    log_likelihood: float
    customers: float
    starts: int
    agreeing: int
    converged: bool
    note: str

    def draw(self, count: int, draw: np.random.Generator) -> NDArray[np.float64]:
        """Parameters that the data leave possible, (count, parameters)."""
        values, axes = np.linalg.eigh(self.covariance)
        noise = draw.standard_normal((count, len(values))) * np.sqrt(np.maximum(values, 0))
        logs = np.log(self.parameters) + noise @ axes.T
        return np.asarray(np.exp(np.clip(logs, -LOG_BOUND, LOG_BOUND)))


@np.errstate(all="ignore")
def maximise(objective: Objective, start: Vector, customers: float, draw: np.random.Generator) -> Optimum:
    """The highest point of a likelihood from several starts.

    Args:
        objective: mean log-likelihood a customer.
        start: parameters of the first start; the others spread log-normally around it.
        customers: how many the mean is over.
        draw: where the other starts come from.

    Returns:
        The best point found. It has converged where the gradient vanishes, but for parameters at a bound, and another
        start came to the same height; else `note` says what is wrong with it.
    """
    origin = np.clip(np.log(start), -LOG_BOUND + 1, LOG_BOUND - 1)
    origins = [origin, *(origin + _SPREAD * draw.standard_normal((STARTS - 1, len(origin))))]
    found = [_climb(objective, point) for point in origins]
    heights = np.array([height for _, height in found])
    logs = found[int(np.argmax(heights))][0]
    mean, gradient = objective(logs)
    at_bound = np.abs(logs) > LOG_BOUND - 0.01
    flat = bool(np.isfinite(mean)) and bool(np.all(np.abs(gradient[~at_bound]) < _FLAT))
    agreeing = int(np.sum((heights.max() - heights) * customers < _AGREE))
    covariance, is_open = _covariance(objective, logs, ~at_bound, customers)
    return Optimum(
        parameters=np.exp(logs),
        covariance=covariance,
        log_likelihood=mean * customers,
        customers=customers,
        starts=len(origins),
        agreeing=agreeing,
        converged=flat and agreeing >= 2,
        note=_note(flat, agreeing, bool(at_bound.any()), is_open),
    )


def fit_purchases(model: PurchaseModel, histories: Histories, seed: int, most: int | None = None) -> Optimum:
    """Fit a model of buying.

    A likelihood costs its number of distinct histories. Where there are more than `most`, so many customers are drawn
    and fitted on alone; the parameters' errors are then those of the draw.

    Args:
        model: which.
        histories: merged or not.
        seed: of the starts and of the draw.
        most: histories fitted on without a draw; None takes `MOST_CUSTOMERS_DRAWN`.
    """
    draw = np.random.default_rng(seed)
    most = MOST_CUSTOMERS_DRAWN if most is None else most
    if len(histories) > most:
        histories = _sample(histories, most, draw)
    weights = histories.customers / histories.customers.sum()

    def objective(logs: Vector) -> tuple[float, Vector]:
        parameters = np.exp(logs)
        values, gradient = model.log_likelihood(parameters, histories)
        return float(weights @ values), (gradient @ weights) * parameters

    return maximise(objective, model.start(histories), float(histories.customers.sum()), draw)


def _climb(objective: Objective, origin: Vector) -> tuple[Vector, float]:
    def downhill(logs: Vector) -> tuple[float, Vector]:
        value, gradient = objective(logs)
        # A point where the likelihood cannot be computed is a wall.
        return (
            (-value, -gradient) if np.isfinite(value) and np.all(np.isfinite(gradient)) else (1e10, np.zeros(len(logs)))
        )

    bounds = [(-LOG_BOUND, LOG_BOUND)] * len(origin)
    options = {"maxiter": 500, "maxfun": 1000, "ftol": 1e-15, "gtol": 1e-8, "maxcor": 20}
    result = minimize(downhill, origin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(result.x), -float(result.fun)


def _covariance(
    objective: Objective, logs: Vector, free: NDArray[np.bool_], customers: float
) -> tuple[NDArray[np.float64], bool]:
    """Inverse observed information by central differences of the gradient; parameters at a bound do not move.

    Along a direction in which the likelihood is flat the data say nothing, and nothing else depends on it either: it
    is moved by one unit of the logarithm at most. Whether there is one is told beside the matrix.
    """
    places = np.flatnonzero(free)
    covariance = np.zeros((len(logs), len(logs)))
    if not len(places):
        return covariance, False
    information = np.empty((len(places), len(places)))
    for row, place in enumerate(places):
        step = np.zeros(len(logs))
        step[place] = _STEP
        change = objective(logs - step)[1] - objective(logs + step)[1]
        information[row] = customers * change[places] / (2 * _STEP)
    if not np.all(np.isfinite(information)):
        return covariance, False
    values, axes = np.linalg.eigh((information + information.T) / 2)
    covariance[np.ix_(places, places)] = (axes / np.maximum(values, _LEAST_INFORMATION)) @ axes.T
    return covariance, bool(values.min() < _LEAST_INFORMATION)


def _note(flat: bool, agreeing: int, at_bound: bool, is_open: bool) -> str:
    if not flat:
        return "no maximum of the likelihood was reached"
    if agreeing < 2:
        return "only one start reached the highest likelihood"
    if at_bound:
        return "a parameter runs to its bound: the data show no spread, or no leaving, for it to describe"
    if is_open:
        return "the data leave a combination of the parameters open; forecasts hardly depend on it"
    return ""


def _sample(histories: Histories, most: int, draw: np.random.Generator) -> Histories:
    counts = histories.customers.astype(np.int64)
    drawn = draw.multivariate_hypergeometric(counts, most, method="marginals")
    rows = np.flatnonzero(drawn)
    chosen = histories.take(rows)
    return Histories(chosen.repeats, chosen.last_weeks, chosen.age_weeks, drawn[rows].astype(float))
