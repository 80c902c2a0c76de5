"""What a trial's answers cost."""

from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "cost", 1


def measure(subject: Subject) -> Score:
    """Dollars of all the model's calls of the trial, judges left out; invalid where a price is not known."""
    nanodollars = subject.trial.cost_nanodollars
    if nanodollars is None:
        return invalid(NAME, VERSION, "the price of a call is not known")
    return scored(NAME, VERSION, nanodollars / 1e9)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=False,
    unit="dollars",
    description="what the model's calls of a trial cost",
    measure=measure,
)
