"""How differently the variants of one text say what they say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.retrieval import embed_texts
from evals.metrics.likeness import Matrix, counted, signs_in
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays
from evals.metrics.variants import check_over, named, variants
from evals.metrics.wording import meanings_of, without_facts, words_of
from evals.records import Score, invalid, scored

NAME, VERSION = "content_diversity", 1
NEAR = 0.85
"""Likeness from which a sample says the same as another."""


def measure_all(subjects: Sequence[Subject]) -> dict[int, Score]:
    """1 less the likeness to the most alike of the other samples of the case: 0 where two say the same.

    Likeness is the mean of two cosines: of base forms of the words that carry meaning, and of three and four signs in
    a row, so that words of one stem count. Facts are left out, since every variant has to state them. Terms are not
    weighted by how rare they are: that would hang a score on the other cases of a run, and two runs on different
    scales. With `embedder: minilm` or `folder:PATH` it is the cosine of that model's vectors. Invalid where the case
    has one sample alone.
    """
    scores: dict[int, Score] = {}
    for places in variants(subjects):
        own = [subjects[at] for at in places]
        # Blanks in the place of facts are no signs of anybody's.
        texts = [" ".join(without_facts(subject).split()) for subject in own]
        spoken = [place for place, text in enumerate(texts) if words_of(text)]
        if len(places) < 2 or not spoken:
            scores |= {at: invalid(NAME, VERSION, "there is one sample alone") for at in places}
            continue
        alike = _likeness(texts, own[0])
        for place, at in enumerate(places):
            scores[at] = (
                _scored(place, alike, own)
                if place in spoken
                else invalid(NAME, VERSION, "it has no words beside its facts")
            )
    return scores


def _likeness(texts: Sequence[str], subject: Subject) -> Matrix:
    """(texts, texts), from 0 to 1; -1 of each with itself. Language and embedder are the subject's."""
    embedder = subject.options.get("embedder")
    if embedder:
        vectors = np.asarray(embed_texts(str(embedder), list(texts)), dtype=np.float64)
        alike = vectors @ vectors.T
    else:
        meanings = counted([meanings_of(text, subject.case.language) for text in texts])
        signs = counted([signs_in(words_of(text)) for text in texts])
        # Of a text of function words alone there are only its signs to go by.
        meant = np.asarray(meanings.any(axis=1))
        alike = signs @ signs.T
        alike = np.where(meant[:, None] & meant[None, :], (alike + meanings @ meanings.T) / 2, alike)
    told = np.clip(alike, 0, 1)
    np.fill_diagonal(told, -1)
    return told


def _scored(place: int, alike: Matrix, own: Sequence[Subject]) -> Score:
    nearest = int(alike[place].argmax())
    found = float(alike[place, nearest])
    what = "says the same as" if found >= NEAR else "is most like"
    told = f"{what} {named(own[nearest], own[place])}, likeness {found:.2f}"
    return scored(NAME, VERSION, 1 - found, told)


def notes(subjects: Sequence[Subject], scores: Mapping[int, Score]) -> dict[str, Any]:
    """How many are near-duplicates of another sample."""
    values = [score.value for score in scores.values() if score.value is not None]
    if not values:
        return {}
    return {"near_duplicates": sum(value <= 1 - NEAR for value in values), "of": len(values)}


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    embedder = options.get("embedder", "minilm")
    known = isinstance(embedder, str) and (embedder in ("minilm", "hashing") or embedder.startswith("folder:"))
    wrong = "" if known else f"embedder is {embedder!r}, expected minilm, hashing or folder:PATH"
    return strays(options, ("embedder", "over")) or wrong or check_over(options)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="1 less the likeness to the most alike of the other samples of the case",
    measure_all=measure_all,
    notes=notes,
    check_options=check_options,
)
