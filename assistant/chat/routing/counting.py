"""Follow-ups of a count: whom to count, with the one thing changed that a text says."""

import re

from assistant.chat.routing.entities import Found
from assistant.chat.routing.who import who_of

_LEAD = re.compile(
    r"^\W*(?:(?:and|or|ok|okay|so|now|then|what|how|about|what if|for|the|same(?: thing)?|but|within|only|just|also"
    r"|with|who|those|them|"
    r"people|customers|shoppers|if|we|make it|say|rather|instead|among|inside|within|of|from|in|on|over|during|that"
    r"|which|did|do|have|has|bought"
    r"|buy|"
    r"buying|ordered|ones?)\b[ ,]*)*"
    r"(?:那么?|如果|换成|改成|要是|还有|只看|只要)*",
    re.IGNORECASE,
)
_END = re.compile(
    r"\W*(?:\b(?:instead|then|please|too|as well|only|ones?|people|buyers|customers)\b\W*|[呢吗的啊呀？。]+)*$"
)
_UNITS = r"(?:day|week|month|quarter|year)s?"
_NUMBERS = r"(?:\d+|two|three|four|five|six|nine|twelve|a|one)"
_TIME = re.compile(
    rf"\b(?P<number>{_NUMBERS}) (?P<unit>{_UNITS})\b|\b(?P<last>(?:last|past) (?P<own>day|week|month|quarter|year))\b"
    r"|(?P<zh>\d+|[一二两三四五六七八九十半]+)个?(?P<zh_unit>天|日|周|星期|月|年)"
)
_OLD_TIME = re.compile(rf"\b{_NUMBERS} {_UNITS}\b|\b(?:last|past) (?:day|week|month|quarter|year)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:[$€£]\s?)?\b(\d[\d,.]*)(?:\s?(?:dollars|euros|pounds|bucks|usd|块|元))?\b")
_OLD_AMOUNT = re.compile(
    r"\b(spent? (?:(?:over|more than|at least|under|less than|below) )?[$€£]?)\d[\d,.]*", re.IGNORECASE
)
_OLD_TIMES = re.compile(
    r"\b((?:at least|more than|over|less than|fewer than) )?\d+(?= (?:times|orders)\b)|\b(?:once|twice)\b"
)
_OLD_NAME = re.compile(
    r"\b(?P<verb>bought|purchased|browsed|viewed|searched for|spent [^,]*? on|added|buyers of) (?P<name>(?!nothing\b"
    r"|anything\b).+?)"
    r"(?= (?:in|within|during|over|for) (?:the )?(?:last|past|\d)| twice| once| at least| more than| \d+ times| to the"
    r" cart"
    r"|,| but | and not | in \d|$)",
    re.IGNORECASE,
)
_OF_THOSE = re.compile(
    r"\b(?:of|among|from|in) (?:them|those|these|that|it)\b|\b(?:those|them|these|they)\b|其中|当中|这些人|他们|她们"
    r"|这里面|里面"
)
_NOT = re.compile(
    r"^\W*(?:(?:and|what about|how about|how many|the ones|those|them|people|customers|who|that) )*"
    r"(?:have|did|do|are)(?:n't| not)(?: yet)?\W*$|^没有?的呢?\W*$"
)
_FRESH = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|of (?:those|them|these))[ ,]+)*"
    r"(?:how many|count|number of|the number|what number)\b|多少|几个"
)
_ASKS = re.compile(
    r"\b(?:which|what(?! about| if)|who (?:is|are|buys?|likes?)|compare|show|tell|describe|write|draft|recommend|find"
    r"|search|list|"
    r"sell|approve|reject|rank|plan|run|why|when|explain|open|check)\b|哪|谁|什么|比较|写|推荐|介绍|画像|看看"
)
_WHOM = re.compile(r"\b(?:customers?|people|shoppers?|households?|members?|buyers?)\b|人|顾客|客户|用户|会员")
_CONDITION = re.compile(
    r"(?:the )?(?:top|bottom) \d+|(?:never|not|used|redeemed|opened|clicked|received|browsed|searched|added|spent|put)"
    r" \S",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\b(?:over|more|above|least|under|less|below|spent|spend)\b|超过|以上|至少|消费|花")
_LONGEST_NAME = 4
_UNITS_ZH = {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "月": "months", "年": "years"}
_NUMBERS_ZH = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def counted_after(found: Found, who: str, segment: str) -> dict[str, str] | None:
    """Arguments of the next count; None where the text is no follow-up of the last one.

    Args:
        found: what the text names.
        who: whom the last count counted.
        segment: in which segment.
    """
    named = found.first("segment") or segment
    if _ASKS.search(found.flattened) or found.has("quoted") or found.either:
        return None
    if who and _NOT.match(found.flattened):
        return {"who": who.removeprefix("not ") if who.startswith("not ") else f"not {who}", "segment": named}
    own = who_of(found)
    asked = bool(_FRESH.search(found.flattened))
    those = _OF_THOSE.search(found.flattened)
    inside = found.has("segment") and not own and not _WHOM.search(found.flattened)
    if asked and not those and not inside:
        return None
    if asked:
        # `how many of them`: those that were counted just before.
        own = _OF_THOSE.sub(" ", own).strip(" ,") if found.language == "zh" else own
        if not who:
            return None
        if not own:
            return {"who": who, "segment": named} if found.has("segment") else None
        return {"who": f"{who}, {own}" if own != who else who, "segment": named}
    return _changed(found, who, named)


def _changed(found: Found, who: str, segment: str) -> dict[str, str] | None:
    text = found.without("segment")
    text = re.sub("其中|当中|这里面|里面", "", text)
    left = _END.sub("", _LEAD.sub("", text.strip(), count=1))
    left = re.sub(r"^(?:the )?(?:last|past) (?=\d|two|three|six)", "", left.strip(), flags=re.IGNORECASE)
    if not left.strip(" ,") or re.fullmatch(
        r"(?:in|of|from|for|among|inside|within|segment|细分|里|中|只看|\W)*", left.strip()
    ):
        return {"who": who, "segment": segment} if found.has("segment") and who else None
    if not who:
        return None
    time = _TIME.search(left.lower())
    if bare := re.fullmatch(r"\W*(\d[\d,.]*)\W*", left):
        return _in_number(found, who, bare[1], segment)
    if time and len(left.split()) < 5:
        return {"who": _in_time(who, time), "segment": segment}
    if (often := re.fullmatch(r"(?:(at least|more than|over) )?(\d+) (?:times|orders)", left, re.IGNORECASE)) and (
        _OLD_TIMES.search(who)
    ):
        return {"who": _OLD_TIMES.sub(lambda old: f"{often[1] or (old[1] or '').strip()} {often[2]}".strip(), who)
                if "times" in who or "orders" in who else who, "segment": segment}  # fmt: skip
    amount = re.fullmatch(rf"(?:over|more than|above|at least|超过|消费|花了?)? ?{_AMOUNT.pattern}", left.strip(" ?"))
    if amount and _OLD_AMOUNT.search(who):
        return {"who": _OLD_AMOUNT.sub(lambda old: f"{old[1]}{amount[1]}", who), "segment": segment}
    if _CONDITION.match(left):
        return {"who": left.strip(" ?.!"), "segment": segment}
    old = _OLD_NAME.search(who)
    name = re.sub(r"^(?:买过?了?|过|the|some|any) ?", "", left).strip(" ,.?!")
    if old and name and len(name.split()) <= _LONGEST_NAME and len(name) < 40 and not found.has("metric"):
        return {"who": f"{who[: old.start('name')]}{name}{who[old.end('name') :]}", "segment": segment}
    return None


def _in_time(who: str, time: re.Match[str]) -> str:
    """The same with another time; what was turned round stays so."""
    if time["zh"]:
        if time["zh"] == "半":
            return _in_time(who, re.match(_TIME, "6 months") or time)
        number = int(time["zh"]) if time["zh"].isdigit() else _NUMBERS_ZH.get(time["zh"], 6)
        said = f"{number} {_UNITS_ZH[time['zh_unit']]}"
    else:
        said = time["last"] or f"{time['number']} {time['unit']}"
    if _OLD_TIME.search(who):
        said = (
            said
            if not time["last"] or re.search(r"(?:last|past) (?:day|week|month|quarter|year)", who)
            else f"1 {time['own']}"
        )
        return _OLD_TIME.sub(
            said.removeprefix("last ").removeprefix("past ") if f"last {said}" in who else said, who, count=1
        )
    return f"{who} in the {said}" if time["last"] else f"{who} in the last {said}"


def _in_number(found: Found, who: str, number: str, segment: str) -> dict[str, str] | None:
    """The same with another number, where there is no doubt which."""
    if _BOUND.search(found.flattened) and _OLD_AMOUNT.search(who):
        return {"who": _OLD_AMOUNT.sub(lambda old: f"{old[1]}{number}", who), "segment": segment}
    numbers = re.findall(r"\d[\d,.]*", who)
    return {"who": who.replace(numbers[0], number), "segment": segment} if len(numbers) == 1 else None
