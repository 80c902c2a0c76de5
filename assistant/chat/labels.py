"""How far a text speaks of what a label names: by the words they share, and by what marketers say instead."""

import regex

_WORD = regex.compile(r"\p{Latin}+")
_HAN = regex.compile(r"\p{Han}")
_ENDING = regex.compile(r"(?<=\w{3})(?:ies|es|s|ed|ing|y|e)$")
_FUNCTION = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "been", "by", "for", "from", "have", "has", "had", "in", "is", "it",
     "its", "of", "on", "or", "per", "than", "that", "the", "their", "them", "these", "they", "this", "to", "was",
     "were", "who", "with", "all", "other", "others", "each", "which")
)  # fmt: skip
# What people say -> the words that labels have for it.
_SAID = tuple(
    (regex.compile(said, regex.I), words)
    for said, words in (
        (r"\bweekends?\b", "saturday sunday"),
        (r"\bevery\s+(?:\S+\s+){0,2}days?\b|\b(?:gap|time|interval)s?\b.{0,20}\borders?\b", "day between order"),
        (r"\b(?:visits?|trips?|baskets?|purchases?|tickets?|checkouts?)\b", "order"),
        (r"\b(?:average order value|aov|order value|basket value)\b", "spend order"),
        (r"\b(?:shoppers?|buyers?|households?|people|members?|clients?)\b", "customer"),
        (r"\b(?:revenue|sales|money|turnover)\b", "spend"),
        (
            r"\b(?:last|most recent(?:ly)?)\b.{0,20}\b(?:order\w*|bought|shopp\w+|purchas\w+)\b|\bago\b",
            "day since last order",
        ),
        (r"\bfirst (?:order\w*|bought|purchas\w+)\b", "day since first order"),
        (r"\b(?:discounts?|markdowns?|promotions?)\b", "shelf price taken off shop"),
        (r"\b(?:private[- ]labels?|(?:own|house|store)[- ](?:brands?|labels?))\b", "spend shop own brand"),
        (r"\b(?:variety|range|breadth)\b", "different"),
        (r"\bmornings?\b", "five eleven morning"),
        (r"\bevenings?\b", "four afternoon nine evening"),
        (r"\bnights?\b", "nine evening five morning"),
        (r"\b(?:response|conversion)\b", "led redeem coupon"),
    )
)  # fmt: skip


def stems(text: str) -> frozenset[str]:
    """The words of a text without their endings, and without those that stand in every sentence."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_ENDING.sub("", word) for word in words if word not in _FUNCTION and len(word) > 1)


def spoken(text: str) -> frozenset[str]:
    """The stems that a text says, in its own words or in those of a label."""
    return stems(text).union(*(stems(words) for said, words in _SAID if said.search(text)))


def overlap(label: str, text: str, also: str = "") -> float:
    """Share of a label's words that a text holds, from 0 to 1; by pairs of signs where the label is Chinese.

    Args:
        label: of a figure.
        text: a sentence or a clause.
        also: words that the figure's own sign says, `share` for a percent.
    """
    if _HAN.search(label):
        signs = "".join(_HAN.findall(label))
        pairs = {signs[at : at + 2] for at in range(len(signs) - 1)} or {signs}
        return sum(pair in text for pair in pairs) / len(pairs)
    wanted = stems(label)
    return len(wanted & (spoken(text) | stems(also))) / len(wanted) if wanted else 0.0
