"""How many tokens a trial took."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.metrics.options import one_of, strays
from evals.records import Score, invalid, scored

NAME, VERSION = "tokens", 1
SIDES = ("both", "in", "out")


def measure(subject: Subject) -> Score:
    """Tokens of all the model's calls of the trial: sent and received, or with `of: in` or `of: out` one of them."""
    trial = subject.trial
    if not trial.tokens_in and not trial.tokens_out:
        return invalid(NAME, VERSION, "no tokens were told")
    side = subject.options.get("of", "both")
    counted = {"both": trial.tokens_in + trial.tokens_out, "in": trial.tokens_in, "out": trial.tokens_out}[side]
    return scored(NAME, VERSION, counted, f"{trial.tokens_in} sent, {trial.tokens_out} received")


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("of",)) or one_of(options, "of", SIDES)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=False,
    unit="tokens",
    description="tokens that the model's calls of a trial took",
    measure=measure,
    check_options=check_options,
)
