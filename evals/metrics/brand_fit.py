"""Whether the output sounds like the brand's own texts."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray
from pydantic import ValidationError

from assistant.copywriting.brand import banned_in, missing_required
from assistant.records import BrandKit
from evals.metrics.likeness import Matrix, counted, signs_in
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, texts
from evals.metrics.wording import function_words, lines_of, words_of
from evals.records import Score, invalid, scored

NAME, VERSION = "brand_fit", 1
LEAST, LEAST_WORDS = 5, 4
"""Exemplars, and words of a text, below which nothing can be said."""
_MARKS = ("!", "?", ",", ".", ":", ";", "—", "…", "“", "(", "%", "\n")
_SAME_MARK = str.maketrans({"–": "—", "-": "—", '"': "“", "„": "“", "«": "“", "！": "!", "？": "?", "，": ",",
                            "。": ".", "：": ":", "；": ";", "（": "("})  # fmt: skip
_SENTENCE = regex.compile(r"[^.!?。！？\n]+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_CAPITALS = regex.compile(r"\b\p{Lu}{2,}\b")
_YOU = regex.compile(
    r"\b(?:you|your|yours|du|dich|dir|dein\w*|Sie|Ihnen|Ihre?\w*|tú|tu|tus|te|usted|vous|votre|vos|toi)\b|您|你"
)


def measure(subject: Subject) -> Score:
    """How near the output is to the brand's exemplars: the share of them that are no nearer to the rest than it is.

    About 0.5 is what a text of the brand has, 0 a text unlike all. Near in three ways, whose ranks are added: signs in
    a row and function words (cosine with the others' sum), and form (marks, sentence lengths, capitals, emoji and
    address: mean distance from the others' mean, in standard deviations, as the Delta of Burrows, Literary and
    Linguistic Computing 17, 2002). The output is one of the texts that are compared with the rest, as each exemplar is,
    so none is nearer for being known. A word that the brand bans, or one it requires and that is missing, makes it 0.

    Exemplars are the option's, else `expected.exemplars` of the case, else examples of the voice in `inputs.brand`;
    they are best of the same channel. Invalid with fewer than five, or a text of fewer than four words.
    """
    try:
        kit = BrandKit.model_validate(subject.case.inputs.get("brand") or subject.case.expected.get("brand") or {})
    except ValidationError as error:
        return invalid(NAME, VERSION, f"the case's brand cannot be read: {error.errors()[0]['msg']}")
    language = subject.case.language
    text = "\n".join(lines_of(subject))
    refused = _refused(subject, kit)
    if refused:
        return scored(NAME, VERSION, 0, refused)
    exemplars = _exemplars(subject, kit)
    if len(exemplars) < LEAST:
        return invalid(NAME, VERSION, f"too few exemplars: {len(exemplars)}, at least {LEAST}")
    if len(words_of(text)) < LEAST_WORDS:
        return invalid(NAME, VERSION, f"too short: fewer than {LEAST_WORDS} words")
    ways = _ways((*exemplars, text), language)
    nearness = np.sum([_ranks(way) for way in ways.values()], axis=0)
    value = float((nearness[:-1] <= nearness[-1]).mean())
    apart = {name: float((way[:-1] <= way[-1]).mean()) for name, way in ways.items()}
    told = ", ".join(f"{name} {share:.0%}" for name, share in apart.items())
    copied = "; it is one of them, word for word" if text in exemplars else ""
    return scored(NAME, VERSION, value, f"of {len(exemplars)} exemplars no nearer to the rest: {told}{copied}")


def _refused(subject: Subject, kit: BrandKit) -> str:
    case = subject.case
    brief = case.inputs.get("brief")
    market = str(brief.get("market", "US")) if isinstance(brief, dict) else "US"
    banned = [term for term, *_ in banned_in(subject.text, kit, case.language)]
    missing = missing_required(subject.text, kit, case.channel, case.language, market)
    said = [f"{term!r} is banned" for term in dict.fromkeys(banned)] + [f"{term!r} is missing" for term in missing]
    return ", ".join(said)


def _exemplars(subject: Subject, kit: BrandKit) -> tuple[str, ...]:
    case = subject.case
    given = subject.options.get("exemplars") or case.expected.get("exemplars")
    if given is None:
        fitting = [one for one in kit.voice.examples if one.language == case.language]
        given = [one.text for one in fitting if one.channel in ("", case.channel)]
    return tuple(dict.fromkeys(str(text).strip() for text in given if words_of(str(text))))


def _ways(said: Sequence[str], language: str) -> dict[str, NDArray[np.float64]]:
    """How near each text is to the rest, (n,), in each way; more is nearer."""
    functions = function_words(language)
    return {
        "signs": _cosines(counted([_signs(text) for text in said])),
        "function words": _cosines(counted([[word for word in words_of(text) if word in functions] for text in said])),
        "form": -_distances(np.array([_form(text) for text in said])),
    }


def _cosines(vectors: Matrix) -> NDArray[np.float64]:
    """Cosine of each row, of length one, with the sum of the others, (n,)."""
    rest = vectors.sum(axis=0) - vectors
    lengths = np.linalg.norm(rest, axis=1)
    return np.asarray(((vectors * rest).sum(axis=1) / np.where(lengths == 0, 1, lengths)).round(9))


def _distances(features: Matrix) -> NDArray[np.float64]:
    """Distance of each row from the mean of the others, in standard deviations of all, mean over columns, (n,)."""
    spread = features.std(axis=0)
    told = features[:, spread > 0]
    if not told.size:
        return np.zeros(len(features))
    n = len(told)
    others = (told.sum(axis=0) - told) / (n - 1)
    return np.asarray((np.abs(told - others) / told.std(axis=0)).mean(axis=1).round(9))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each, the smallest 1; equal ones share the mean of theirs."""
    smaller = (values[None, :] < values[:, None]).sum(axis=1)
    equal = (values[None, :] == values[:, None]).sum(axis=1)
    return np.asarray(smaller + (equal + 1) / 2)


@lru_cache(maxsize=4096)
def _signs(text: str) -> tuple[str, ...]:
    return tuple(signs_in(words_of(text)))


@lru_cache(maxsize=4096)
def _form(text: str) -> tuple[float, ...]:
    """Marks, emoji, capitals and address by word; words of the mean and of the longest sentence, letters of a word."""
    words = words_of(text)
    count = max(1, len(words))
    plain = text.translate(_SAME_MARK)
    sentences = [len(words_of(sentence)) for sentence in _SENTENCE.findall(text) if words_of(sentence)] or [0]
    return (
        *(plain.count(mark) / count for mark in _MARKS),
        len(_EMOJI.findall(text)) / count,
        len(_CAPITALS.findall(text)) / count,
        len(_YOU.findall(text)) / count,
        sum(sentences) / len(sentences),
        float(max(sentences)),
        sum(map(len, words)) / count,
    )


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("exemplars",)) or texts(options, "exemplars")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    rests_on=("assistant.copywriting",),
    description="share of the brand's exemplars that are no nearer to the rest than the output is",
    measure=measure,
    check_options=check_options,
)
