"""A text as the lexical checker sees it: words in their base form, numbers as values, dates as day, month and year."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from simplemma import lemmatize

STEM = 5
"""Letters that two forms of one word must share: `announce` and `announcement`, `located` and `location`."""
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_][^\W_]*(?:['’][^\W_]+)*(?!\.[^\W\d_]\b))"
    r"|(?P<iso>\b\d{4}-\d{1,2}-\d{1,2}\b)|(?P<slashed>\b\d{1,2}/\d{1,2}/\d{4}\b)"
    r"|(?P<span>\b\d{4}[-–]\d{2}\b(?![-–]))"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?P<tail>st|nd|rd|th|s|k|m|bn)?(?![^\W\d_])|(?P<percent>%)"
    r"|(?P<initials>\b(?:[^\W\d_]\.)+[^\W\d_]\b)|(?P<other>[^\W_]+(?:['’][^\W_]+)*)"
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_BEGINS = re.compile(r'[.!?:;"“”()\n|•]')
_WORDS_TOO = frozenset({"may", "march", "mar", "sep"})
"""Months that are words as well unless they have a capital."""
_LARGEST_SHOWN = 1e15


@dataclass(frozen=True, slots=True)
class Word:
    """One word or number of a text."""

    key: str
    """Base form in lower case; of a number its value, `1600`, `1st`, `1970s`."""
    kind: str
    """word, name (a capital where no sentence begins), number or function."""

    @property
    def stem(self) -> str:
        """What other forms of the word share; the whole key of numbers and short words."""
        return self.key if self.kind == "number" else self.key[:STEM]

    @property
    def carries(self) -> bool:
        """Whether it can make a claim false: it is no function word."""
        return self.kind != "function"


@dataclass(frozen=True)
class Lexicon:
    """`english.toml`, read once."""

    function: frozenset[str]
    joining: frozenset[str]
    numbers: dict[str, str]
    scales: dict[str, float]
    months: dict[str, str]
    """Every way to write one -> its name."""
    month_names: tuple[str, ...]


@cache
def english() -> Lexicon:
    """What is known of English."""
    file = resources.files(__package__).joinpath("english.toml")
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Lexicon(
        function=frozenset(raw["function"].split()),
        joining=frozenset(raw["joining"].split()),
        numbers=raw["numbers"],
        scales=raw["scales"],
        months={form: name for name, forms in raw["months"].items() for form in (name, *forms)},
        month_names=tuple(raw["months"]),
    )


def words_of(text: str) -> list[Word]:
    """The words of a text in order; signs that are neither word nor number are left out."""
    scales = english().scales
    words: list[Word] = []
    end, begins = 0, True
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        end = match.end()
        if between not in ("", " "):
            begins = begins or _BEGINS.search(between) is not None
        found = match[0]
        if match.lastgroup != "word":
            words.extend(_figures(match))
        elif words and words[-1].kind == "number" and found.lower() in scales and _PLAIN.fullmatch(words[-1].key):
            words[-1] = Word(_shown(float(words[-1].key) * scales[found.lower()]), "number")
        else:
            words.append(_word(found, begins))
        begins = False
    return words


@lru_cache(maxsize=200_000)
def _word(found: str, begins: bool) -> Word:
    lexicon = english()
    lowered = found.lower().replace("’", "'").removesuffix("'s")
    if lowered.endswith("n't"):
        return Word("not", "word")
    if lowered in lexicon.numbers:
        return Word(lexicon.numbers[lowered], "number")
    if lowered in lexicon.months and (found[0].isupper() or lowered not in _WORDS_TOO):
        return Word(lexicon.months[lowered], "number")
    kind = "name" if found[0].isupper() and not begins else "word"
    if lowered in lexicon.function:
        # US and IT are no function words.
        return Word(lowered, kind if found.isupper() and len(found) > 1 else "function")
    base: str = lemmatize(lowered, lang="en")
    return Word(base.lower(), kind)


def _figures(match: "re.Match[str]") -> list[Word]:
    if match["iso"] or match["slashed"]:
        return _date(match[0], iso=bool(match["iso"]))
    if match["span"]:
        first, second = match[0][:4], match[0][5:]
        return [Word(first, "number"), Word(first[:2] + second, "number")]
    if match["percent"]:
        return [Word("%", "number")]
    if match["number"]:
        return [Word(_value(match["number"], match["tail"] or ""), "number")]
    if match["initials"]:
        return [Word(match[0].replace(".", "").lower(), "name")]
    return [Word(match[0].lower(), "word")]


def _date(text: str, *, iso: bool) -> list[Word]:
    first, second, third = (int(part) for part in re.split(r"[-/]", text))
    year, month, day = (first, second, third) if iso else (third, first, second)
    if month > 12 and not iso:
        month, day = day, month
    if not 1 <= month <= 12:
        return [Word(str(part), "number") for part in (first, second, third)]
    return [Word(str(day), "number"), Word(english().month_names[month - 1], "number"), Word(str(year), "number")]


def _value(number: str, tail: str) -> str:
    plain = number.replace(",", "") if _GROUPED.fullmatch(number) else number.replace(",", ".")
    if not _PLAIN.fullmatch(plain):
        return number + tail
    scale = english().scales.get(tail)
    return _shown(float(plain) * scale) if scale else _shown(float(plain)) + tail


def _shown(value: float) -> str:
    return f"{value:.10g}" if value < _LARGEST_SHOWN else f"{value:.6e}"
