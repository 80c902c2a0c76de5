"""The numbers of a sentence: in digits or words, with the bound before them and whom they speak of."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.records import Comparator

Kind = Literal["money", "share", "days", "plain", "times", "change"]
Role = Literal["value", "people", "others"]

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
_FRACTIONS = {
    "half": 0.5, "a half": 0.5, "one half": 0.5, "a third": 1 / 3, "one third": 1 / 3, "two thirds": 2 / 3,
    "a quarter": 0.25, "one quarter": 0.25, "three quarters": 0.75,
}  # fmt: skip
_MOST = ("the majority", "a majority", "most", "mostly")
_BOUNDS: tuple[tuple[str, Comparator], ...] = (
    ("no more than", "<="), ("no less than", ">="), ("no fewer than", ">="), ("about the same as", "about"),
    ("the same as", "about"), ("similar to", "about"), ("more than", ">"), ("longer than", ">"), ("less than", "<"),
    ("fewer than", "<"), ("shorter than", "<"), ("at least", ">="), ("at most", "<="), ("up to", "<="), ("over", ">"),
    ("above", ">"), ("under", "<"), ("below", "<"), ("about", "about"), ("around", "about"), ("roughly", "about"),
)  # fmt: skip
# Codes that are no English word: `12 per order` is no amount.
_CODES = ("usd", "eur", "gbp", "jpy", "cny", "chf", "cad", "aud", "sek", "nok", "dkk", "pln", "inr", "brl", "krw")
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "dollars": "USD", "euros": "EUR", "pounds": "GBP"}
OTHERS = (
    r"(?:all\s+)?(?:the\s+)?(?:all\s+)?"
    r"(?:other\s+(?:customers|shoppers|people)|others|everybody\s+else|everyone\s+else|rest)\b"
)
_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<symbol>[$€£])\s?(?P<priced>{_DIGITS})"
    rf"|(?P<many>{_DIGITS}|\b(?:{'|'.join(_WORDS)})\b)\s+(?:in|out\s+of)\s+"
    rf"(?P<of>{_DIGITS}|(?:{'|'.join(_WORDS)})\b)"
    rf"|(?P<percent>{_DIGITS})\s?(?:%|percent\b)"
    rf"|(?P<digits>{_DIGITS})(?:\s?(?P<code>{'|'.join(_CODES)})(?![a-z])|\s(?P<currency>dollars|euros|pounds)\b)?"
    rf"|\b(?P<fraction>{'|'.join(sorted(_FRACTIONS, key=len, reverse=True))})\b"
    rf"|(?<!at )\b(?P<most>{'|'.join(_MOST)})\b"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b"
)
_BOUND = re.compile(rf"\b({'|'.join(name for name, _ in _BOUNDS)})\s+(?:the\s+|a\s+)?$")
_AGAINST = re.compile(r"\bagainst\s+(?:the\s+)?$")
_OF_OTHERS = re.compile(rf"(?:\s+(?:days?|orders|products|items))?\s+(?:of|for|among)\s+{OTHERS}")
_PEOPLE = re.compile(r"\s+(?:of\s+(?:them|these\s+customers|the\s+customers|this\s+(?:segment|group))\b|customers\b)")
_OF_A_WHOLE = re.compile(r"\s+(?:of|off|the|their|all|orders|purchases|visits|trips|baskets|products|items|money)\b")
_TIMES = re.compile(r"\s+times\s+as\s+(?:much|many|often|long)\b")
_CHANGE = re.compile(r"\s+(?:points?\s+)?(?:more|less|fewer|higher|lower|larger|smaller|as)\b(?!\s+than\s+once)")
_LENGTHS = {"day": 1, "days": 1, "week": 7, "weeks": 7}


@dataclass(frozen=True)
class Quantity:
    """One number of a sentence."""

    value: float
    """Of money in minor units, of a share a fraction of one, of days days."""
    kind: Kind
    role: Role
    bound: Comparator | None
    half: float | None
    """Half a unit of the last digit it is written with, five points of a fraction in words; None of `most`."""
    shown: str
    """As it is written."""

    def quotes(self, number: float | None) -> bool:
        """Whether a number, rounded as this one is written, is this one."""
        if number is None:
            return False
        return self.half is None or abs(self.value - number) <= self.half * (1 + 1e-6)


def quantities(text: str, currency: str, minor: int) -> tuple[list[Quantity], str]:
    """The numbers of a sentence, and what is left of it without them and their bounds.

    Args:
        text: lower case.
        currency: ISO 4217, of the shop.
        minor: minor units of one of it.

    Raises:
        ValueError: an amount in another currency.
    """
    found: list[Quantity] = []
    spans: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(text):
        value, kind, half = _value(match, currency, minor)
        start, end = match.span()
        before = _BOUND.search(text[:start])
        against = _AGAINST.search(text[:start])
        bound = dict(_BOUNDS)[before[1]] if before else ">" if match["most"] else None
        start = before.start() if before else against.start() if against else start
        after = text[end:]
        length = re.match(r"\s?(days?|weeks?)\b", after)
        if length and kind == "plain":
            kind, value = "days", value * _LENGTHS[length[1]]
            half = None if half is None else half * _LENGTHS[length[1]]
            end += length.end()
            after = text[end:]
        role, taken = _role(after, start, kind, match["most"] == "mostly")
        if times := _TIMES.match(after):
            kind, taken = "times", times.end()
        elif _CHANGE.match(after):
            kind = "change"
        found.append(Quantity(value, kind, role, bound, half, match[0].strip()))
        spans.append((start, end + taken))
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return found, text


def _role(after: str, start: int, kind: Kind, mostly: bool) -> tuple[Role, int]:
    """Whom a number speaks of, and how many of the signs after it say so."""
    if others := _OF_OTHERS.match(after):
        return "others", others.end()
    if kind == "share" and (people := _PEOPLE.match(after)):
        return "people", people.end()
    # "Most shop in the evening": with nothing said of what, it is of the customers.
    if kind == "share" and start == 0 and not mostly and not _OF_A_WHOLE.match(after):
        return "people", 0
    return "value", 0


def _value(match: "re.Match[str]", currency: str, minor: int) -> tuple[float, Kind, float | None]:
    if match["fraction"]:
        return _FRACTIONS[match["fraction"]], "share", 0.05
    if match["most"]:
        return 0.5, "share", None
    if match["word"]:
        return float(_WORDS[match["word"]]), "plain", 0.5
    if match["of"]:
        return _plain(match["many"]) / max(_plain(match["of"]), 1), "share", 0.5 / max(_plain(match["of"]), 1)
    if match["percent"]:
        return float(match["percent"].replace(",", "")) / 100, "share", _half(match["percent"]) / 100
    own = _currency(match)
    if own is None:
        return _plain(match["digits"]), "plain", _half(match["digits"])
    if own != currency:
        raise ValueError(f"it states an amount in {own}, and the shop's are in {currency}")
    digits = match["priced"] or match["digits"]
    return _plain(digits) * minor, "money", _half(digits) * minor


def _currency(match: "re.Match[str]") -> str | None:
    if match["symbol"] or match["currency"]:
        return _SYMBOLS[match["symbol"] or match["currency"]]
    return match["code"].upper() if match["code"] else None


def _plain(text: str) -> float:
    return float(_WORDS[text]) if text in _WORDS else float(text.replace(",", ""))


def _half(digits: str) -> float:
    return 0.5 * 10.0 ** -len(digits.partition(".")[2])
