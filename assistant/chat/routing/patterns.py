"""What has a form of its own: quoted texts, claims, percents off, codes and days."""

import datetime as dt
import re

from assistant.chat.routing.words import Hit

_QUOTED = re.compile(
    r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|«([^»]+)»|‘([^’]+)’(?!\w)|(?<!\w)'([^']{3,})'(?!\w)"
)
_PASTED = re.compile(
    r"^(?P<head>[^:：\n]{0,90}\b(?:check|proofread|validate|okay|ok|allowed|fine|alright|acceptable|vet|legal"
    r"|compliant|test|copy|text|say|review)\b"
    r"(?![^:：\n]*\b(?:goal|aim|objective|purpose|note|reason)\s*[:：])[^:：\n]{0,60}|[^:：\n]{0,40}(?:检查|合规|违规"
    r"|文案|审|校对|能用|可以用)[^:：\n]{0,20})[:：\n]\s*(?P<text>\S.*)$",
    re.DOTALL,
)
_LEAST_PASTED = 6
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_CLAIM = re.compile(
    r"(?<![a-z0-9])(?P<segment>[sa]\d{1,3})[ .:_-]*c ?0*(?P<own>\d{1,3})(?![a-z0-9])"
    r"|(?<![a-z0-9])claim (?:no\.? ?|number )?c?0*(?P<number>\d{1,3})(?![a-z0-9%])"
    r"|(?<![a-z0-9])c(?P<short>\d{2,3})(?![a-z0-9])"
    r"|\b(?P<word>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth) claim\b"
    r"|第(?P<han>\d{1,2}|[一二三四五六七八九])条(?!文案|短信|邮件|推送|消息|广告|稿)"
)
_PERCENT = re.compile(r"(?<!top )(?<!bottom )(?<![\d.])(\d{1,2}(?:\.\d+)?) ?(?:%|percent|per cent|pct)(?! (?:of|by)\b)")
_FOLD = re.compile(r"(?:打)?([\d.]{1,3}|[一二三四五六七八九]{1,2}) ?折")
_HALF = re.compile(r"\bhalf[- ]price\b|\b(?:fifty percent|half) off\b|半价")
_WORDS_PERCENT = re.compile(
    r"\b(five|ten|fifteen|twenty|twenty[- ]five|thirty|forty|fifty) (?:percent|per cent)(?! (?:of|by)\b)"
)
_NUMBERS = {"five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九", start=1)}
_CODE = re.compile(
    r"(?:(?:\b(?:promo |coupon |discount |voucher )?code(?: is| of|:)?|(?:优惠|折扣|促销)?[代券]?码(?:是|为|:|：)?) ?)"
    r"[\"“「']?(?P<code>[A-Za-z0-9][A-Za-z0-9_-]{2,19})(?![A-Za-z0-9])", re.IGNORECASE
)  # fmt: skip
_LOOSE_CODE = re.compile(r"(?<![A-Za-z0-9.-])([A-Z]{3,15}\d{1,4})(?![A-Za-z0-9-])")
_NO_CODES = frozenset(
    ["and", "for", "with", "that", "the", "until", "off", "please", "from", "them", "which", "name", "here", "there"]
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})-(?P<m>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})年(?P<m>\d{1,2})月(?P<day>\d{1,2})[日号]?",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}})\b)?",
        rf"\b(?:the )?(?:end|middle|beginning) of {_MONTH}(?: (?P<year>\d{{4}})\b)?",
        r"(?<!\d)\d{1,2}月(?:\d{1,2}[日号]|底|末|中旬|初)",
        r"(?:这个|本|下个?)?(?:月|年)(?:底|末)|(?:这|本|下)?周末(?=前|之前|为止|截止)|(?:下|这|本)?(?:周"
        r"|星期)[一二三四五六日天](?=前|之前|为止|截止|结束)|明天|后天",
        r"\b(?:the )?end of (?:the |this |next )?(?:month|week|year)\b",
        r"(?<!\d)\d{1,2}/\d{1,2}(?:/\d{2,4})?(?!\d)",
        rf"(?:(?<=until )|(?<=till )|(?<=by )|(?<=through )|(?<=before )|(?<=ends )|(?<=expires ))"
        rf"(?:on )?(?:next |this )?(?:{_WEEKDAY}|tomorrow|tonight|midnight|next week|christmas|easter|new year)\b",
    )
)


def quoted_in(text: str) -> list[Hit]:
    """Texts in quotation marks, as they were written."""
    found = []
    for match in _QUOTED.finditer(text):
        inner = next(group for group in match.groups() if group is not None).strip()
        if inner:
            found.append(Hit(match.start(), match.end(), inner))
    return found


def pasted_in(text: str, flattened: str) -> Hit | None:
    """What stands behind a colon or on the next line, where somebody asks to have a text looked at."""
    match = _PASTED.match(flattened)
    if match is None or len(match["text"]) < _LEAST_PASTED:
        return None
    start, end = match.span("text")
    return Hit(start, end, text[start:end].strip())


def claims_in(flattened: str) -> list[Hit]:
    """Ids of claims as `S2.C03`, or `C03` where no segment is said."""
    found = []
    for match in _CLAIM.finditer(flattened):
        segment = match["segment"]
        number = match["own"] or match["number"] or match["short"] or match["han"] or ""
        if match["word"]:
            number = str(_ORDINALS.index(match["word"]) + 1)
        number = str(_DIGITS.get(number, number))
        prefix = f"{segment.upper()}." if segment else ""
        found.append(Hit(match.start(), match.end(), f"{prefix}C{int(number):02d}"))
    return found


def percents_in(flattened: str) -> list[Hit]:
    """Percents off: `20% off` and `八折` are 20; a share such as `top 10 percent` is none."""
    found = [Hit(match.start(), match.end(), match[1]) for match in _PERCENT.finditer(flattened)]
    found += [Hit(match.start(), match.end(), "50") for match in _HALF.finditer(flattened)]
    for match in _WORDS_PERCENT.finditer(flattened):
        number = sum(_NUMBERS.get(word, 0) for word in re.split("[- ]", match[1]))
        found.append(Hit(match.start(), match.end(), str(number)))
    for match in _FOLD.finditer(flattened):
        digits = "".join(str(_DIGITS.get(sign, sign)) for sign in match[1])
        if re.fullmatch(r"\d(?:\.\d)?|\d\d", digits):
            paid = float(digits) * (10 if len(digits.split(".")[0]) == 1 else 1)
            found.append(Hit(match.start(), match.end(), f"{100 - paid:g}"))
    return sorted(found, key=lambda hit: hit.start)


def codes_in(text: str) -> list[Hit]:
    """Codes of coupons, as they were typed."""
    found = []
    for match in _CODE.finditer(text):
        if match["code"].lower() not in _NO_CODES:
            found.append(Hit(*match.span("code"), match["code"]))
    return found or [Hit(*match.span(1), match[1]) for match in _LOOSE_CODE.finditer(text)]


def days_in(text: str, flattened: str) -> list[Hit]:
    """Days: ISO 8601 where a year is said, else in the person's words."""
    found: list[Hit] = []
    for pattern in _DAYS:
        for match in pattern.finditer(flattened):
            if any(match.start() < hit.end and hit.start < match.end() for hit in found):
                continue
            said = text[match.start() : match.end()].strip().removeprefix("on ")
            found.append(Hit(match.start(), match.end(), _iso(match) or said))
    return sorted(found, key=lambda hit: hit.start)


def _iso(match: re.Match[str]) -> str:
    parts = match.groupdict()
    year, day = parts.get("year"), parts.get("day")
    if not year or not day:
        return ""
    month = int(parts.get("m") or next(n for name, n in _MONTHS.items() if name.startswith(parts["month"][:3])))
    try:
        return dt.date(int(year), month, int(day)).isoformat()
    except ValueError:
        return ""
