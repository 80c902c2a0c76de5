"""Figures that a text states, read by rules of their own: nothing of the chat or of the linter has a hand in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["money", "share", "days", "customers", "orders", "items", "times", "number", "date"]

_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_DIGITS = re.compile(
    rf"(?P<money>[$€£¥￥]\s?)?(?<![A-Za-z0-9_.])(?P<sign>[-−+])?(?P<money2>[$€£¥￥]\s?)?(?P<number>{_NUMBER})"
    r"(?P<scale>\s?(?:k|m|bn|thousand|million|billion)\b|[万亿])?(?P<after>[\s-]?[^\d\s,.;:!?)(，。；：！？]*)",
    re.I,
)
_DATES = re.compile(
    r"(?P<iso>\b\d{4}-\d{2}-\d{2}\b)"
    r"|(?P<month>\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
    r"(?:,?\s+(?P<year>\d{4}))?"
    r"|(?:(?P<zhyear>\d{4})年)?(?P<zhmonth>\d{1,2})月(?P<zhday>\d{1,2})[日号]",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "万": 1e4, "亿": 1e8}
_AFTER: tuple[tuple[str, Kind, float], ...] = (
    (r"%|percent|per cent|percentage|pct|points?", "share", 1),
    (r"dollars?|usd|美元|元", "money", 1),
    (r"days?|天|日", "days", 1),
    (r"weeks?|周|星期", "days", 7),
    (r"months?|个月", "days", 30),
    (r"customers?|shoppers?|people|households?|buyers?|members?|[位名个]?(?:顾客|客户|人)|人", "customers", 1),
    (r"orders?|trips?|visits?|[笔次个]?订单|单", "orders", 1),
    (r"items?|件", "items", 1),
    (r"times|x\b|×|-?fold|倍", "times", 1),
)
_AFTER_PATTERNS = [(re.compile(rf"[\s-]?(?:{words})(?![a-z])", re.I), kind, size) for words, kind, size in _AFTER]
_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SIZES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_SPELT = "|".join((*_UNITS, *_TENS, *_SIZES))
_WORDS = re.compile(rf"\b(?:{_SPELT})(?:[\s-]+(?:and\s+)?(?:{_SPELT}))*\b(?P<after>[\s-]?\w*)", re.I)
_PARTS: tuple[tuple[str, float], ...] = (
    (r"twice|double[ds]?|doubling|两倍|二倍|翻倍|翻了?一番", 2.0),
    (r"thrice|triple[ds]?|tripling|三倍", 3.0),
    (r"quadrupled?|四倍", 4.0),
    (r"(?:three|3)[\s-]quarters|四分之三", 0.75),
    (r"two[\s-]thirds|三分之二", 2 / 3),
    (r"half|halve[ds]?|halving|一半|半数", 0.5),
    (r"(?:a|one)[\s-]third|三分之一", 1 / 3),
    (r"(?:a|one)[\s-]quarter(?!\s+(?:ago|of a year))|四分之一", 0.25),
    (r"(?:a|one)[\s-]fifth|五分之一", 0.2),
    (r"(?:a|one)[\s-]tenth|十分之一", 0.1),
)
_PART_PATTERNS = [(re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.I), size) for words, size in _PARTS]
_HAN = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_SIZES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_HAN_NUMBER = "[零一二两三四五六七八九十百千万]+"
_HAN_SHARE = re.compile(rf"百分之(?P<percent>{_HAN_NUMBER}|\d+(?:\.\d+)?)|(?P<tenths>[一二三四五六七八九])成")
_HAN_COUNT = re.compile(
    rf"(?P<number>{_HAN_NUMBER})(?=(?P<after>[位名个]?(?:顾客|客户|人)|[笔次]?订单|天|件|倍|种|条|个))"
)
_ROUGHLY = re.compile(
    r"(?:about|around|roughly|nearly|almost|some|over|more than|under|约|大约|将近|近|超过)\s*$", re.I
)


@dataclass(frozen=True)
class Stated:
    """A figure: anything from `low` to `high` would be written so. Money in main units, shares in percent."""

    text: str
    kind: Kind
    low: float
    high: float
    start: int
    end: int
    day: tuple[int | None, int, int] | None = None
    """Of a date: year where it is said, month, day."""

    def holds(self, amount: float) -> bool:
        """Whether an amount would be written so; the sign is a matter of words."""
        slack = 1e-9 * max(1.0, abs(amount))
        return self.low - slack <= abs(amount) <= self.high + slack


def masked(text: str, literals: Iterable[str]) -> str:
    """The text with names and labels blanked, so that their digits and words are no figures."""
    for literal in sorted(literals, key=len, reverse=True):
        if literal:
            text = re.sub(
                rf"(?<!\w){re.escape(literal)}(?!\w)", lambda match: "_" * len(match.group()), text, flags=re.I
            )
    return text


def stated_in(text: str) -> list[Stated]:
    """Every figure of a text, in order."""
    found: list[Stated] = []

    def add(one: Stated) -> None:
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)

    for match in _DATES.finditer(text):
        if (day := _day(match)) is not None:
            add(Stated(match.group(), "date", 0, 0, match.start(), match.end(), day))
    for match in _DIGITS.finditer(text):
        add(_digits(match, text))
    for match in _HAN_SHARE.finditer(text):
        said = match["percent"]
        amount = _HAN[match["tenths"]] * 10.0 if said is None else float(said) if said[0].isdigit() else _han(said)
        add(Stated(match.group(), "share", amount - 0.5, amount + 0.5, match.start(), match.end()))
    for pattern, size in _PART_PATTERNS:
        for match in pattern.finditer(text):
            add(Stated(match.group(), "times", size * 0.95, size * 1.05, match.start(), match.end()))
    for match in _WORDS.finditer(text):
        words = match.group()[: len(match.group()) - len(match["after"])]
        # `one of them` counts nothing.
        if words.strip().lower() not in ("one", "zero"):
            kind, size = _kind(match["after"])
            amount = _spelt(words) * size
            add(Stated(words, kind, amount, amount, match.start(), match.start() + len(words)))
    for match in _HAN_COUNT.finditer(text):
        if match["number"] not in ("一", "两") or match["after"] not in ("个", "种", "条"):
            kind, size = _kind(match["after"])
            amount = _han(match["number"]) * size
            add(Stated(match["number"], kind, amount, amount, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _digits(match: "re.Match[str]", text: str) -> Stated:
    plain = re.sub(r"[,\u00a0\u202f]", "", match["number"])
    scale = _SCALES[match["scale"].strip().lower()] if match["scale"] else 1.0
    kind, size = _kind(match["after"])
    if match["money"] or match["money2"]:
        kind, size = "money", 1
    step = 10.0 ** -len(plain.partition(".")[2]) * scale
    amount = float(plain) * scale
    if "." not in plain and _ROUGHLY.search(text[: match.start()]):
        step *= 10.0 ** (len(plain) - len(plain.rstrip("0")))
    end = match.end("scale") if match["scale"] else match.end("number")
    low, high = (amount - step / 2) * size, (amount + step / 2) * size
    return Stated(text[match.start() : end], kind, low, high, match.start(), end)


def _kind(after: str | None) -> tuple[Kind, float]:
    for pattern, kind, size in _AFTER_PATTERNS:
        if pattern.match(after or ""):
            return kind, size
    return "number", 1


def _spelt(words: str) -> float:
    total = current = 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in _SIZES and word not in ("hundred", "dozen"):
            total, current = total + max(current, 1) * _SIZES[word], 0
        elif word in _SIZES:
            current = max(current, 1) * _SIZES[word]
        else:
            current += _UNITS.get(word, 0) + _TENS.get(word, 0)
    return float(total + current)


def _han(signs: str) -> float:
    total = current = 0
    for sign in signs:
        if sign in _HAN:
            current = _HAN[sign]
        elif sign == "万":
            total, current = (total + current) * 10_000, 0
        else:
            total, current = total + max(current, 1) * _HAN_SIZES[sign], 0
    return float(total + current)


def _day(match: "re.Match[str]") -> tuple[int | None, int, int] | None:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return year, month, day
    if match["month"]:
        return (
            int(match["year"]) if match["year"] else None,
            _MONTHS.index(match["month"][:3].lower()) + 1,
            int(match["day"]),
        )
    return int(match["zhyear"]) if match["zhyear"] else None, int(match["zhmonth"]), int(match["zhday"])
