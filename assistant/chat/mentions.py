"""Figures as a sentence states them: digits, money, shares, spans, and numbers said in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import regex

from assistant.copywriting.linting import Mention, mentions_in, number_of
from assistant.records import Unit
from assistant.records.chat import Language

StatedKind = Literal["money", "share", "number", "ratio", "text"]

_UNIT_WORDS: dict[Unit, str] = {
    Unit.CUSTOMERS: r"customers?|shoppers?|people|households?|buyers?|members?|位?顾客|位?客户|位?客人|人|户",
    Unit.ORDERS: r"orders?|baskets?|trips?|visits?|次?订单|笔订单|单",
    Unit.DAYS: r"days?|天|日",
    Unit.LINES: r"products?|lines?|种商品|行商品|商品",
    Unit.ITEMS: r"items?|件",
    Unit.RATIO: r"times|x|×|-?fold|倍",
}
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1_000_000,
}  # fmt: skip
_SPOKEN = regex.compile(
    rf"(?<![\p{{L}}-])(?:{'|'.join(_WORDS)})(?:[\s-]+(?:and\s+)?(?:{'|'.join(_WORDS)}))*(?!\p{{L}})", regex.I
)
# Two that were named before are no count.
_THE = regex.compile(r"\b(?:the|these|those|both|of|between)\s+$", regex.I)
_RATIOS = regex.compile(
    r"(?<![\p{L}])(?:twice|thrice|double[ds]?|doubling|triple[ds]?|tripling|quadrupled?|tenfold|"
    r"(?:one\s+|a\s+)?(?:half|third|quarter|fifth|tenth)(?:\s+of)?|halve[ds]?|two[\s-]thirds|three[\s-]quarters|"
    r"dozens?|hundreds|thousands|millions)(?![\p{L}])|一半|翻倍|[两三四五六七八九十]倍|[二三四]分之[一二三]|[一二三四五六七八九]成",
    regex.I,
)
_RATIO_OF = {"twice": 2.0, "double": 2.0, "doubl": 2.0, "thrice": 3.0, "tripl": 3.0, "quadrupl": 4.0, "tenfold": 10.0,
             "half": 0.5, "halve": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1,
             "two-thirds": 2 / 3, "two thirds": 2 / 3, "three-quarters": 0.75, "three quarters": 0.75,
             "一半": 0.5, "翻倍": 2.0}  # fmt: skip
_POINTS = regex.compile(r"(?<![\d.,])(?P<n>\d+(?:[.,]\d+)?)\s?(?:percentage\s+)?(?:points?\b|个?百分点)", regex.I)
_HAN_COUNT = regex.compile(
    r"(?P<n>[零一二两三四五六七八九十百千万]+)(?=\s?(?:位|个|名|笔|次|天|件|种|户|人|倍|周|条|封|年|月|小时|分钟|元|块|轮|家|款|组|类|项|步|成))"
)
_SCALED = regex.compile(r"^\s?(?P<scale>k|m|bn|thousand|million|billion|万|亿)(?!\p{L})", regex.I)
_SCALE = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000, "bn": 10**9, "billion": 10**9,
          "万": 10_000, "亿": 10**8}  # fmt: skip
_AFTER = {
    unit: regex.compile(rf"^[\s\u00a0-]?(?:{words})(?![\p{{Latin}}])", regex.I) for unit, words in _UNIT_WORDS.items()
}
_PLAIN_ONE = regex.compile(r"(?:segments?|groups?|个?细分|个?群)", regex.I)


@dataclass(frozen=True)
class Stated:
    """One figure of a sentence."""

    kind: StatedKind
    start: int
    end: int
    quote: str
    amount: float | None = None
    """Of a share in percent, of money in the currency's main unit, of a number as it stands."""
    digits: int = 0
    """Decimals that it is stated with."""
    unit: Unit | None = None
    """What follows the number, where that says what it counts."""
    day: tuple[int, int, int] | None = None
    """Of a date: month, day and year; 0 where it says none."""


def stated_in(sentence: str, language: Language) -> list[Stated]:
    """Every figure that a sentence states, in order; text that is no figure is none.

    Args:
        sentence: with what is known to be a name or a label taken out.
        language: whose words of number are looked for; those of English always are.
    """
    taken = bytearray(len(sentence))
    found: list[Stated] = []

    def add(stated: Stated) -> None:
        if not any(taken[stated.start : stated.end]):
            taken[stated.start : stated.end] = b"\1" * (stated.end - stated.start)
            found.append(stated)

    for match in _RATIOS.finditer(sentence):
        add(_in_words(match))
    for match in _POINTS.finditer(sentence):
        amount, digits = _number(Decimal(match["n"].replace(",", ".")))
        add(Stated("share", match.start(), match.end(), match.group(), amount, digits))
    # A full stop behind a decimal is no part of a date.
    whole = sentence.rstrip(".")
    mentions = [one for said in dict.fromkeys((language, "en")) for one in mentions_in(whole, said)]
    # A bare number comes last: it may be the day of a date in the other language.
    for mention in sorted(mentions, key=lambda one: one.kind == "count"):
        for stated in _told(sentence, mention):
            add(stated)
    spoken = [
        (match.start(), match.end(), _spoken(match.group()))
        for match in _SPOKEN.finditer(sentence)
        if not (match.group().lower() == "two" and _THE.search(sentence[: match.start()]))
    ]
    if language == "zh":
        spoken += [
            (match.start("n"), match.end("n"), _number(number_of(match["n"]))[0] or 0.0)
            for match in _HAN_COUNT.finditer(sentence)
            if match["n"] != "一"  # as an article: 一次, 一单
        ]
    for start, end, value in spoken:
        add(Stated("number", start, end, sentence[start:end], value, 0, _unit(sentence[end:])))
    return sorted(found, key=lambda stated: stated.start)


def _told(sentence: str, mention: Mention) -> Iterator[Stated]:
    """A mention as the chat has it; a weekday alone is no figure."""
    start, end = mention.start, mention.end
    quote, after = sentence[start:end], sentence[end:]
    amount, digits = _number(mention.amount)
    if mention.kind == "percent":
        yield Stated("share", start, end, quote, amount, digits)
    elif mention.kind == "money":
        yield _scaled(Stated("money", start, end, quote, amount, digits), after)
    elif mention.kind in ("count", "duration", "rating"):
        yield _scaled(_counted(sentence, start, end), after)
    elif mention.kind == "date":
        yield Stated("text", start, end, quote, day=(mention.month, mention.day, mention.year))
    elif mention.kind != "weekday":
        yield Stated("text", start, end, quote)


def _counted(sentence: str, start: int, end: int) -> Stated:
    """The number of a count, a span or a rating, without the word that follows it."""
    match = regex.search(r"\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?", sentence[start:end])
    if match is None:
        return Stated("text", start, end, sentence[start:end])
    first, last = start + match.start(), start + match.end()
    bare = regex.sub(r"[,'’\u00a0\u202f ]", "", match.group())
    unit = _unit(sentence[last:])
    amount, digits = _number(Decimal(bare))
    if amount is not None and regex.search(r"(?:^|[\s(：:])[-−]$", sentence[:first]):
        first, amount = first - 1, -amount
    kind: StatedKind = "ratio" if unit is Unit.RATIO else "number"
    return Stated(kind, first, last, sentence[first:last], amount, digits, unit)


def _scaled(stated: Stated, after: str) -> Stated:
    """`1.2 million`: a number whose size a word tells."""
    match = _SCALED.match(after)
    if match is None or stated.amount is None:
        return stated
    end = stated.end + match.end()
    scale = _SCALE[match["scale"].lower()]
    digits, quote = stated.digits - len(str(scale)) + 1, stated.quote + match.group()
    unit = _unit(after[match.end() :])
    return Stated(stated.kind, stated.start, end, quote, stated.amount * scale, digits, unit)


def _number(amount: Decimal | None) -> tuple[float | None, int]:
    if amount is None:
        return None, 0
    return float(amount), max(-int(amount.as_tuple().exponent), 0)


def _unit(after: str) -> Unit | None:
    return next((unit for unit, pattern in _AFTER.items() if pattern.match(after)), None)


def _in_words(match: "regex.Match[str]") -> Stated:
    said = match.group().lower()
    amount = max(((len(key), value) for key, value in _RATIO_OF.items() if key in said), default=(0, None))[1]
    return Stated("ratio", match.start(), match.end(), match.group(), amount, 1)


def _spoken(words: str) -> float:
    total, current = 0, 0
    for word in regex.split(r"[\s-]+", words.lower()):
        number = _WORDS.get(word)
        if number is None:
            continue
        if number >= 1000:
            total, current = total + max(current, 1) * number, 0
        elif number == 100:
            current = max(current, 1) * 100
        else:
            current += number
    return float(total + current)
