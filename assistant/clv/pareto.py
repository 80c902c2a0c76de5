"""Pareto/NBD: customers order at a gamma-spread rate and leave, unseen, at another gamma-spread rate.

Schmittlein, Morrison and Colombo (1987), Counting Your Customers, Management Science 33(1); equations as in Fader and
Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions, cited as FH.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, exprel, gammaln

from assistant.clv.histories import Histories, Vector
from assistant.records.lifetime import PurchaseModelName

_NODES = 48
# Histories whose nodes are held at once: a few megabytes.
_CHUNK = 8192


@dataclass(frozen=True)
class Pareto:
    """The model; parameters r, alpha (weeks), s, beta (weeks)."""

    name: PurchaseModelName = "pareto_nbd"
    label: str = "Pareto/NBD"
    names: tuple[str, str, str, str] = ("r", "alpha", "s", "beta")

    def start(self, histories: Histories) -> Vector:
        """Rates as though nobody left; as many leave as stay over the weeks seen."""
        weeks, customers = float(histories.customers @ histories.age_weeks), float(histories.customers.sum())
        between = weeks / max(float(histories.customers @ histories.repeats), 1.0)
        return np.array([1.0, between, 0.5, weeks / customers])

    def log_likelihood(self, parameters: Vector, histories: Histories) -> tuple[Vector, Vector]:
        """FH eq. 18: still there at T, or gone at some moment between t_x and T."""
        r, alpha, s, beta = parameters
        x, age = histories.repeats, histories.age_weeks
        there = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        left, slopes = _left(parameters, histories)
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.logaddexp(there, left)
        gone = np.exp(left - np.logaddexp(there, left))
        of_there = np.stack([-np.log(alpha + age), -(r + x) / (alpha + age), -np.log(beta + age), -s / (beta + age)])
        gradient = gone * slopes + (1 - gone) * of_there
        gradient[0] += digamma(r + x) - digamma(r) + np.log(alpha)
        gradient[1] += r / alpha
        gradient[2] += np.log(beta)
        gradient[3] += s / beta
        return value, gradient

    def alive(self, parameters: Vector, histories: Histories) -> Vector:
        """FH eq. 36 and 37: the share that the customers still there have in the likelihood."""
        r, alpha, s, beta = parameters
        there = -(r + histories.repeats) * np.log(alpha + histories.age_weeks) - s * np.log(beta + histories.age_weeks)
        left, _ = _left(parameters, histories)
        alive: Vector = np.exp(there - np.logaddexp(there, left))
        return alive

    def expected(self, parameters: Vector, histories: Histories, weeks: float) -> Vector:
        """FH eq. 41."""
        r, alpha, s, beta = parameters
        rate = (r + histories.repeats) / (alpha + histories.age_weeks)
        staying = _weeks_there(s, beta + histories.age_weeks, weeks)
        expected: Vector = rate * staying * self.alive(parameters, histories)
        return expected

    def expected_new(self, parameters: Vector, weeks: float) -> float:
        """FH eq. 27."""
        r, alpha, s, beta = parameters
        return float(r / alpha * _weeks_there(s, np.array([beta]), weeks)[0])

    def orders_within(self, parameters: Vector, histories: Histories, weeks: Vector) -> Vector:
        """The next purchase comes within so many weeks and before the customer leaves."""
        r, alpha, s, beta = parameters
        shape, rate, other = r + histories.repeats, alpha + histories.age_weeks, beta + histories.age_weeks
        # Density of the purchase, times the chance of being there: shape rate^shape (rate + u)^-(shape + 1)
        # (other / (other + u))^s, integrated over u.
        log_integral, _ = _integral(shape + 1, rate, s, other, np.zeros_like(weeks), weeks)
        within: Vector = np.exp(np.log(shape) + shape * np.log(rate) + s * np.log(other) + log_integral)
        return within

    def simulate(self, parameters: Vector, histories: Histories, weeks: float, draw: np.random.Generator) -> Vector:
        """A rate, a leaving rate, the time until leaving, and the purchases until then."""
        r, alpha, s, beta = parameters
        rate = draw.gamma(r + histories.repeats) / (alpha + histories.age_weeks)
        leaving = draw.gamma(s, size=len(histories)) / (beta + histories.age_weeks)
        with np.errstate(divide="ignore", over="ignore"):
            there_for = np.minimum(draw.standard_exponential(len(histories)) / leaving, weeks)
        there = draw.random(len(histories)) < self.alive(parameters, histories)
        bought: Vector = np.where(there, draw.poisson(rate * there_for), 0).astype(float)
        return bought


PARETO_NBD = Pareto()


def _weeks_there(s: float, beta: Vector, weeks: float) -> Vector:
    """Mean weeks that a customer stays of those to come: beta / (s - 1) [1 - (beta / (beta + t))^(s - 1)], any s."""
    span = np.log1p(weeks / beta)
    stay: Vector = beta * span * exprel(-(s - 1) * span)
    return stay


def _left(parameters: Vector, histories: Histories) -> tuple[Vector, Vector]:
    """Logarithm of s / (r + s + x) A_0 of FH eq. 18 to 20, without its cancellation, and its gradient (4, n).

    A_0 is a difference of two Gauss hypergeometric functions, which are Euler integrals of one integrand; the
    difference is that integrand from t_x to T: s (alpha + u)^-(r + x) (beta + u)^-(s + 1), positive throughout.
    """
    r, alpha, s, beta = parameters
    value, slopes = _integral(r + histories.repeats, alpha, s + 1, beta, histories.last_weeks, histories.age_weeks)
    slopes[2] += 1 / s
    return value + np.log(s), slopes


def _integral(
    k: Vector, alpha: float | Vector, m: float, beta: float | Vector, begin: Vector, end: Vector
) -> tuple[Vector, Vector]:
    """Logarithm of the integral of (alpha + u)^-k (beta + u)^-m from begin to end.

    Gauss-Legendre over v = log((low + u) / (low + begin)), low the lesser of alpha and beta: in v the integrand has
    no singularity nearer than pi, and v = V z^3 sets the nodes close where it falls off steeply.

    Returns:
        (n,), minus infinity where the span is empty; and its gradient to k, alpha, m and beta, (4, n).
    """
    count = len(begin)
    value, slopes = np.empty(count), np.empty((4, count))
    alphas, betas = np.broadcast_to(alpha, count), np.broadcast_to(beta, count)
    for first in range(0, count, _CHUNK):
        part = slice(first, first + _CHUNK)
        value[part], slopes[:, part] = _integral_of_few(k[part], alphas[part], m, betas[part], begin[part], end[part])
    return value, slopes


def _integral_of_few(
    k: Vector, alpha: Vector, m: float, beta: Vector, begin: Vector, end: Vector
) -> tuple[Vector, NDArray[np.float64]]:
    low = np.minimum(alpha, beta)
    span = np.log((low + end) / (low + begin))
    v = span * _CUBED[:, None]
    u = np.maximum((low + begin) * np.exp(v) - low, begin)
    of_alpha, of_beta = np.log(alpha + u), np.log(beta + u)
    height = -k * of_alpha - m * of_beta + np.log(low + u)
    top = height.max(axis=0)
    mass = np.exp(height - top) * _WEIGHTS[:, None]
    total = mass.sum(axis=0)
    with np.errstate(divide="ignore"):
        value = top + np.log(total * span)
    mass /= total
    slopes = np.stack(
        [
            -(mass * of_alpha).sum(axis=0),
            -k * (mass / (alpha + u)).sum(axis=0),
            -(mass * of_beta).sum(axis=0),
            -m * (mass / (beta + u)).sum(axis=0),
        ]
    )
    return value, slopes


def _nodes() -> tuple[Vector, Vector]:
    z, weights = np.polynomial.legendre.leggauss(_NODES)
    z = (z + 1) / 2
    return z**3, weights / 2 * 3 * z**2


_CUBED, _WEIGHTS = _nodes()
