"""How differently the variants of one text are worded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, whole_number
from evals.metrics.variants import check_over, variants
from evals.metrics.wording import without_facts, words_of
from evals.records import Score, invalid, scored

NAME, VERSION = "lexical_diversity", 1
LONG, SHORT = 3, 2
"""Words in a row that are compared, of texts and of lines."""
LINE = 10
"""Words below which a text is a line."""
Grams = frozenset[tuple[str, ...]]


def measure_all(subjects: Sequence[Subject]) -> dict[int, Score]:
    """Share of a sample's words in a row that no other sample of its case has: 0 where all are, 1 where none is.

    Three words in a row, two where the case has a sample of fewer than ten words; `words` sets another number. Facts
    are left out, since every variant has to state them. Invalid where the case has one sample alone.
    """
    scores: dict[int, Score] = {}
    for places in variants(subjects):
        if len(places) < 2:
            scores |= {at: invalid(NAME, VERSION, "there is one sample alone") for at in places}
            continue
        told = {at: words_of(without_facts(subjects[at])) for at in places}
        n = subjects[places[0]].options.get("words") or (SHORT if min(map(len, told.values())) < LINE else LONG)
        grams = {at: _grams(words, n) for at, words in told.items()}
        holders = Counter(gram for own in grams.values() for gram in own)
        scores |= {at: _scored(own, holders, n) for at, own in grams.items()}
    return scores


def _grams(words: Sequence[str], n: int) -> Grams:
    return frozenset(zip(*(words[start:] for start in range(n)), strict=False))


def _scored(grams: Grams, holders: Mapping[tuple[str, ...], int], n: int) -> Score:
    if not grams:
        return invalid(NAME, VERSION, f"it has fewer than {n} words beside its facts")
    own = sum(holders[gram] == 1 for gram in grams)
    shared = max(grams, key=lambda gram: (holders[gram], gram))
    most = f"; {' '.join(shared)!r} is in {holders[shared]}" if holders[shared] > 1 else ""
    return scored(NAME, VERSION, own / len(grams), f"{own} of {len(grams)} times {n} words are its own{most}")


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("words", "over")) or whole_number(options, "words", 1, 5) or check_over(options)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="share of words in a row that no other sample of the case has",
    measure_all=measure_all,
    check_options=check_options,
)
