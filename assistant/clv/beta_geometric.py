"""BG/NBD and MBG/NBD: customers order at a gamma-spread rate and may leave after a purchase with beta-spread chance.

BG/NBD: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), cited as FHL.
MBG/NBD lets them leave after the very first purchase as well: Batislam, Denizel and Filiztekin (2007), International
Journal of Research in Marketing 24(3); Hoppe and Wagner (2007), Marketing - Journal of Research and Management 3(2).

Both are one family: with n chances to leave survived (n = x in BG/NBD, x + 1 in MBG/NBD), a customer's rate is
Gamma(r + x, alpha + T) and the chance of leaving Beta(a, b + n), given that the customer is still there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from assistant.clv.histories import Histories, Vector
from assistant.records.lifetime import PurchaseModelName

# Around a = 1 a formula divides 0 by 0; so near to it, the value beside stands for it, right to seven digits.
_NEAR_ONE = 1e-7


@dataclass(frozen=True)
class BetaGeometric:
    """One of the two models; parameters r, alpha (weeks), a, b."""

    name: PurchaseModelName
    label: str
    leaves_at_first: int
    """1 where a customer may leave after the first purchase, 0 where only after repeat purchases."""
    names: tuple[str, str, str, str] = ("r", "alpha", "a", "b")

    def start(self, histories: Histories) -> Vector:
        """Rates as though nobody left; half a chance in three of leaving."""
        return np.array([1.0, _weeks_between(histories), 0.5, 2.0])

    def log_likelihood(self, parameters: Vector, histories: Histories) -> tuple[Vector, Vector]:
        """FHL eq. 6 in logarithms, as `ln A + ln(1 + e^odds)`, which neither over- nor underflows."""
        r, alpha, a, b = parameters
        x, n = histories.repeats, self._chances(histories)
        last, age = alpha + histories.last_weeks, alpha + histories.age_weeks
        odds = self._log_odds_gone(parameters, histories)
        value = (
            gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(age)
            + betaln(a, b + n) - betaln(a, b) + np.logaddexp(0, odds)
        )  # fmt: skip
        gone = expit(odds)
        both = digamma(a + b) - digamma(a + b + n)
        gradient = np.stack(
            [
                digamma(r + x) - digamma(r) + np.log(alpha / age) + gone * np.log(age / last),
                r / alpha - (r + x) * ((1 - gone) / age + gone / last),
                both + gone / a,
                # Where nobody can have left, `gone` is 0 and its divisor says nothing.
                both + digamma(b + n) - digamma(b) - gone / np.where(n > 0, b + n - 1, 1),
            ]
        )
        return value, gradient

    def alive(self, parameters: Vector, histories: Histories) -> Vector:
        """Fader, Hardie and Lee's note "Computing P(alive) Using the BG/NBD Model" (2008)."""
        alive: Vector = expit(-self._log_odds_gone(parameters, histories))
        return alive

    def expected(self, parameters: Vector, histories: Histories, weeks: float) -> Vector:
        """FHL eq. 10."""
        r, alpha, a, b = parameters
        staying = _while_there(
            r + histories.repeats, alpha + histories.age_weeks, a, b + self._chances(histories), weeks
        )
        return staying * self.alive(parameters, histories)

    def expected_new(self, parameters: Vector, weeks: float) -> float:
        """FHL eq. 9; in MBG/NBD, times the chance b / (a + b) of staying after the first purchase."""
        r, alpha, a, b = parameters
        staying = float(
            _while_there(np.array([r]), np.array([alpha]), a, np.array([b + self.leaves_at_first]), weeks)[0]
        )
        return staying * (b / (a + b) if self.leaves_at_first else 1.0)

    def orders_within(self, parameters: Vector, histories: Histories, weeks: Vector) -> Vector:
        """1 - ((alpha + T) / (alpha + T + t))^(r + x): a customer who is there cannot leave before a purchase."""
        r, alpha, _, _ = parameters
        within: Vector = -np.expm1(-(r + histories.repeats) * np.log1p(weeks / (alpha + histories.age_weeks)))
        return within

    def simulate(self, parameters: Vector, histories: Histories, weeks: float, draw: np.random.Generator) -> Vector:
        """The lesser of the purchases a customer would make and the one after which the customer leaves."""
        r, alpha, a, b = parameters
        rate = draw.gamma(r + histories.repeats) / (alpha + histories.age_weeks)
        leaving = draw.beta(a, b + self._chances(histories))
        would = draw.poisson(rate * weeks).astype(float)
        # Who hardly ever leaves does so after endless purchases: the quotient may be too large for a number.
        with np.errstate(divide="ignore", over="ignore"):
            last = np.ceil(np.log(draw.random(len(histories))) / np.log1p(-leaving))
        there = draw.random(len(histories)) < self.alive(parameters, histories)
        bought: Vector = np.where(there, np.minimum(would, np.maximum(last, 1.0)), 0.0)
        return bought

    def _chances(self, histories: Histories) -> Vector:
        return histories.repeats + self.leaves_at_first

    def _log_odds_gone(self, parameters: Vector, histories: Histories) -> Vector:
        """Logarithm of P(gone) / P(alive); minus infinity where nobody can have left yet."""
        r, alpha, a, b = parameters
        n = self._chances(histories)
        waited = np.log((alpha + histories.age_weeks) / (alpha + histories.last_weeks))
        odds: Vector = np.where(
            n > 0,
            np.log(a) - np.log(np.where(n > 0, b + n - 1, 1)) + (r + histories.repeats) * waited,
            -np.inf,
        )
        return odds


BG_NBD = BetaGeometric("bg_nbd", "BG/NBD", leaves_at_first=0)
MBG_NBD = BetaGeometric("mbg_nbd", "MBG/NBD", leaves_at_first=1)


def _weeks_between(histories: Histories) -> float:
    """Weeks a purchase, over all customers."""
    purchases = float(histories.customers @ histories.repeats)
    return float(histories.customers @ histories.age_weeks) / max(purchases, 1.0)


def _while_there(shape: Vector, rate: Vector, a: float, b: Vector, weeks: float) -> Vector:
    """Mean purchases of a customer who is there: rate ~ Gamma(shape, rate), chance of leaving ~ Beta(a, b).

    The bracket of FHL eq. 9 and 10 with c = a + b - 1, w = weeks / (rate + weeks): after Euler's transformation of
    its 2F1 (Abramowitz and Stegun 15.3.3) both exponents are those of the parameters and no longer of x:
    c / (a - 1) [1 - (1 - w)^(a - 1) 2F1(a - 1, c - shape; c; w)], which stays finite for hundreds of purchases.
    """
    if abs(a - 1) < _NEAR_ONE:
        a = 1 + _NEAR_ONE
    # c is 0 where a + b is 1 and x is 0; the value beside it stands for it, as above.
    c = np.where(np.abs(a + b - 1) < _NEAR_ONE, _NEAR_ONE, a + b - 1)
    w = weeks / (rate + weeks)
    kept = (rate / (rate + weeks)) ** (a - 1) * hyp2f1(a - 1, c - shape, c, w)
    mean: Vector = c / (a - 1) * (1 - kept)
    # The purchases if nobody left are the most there can be; rounding must not pass them, nor fall below none.
    return np.clip(mean, 0, shape * weeks / rate)
