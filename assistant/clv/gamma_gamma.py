"""Gamma-Gamma: a customer's purchases vary around a mean of the customer's own, which is gamma-spread in its turn.

Fader, Hardie and Lee (2005b), RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of Marketing
Research 42(4); equations as in Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, cited as FH. A
purchase is Gamma(p, nu), nu is Gamma(q, v); v is in units of money, p and q are pure numbers.
"""

import numpy as np
from scipy.special import digamma, gammaln

from assistant.clv.fitting import MOST_CUSTOMERS_DRAWN, Optimum, maximise
from assistant.clv.histories import Vector

NAMES = ("p", "q", "v")


def fit_spend(repeats: Vector, mean_spend: Vector, seed: int) -> Optimum:
    """Fit the model.

    Args:
        repeats: (n,) purchases behind each mean, at least 1.
        mean_spend: (n,) mean spend a purchase, above 0. Of more than `MOST_CUSTOMERS_DRAWN`, so many are drawn.
        seed: of the draw and of the starts.
    """
    draw = np.random.default_rng(seed)
    if len(repeats) > MOST_CUSTOMERS_DRAWN:
        rows = draw.choice(len(repeats), MOST_CUSTOMERS_DRAWN, replace=False)
        repeats, mean_spend = repeats[rows], mean_spend[rows]

    def objective(logs: Vector) -> tuple[float, Vector]:
        parameters = np.exp(logs)
        values, gradient = log_likelihood(parameters, repeats, mean_spend)
        return float(values.mean()), gradient.mean(axis=1) * parameters

    return maximise(objective, np.array([2.0, 3.0, float(np.mean(mean_spend))]), float(len(repeats)), draw)


def log_likelihood(parameters: Vector, repeats: Vector, mean_spend: Vector) -> tuple[Vector, Vector]:
    """FH eq. 1a in logarithms, and its gradient to p, q and v: (n,) and (3, n)."""
    p, q, v = parameters
    px, total = p * repeats, v + repeats * mean_spend
    value = (
        gammaln(px + q) - gammaln(px) - gammaln(q)
        + q * np.log(v) + px * np.log(repeats * mean_spend) - np.log(mean_spend) - (px + q) * np.log(total)
    )  # fmt: skip
    both = digamma(px + q)
    gradient = np.stack(
        [
            repeats * (both - digamma(px) + np.log(repeats * mean_spend / total)),
            both - digamma(q) + np.log(v / total),
            q / v - (px + q) / total,
        ]
    )
    return value, gradient


def expected_spend(parameters: Vector, repeats: Vector, repeat_spend: Vector) -> Vector:
    """Mean spend a purchase to come: FH eq. 5, a mean of the customer's own and everybody's, (n,).

    Args:
        parameters: p, q, v; without q above 1 a customer without repeat purchases has no mean.
        repeats: purchases behind the spend, 0 or more.
        repeat_spend: spent on all of them together.
    """
    p, q, v = parameters
    mean: Vector = p * (v + repeat_spend) / (p * repeats + q - 1)
    return mean
