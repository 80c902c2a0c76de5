"""Words of outputs: what the writer said of them, without facts and without the house's own fields."""

import itertools
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import regex
from simplemma import lemmatize

from assistant.copywriting import CHANNELS, known_languages, language_named, parse
from assistant.copywriting.linting.judging import fields_of
from assistant.records import Span
from evals.metrics.found import piece_of
from evals.metrics.metric import Subject

# Chinese parts no words by blanks: each of its signs is one.
_WORD = regex.compile(r"\p{Han}|[\p{L}\p{M}\p{N}--\p{Han}]+(?:['’-][\p{L}\p{M}\p{N}--\p{Han}]+)*", regex.VERSION1)
_LEMMAS = ("en", "de", "es", "fr")


def words_of(text: str) -> list[str]:
    """Words of a text in order, lower case; each Chinese sign is one."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def meanings_of(text: str, language: str) -> list[str]:
    """Base forms of the words that carry meaning, in order; in Chinese pairs of neighbouring signs."""
    functions = function_words(language)
    words = [word for word in words_of(text) if word not in functions]
    if language == "zh":
        return [first + second for first, second in itertools.pairwise(words)]
    return [base for word in words if (base := _base(word, language)) not in functions]


@cache
def function_words(language: str) -> frozenset[str]:
    """Words of a language that carry no meaning of their own; none where the language is not known."""
    return language_named(language).function_words if language in known_languages() else frozenset()


@lru_cache(maxsize=100_000)
def _base(word: str, language: str) -> str:
    word = word.removesuffix("'s")
    return str(lemmatize(word, lang=language)).lower() if language in _LEMMAS else word


@cache
def written_fields(channel: str) -> frozenset[str]:
    """Fields of a channel that a writer's lines stand in."""
    told = CHANNELS[channel]
    return frozenset(told.field_of(line) for line in told.lines)


def lines_of(subject: Subject) -> list[str]:
    """What a writer said, field by field, facts filled in: without footers and labels, which are the house's."""
    piece = piece_of(subject)
    if piece is not None:
        written = written_fields(piece.channel)
        return [field.text for field in piece.fields if field.field in written]
    channel = subject.case.channel
    if "line" in subject.trial.detail or channel not in CHANNELS:
        return [subject.text]
    fields = fields_of(subject.text, channel)
    if len(fields) == 1:
        return list(fields.values())
    return [text for field, text in fields.items() if field in written_fields(channel)]


def without_facts(subject: Subject) -> str:
    """What a writer said, with a blank in the place of every fact: facts are the brief's, and all its texts say them.

    Of a text without slots only products, code and sender can be told, as the case's inputs have them.
    """
    piece = piece_of(subject)
    if piece is not None:
        written = written_fields(piece.channel)
        return "\n".join(_own(field.spans) for field in piece.fields if field.field in written)
    if "written" in subject.trial.detail:
        return _own(parse(str(subject.trial.detail["written"])))
    text = "\n".join(lines_of(subject))
    for value in sorted(_values(subject.case.inputs, products_of(subject)), key=len, reverse=True):
        text = regex.sub(rf"(?<!\w){regex.escape(value)}(?!\w)", " ", text, flags=regex.IGNORECASE)
    return text


def products_of(subject: Subject) -> list[str]:
    """Names of the products that the case names."""
    inputs = subject.case.inputs
    told = [inputs.get("product"), *(inputs.get("products") or ())]
    return [name for one in told if one and (name := str(one["name"] if isinstance(one, dict) else one))]


def _values(inputs: Mapping[str, Any], products: Sequence[str]) -> set[str]:
    """Values of facts that the case's inputs spell out."""
    brief = inputs.get("brief")
    brief = brief if isinstance(brief, dict) else {}
    offer = brief.get("offer")
    code = offer.get("code") if isinstance(offer, dict) else None
    return {str(value) for value in (*products, code, brief.get("sender")) if value}


def _own(spans: Sequence[Span]) -> str:
    return "".join(span.text or ("\n" if span.kind == "break" else " ") for span in spans)
