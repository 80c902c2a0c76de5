"""What a purchase to come is worth, and whether a model may say so."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.clv.fitting import Optimum
from assistant.clv.gamma_gamma import NAMES, expected_spend, fit_spend
from assistant.clv.histories import Vector
from assistant.records.lifetime import SpendFit

# Three parameters, ten customers each.
_LEAST_CUSTOMERS = 30
# From here on, Gamma-Gamma's premise that how often and how much have nothing to do with each other is worth a word.
_CORRELATED = 0.3


@dataclass(frozen=True)
class Spending:
    """How spend is forecast for customers of a summary."""

    fit: Optimum | None
    """None: every customer's own mean over all purchase days, with no uncertainty of its own."""
    record: SpendFit | None
    expected_minor: Vector
    """(n,) minor units a purchase to come."""
    reasons: tuple[str, ...]


def own_mean(summary: pd.DataFrame) -> Vector:
    """Spend a purchase day, minor units, (n,)."""
    mean: Vector = (summary["spend_minor"] / (summary["repeats"] + 1)).to_numpy(dtype=float)
    return mean


def forecast_spend(summary: pd.DataFrame, seed: int) -> Spending:
    """Fit Gamma-Gamma to customers with a repeat purchase that cost anything, and forecast every customer's spend.

    The first purchase is left out, as in the papers: a first basket is often unlike those that follow.
    """
    repeats, spent = (summary[name].to_numpy(dtype=float) for name in ("repeats", "repeat_spend_minor"))
    known = (repeats > 0) & (spent > 0)
    count = int(known.sum())
    if count < _LEAST_CUSTOMERS:
        return _without(
            summary, f"Only {count} customers came back, so each customer's own mean spend is used instead of a model."
        )
    mean = spent[known] / repeats[known]
    fit = fit_spend(repeats[known], mean, seed)
    varied = min(np.ptp(mean), np.ptp(repeats[known])) > 0
    correlation = float(np.corrcoef(repeats[known], mean)[0, 1]) if varied else 0.0
    record = SpendFit(
        parameters=dict(zip(NAMES, fit.parameters.tolist(), strict=True)),
        log_errors=dict(zip(NAMES, np.sqrt(np.diag(fit.covariance)).tolist(), strict=True)),
        log_likelihood=fit.log_likelihood,
        customers=count,
        correlation=correlation,
        converged=fit.converged,
        note=fit.note,
    )
    if not fit.converged or fit.parameters[1] <= 1:
        why = fit.note if not fit.converged else "it gives spend no mean"
        return _without(
            summary,
            f"Each customer's own mean spend is used: Gamma-Gamma does not fit these purchases ({why}).",
            record,
        )
    reasons: tuple[str, ...] = ()
    if abs(correlation) > _CORRELATED:
        more = "more" if correlation > 0 else "less"
        reasons = (
            f"Who orders more often spends {more} an order (correlation {correlation:.2f}), which the model of spend "
            "leaves out: values of the most frequent customers are less certain than their intervals say.",
        )
    return Spending(fit, record, expected_spend(fit.parameters, repeats, spent), reasons)


def _without(summary: pd.DataFrame, reason: str, record: SpendFit | None = None) -> Spending:
    return Spending(None, record, own_mean(summary), (reason,))
