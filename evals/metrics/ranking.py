"""What is relevant to a query, and what of it stands where in a ranking; for metrics of retrieval."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from evals.metrics.metric import Subject
from evals.metrics.options import strays, whole_number

K = 10


class Rank(NamedTuple):
    """What is to be expected at one rank."""

    gain: float
    relevant: float
    """How likely a relevant document stands there; 0 or 1 where no scores are tied."""


def gains_of(subject: Subject) -> dict[str, float] | str:
    """Relevant document -> gain, above 0; else why there is none.

    `expected.relevant` is a list of ids, each of gain 1, or ids with their gains; a gain of 0 is not relevant.
    """
    told = subject.case.expected.get("relevant")
    if isinstance(told, list | tuple):
        told = dict.fromkeys(map(str, told), 1)
    if not isinstance(told, Mapping):
        return f"expected.relevant is {told!r}, not ids or ids with gains"
    for name, gain in told.items():
        if isinstance(gain, bool) or not isinstance(gain, int | float) or not 0 <= gain < float("inf"):
            return f"expected.relevant.{name} is {gain!r}, not a gain of 0 or more"
    gains = {str(name): float(gain) for name, gain in told.items() if gain}
    return gains or "expected.relevant holds no relevant document"


def ranks_of(subject: Subject, gains: Mapping[str, float]) -> list[Rank] | str:
    """Rank by rank what is to be expected there; else why nothing is.

    Documents of one score stand in no order, so each of their ranks holds the mean of them all (McSherry and Najork,
    Computing information retrieval performance measures efficiently in the presence of tied scores, 2008, section 3).
    A document without a score is tied with nobody; one that stands there twice counts where it stands first.
    """
    told = subject.trial.detail.get("ranked")
    if not isinstance(told, list):
        return "the trial holds no ranked documents"
    found: list[Rank] = []
    seen: set[str] = set()
    for group in _tied(told):
        own = []
        for document in group:
            name = str(document.get("id"))
            own.append(0.0 if name in seen else gains.get(name, 0.0))
            seen.add(name)
        found += [Rank(sum(own) / len(own), sum(map(bool, own)) / len(own))] * len(own)
    return found


def check_k(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("k",)) or whole_number(options, "k", 1, 1000)


def _tied(ranked: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    numbered = enumerate(ranked)
    groups = itertools.groupby(numbered, key=lambda one: one[1].get("score", ("unscored", one[0])))
    return [[document for _, document in group] for _, group in groups]
