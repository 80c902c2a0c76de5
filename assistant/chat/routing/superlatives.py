"""Segments that are spoken of by what they have most or least of: `the smallest group`, `our top spenders`."""

import re
from collections.abc import Mapping

from assistant.chat.routing.routes import Context, Lexicon
from assistant.chat.routing.words import Hit

_HEAD = r"(?:groups?|segments?|clusters?|audiences?|ones?|crowd|bunch)"
_WHOM = r"(?:groups?|segments?|ones?|audience|customers?|shoppers?|people|buyers?|households?|clients?|crowd|folks)"
_MUCH = r"(?:biggest|largest|most numerous|hugest)"
_LITTLE = r"(?:smallest|tiniest|least numerous|littlest)"
_OWN = r"(?:(?:the|our|my|your) )?"
_BEHIND = r"(?=\W*$|,|;| and\b| with\b| against\b| versus\b| vs\b| to\b| or\b| pls\b| please\b)"
_SIZE = re.compile(
    rf"{_OWN}\b(?:(?P<most>{_MUCH})|(?P<least>{_LITTLE})) (?:(?:of (?:the|our|all) )?(?:customer |shopper |buyer"
    rf" )?{_HEAD}\b"
    rf"(?:(?: of (?:all|them|the lot|customers|shoppers|people)| by (?:size|headcount))\b)?|of (?:all|them)\b)"
    rf"|\bthe (?:(?P<m2>{_MUCH})|(?P<l2>{_LITTLE})){_BEHIND}"
    rf"|{_OWN}\b{_WHOM} with (?:the )?(?:(?P<m3>most|highest number of)|(?P<l3>fewest|least|lowest number of)) "
    r"(?:customers|people|members|shoppers|households)\b"
    r"|(?:人数|规模|顾客)?(?:(?P<m4>最大|最多)|(?P<l4>最小|最少))的?(?:那个|那|一个)?的?(?:细分|分群|群体|人群|群组|组"
    r"|群)"
    r"|人数(?:(?P<m5>最多)|(?P<l5>最少))的(?:那个|那)?"
)
_SPEND = re.compile(
    rf"{_OWN}\b(?:(?P<most>top|biggest|highest|best|heaviest|largest|most)|(?P<least>lowest|smallest|bottom|least"
    rf"|worst))"
    rf"[ -]spend(?:ers?\b(?: (?:group|segment)s?\b)?|ing {_WHOM}\b)"
    rf"|{_OWN}\b(?:(?P<m2>most (?:valuable|profitable|lucrative|important)|best|highest[- ]value|top)"
    rf"|(?P<l2>least (?:valuable|profitable|lucrative)|worst|lowest[- ]value)) "
    r"(?:customer |shopper )?(?:groups?|segments?|customers|shoppers|buyers|clients|audience)\b"
    rf"|{_OWN}\b{_WHOM} (?:that|who|which) (?:spends?|pays?|brings? in|buys?) (?:us )?(?:the )?"
    r"(?:(?P<m3>most)|(?P<l3>least))(?: money)?\b"
    rf"|{_OWN}\b{_WHOM} with (?:the )?(?:(?P<m4>highest|biggest|most|largest|top)|(?P<l4>lowest|smallest|least)) "
    r"(?:total )?(?:spend|spending|revenue|sales|value)\b"
    r"|(?:消费|花钱|花得|买得|花费|贡献|价值|消费力)(?:(?P<m5>最高|最多|最大|最强)|(?P<l5>最低|最少|最小))的?(?:那个"
    r"|那|一)?"
    r"(?:细分|分群|群体|人群|群组|组|群|类|批|顾客|客户|人|些人)"
    r"|(?:(?P<m6>最有价值|最值钱)|(?P<l6>最没价值))的?(?:那个|那|一)?(?:细分|分群|群体|人群|群组|组|群|类|顾客|客户)"
)
# Asks which one it is, and speaks of none.
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|but|then|also|hi|hey|tell me|show me|do you know|can you tell me|could you tell me"
    r"|i wonder) )*"
    r"(?:(?:which|what) (?:of (?:the|our|my|these|those) )?(?:\w+ )?(?:segments?|groups?|customers|shoppers|ones?"
    r"|audiences?)\b"
    r"|which (?:one )?(?:is|are|of|has|have|was)\b|who\b(?!se)|who's\b|whose\b|rank|sort|order the|list|where is\b)"
    r"|哪(?:个|些|一|组|类|群)|谁"
)
_IDLE = re.compile(
    r"\b(?:what|what's|whats|is|are|was|our|my|the|by|in|of|we|do|have|got|and|so|ok|okay|now|how|about|then|about"
    r"|find|"
    r"terms|size|you|please|pls|that|it|s|again)\b|[呢是吗的呀啊有那么？。]"
)
_PLACED = re.compile(
    r"\b(?:the|that) (first|second|third|fourth|fifth|top|winner|winning|leading|last|bottom|runner-up) ?"
    r"(?:one|group|segment|ones|in (?:the|that) (?:list|ranking))?\b(?! (?:\d|line|claim|order|time|name|week|month"
    r"|days|quarter|year|sentence))"
    r"|(?:排名?)?(第一|第二|第三|第四|第五|最后)(?:名|位)?的?(?:那个|那组|一个|那群)"
)
_PLACES = {
    "first": 0, "top": 0, "winner": 0, "winning": 0, "leading": 0, "second": 1, "runner-up": 1, "third": 2, "fourth": 3,
    "fifth": 4, "last": -1, "bottom": -1, "第一": 0, "第二": 1, "第三": 2, "第四": 3, "第五": 4, "最后": -1,
}  # fmt: skip
_TAKES_ONE = frozenset(
    {"describe_segment", "segment_facts", "recommend", "show_persona", "draft_copy", "compare_segments"}
)


def superlatives_in(flattened: str, lexicon: Lexicon, context: Context) -> list[Hit]:
    """Places where a segment is spoken of by its size, its spend or its place in a ranking; none where it is asked for.

    Args:
        flattened: the text.
        lexicon: with customers and spend of segments; without, nothing is found.
        context: what was spoken of before.
    """
    if _ASKS.search(flattened):
        return []
    found: list[Hit] = []
    for pattern, of in ((_SPEND, lexicon.spend), (_SIZE, lexicon.sizes)):
        for match in pattern.finditer(flattened) if of else ():
            if not any(hit.start < match.end() and match.start() < hit.end for hit in found):
                found.append(Hit(match.start(), match.end(), _extreme(of, _is_most(match))))
    if context.tool == "rank_segments" and len(context.segments) > 1:
        ranked = context.segments[: len(lexicon.segments)]
        for match in _PLACED.finditer(flattened) if not found else ():
            place = _PLACES[match[1] or match[2]]
            if place < len(ranked):
                found.append(Hit(match.start(), match.end(), ranked[place]))
    if found and context.tool not in _TAKES_ONE and not _says_more(flattened, found):
        return []
    return sorted(found, key=lambda hit: hit.start)


def _is_most(match: re.Match[str]) -> bool:
    return any(value for name, value in match.groupdict().items() if name.startswith("m"))


def _extreme(of: Mapping[str, int], most: bool) -> str:
    return (max if most else min)(of, key=lambda segment: (of[segment], segment))


def _says_more(flattened: str, found: list[Hit]) -> bool:
    """Whether something is asked of the segment beside which it is."""
    left = flattened
    for hit in sorted(found, key=lambda hit: -hit.start):
        left = f"{left[: hit.start]} {left[hit.end :]}"
    return bool(re.search(r"\w", _IDLE.sub(" ", left)))
