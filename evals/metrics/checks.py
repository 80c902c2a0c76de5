"""Whether the house's checks let the output pass."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.found import results_of, told
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, texts
from evals.records import Score, invalid, scored

NAME, VERSION = "checks", 1


def measure(subject: Subject) -> Score:
    """1 where no check finds an error; warnings are borne.

    A piece fails also where no candidate of a line could stand and the house wrote it, a line where it does not hold
    the slots that it should. `only` and `except` are names of checks that alone count or that do not.
    """
    results = results_of(subject)
    if isinstance(results, str):
        return invalid(NAME, VERSION, results)
    only, others = subject.options.get("only"), subject.options.get("except", ())
    failed = [
        result
        for result in results
        if result.severity == "error" and (only is None or result.check in only) and result.check not in others
    ]
    return scored(NAME, VERSION, not failed, told(failed))


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    wrong = (strays(options, ("only", "except")), texts(options, "only"), texts(options, "except"))
    return next(filter(None, wrong), "")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    rests_on=("assistant.copywriting",),
    description="no check of copy finds an error",
    measure=measure,
    check_options=check_options,
)
