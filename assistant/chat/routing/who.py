"""Whom a question counts, as `assistant segments define` reads it."""

import re

from assistant.chat.routing.entities import Found

_ASKING = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|then|please|hey|hi|well|also|but|can you|could you|tell me|i want to know"
    r"|i'd like to know|"
    r"do you know|let me know|show me|give me|find out|what is|what's|what was|what were)\b[, ]*)*"
    r"(?:how many|count(?: up)?|the (?:number|count|amount) of|number of|what (?:number|share|percentage) of|tally)\b *"
    r"(?:all |of )?(?:the |our |my )?(?P<noun>(?:new |lapsed |inactive |active |different )?(?:customers"
    r"|customer|people|shoppers|households|"
    r"buyers(?! of)|persons|users|clients|members|folks|everyone|everybody|anyone|those|them|these|of them"
    r"|of those|of these))?",
    re.IGNORECASE,
)
# Where the asking stands behind other words, or in the middle of them.
_NOUNS = (
    r" *(?:all |of )?(?:the |our |my )?"
    r"(?:customers?|people|shoppers|households|persons|users|clients|members|folks)?"
)
_HOW_MANY = re.compile(rf"\bhow many\b{_NOUNS}", re.IGNORECASE)
_CORE = re.compile(
    r"\b(?:how (?:big|large) (?:is|are|would be) (?:the|our) (?:group|audience|number|crowd)(?: of)?"
    r"|(?:a |the )?head ?count(?: of| for)?|(?:a |the |rough )*(?:number|count|tally|size|amount)(?: of| for)?"
    rf"|count(?: up)?)\b{_NOUNS}",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"^(?:(?:of|in|from|among|within|them|they|those|these|that|who|which|are|is|were|there|have|has|had|do|did|does"
    r"|we|"
    r"customers|people|shoppers|households|there are|and|also|actually|ever|even|both|got)\b[, ]*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[ ,]*\b(?:in total|altogether|overall|please|right now|so far|exactly|do we have|are there|does it have|does the|"
    r"do they have|thanks|there|(?:in|of|from|among|within|for|to|and) *$)[ ?.!]*$",
    re.IGNORECASE,
)
_SEGMENT_WORDS = re.compile(
    r"[ ,]*\b(?:(?:customers |people |shoppers |those |members )?(?:in|of|from|among|within|for"
    r"|inside)) (?:the )?(?:segments? )?(?=\x01)",
    re.IGNORECASE,
)
_PRONOUNS = re.compile(r"\b(?:of|in|from|among|within) (?:them|those|these|this segment|that segment|it"
    r"|this group|that group)(?: customers| people)?\b", re.IGNORECASE)  # fmt: skip
# What people say that the grammar of phrases has another word for.
_PLAINER = (
    (re.compile(r"\b(\d+)\+ (?:orders|purchases)\b", re.IGNORECASE), r"ordered at least \1 times"),
    (re.compile(r"\b(\d+) (orders|purchases) or more\b", re.IGNORECASE), r"ordered at least \1 times"),
    (re.compile(r"\b(\d+) ?d\b", re.IGNORECASE), r"\1 days"),
    (re.compile(r"\b(?:having|with having)\b ?", re.IGNORECASE), ""),
    (
        re.compile(r"(?<!in )(?<!in the )\b(?:the )?(last|past) (\d+) (days|weeks|months)", re.IGNORECASE),
        r"in the \1 \2 \3",
    ),
    (re.compile(r"\bsince (?=\d+ (?:days|weeks|months))", re.IGNORECASE), "in "),
    (
        re.compile(
            r"\b(?:with us|from us|at our (?:shop|store)|in our (?:shop|store)|in the (?:shop|store)|here)\b ?",
            re.IGNORECASE,
        ),
        "",
    ),
    (
        re.compile(
            r"\b(?:made|placed|make|place|making|had) (?:an?|any|one|at least one) (?:purchase|order)s?\b"
            r"|\bmade purchases\b",
            re.IGNORECASE,
        ),
        "ordered",
    ),
    (
        re.compile(
            r"\b(?:bought|purchased|buy|buying|purchase|been in|been|visited|returned|come in|came in"
            r"|come back)(?= (?:in|for|within|since|during|over|more than|at least) (?:the |at least "
            r"|more than |\d|a |one |two |three |four |five |six |last |past )|$)",
            re.IGNORECASE,
        ),
        "ordered",
    ),
    (re.compile(r"\bspent (?:money )?on\b", re.IGNORECASE), "bought"),
    (re.compile(r"\b(?:used|redeemed) (?:coupons|vouchers|a voucher|any coupons?)\b", re.IGNORECASE), "used a coupon"),
    (
        re.compile(
            r"\bopened (?:our |the |an? |any )?(?:e-?mails?|newsletters?|messages?|campaigns?)\b", re.IGNORECASE
        ),
        "opened a campaign",
    ),
    (
        re.compile(
            r"\bclicked (?:on )?(?:our |the |an? |any )?(?:e-?mails?|newsletters?|links?|messages?|campaigns?)\b",
            re.IGNORECASE,
        ),
        "clicked a campaign",
    ),
    (re.compile(r"\bput (.+?) (?:in|into) (?:the|their) (?:cart|basket)\b", re.IGNORECASE), r"added \1 to the cart"),
    (re.compile(r"\bto their (?:cart|basket)\b", re.IGNORECASE), "to the cart"),
    (re.compile(r"\b(?:so far|until now|at all|already|yet|regularly)\b ?", re.IGNORECASE), ""),
)
_THIS = re.compile(r"\b(?:in |during )?this (week|month|quarter|year)\b", re.IGNORECASE)
_NEW = re.compile(r"^(?P<what>new|lapsed|inactive) (?:customers|people|shoppers|households|buyers)\b", re.IGNORECASE)
_HOW_MANY_LAST = re.compile(r"[-–—,;:. ]+(?:and )?how many.*$", re.IGNORECASE)
_PREAMBLE = re.compile(r"^(?:would|will|can|could|should|do i|i|we|if)\b", re.IGNORECASE)
_THOSE_WHO = re.compile(
    r"\b(?:those|customers|people|shoppers|everyone|everybody|households|anyone) (?:who|that|which|with)\b(?P<who>.*)$",
    re.IGNORECASE,
)
# Words that say nothing of whom to count.
_IDLE = frozenset(
    {"big", "large", "size", "how", "is", "are", "the", "segment", "they", "it", "customers", "people", "shoppers",
     "of", "does", "do", "in", "a", "members", "count", "what", "them", "group", "there", "belong", "to", "give", "me",
     "head", "headcount", "would", "you", "could", "can", "please", "kindly", "just", "need", "i", "s", "we", "exactly",
     "number", "roughly", "many", "for", "like", "this", "that", "have", "now", "talking", "whats", "about", "tell",
     "say", "only"}
)  # fmt: skip
_UNITS = {
    "天": "days",
    "日": "days",
    "周": "weeks",
    "个星期": "weeks",
    "星期": "weeks",
    "个月": "months",
    "月": "months",
    "年": "years",
}
_HAN_NUMBERS = {
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "半": 0,
}
_AMOUNT = r"(\d+|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一两二三四五六七八九半])"
_TIME = re.compile(
    rf"(超过|至少|已经?)?(?:在)?(?:最近|过去|近|前|这)?(?:的)?{_AMOUNT}(天|日|个?星期|周|个?月|年)(?:以上|多|之内|以内"
    rf"|里|内|没|未)?"
)
_NOT = re.compile(r"没有?|未|不曾|不再")
_AT_LEAST = re.compile(r"(?:超过|多于|大于|至少|满|不少于)?(?:了)?(\d+)(?:块|元|美元|美金|刀)?(?:以上)?")
_BOUGHT = re.compile(
    r"(?:买|购买|购入|购)(?:过|了)?(?!的|得|东西|没)([^，,。？?！!的过没不又和而但]{1,20}?)(?=的|，|,|。|\?|？|$|有|但"
    r"|而|又|没|不|和|多少)"
)
_WORDS = (
    (re.compile(r"(?:用|使用)(?:过|了)?(?:优惠)?券"), "used a coupon"),
    (re.compile(r"(?:核销|兑换)(?:过|了)?(?:优惠)?券"), "redeemed a coupon"),
    (re.compile(r"(?:打开|看)(?:过|了)?(?:活动|邮件|短信)"), "opened a campaign"),
    (re.compile(r"(?:点击|点开|点)(?:过|了)?(?:活动|邮件|短信)"), "clicked a campaign"),
    (re.compile(r"(?:收到)(?:过|了)?(?:活动|邮件|短信)"), "received a campaign"),
)
_BETWEEN = r"[^，,。]{0,4}"
_ORDER_TIMES = re.compile(
    r"(?:下单|买|购买|下)(?:过|了)?(?:至少|超过)?(\d+|[一两三四五六七八九十])(?:次|单)|(\d+|[两三四五六七八九十])(?:次"
    r"|单)以上"
)


def who_of(found: Found) -> str:
    """The phrase left of a question when its asking is taken off; empty where it asks for a segment's size only."""
    if found.language == "zh":
        return _chinese(found)
    text = found.text.rstrip(" ?.!")
    for hit in sorted(found.hits.get("segment", ()), key=lambda hit: -hit.start):
        text = f"{text[: hit.start]}\x01{text[hit.end :]}"
    text = _PRONOUNS.sub("", text.replace("\x01's", "\x01"))
    text = _SEGMENT_WORDS.sub(" ", text).replace("\x01", " ")
    match = _ASKING.match(text)
    asked = match is not None
    if match:
        noun = match["noun"] or ""
        text = text[match.end() :]
        kind = noun.lower().split()[0] if noun else ""
        if kind in ("new", "lapsed", "inactive", "active"):
            text = f"{kind} {_LINKS.sub('', text.strip())}"
    elif core := _HOW_MANY.search(text) or _CORE.search(text):
        after, before = text[core.end() :], text[: core.start()]
        # `bought milk in 30 days: how many?` asks at its end.
        asked = bool(set(re.findall("[a-z]+", after.lower())) - _IDLE)
        text = after if asked else before
    else:
        text = re.sub(r"^\W*(?:and|what about|how about|so|those|the ones)\b[, ]*", "", text, flags=re.IGNORECASE)
    text = _HOW_MANY_LAST.sub("", " ".join(text.split()))
    if not asked or _PREAMBLE.match(text):
        behind = _THOSE_WHO.search(text)
        text = behind["who"] if behind else text
    for _ in range(3):
        text = _TAIL.sub("", _LINKS.sub("", text.strip(" ,?.!:;–—-")))
    for pattern, plain in _PLAINER:
        text = pattern.sub(plain, text)
    text = _THIS.sub(r"in the last \1", text).strip(" ,?.!:;–—-")
    small = re.sub(r"[^a-z ]", "", text.lower()).split()
    return "" if set(small) <= _IDLE else text


def _chinese(found: Found) -> str:
    text = found.flattened
    for hit in sorted(found.hits.get("segment", ()), key=lambda hit: -hit.start):
        text = f"{text[: hit.start]}，{text[hit.end :]}"
    parts = [part for clause in re.split(r"[，,。;；]|但是?|而且|并且|同时|又", text) if (part := _clause(clause))]
    return ", ".join(parts)


def _clause(text: str) -> str:
    """One condition of a Chinese question."""
    when = ""
    turned = bool(_NOT.search(text))
    if time := _TIME.search(text):
        number = _han_number(time[2])
        unit = _UNITS[time[3]]
        when = f"in the last {number or 6} {unit if number else 'months'}"
        if (time[1] or "以上" in time[0] or "没" in time[0]) and turned:
            when = when.replace("in the last", "in")
    rest = text.replace(time[0], " ") if time else text
    for pattern, said in _WORDS:
        if pattern.search(rest):
            return _said(turned, said, when)
    if times := _ORDER_TIMES.search(rest):
        return _said(turned, f"ordered at least {_han_number(times[1] or times[2])} times", when)
    if re.search(r"消费|花", rest) and (amount := _AT_LEAST.search(rest)):
        bound = "over" if re.search("超过|多于|大于|以上", rest) else "at least"
        return _said(turned, f"spent {bound} {amount[1]}", when)
    if searched := re.search(r"(搜索?|浏览|看)过?了?([^，,。？?的]{1,16})", rest):
        verb = "searched for" if "搜" in searched[1] else "browsed"
        return _said(turned, f"{verb} {searched[2]}", when)
    bought = _BOUGHT.search(rest.replace("多少人", "").replace("有多少", ""))
    if (
        bought
        and (name := re.sub(r"^(?:了|过)|(?:多少|几).*$|[ \x00]", "", bought[1]))
        and name not in ("东西", "任何东西")
    ):
        return _said(turned, f"bought {name}", when)
    if re.search(r"买|下过?单|购|来|消费", rest) and (when or turned):
        return _said(turned, "ordered" if not turned or when else "ordered anything", when)
    if when and re.search("新顾客|新客|新用户|新会员", text):
        return when.replace("in the last", "new in the last")
    return _said(turned, "ordered", when) if when else ""


def _said(turned: bool, what: str, when: str) -> str:
    return " ".join(part for part in ("not" if turned else "", what, when) if part)


def _han_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if ten:
        return _HAN_NUMBERS.get(tens, 1) * 10 + _HAN_NUMBERS.get(ones, 0)
    return _HAN_NUMBERS.get(text, 1)
