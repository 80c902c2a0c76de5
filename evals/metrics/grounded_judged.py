"""Whether the sources support what the output claims, claim by claim, by a model's verdicts."""

from collections.abc import Mapping
from typing import Any

from assistant.records import Outcome, Request
from evals.grounding import READINGS, Support, claim_requests, read_support
from evals.metrics.grounded import grounds_of, score_of
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import one_of, strays
from evals.records import Score, invalid

NAME, VERSION = "grounded_judged", 1
THRESHOLD = 0.5


def requests_of(subject: Subject) -> list[Request]:
    """One question a claim, two where a likelihood is read; none where there is nothing to judge."""
    found = grounds_of(subject)
    if isinstance(found, str):
        return []
    claims, ground = found
    reading = subject.options.get("reading", READINGS[0])
    return [
        request
        for at, claim in enumerate(claims)
        for request in claim_requests(claim.text, ground, key=str(at), reading=reading)
    ]


def read(subject: Subject, outcomes: Mapping[str, Outcome]) -> Score:
    """Share of claims that the judge holds supported; invalid where it gave a claim no offered verdict."""
    found = grounds_of(subject)
    if isinstance(found, str):
        return invalid(NAME, VERSION, found)
    claims, _ = found
    reading = subject.options.get("reading", READINGS[0])
    supports: list[Support] = [read_support(outcomes, key=str(at), reading=reading) for at in range(len(claims))]
    return score_of(NAME, VERSION, claims, supports, THRESHOLD)


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("reading",)) or one_of(options, "reading", READINGS)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="share of claims that the sources support, by a judge's verdicts",
    requests=requests_of,
    read=read,
    check_options=check_options,
)
