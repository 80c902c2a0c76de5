"""How long a trial's answers took."""

from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "latency", 1


def measure(subject: Subject) -> Score:
    """Seconds of all the model's calls of the trial, summed.

    Invalid where the journal answered, and where nobody took the time: recorded outputs, targets without a model.
    """
    trial = subject.trial
    if trial.from_journal:
        return invalid(NAME, VERSION, "the journal answered, not the model")
    if trial.seconds <= 0:
        return invalid(NAME, VERSION, "no time was taken")
    return scored(NAME, VERSION, trial.seconds)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=False,
    unit="seconds",
    description="how long the model's calls of a trial took, together",
    measure=measure,
)
