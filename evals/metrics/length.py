"""Whether the output is as long as it may be."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.metrics.options import one_of, strays, whole_number
from evals.records import Score, scored

NAME, VERSION = "length", 1
UNITS = ("characters", "words")
MOST = 10_000_000


def measure(subject: Subject) -> Score:
    """1 where the output has at least `at_least` and at most `at_most` characters, or words with `unit: words`.

    Characters are Unicode code points; blanks part words, so Chinese is measured in characters.
    """
    options, text = subject.options, subject.trial.output
    unit = options.get("unit", "characters")
    length = len(text) if unit == "characters" else len(text.split())
    at_least, at_most = options.get("at_least", 0), options.get("at_most", MOST)
    if length > at_most:
        return scored(NAME, VERSION, 0, f"{length} {unit}, at most {at_most}")
    if length < at_least:
        return scored(NAME, VERSION, 0, f"{length} {unit}, at least {at_least}")
    return scored(NAME, VERSION, 1, f"{length} {unit}")


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    wrong = (
        strays(options, ("at_least", "at_most", "unit")),
        "" if {"at_least", "at_most"} & set(options) else "it has no bound; expected at_most or at_least",
        whole_number(options, "at_least", 0, MOST),
        whole_number(options, "at_most", 0, MOST),
        one_of(options, "unit", UNITS),
    )
    found = next(filter(None, wrong), "")
    if not found and options.get("at_least", 0) > options.get("at_most", MOST):
        return f"at_least is {options['at_least']}, more than at_most, {options['at_most']}"
    return found


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    description="the output is as long as it may be",
    measure=measure,
    check_options=check_options,
)
