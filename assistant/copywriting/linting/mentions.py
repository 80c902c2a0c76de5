"""Where a text states a fact, and what it states: money, shares, dates, ratings, counts, codes, addresses."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

import regex
from text_to_num import text2num

from assistant.copywriting.linting.wording import FactWording, wording_of

MentionKind = Literal["url", "contact", "code", "date", "weekday", "rating", "percent", "money", "duration", "count"]

NUMBER = r"\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_HAN_DIGITS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_HAN = "零一二两三四五六七八九十百千万半"
_NUMBER_WORDS = {
    "en": r"(?:(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|and)[\s-]+)+",
    "de": r"(?:[a-zäöüß]*(?:eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zig|dreißig|hundert"
    r"|tausend)\s+)+",
    "es": r"(?:(?:un|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w+"
    r"|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|mil|y)\s+)+",
    "fr": r"(?:(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?"
    r"|trente|quarante|cinquante|soixante|cents?|mille|et)[\s-]+)+",
}
_URL = regex.compile(
    r"(?:https?://|www\.)[^\s<>\"'）)]+|(?<![@\w])(?:[\p{L}\d-]+\.)+(?:com|net|org|shop|store|co|io|de|fr|es|cn|uk|eu|info|biz)"
    r"(?![\p{L}\d-])(?:/[^\s<>\"'）)]*)?",
    regex.IGNORECASE,
)
_EMAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = regex.compile(r"(?<![\w.,])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[\s().-]*\d){7,14}(?![\w%])|(?<!\d)\d{3}-\d{4}(?!\d)")
_CODE = regex.compile(r"(?<![\p{Latin}\d-])(?=[A-Z0-9]*[A-Z])(?=[A-Z0-9]*\d)[A-Z0-9]{4,20}(?![\p{Latin}\d-])")
_STARS = regex.compile(r"[★⭐☆]{1,5}")


@dataclass(frozen=True)
class Mention:
    """One place of a text."""

    kind: MentionKind
    start: int
    end: int
    amount: Decimal | None = None
    """Of a percent, an amount of money, a count."""
    currency: str = ""
    month: int = 0
    day: int = 0
    year: int = 0
    weekday: int = -1


def mentions_in(text: str, language: str) -> list[Mention]:
    """All facts that a text states, in order, none over another one."""
    said = wording_of(language)
    taken = bytearray(len(text))
    found: list[Mention] = []
    for mention in (
        *_fixed(text),
        *_codes(text, said),
        *_dates(text, said),
        *_ratings(text, said),
        *_shares(text, said, language),
        *_money(text, said, language),
        *_durations(text, said),
        *_weekdays(text, said, language),
        *_counts(text),
    ):
        if not any(taken[mention.start : mention.end]):
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def number_of(text: str) -> Decimal | None:
    """A number as people write it: `1,299.50`, `1.299,50`, `4,9`, `二十`."""
    bare = regex.sub(r"[\s\u00a0\u202f'’]", "", text)
    if bare and all(sign in _HAN for sign in bare):
        return _han(bare)
    last = max(bare.rfind("."), bare.rfind(","))
    if last >= 0 and (len(bare) - last - 1 != 3 or ("." in bare and "," in bare)):
        bare = regex.sub(r"[.,]", "", bare[:last]) + "." + bare[last + 1 :]
    else:
        bare = regex.sub(r"[.,]", "", bare)
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


def _fixed(text: str) -> Iterator[Mention]:
    for kind, pattern in (("contact", _EMAIL), ("url", _URL), ("contact", _PHONE)):
        for match in pattern.finditer(text):
            end = match.start() + len(match.group().rstrip(".,;:!?"))
            yield Mention(kind, match.start(), end)  # type: ignore[arg-type]


def _codes(text: str, said: FactWording) -> Iterator[Mention]:
    named = regex.compile(rf"(?i:{said.code})[\s:：\"“”'‘’„«]*(?P<code>[A-Z0-9]{{3,20}})(?![\w-])")
    for match in named.finditer(text):
        if not match["code"].isdigit():
            yield Mention("code", match.start("code"), match.end("code"))
    for match in _CODE.finditer(text):
        if not regex.fullmatch(r"\d+(?:ST|ND|RD|TH|PM|AM|H|G|KG|ML|L|CM|MM|X|K|M|OZ|LB|PK|CT)", match.group()):
            yield Mention("code", match.start(), match.end())


def _dates(text: str, said: FactWording) -> Iterator[Mention]:
    month = "|".join(sorted(map(regex.escape, said.months), key=len, reverse=True))
    day = r"(?P<day>\d{1,2})"
    year = r"(?P<year>\d{4})"
    patterns = (
        rf"(?<!\d){year}[-/.](?P<m>\d{{1,2}})[-/.]{day}(?!\d)",
        rf"(?:{year}\s?年\s?)?(?P<m>\d{{1,2}})\s?月\s?{day}\s?[日号]",
        rf"\b(?P<month>{month})\.?\s+{day}(?:st|nd|rd|th)?\b(?!\s?%)(?:,?\s+{year})?",
        rf"\b{day}(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?(?P<month>{month})\b\.?(?:,?\s+(?:de\s+)?{year})?",
        rf"(?<![\d.,/]){day}\.(?P<m>\d{{1,2}})\.(?:{year})?(?!\d)",
        rf"(?<![\d.,/])(?P<m>\d{{1,2}})/{day}(?:/(?P<year>\d{{2,4}}))?(?![\d/])(?!\s?(?:stars?|★))",
    )
    for pattern in patterns:
        for match in regex.finditer(pattern, text, regex.IGNORECASE):
            told = match.groupdict()
            number = said.months.get((told.get("month") or "").lower()) or int(told.get("m") or 0)
            given = int(told["year"]) if told.get("year") else 0
            if 1 <= number <= 12 and 1 <= int(told["day"]) <= 31 and not _score(text, match):
                year_said = given + 2000 if 0 < given < 100 else given
                yield Mention("date", match.start(), match.end(), month=number, day=int(told["day"]), year=year_said)
    for match in regex.finditer(rf"\b(?P<month>{month})\b(?=\s+{year}|\W|$)", text, regex.IGNORECASE):
        # A month alone may be a word ("may", "mars"): only where it is written as a name.
        if match.group()[0].isupper() and len(match.group()) > 3 and not _opens(text, match.start()):
            yield Mention("date", match.start(), match.end(), month=said.months[match["month"].lower()])


def _score(text: str, match: "regex.Match[str]") -> bool:
    """`4/5` is a rating where it stands alone among small numbers."""
    return bool(regex.fullmatch(r"[0-5]/(?:5|10)", match.group())) or text[match.end() : match.end() + 1] == "%"


def _opens(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in ".!?\n:"


def _ratings(text: str, said: FactWording) -> Iterator[Mention]:
    one = r"(?:\d(?:[.,]\d{1,2})?|10|one|two|three|four|five|ten|fünf|cinco|cinq|五|四)"
    for pattern in (
        rf"(?<![\w.,]){one}[\s-]?{said.rating}(?!\w)",
        r"(?<![\d.,/])\d(?:[.,]\d{1,2})?\s?/\s?(?:5|10)(?![\d/%])",
    ):
        for match in regex.finditer(pattern, text, regex.IGNORECASE):
            yield Mention("rating", match.start(), match.end())
    for match in _STARS.finditer(text):
        yield Mention("rating", match.start(), match.end())


def _shares(text: str, said: FactWording, language: str) -> Iterator[Mention]:
    for match in regex.finditer(rf"(?P<n>{NUMBER})[\s\u00a0\u202f-]?{said.percent}", text, regex.IGNORECASE):
        yield Mention("percent", match.start(), match.end(), amount=number_of(match["n"]))
    if language == "zh":
        for match in regex.finditer(rf"百分之(?P<n>[\d.]+|[{_HAN}]+)", text):
            yield Mention("percent", match.start(), match.end(), amount=number_of(match["n"]))
        for match in regex.finditer(rf"(?P<n>[{_HAN}]{{1,2}}|\d(?:\.\d)?|\d{{2}})(?:点(?P<t>[{_HAN}]))?折", text):
            yield Mention("percent", match.start(), match.end(), amount=_off_by_zhe(match["n"], match["t"]))
        return
    for match in _in_words(text, language, said.percent):
        yield Mention("percent", match.start(), match.end(), amount=_spoken(match["n"], language))


def _money(text: str, said: FactWording, language: str) -> Iterator[Mention]:
    for currency, words in said.money.items():
        signs = "|".join(part for part in words.split("|") if not regex.search(r"[a-zà-ÿ]{3}", part))
        before = rf"(?<![\p{{L}}])(?:{signs})\s?(?P<n>{NUMBER})" if signs else ""
        after = rf"(?<![\p{{Latin}}\d.,])(?P<n>{NUMBER})[\s\u00a0\u202f-]?(?:{words})(?![\p{{L}}])"
        for pattern in filter(None, (before, after)):
            for match in regex.finditer(pattern, text, regex.IGNORECASE):
                yield _amount(match, number_of(match["n"]), currency)
        if language != "zh":
            for match in _in_words(text, language, rf"(?:{words})"):
                yield _amount(match, _spoken(match["n"], language), currency)


def _amount(match: "regex.Match[str]", amount: Decimal | None, currency: str) -> Mention:
    if currency == "CENT":
        return Mention("money", match.start(), match.end(), amount=None if amount is None else amount / 100)
    return Mention("money", match.start(), match.end(), amount=amount, currency=currency)


def _durations(text: str, said: FactWording) -> Iterator[Mention]:
    for match in regex.finditer(
        rf"(?<![\p{{Latin}}\d.,]){NUMBER}[\s-]?{said.duration}(?![\p{{L}}])", text, regex.IGNORECASE
    ):
        yield Mention("duration", match.start(), match.end())


def _weekdays(text: str, said: FactWording, language: str) -> Iterator[Mention]:
    names = [name for name in said.weekdays if len(name) > 3 or (language == "zh" and len(name) > 1)]
    joined = "|".join(sorted(map(regex.escape, names), key=len, reverse=True))
    edge = "" if language == "zh" else r"\b"
    for match in regex.finditer(rf"{edge}(?P<name>{joined}){edge}", text, regex.IGNORECASE):
        yield Mention("weekday", match.start(), match.end(), weekday=said.weekdays[match["name"].lower()])


def _counts(text: str) -> Iterator[Mention]:
    for match in regex.finditer(rf"(?<![\p{{Latin}}\d.,]){NUMBER}", text):
        numbered = regex.fullmatch(r"\s*", text[text.rfind("\n", 0, match.start()) + 1 : match.start()])
        if numbered and regex.match(r"[.)]\s", text[match.end() :]):
            continue  # the number of a line in a list
        yield Mention("count", match.start(), match.end(), amount=number_of(match.group()))


def _in_words(text: str, language: str, unit: str) -> Iterator["regex.Match[str]"]:
    if language in _NUMBER_WORDS:
        yield from regex.finditer(
            rf"(?<![\p{{L}}])(?P<n>{_NUMBER_WORDS[language]}){unit}(?![\p{{L}}])", text, regex.IGNORECASE
        )


def _spoken(words: str, language: str) -> Decimal | None:
    try:
        return Decimal(str(text2num(words.strip().replace("-", " ").lower(), language)))
    except ValueError:
        return None


def _han(text: str) -> Decimal | None:
    if text == "半":
        return Decimal("0.5")
    total, current = 0, 0
    for sign in text:
        if sign in "百千万":
            total += max(current, 1) * {"百": 100, "千": 1000, "万": 10_000}[sign]
            current = 0
        elif sign == "十":
            total += max(current, 1) * 10
            current = 0
        elif sign in _HAN_DIGITS:
            current = _HAN_DIGITS[sign]
        else:
            return None
    return Decimal(total + current)


def _off_by_zhe(digits: str, tenth: str | None) -> Decimal | None:
    """Percent off that a Chinese discount says: 八折 is 20 off, 八五折 and 8.5折 are 15, 半折 does not exist."""
    parts = [str(_HAN_DIGITS[sign]) if sign in _HAN_DIGITS else sign for sign in digits + (tenth or "")]
    bare = "".join(parts).replace(".", "")
    if not bare.isdigit():
        return None
    return Decimal(100) - Decimal(bare) * (10 if len(bare) == 1 else 1)


def day_of(mention: Mention, year: int) -> dt.date | None:
    """The day that a mention states, of a year where it says none; None where it is no day."""
    try:
        return dt.date(mention.year or year, mention.month, mention.day)
    except ValueError:
        return None
