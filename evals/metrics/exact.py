"""Whether the output is what was expected, sign by sign."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, yes_or_no
from evals.records import Score, invalid, scored

NAME, VERSION = "exact", 1


def measure(subject: Subject) -> Score:
    """1 where the output is `expected.output` of the case, a text or a list of which any is right.

    Blanks before and behind are left out on both sides; `fold: true` lets case be whatever it is.
    """
    expected = subject.case.expected.get("output")
    wanted = (expected,) if isinstance(expected, str) else expected
    if not isinstance(wanted, list | tuple) or not wanted or not all(isinstance(one, str) for one in wanted):
        return invalid(NAME, VERSION, f"expected.output is {expected!r}, not a text or a list of texts")
    said = subject.trial.output.strip()
    right = said in [one.strip() for one in wanted]
    if not right and subject.options.get("fold", False):
        right = said.casefold() in [one.strip().casefold() for one in wanted]
    return scored(NAME, VERSION, right, "" if right else f"expected {wanted[0]!r}")


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("fold",)) or yes_or_no(options, "fold")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    description="the output is the expected text",
    measure=measure,
    check_options=check_options,
)
