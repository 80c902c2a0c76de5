"""What a case tells of its segment, and which words are the segment's own."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.metrics.metric import Subject
from evals.metrics.wording import products_of

NAMES = frozenset(
    {"name", "names", "product", "products", "category", "categories", "affinity", "affinities", "brands"}
)
"""Keys of a profile whose values are the segment's own words."""


def profile_of(subject: Subject) -> str:
    """The segment's profile in words; empty where nothing is known.

    `profile` of the case's inputs, or of what is expected: a text, a list of them, or a mapping of such. Of a persona
    without one, the sentences of the facts that it was written from.
    """
    case = subject.case
    told = case.inputs.get("profile") or case.expected.get("profile")
    if not told and "persona" in subject.trial.detail:
        told = subject.trial.detail.get("sources")
    return "\n".join(text for _, text in _texts(told))


def own_words(subject: Subject) -> list[str]:
    """Names that give a segment away: its own, those of products, and of what it is said to be fond of."""
    case, detail = subject.case, subject.trial.detail
    told = case.inputs.get("profile") or case.expected.get("profile")
    names = [case.segment, *products_of(subject), *(text for key, text in _texts(told) if key in NAMES)]
    for slot in detail.get("slots") or (detail.get("piece") or {}).get("slots") or ():
        if slot.get("kind") == "product":
            names += [str(slot.get("value", "")), str(slot.get("worst", ""))]
    sheet = case.inputs.get("sheet")
    sheet = sheet if isinstance(sheet, Mapping) else {}
    names += [str(sheet.get("name", "")), str((detail.get("persona") or {}).get("name", ""))]
    # A metric about one thing is named for it, as in `buys:Rye bread`.
    for fact in (*(sheet.get("facts") or ()), *(case.inputs.get("facts") or ())):
        metric = str(fact.get("metric", "")) if isinstance(fact, Mapping) else ""
        names.append(metric.partition(":")[2])
    return [name for name in names if name]


def _texts(told: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a profile with the key it stands under."""
    if isinstance(told, str):
        yield key, told
    elif isinstance(told, Mapping):
        for name, value in told.items():
            yield from _texts(value, str(name))
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _texts(value, key)
