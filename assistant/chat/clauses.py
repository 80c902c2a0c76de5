"""Of whom and of what a figure is said: its clause, the segment before it, and the words that say more of it."""

from collections.abc import Sequence

import regex

from assistant.chat.mentions import Stated

Place = tuple[int, str]
"""Where a segment is named, and which."""

_BOUNDARY = regex.compile(
    r"[,;:()](?=\s|$)|\n|(?<=\s)\(|[，；：（）、—–]|\b(?:and|while|whereas|but|versus|vs\.?|against|than|compared\s+(?:with|to))\b|而",
    regex.I,
)
_COMPARES = regex.compile(
    r"\b(?:others?'?|rest|everyone|everybody|elsewhere|than|versus|vs\.?|against|compared|average|typical|overall|outside)\b"
    r"|其他|其余|别的|其它|相比|(?<!占)比(?!例)|高于|低于|而",
    regex.I,
)
_OF_OTHERS = regex.compile(
    r"^[^\w.]*(?:\w+\s+)?(?:for|among|of|by|in|from)?\s*(?:all\s+(?:the\s+)?|the\s+)?"
    r"(?:others?\b|other customers|rest\b|everyone else)",
    regex.I,
)
_SHOP = regex.compile(
    r"\b(?:all|overall|shop|store|totals?|catalogue|catalog|whole|altogether|everyone|business|in all|"
    r"there (?:is|are))\b"
    r"|全部|全店|总|所有|共|我们|店",
    regex.I,
)
_EACH = regex.compile(r"^[^\w.,;]*(?:a|an|per|each|every)\s+(\p{L}+)", regex.I)
_ORDERS = frozenset({"visit", "trip", "basket", "shop", "purchase", "ticket", "order"})
_PEOPLE = frozenset({"customer", "shopper", "household", "head", "person", "member", "buyer"})
_PERIODS = frozenset(
    {"day", "week", "month", "quarter", "year", "hour", "item", "mail", "email", "product", "campaign"}
)
GROWTH = regex.compile(
    r"\b(?:grew|grow(?:s|ing|n)?|growth|increas\w+|rose|risen|rising|climb\w*|jump\w*|dropp?\w*|declin\w+|fell|fallen|falling|"
    r"shrank|shrunk|doubl\w+|tripl\w+)\b|增长|增加了|上升|下降|下滑|同比|环比",
    regex.I,
)  # fmt: skip
CHANGES = regex.compile(r"\b(?:change|trend)|变化|趋势", regex.I)


def clause_of(text: str, stated: Stated) -> tuple[int, int]:
    """Where the clause begins and ends that a figure stands in."""
    bounds = [(match.start(), match.end()) for match in _BOUNDARY.finditer(text)]
    start = max((end for _, end in bounds if end <= stated.start), default=0)
    return start, min((begin for begin, _ in bounds if begin >= stated.end), default=len(text))


def whose(text: str, places: Sequence[Place], stated: Stated, alike: Sequence[Stated]) -> tuple[str, ...]:
    """The segments that a figure may be of, where its sentence names any.

    Args:
        text: the sentence.
        places: where segments are named, in order.
        stated: the figure.
        alike: all figures of its kind in the sentence, in order; "S1 and S3 spend $4 and $5" names each in turn.
    """
    named = list(dict.fromkeys(segment for _, segment in places))
    if len(named) < 2:
        return tuple(named)
    if all(at < alike[0].start for at, _ in places):
        return (named[list(alike).index(stated)],) if len(alike) == len(named) else tuple(named)
    start, end = clause_of(text, stated)
    inside = [place for place in places if start <= place[0] < end] or list(places)
    before = [segment for at, segment in inside if at < stated.start]
    return (before[-1] if before else inside[0][1],)


def compares(text: str, stated: Stated) -> bool:
    """Whether a figure is said of the others: a word before it compares, or the others come right after it."""
    return bool(_COMPARES.search(text[: stated.start]) or _OF_OTHERS.match(text[stated.end :]))


def of_the_shop(text: str) -> bool:
    """Whether a sentence speaks of the shop as a whole too."""
    return bool(_SHOP.search(text))


_EVERY = regex.compile(r"\b(?:every|each)\s+(?:\w+\s+)?$|每隔?\s*$", regex.I)
_AGO = regex.compile(r"^\W*(?:\p{L}+\s+)?ago\b|^\s*天前", regex.I)
_LAST = regex.compile(r"\blast\s+(?:order\w*|bought|shopp\w+|purchas\w+|visit\w*)\W*(?:\w+\W+){0,3}$", regex.I)
_OTHER_CUSTOMERS = regex.compile(
    r"\b(?:all\s+(?:the\s+)?|the\s+)?other\s+(?:customers|shoppers|households|segments)\b|其他顾客", regex.I
)


def recurs(text: str, stated: Stated) -> bool:
    """Whether a span is what comes again and again: "every 18 days"."""
    return bool(_EVERY.search(text[: stated.start]))


def lies_back(text: str, stated: Stated) -> bool:
    """Whether a span is how long something is ago: "they last ordered 26 days ago"."""
    return bool(_AGO.match(text[stated.end :]) or _LAST.search(text[: stated.start]))


def without_others(text: str) -> str:
    """A text without its "other customers", who are in every comparison and of no label; as long as before."""
    return _OTHER_CUSTOMERS.sub(lambda match: " " * len(match.group()), text)


def counted_by(text: str, stated: Stated) -> str:
    """What a figure is said to be for each of: `order` in "$39 per visit"; empty where nothing is said."""
    match = _EACH.match(text[stated.end :])
    word = match[1].lower() if match else ""
    word = next((one for one in (word, word.removesuffix("s")) if one in _ORDERS | _PEOPLE | _PERIODS), "")
    return "order" if word in _ORDERS else "customer" if word in _PEOPLE else word
