"""Whether words are in the output, in whatever case."""

from collections.abc import Mapping
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, texts
from evals.records import Score, invalid, scored

NAME, VERSION = "contains", 1
ASKED = ("all", "any", "none")


def measure(subject: Subject) -> Score:
    """1 where each of `all`, one of `any` and none of `none` is in the output.

    The lists are the metric's options and `expected.contains` of the case, together. Case is folded; blanks count.
    """
    options, told = subject.options, subject.case.expected.get("contains")
    every, some, never = options.get("all", ()), options.get("any", ()), options.get("none", ())
    if told is not None:
        if not isinstance(told, dict) or any(texts(told, kind) for kind in ASKED):
            return invalid(NAME, VERSION, f"expected.contains is {told!r}, not all, any or none with lists of texts")
        every, some, never = ((*options.get(kind, ()), *told.get(kind, ())) for kind in ASKED)
    if not (every or some or never):
        return invalid(NAME, VERSION, "no words are asked for, neither by options nor by expected.contains")
    text = subject.trial.output.casefold()
    missing = [word for word in every if word.casefold() not in text]
    if missing:
        return scored(NAME, VERSION, 0, f"{', '.join(map(repr, missing))} is not in it")
    if some and not any(word.casefold() in text for word in some):
        return scored(NAME, VERSION, 0, f"none of {', '.join(map(repr, some))} is in it")
    found = [word for word in never if word.casefold() in text]
    return scored(NAME, VERSION, 0, f"{', '.join(map(repr, found))} is in it") if found else scored(NAME, VERSION, 1)


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    wrong = (strays(options, ASKED), *(texts(options, kind) for kind in ASKED))
    return next(filter(None, wrong), "")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    description="words that must, may or must not stand in the output",
    measure=measure,
    check_options=check_options,
)
