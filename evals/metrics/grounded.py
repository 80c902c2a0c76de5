"""Whether the sources support what the output claims, claim by claim, by words, numbers and names."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from evals.grounding import Claim, Ground, Lexical, Support, claims_of, missing_numbers
from evals.metrics.found import piece_of
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays
from evals.metrics.wording import lines_of
from evals.records import Evidence, Score, invalid, scored

NAME, VERSION = "grounded", 1
LANGUAGE = "en"
SHOWN = 3
"""Claims that an explanation quotes."""
OPTIONS = ("threshold", "exact_numbers")


def measure(subject: Subject) -> Score:
    """Share of the output's claims that its case's sources, and the facts of its slots, support.

    A claim is supported from `threshold` on (default: the shipped curve's). A number that stands in no source makes
    its claim unsupported whatever else it says, unless `exact_numbers` is false.
    """
    if subject.case.language != LANGUAGE:
        told = f"its words are known in {LANGUAGE!r} and the case is in {subject.case.language!r}; use grounded_judged"
        return invalid(NAME, VERSION, told)
    found = grounds_of(subject)
    if isinstance(found, str):
        return invalid(NAME, VERSION, found)
    claims, ground = found
    checker = Lexical()
    threshold = float(subject.options.get("threshold", checker.curve.threshold))
    supports = checker.check([(claim.text, ground) for claim in claims])
    if subject.options.get("exact_numbers", True):
        supports = [
            Support(0.0, support.spans, support.reason) if missing_numbers(claim.text, ground) else support
            for claim, support in zip(claims, supports, strict=True)
        ]
    return score_of(NAME, VERSION, claims, supports, threshold)


def grounds_of(subject: Subject) -> tuple[list[Claim], Ground] | str:
    """The claims of a trial and what they are held against; else why there is nothing to hold or to hold against."""
    sources = sources_of(subject)
    if not any(source.strip() for source in sources):
        return "neither the case nor what the target told has sources"
    try:
        piece = piece_of(subject)
        claims = claims_of("\n".join(lines_of(subject)))
    except ValidationError as error:
        return f"the trial's {error.title} cannot be read: {error.errors()[0]['msg']}"
    if not claims:
        return "the output claims nothing"
    facts = tuple(slot.value for slot in piece.slots) if piece else ()
    return claims, _ground((*sources, *facts))


def sources_of(subject: Subject) -> tuple[str, ...]:
    """The case's sources; where it has none, those that the target wrote from, such as the sheet of a persona."""
    told = subject.case.sources or subject.trial.detail.get("sources", ())
    return tuple(map(str, told)) if isinstance(told, list | tuple) else ()


def score_of(name: str, version: int, claims: list[Claim], supports: list[Support], threshold: float) -> Score:
    """Share of claims whose support reaches a threshold, each with the sentence it rests on.

    Invalid where there is a claim on which nothing could be said; the reason is the first one's.
    """
    for support in supports:
        if support.value is None:
            return invalid(name, version, support.reason)
    values = [support.value or 0.0 for support in supports]
    failed = [
        f"{claim.text!r}" + (f" ({support.reason})" if support.reason else "")
        for claim, support, value in zip(claims, supports, values, strict=True)
        if value < threshold
    ]
    evidence = tuple(
        Evidence(
            claim=claim.text,
            source=support.spans[0].text if support.spans else "",
            place=support.spans[0].place if support.spans else "",
            value=value,
        )
        for claim, support, value in zip(claims, supports, values, strict=True)
    )
    told = f"{len(claims) - len(failed)} of {len(claims)} claims are supported"
    if failed:
        told += "; not: " + "; ".join(failed[:SHOWN]) + ("; and more" if len(failed) > SHOWN else "")
    return scored(name, version, 1 - len(failed) / len(claims), told, evidence)


@lru_cache(maxsize=256)
def _ground(sources: tuple[str, ...]) -> Ground:
    """Read once for all trials of a case."""
    return Ground.of(sources)


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    threshold = options.get("threshold", 0.5)
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not 0 < threshold < 1:
        return f"threshold is {threshold!r}, expected a number between 0 and 1"
    if not isinstance(options.get("exact_numbers", True), bool):
        return f"exact_numbers is {options['exact_numbers']!r}, expected true or false"
    return strays(options, OPTIONS)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    rests_on=("evals.grounding",),
    description="share of claims that the sources support, by words, numbers and names",
    measure=measure,
    check_options=check_options,
)
