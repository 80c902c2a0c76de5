"""Why a forecast is in force, in plain sentences."""

from assistant.clv.model import PurchaseModel
from assistant.records.lifetime import Holdout, NaiveName, Requirement

_NAIVE: dict[str, str] = {
    "same_rate": "each customer's rate so far",
    "same_window": "each customer's rate in the {days} days before",
}
_LACKING = {
    "customers": "Only {found:,} customers have ordered; a model of buying needs {needed:,}.",
    "history_days": "The first order is {found:,} days old; a model of buying needs {needed:,} days.",
    "days_since_order": "The last order is {found:,} days old; a model of buying needs one in {needed:,} days.",
    "regulars": "Only {found:,} customers ordered on three days or more; a model of buying needs {needed:,}.",
}


def why_not_enough(requirements: tuple[Requirement, ...]) -> tuple[str, ...]:
    """One sentence a requirement that is not met; none where all are."""
    return tuple(
        _LACKING[lacking.requirement].format(found=lacking.found, needed=lacking.needed)
        for lacking in requirements
        if not lacking.met
    )


def why_naive(naive: NaiveName, days: int) -> str:
    """What is done instead of a model."""
    return f"Customers are taken to go on at {naive_label(naive, days)}."


def why_verdict(holdout: Holdout, model: PurchaseModel) -> str:
    """What the holdout showed of the best model."""
    scores = {score.forecast: score for score in holdout.scores}
    ours, theirs = scores[holdout.best_model], scores[holdout.best_naive]
    found = (
        f"From {holdout.as_of} on, the orders of {holdout.days} days were missed by {ours.rmse:.3f} a customer by "
        f"{model.label}, the best model, and by {theirs.rmse:.3f} by {naive_label(holdout.best_naive, holdout.days)} "
        f"(root mean squared errors, which differ by {ours.ahead:.3f}, 95% interval {ours.ahead_low:.3f} to "
        f"{ours.ahead_high:.3f})."
    )
    verdict = "So the model is used." if wins(holdout) else "A model is used only where that interval lies above 0."
    return f"{found} {verdict}"


def how_sure(holdout: Holdout, by_model: bool, share: float) -> str:
    """What the intervals of the forecast in force were worth on the holdout."""
    held = holdout.model_coverage if by_model else holdout.naive_coverage
    return f"Its {share:.0%} intervals held the orders of {held:.0%} of customers in the days from {holdout.as_of} on."


def wins(holdout: Holdout) -> bool:
    """Whether the best model is ahead of the better naive forecast beyond chance: its 95% interval lies above 0."""
    ahead_low = next(score.ahead_low for score in holdout.scores if score.forecast == holdout.best_model)
    return ahead_low is not None and ahead_low > 0


def naive_label(naive: NaiveName, days: int) -> str:
    """A naive forecast in a reader's words."""
    return _NAIVE[naive].format(days=days)
