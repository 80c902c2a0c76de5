"""Names of products as a shop prints them, from a catalogue written for tills and buyers.

A till's catalogue is upper case, cut at a width, full of abbreviations and sorted head first
(`BREAD:ITALIAN/FRENCH`, `FRZN SS PREMIUM ENTREES/DNRS/T`). Customers read `Italian or French bread` and
`Premium frozen ready meals`. Rules do the general part; the words, the exceptions and the list of what
is not advertised are data in `product_words.toml`. A name that is not all upper case was written for people:
it stays.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LONGEST_NAME = 40
"""Characters of the longest name: what a subject line of 60 leaves beside an offer."""

TILL_WIDTH = 30
"""Characters at which the till's catalogue cuts a type, so that its last word may be a stump."""

_EMPTY = frozenset({"", "nan", "none", "null", "na", "n/a", "<na>"})
_LINKS = frozenset({"and", "or", "with", "without", "of", "for", "in", "on", "the", "to"})
_POSTPOSED = frozenset({"with", "without", "for", "in", "on"})

_BRACKETED = re.compile(r"[(\[{<][^)\]}>]*(?:[)\]}>]|$)|[)\]}>]")
_ANY_BRACKET = re.compile(r"[()\[\]{}<>]")
# What follows these words says which products belong to the type, not what it is.
_FOOTNOTE = re.compile(
    r"\b(?:(?:EXCEPT|EXCP|EXCL|EXCLUDING|INCL|INCLUDING|INCLUDES|INCLUDI)\b|EX:"
    r"|-?(?:UNDER|OVER|LE?SS THA?N)\s+\d).*$"
)
_UNITS = (
    "%|CT|COUNT|CM|FT|G|GAL|GALLON|IN|INCH|KG|L|LB|LBS|LT|LTR|LITERS?|LITRES?|ML|MM|OZ|PC|PCS|PK|PACKS?|PT|QT|STEMS?"
)
# Sizes, prices and ranges; a bare whole number may be the name of a model and stays.
_SIZE = re.compile(
    rf"(?<![^\W\d_])(?:\$\d+(?:\.\d+)?|\d+(?:[.,/&X-]+\d+)*\s?(?:{_UNITS})(?!\w)|\d+\s?-\s?\d+\b|\d*\.\d+\b)"
)
_POSSESSIVE = re.compile(r"\b([^\W\d_]{3,}) S\b")
_WITHOUT, _WITH = re.compile(r"\bW/O\b\s*"), re.compile(r"\bW/\s*")
_SEPARATOR = re.compile(r"\s*:\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|[–—]")
_TIGHT_HYPHEN = re.compile(r"(?<=\w{4})-(?=\w{4})")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|[/\\|;&+,]")


@dataclass(frozen=True)
class Withheld:
    """One reason not to name a product in a marketing message, and what it covers."""

    reason: str
    departments: frozenset[str]
    categories: frozenset[str]
    types: frozenset[str]
    words: re.Pattern[str] | None


@dataclass(frozen=True)
class Lexicon:
    """`product_words.toml`, ready to look things up in; keys of single words are lower case."""

    words: dict[str, str]
    proper: dict[str, str]
    phrases: dict[str, str]
    phrase: re.Pattern[str]
    cuts: dict[str, str]
    drops: frozenset[str]
    adjectives: frozenset[str]
    trailing: frozenset[str]
    joiners: frozenset[str]
    silent_heads: frozenset[str]
    rear_heads: frozenset[str]
    completions: dict[str, dict[str, str]]
    types: dict[str, str]
    in_category: dict[str, dict[str, str]]
    labels: dict[str, str]
    withheld: tuple[Withheld, ...]
    harmless: re.Pattern[str]


def readable_name(product_type: str | None, category: str | None, department: str | None) -> str:
    """The name of a product type for customers: sentence case, at most `LONGEST_NAME` characters.

    The category completes a type that only qualifies it (`PREMIUM` of `ICE CREAM`); the department does so
    where there is no category. A type that is missing (None, empty, "nan") gives "".
    """
    text, lexicon = _clean(product_type), _lexicon()
    if _is_written(text, lexicon):
        return _shorten(text)
    shelf = _clean(category) or _clean(department)
    exact = lexicon.in_category.get(shelf, {}).get(text) or lexicon.types.get(text)
    if exact:
        return exact
    name = _complete(_spoken(text, "or", lexicon), shelf, lexicon)
    return _sentence(name or _bare(text))


def readable_label(text: str | None) -> str:
    """The name of a category or department for customers; "" where it is missing (None, empty, "nan")."""
    label, lexicon = _clean(text), _lexicon()
    if _is_written(label, lexicon):
        return _shorten(label)
    return lexicon.labels.get(label) or _sentence(_spoken(label, "and", lexicon) or _bare(label))


def within_sentence(name: str) -> str:
    """The name as it stands inside a sentence: `hot dog buns`, but `Italian or French bread` and `BBQ sauce`.

    A name with capitals that are not those of a proper adjective is a title, and stays (`Trail Runner`).
    """
    proper = set(_lexicon().proper.values())
    first, *rest = _WORD.findall(name) or [""]
    titled = any(word[0].isupper() and word not in proper for word in rest)
    keeps = first in proper or first.split("-")[0] in proper or first[1:] != first[1:].lower() or titled
    return name if keeps else name[:1].lower() + name[1:]


def advertisable(product_type: str | None, category: str | None, department: str | None) -> bool:
    """Whether a shop may name this product in a marketing message; see `withheld_reason`."""
    return withheld_reason(product_type, category, department) is None


def withheld_reason(product_type: str | None, category: str | None, department: str | None) -> str | None:
    """Why a product is not named in marketing messages; None where nothing speaks against it.

    Withheld is what is no product (coupons, deposits), what the law restricts (alcohol, tobacco), and what
    would embarrass a customer who learns that the shop has noticed (medicines, hygiene, pregnancy).
    """
    kind, shelf, floor = (_clean(t).upper() for t in (product_type, category, department))
    if not kind and not shelf:
        return "no product: neither a type nor a category is known"
    lexicon = _lexicon()
    said = lexicon.harmless.sub(" ", f"{kind} | {shelf}".lower())
    for rule in lexicon.withheld:
        listed = floor in rule.departments or shelf in rule.categories or kind in rule.types
        if listed or (rule.words and rule.words.search(said)):
            return rule.reason
    return None


def _clean(text: str | None) -> str:
    """One line of printable characters; "" for anything that means missing."""
    if not isinstance(text, str):  # a missing cell of a data frame is a float
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "" if line.lower() in _EMPTY else line


def _is_written(text: str, lexicon: Lexicon) -> bool:
    """Whether people wrote the text: not all upper case, or nothing but what is written so (`TV`, `DVD 2`)."""
    names = set(lexicon.proper.values())
    return not text.isupper() or all(word in names or word.isdigit() for word in text.split())


def _spoken(text: str, joint: str, lexicon: Lexicon) -> str:
    """A till's text as words in reading order; "" if nothing in it names anything."""
    plain = _cut_word(_without_footnotes(text), len(text), lexicon)
    plain = lexicon.phrase.sub(lambda m: lexicon.phrases[m.group()], plain)
    plain = _WITH.sub("WITH ", _WITHOUT.sub("WITHOUT ", _POSSESSIVE.sub(r"\1'S", plain)))
    parts = [_words(part, joint, lexicon) for part in _split(plain, lexicon)]
    words = _adjectives_first(_in_reading_order([p for p in parts if p], lexicon), lexicon)
    if len(words) > 1:  # "toys for kids", but "kids' toys"
        words[-1] = words[-1].removesuffix("'")
    return " ".join(words)


def _bare(text: str) -> str:
    """A text of which nothing was worth saying, in its own letters and digits."""
    return " ".join(_WORD.findall(_without_footnotes(text)) or [c for c in text if c.isupper()]).lower()


def _without_footnotes(text: str) -> str:
    """The text without brackets, exclusions and sizes, each removed only if a word is left."""
    for pattern in (_BRACKETED, _FOOTNOTE, _SIZE):
        shorter = pattern.sub(" ", text)
        if any(c.isalpha() for c in shorter):
            text = shorter
    return _ANY_BRACKET.sub(" ", text).strip()


def _cut_word(text: str, width: int, lexicon: Lexicon) -> str:
    """The text with its last word completed, or dropped if it is a stump left by the till's width."""
    if width < TILL_WIDTH:
        return text
    rest, _, last = text.rpartition(" ")
    if last.lower() in lexicon.cuts:
        return f"{rest} {lexicon.cuts[last.lower()]}".upper()
    stump = len(last) <= 2 and last.isalpha() and last.lower() not in lexicon.words
    return rest if rest and stump else text


def _split(text: str, lexicon: Lexicon) -> list[str]:
    """The parts of `HEAD: MODIFIER` and `HEAD - MODIFIER`.

    A hyphen without spaces mostly joins (`COCA-COLA`); it separates after a plural (`BAGS-CHOCOLATE`) and
    before a head that comes last (`FOOD-MAGAZINE`).
    """

    def hyphen(match: re.Match[str]) -> str:
        before = re.split(r"\W", text[: match.start()])[-1].lower()
        after = re.split(r"\W", text[match.end() :])[0].lower()
        separates = _singular(before) != before and after not in lexicon.joiners
        return " - " if separates or after in lexicon.rear_heads else "-"

    return [p for p in _SEPARATOR.split(_TIGHT_HYPHEN.sub(hyphen, text)) if p]


def _in_reading_order(parts: list[list[str]], lexicon: Lexicon) -> list[str]:
    """`[eggs] [large]` as `large eggs`: the head comes last, unless it only files the product."""
    if len(parts) < 2:
        return parts[0] if parts else []
    head, *modifiers = parts
    if parts[-1][-1] in lexicon.rear_heads:
        *before, last = [word for part in parts[:-1] for word in part]
        return [*before, _singular(last), *parts[-1]]
    if " ".join(head) in lexicon.silent_heads:
        return _in_reading_order(modifiers, lexicon)
    before = [word for part in modifiers if part[0] not in _POSTPOSED for word in part]
    after = [word for part in modifiers if part[0] in _POSTPOSED for word in part]
    if _singular(head[-1]) in {_singular(word) for word in before}:
        return before + after
    return [*before[:-1], *(_singular(word) for word in before[-1:]), *head, *after]


def _adjectives_first(words: list[str], lexicon: Lexicon) -> list[str]:
    """`onions white` as `white onions`; only where the last words can be nothing but adjectives."""
    if _LINKS & set(words):
        return words
    for start in range(1, len(words)):
        tail, head = [w.lower() for w in words[start:]], words[start - 1]
        plural = _singular(head) != head and head not in lexicon.adjectives
        if set(tail) <= (lexicon.adjectives if plural else lexicon.trailing):
            return words[start:] + words[:start]
    return words


def _words(part: str, joint: str, lexicon: Lexicon) -> list[str]:
    """The part's words spelled out; `/` becomes a list that ends with the joint."""
    spoken: list[str] = []
    for token in _TOKEN.findall(part):
        if token in "/\\|;":
            word = "/"
        elif token in "&+":
            word = "and"
        else:
            word = _spell(token.lower(), lexicon)
        spoken.extend(word.split())
    spoken = _without_dangling(spoken)
    slashes = [i for i, word in enumerate(spoken) if word == "/"]
    for i in reversed(slashes[:-1]):
        spoken[i - 1 : i + 1] = [spoken[i - 1] + ","]
    return [joint if word == "/" else word for word in spoken]


def _spell(word: str, lexicon: Lexicon) -> str:
    """A lower-case token as it is written for people; "" if it says nothing."""
    if word in lexicon.drops:
        return ""
    if word in lexicon.words:
        return " ".join(lexicon.proper.get(w, w) for w in lexicon.words[word].split())
    if word in lexicon.proper or "-" not in word:
        return lexicon.proper.get(word, word)
    return "-".join(lexicon.proper.get(w, lexicon.words.get(w, w)) for w in word.split("-"))


def _without_dangling(words: Iterable[str]) -> list[str]:
    """Words without connectives that join nothing, commas attached, and no word twice in a row."""
    kept: list[str] = []
    for word in words:
        connects = word in {"/", ",", "and", "or"}
        if connects and (not kept or kept[-1] in {"/", "and", "or"} or kept[-1].endswith(",")):
            continue
        if word == ",":
            kept[-1] += ","
        elif not kept or word != kept[-1]:
            kept.append(word)
    while kept and (kept[-1] in _LINKS or kept[-1] == "/"):
        kept.pop()
    if kept:
        kept[-1] = kept[-1].rstrip(",")
    return kept


def _complete(name: str, shelf: str, lexicon: Lexicon) -> str:
    """The name with the noun of its category where it is only adjectives, or names a part of it."""
    completion = lexicon.completions.get(shelf, {})
    noun = completion.get("noun") or within_sentence(readable_label(shelf))
    if not name:
        return noun
    words = [w.strip(",").lower() for w in name.split()]
    if all(w in lexicon.adjectives or w in _LINKS for w in words):
        said = noun.lower().split()
        return " ".join([*(w for w in name.split() if w.lower() not in said), noun]).strip()
    prefix = completion.get("prefix", "")
    known = {_singular(w) for w in f"{prefix} {completion.get('unless', '')}".lower().split()}
    return name if not prefix or known & {_singular(w) for w in words} else f"{prefix} {name}"


def _singular(word: str) -> str:
    """The singular of an English plural, by its ending."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "'s", "’s")):
        return word
    if word.endswith("ies") and len(word) > 5 and word != "cookies":
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "toes")):
        return word[:-2]
    return word[:-1]


def _sentence(name: str) -> str:
    """The name short enough, its first letter a capital."""
    short = _shorten(name)
    return short[:1].upper() + short[1:]


def _shorten(name: str) -> str:
    """The name cut at a word to `LONGEST_NAME` characters; a longer word is cut itself."""
    if len(name) <= LONGEST_NAME:
        return name
    words = name[: LONGEST_NAME + 1].split(" ")[:-1] or [name[:LONGEST_NAME]]
    while len(words) > 1 and words[-1].lower() in _LINKS:
        words.pop()
    return " ".join(words).rstrip(",;:-–— ") or name[:LONGEST_NAME]


@cache
def _lexicon() -> Lexicon:
    text = resources.files("assistant.data").joinpath("product_words.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    lists: dict[str, list[str]] = data["lists"]
    phrases: dict[str, str] = data["phrases"]
    return Lexicon(
        words=data["words"],
        proper={word.lower(): word for word in lists["proper"]},
        phrases=phrases,
        phrase=_any_of(phrases),
        cuts=data["cuts"],
        drops=frozenset(lists["drops"]),
        adjectives=frozenset(lists["adjectives"]),
        trailing=frozenset(lists["trailing"]),
        joiners=frozenset(lists["joiners"]),
        silent_heads=frozenset(lists["silent_heads"]),
        rear_heads=frozenset(lists["rear_heads"]),
        completions=data["completions"],
        types=data["types"],
        in_category=data["in_category"],
        labels=data["labels"],
        withheld=tuple(_withheld(rule) for rule in data["withheld"]),
        harmless=_any_of(lists["harmless"]),
    )


def _withheld(rule: dict[str, Any]) -> Withheld:
    words: list[str] = rule.get("words", [])
    return Withheld(
        reason=rule["reason"],
        departments=frozenset(rule.get("departments", [])),
        categories=frozenset(rule.get("categories", [])),
        types=frozenset(rule.get("types", [])),
        words=_any_of(words, plural=True) if words else None,
    )


def _any_of(texts: Iterable[str], plural: bool = False) -> re.Pattern[str]:
    """A pattern for any of the texts as whole words, the longest first."""
    longest_first = sorted(texts, key=len, reverse=True)
    ending = "(?:s|es)?" if plural else ""
    # A text that ends in a hyphen or colon runs on into the next word.
    options = (re.escape(text) + (rf"{ending}(?!\w)" if text[-1].isalnum() else "") for text in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(options)})")
