"""Whether the output reads like spam."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import regex

from assistant.copywriting import known_languages, language_named
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, texts
from evals.metrics.wording import without_facts
from evals.records import Score, invalid, scored

NAME, VERSION = "spam", 1
CHECK = "spam"
"""The kind of words that the house warns of in every language."""
LOUD_WORDS, LOUD_SHARE = 3, 0.3
_LOUD = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}{2,}(?:['’-]\p{Lu}+)*(?![\p{L}\p{N}])")
_WORD = regex.compile(r"\p{L}{2,}")
_MARKS = regex.compile(r"[!?！？]{2,}")
_MONEY = regex.compile(r"[$€£¥]{2,}")


def measure(subject: Subject) -> Score:
    """1 where the output has no phrase of spam, does not shout and repeats no `!!` or `$$`.

    Shouting is three words in capitals, or two that are 30% of all. Facts that slots hold, such as a code, are not the
    writer's and are left out; `allow` are further phrases that are borne, such as a product's name.
    """
    language = subject.case.language
    if language not in known_languages():
        return invalid(NAME, VERSION, f"there is no list for {language!r}; there is for {', '.join(known_languages())}")
    text = without_facts(subject)
    for phrase in subject.options.get("allow", ()):
        text = regex.sub(regex.escape(phrase), " ", text, flags=regex.IGNORECASE)
    found = [match.group().lower() for pattern in _patterns(language) for match in pattern.finditer(text)]
    loud = [word for word in _LOUD.findall(text) if word not in language_named(language).known_names]
    if len(loud) >= LOUD_WORDS or (len(loud) > 1 and len(loud) >= LOUD_SHARE * len(_WORD.findall(text))):
        found += loud
    found += _MARKS.findall(text) + _MONEY.findall(text)
    return scored(NAME, VERSION, not found, ", ".join(map(repr, dict.fromkeys(found))))


@cache
def phrases_of(language: str) -> tuple[str, ...]:
    """Phrases of `spam.toml` in a language."""
    raw = tomllib.loads(resources.files(__package__).joinpath("spam.toml").read_text(encoding="utf-8"))
    return tuple(raw.get(language, {}).get("phrases", ()))


@cache
def _patterns(language: str) -> tuple["regex.Pattern[str]", ...]:
    told = language_named(language)
    house = [kind.words for kind in told.forbidden if kind.check == CHECK and kind.words]
    joined = "|".join(regex.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases_of(language))
    if not joined:
        return tuple(house)
    own = rf"(?<![\w-])(?:{joined})(?![\w-])" if told.spaced else joined
    return (*house, regex.compile(own, regex.IGNORECASE))


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    return strays(options, ("allow",)) or texts(options, "allow")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    description="no phrase, capitals or marks that are taken for spam",
    measure=measure,
    check_options=check_options,
)
