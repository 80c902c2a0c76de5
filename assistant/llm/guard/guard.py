"""Looking at a request before it leaves: contact values, ids, what looks like either, and groups that are too small."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from assistant.llm.guard.values import (
    LONGEST,
    PHONE_DIGITS,
    WORD,
    ContactValues,
    fold,
    phone_hashes,
    sequence_hashes,
    word_hashes,
)
from assistant.records import Request

TEXTS_KEPT = 8192
"""Texts whose findings are remembered: most messages of a batch are worked examples that it shares."""
WORDS = {
    "email": "an e-mail address", "phone": "a telephone number", "address": "a postal address",
    "name": "a customer's full name", "id": "an id of the shop's data", "group": "a group that is too small",
}  # fmt: skip
_AT = re.compile(r"\s*(?:@|[(\[{]\s*at\s*[)\]}])\s*")
_DOT = re.compile(r"\s*[(\[{]\s*dot\s*[)\]}]\s*")
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"\d(?:[\s().\-–/]{0,3}\d){6,}")
# +49 30 1234567; (555) 010-4477, 555.010.4477; 030/1234567. A date, a price or a count is none of them.
_PHONE = re.compile(
    r"\+\d(?:[\s().\-–/]{0,2}\d){7,14}(?!\d)"
    r"|(?<![\d.,])\(?\d{3}\)?[\s.\-–]\d{3}[\s.\-–]\d{4}(?![\d.,]\d)"
    r"|(?<![\d.,])\(?0\d{2,4}\)?[\s/\-–]\d{5,8}(?!\d)"
)
_STREET = re.compile(
    r"(?<![\d.,])\d{1,5}[a-z]?\s+(?:[^\W\d_]+\.?\s+){1,3}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|way)\b\.?"
    r"|[^\W\d_]{3,}(?:strasse|str\.|weg|gasse|platz|allee)\s+\d{1,4}\b"
)
_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_GROUP = re.compile(
    # "S4 customers" and "segment 4 customers" are those of a segment, not four.
    rf"(?<![\w.,%$€£-])(?<!\bsegment )(?<!\baudience )(\d{{1,6}}|{'|'.join(_NUMBERS)})\s+"
    r"(?:of\s+(?:our|the|your)\s+)?(?:\w+\s+)?(?:customers?|households?|shoppers?|buyers?|people|persons?|users?|subscribers?)\b"
)
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")


class Finding(NamedTuple):
    """Something that may not leave."""

    kind: str
    """email, phone, address, name, id or group."""
    masked: str
    """What was found, its words cut to their first letters."""
    place: str
    """`message 3`, `tool search`."""


class Guard:
    """Knows what may not leave. It never changes, and may be used by several threads.

    Args:
        contacts: the shop's values; None: only what looks like one is found.
        min_group_size: customers; of fewer nothing is told.
        allow: texts that look like a person's data and are none.
    """

    def __init__(
        self, contacts: ContactValues | None = None, *, min_group_size: int = 20, allow: Sequence[str] = ()
    ) -> None:
        self._contacts = contacts if contacts is not None and len(contacts) else None
        self._least = min_group_size
        self._allowed = frozenset(_plain(text) for text in allow)
        self._found = lru_cache(maxsize=TEXTS_KEPT)(self._look)

    def findings(self, request: Request) -> tuple[Finding, ...]:
        """Everything in a request that may not leave; empty where it may."""
        found: list[Finding] = []
        if request.smallest_group is not None and request.smallest_group < self._least:
            told = f"{request.smallest_group} customers, of whom there must be {self._least}"
            found.append(Finding("group", told, "the facts it was made from"))
        for place, text in _texts(request):
            found += (Finding(kind, masked, place) for kind, masked in self._found(text))
        return tuple(found)

    def _look(self, text: str) -> tuple[tuple[str, str], ...]:
        found: dict[tuple[str, str], None] = {}
        for form in _forms(text):
            for kind, match in (*self._patterns(form), *self._values(form)):
                if _plain(match) not in self._allowed:
                    found[kind, match if kind == "group" else _masked(match)] = None
        return tuple(found)

    def _patterns(self, text: str) -> Iterator[tuple[str, str]]:
        for kind, pattern in (("email", _EMAIL), ("phone", _PHONE), ("address", _STREET)):
            yield from ((kind, match[0]) for match in pattern.finditer(text))
        for match in _GROUP.finditer(text):
            number = _NUMBERS.index(match[1]) if match[1] in _NUMBERS else int(match[1])
            if 0 < number < self._least:
                yield "group", match[0]

    def _values(self, text: str) -> Iterator[tuple[str, str]]:
        if self._contacts is None:
            return
        words = WORD.findall(text)
        hashed = word_hashes(words) if words else None
        for length in range(1, LONGEST + 1 if hashed is not None else 1):
            assert hashed is not None
            kinds = ("email", "address", "name", "id") if length > 1 else ("id", "email")
            for at, kind in self._contacts.find(sequence_hashes(hashed, length), kinds):
                yield kind, " ".join(words[at : at + length])
        for run in _DIGITS.finditer(text):
            digits = re.sub(r"\D", "", run[0])
            if PHONE_DIGITS[0] <= len(digits) and self._contacts.find(phone_hashes(digits[:64]), ("phone",)):
                yield "phone", run[0]


def explain(findings: Sequence[Finding]) -> str:
    """One sentence for the person whose request was not sent, without what was found."""
    told = "; ".join(dict.fromkeys(f"{WORDS[f.kind]} ({f.masked!r} in {f.place})" for f in findings[:3]))
    more = f" and {len(findings) - 3} more" if len(findings) > 3 else ""
    cure = (
        "write of a larger segment"
        if all(finding.kind == "group" for finding in findings)
        else 'take it out, or if it is nobody\'s, allow it in assistant.toml: [models] guard_allow = ["..."]'
    )
    return f"not sent, as it holds {told}{more}; {cure}"


def _texts(request: Request) -> Iterator[tuple[str, str]]:
    for number, message in enumerate(request.messages, start=1):
        yield f"message {number}", message.content
        for call in message.tool_calls:
            yield f"message {number}, call of {call.name}", f"{call.name} {call.arguments}"
    for tool in request.tools:
        yield f"tool {tool.name}", f"{tool.name} {tool.description} {tool.parameters}"
    for place, text in (("schema", request.json_schema), ("grammar", request.grammar), *_numbered(request.stop)):
        if text:
            yield place, text


def _numbered(stops: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"stop sequence {number}", stop) for number, stop in enumerate(stops, start=1)]


def _forms(text: str) -> set[str]:
    """A text as it reads, and as it reads once its escapes are undone."""
    forms = {text}
    if "\\u" in text:
        try:
            forms.add(json.dumps(json.loads(text), ensure_ascii=False))
        except ValueError:
            forms.add(re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text))
    if _PERCENT.search(text):
        forms |= {unquote(form) for form in forms}
    return {_DOT.sub(".", _AT.sub("@", fold(form))) for form in forms}


def _plain(text: str) -> str:
    return " ".join(WORD.findall(fold(text)))


def _masked(text: str) -> str:
    return re.sub(r"[^\W_]+", lambda match: match[0][0] + "…" * (len(match[0]) > 1), text)
