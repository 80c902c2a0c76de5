"""Which forecast is in force: a model that has earned it, or a naive rate."""

from dataclasses import dataclass

import numpy as np

from assistant.clv.fitting import Optimum, fit_purchases
from assistant.clv.histories import Histories
from assistant.clv.holdout import MODELS, calibration_cutoff, try_forecasts
from assistant.clv.model import PurchaseModel
from assistant.clv.reasons import how_sure, why_naive, why_not_enough, why_verdict, wins
from assistant.config import LifetimeSettings
from assistant.data import Cutoff, Tables
from assistant.records.lifetime import Holdout, NaiveName, PurchaseFit, Requirement


@dataclass(frozen=True)
class Decision:
    """A forecast and all that led to it."""

    model: PurchaseModel | None
    """None: the naive rate is in force."""
    fit: Optimum | None
    """The model's, on everything before the cutoff."""
    naive: NaiveName
    """The better naive forecast, which is in force where no model is."""
    reasons: tuple[str, ...]
    fits: tuple[PurchaseFit, ...]
    holdout: Holdout | None


def decide(
    tables: Tables,
    cutoff: Cutoff,
    histories: Histories,
    requirements: tuple[Requirement, ...],
    settings: LifetimeSettings,
    seed: int,
) -> Decision:
    """Take the best model where data suffice and it wins the holdout, else the naive rate that did better there.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them; its horizon is how many days are kept back.
        histories: all customers' before the cutoff.
        requirements: as `requirements_of` found them.
        settings: bootstrap and simulation of the holdout.
        seed: of everything drawn.
    """
    days = cutoff.horizon_days
    lacking = why_not_enough(requirements)
    if lacking:
        return _naive("same_rate", days, lacking)
    trial = try_forecasts(tables, cutoff, settings, seed)
    earlier = calibration_cutoff(cutoff).as_of.isoformat()
    if trial is None:
        nothing = f"There are no orders both before {earlier} and after, so no forecast could be tried."
        return _naive("same_rate", days, (nothing,))
    fits = tuple(_record(model, fit, earlier) for model, fit in trial.fits)
    if trial.holdout is None:
        return _naive("same_rate", days, ("No model of buying could be fitted to these orders.",), fits)
    naive = trial.holdout.best_naive
    model = next(model for model in MODELS if model.name == trial.holdout.best_model)
    verdict = why_verdict(trial.holdout, model)
    if not wins(trial.holdout):
        return _naive(naive, days, (verdict,), fits, trial.holdout, settings.interval)
    fit = fit_purchases(model, histories, seed)
    fits = (*fits, _record(model, fit, cutoff.as_of.isoformat()))
    if not fit.converged:
        failed = f"{model.label} could not be fitted to all days up to {cutoff.as_of}: {fit.note}."
        return _naive(naive, days, (verdict, failed), fits, trial.holdout, settings.interval)
    return Decision(model, fit, naive, (verdict, how_sure(trial.holdout, True, settings.interval)), fits, trial.holdout)


def _naive(
    naive: NaiveName,
    days: int,
    reasons: tuple[str, ...],
    fits: tuple[PurchaseFit, ...] = (),
    holdout: Holdout | None = None,
    share: float = 0.0,
) -> Decision:
    sure = () if holdout is None else (how_sure(holdout, False, share),)
    return Decision(None, None, naive, (*reasons, why_naive(naive, days), *sure), fits, holdout)


def _record(model: PurchaseModel, fit: Optimum, until: str) -> PurchaseFit:
    errors = np.sqrt(np.diag(fit.covariance))
    return PurchaseFit(
        model=model.name,
        until=until,
        parameters=dict(zip(model.names, fit.parameters.tolist(), strict=True)),
        log_errors=dict(zip(model.names, errors.tolist(), strict=True)),
        log_likelihood=fit.log_likelihood,
        customers=round(fit.customers),
        starts=fit.starts,
        agreeing=fit.agreeing,
        converged=fit.converged,
        note=fit.note,
    )
