"""The same said twice."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

import regex

from assistant.copywriting.checks.context import CheckContext, quoted
from assistant.records import CheckResult, Span

SHORTEST_REPEATED = 4
MOST_OFTEN = 2
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_PART = regex.compile(rf"{_WORD.pattern}|[.!?:]")


def check_repetition(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """A word too often, three words twice, a slot twice, a stutter."""
    functions = context.language.function_words
    text = " ".join(span.text for span in spans if span.kind == "text").lower()
    words = [word for word in _WORD.findall(text) if len(word) >= SHORTEST_REPEATED and word not in functions]
    often = sorted(word for word, times in Counter(words).items() if times > MOST_OFTEN)
    # A slot parts the words around it: "with {product}. With {offer.code}" repeats nothing.
    every = [
        word for span in spans for word in ([f"{{{span.slot}}}"] if span.slot else _WORD.findall(span.text.lower()))
    ]
    triples = Counter(zip(every, every[1:], every[2:], strict=False))
    again = sorted(" ".join(triple) for triple, times in triples.items() if times > 1)
    slots = Counter(span.slot for span in spans if span.kind == "slot" and span.slot != "sender")
    doubled = sorted(name for name, times in slots.items() if times > (2 if context.field == "body" else 1))
    stutter = [word for word, after in itertools.pairwise(_in_sentences(spans)) if word == after]
    found = [*often, *again, *doubled, *stutter]
    return [context.error("repetition", f"{quoted(found)} comes too often")] if found else []


def _in_sentences(spans: Sequence[Span]) -> list[str]:
    """Words and slots in order; what ends a sentence parts them too: "easy to use. Use it" does not stutter."""
    parts: list[str] = []
    for span in spans:
        parts += [f"{{{span.slot}}}"] if span.slot else _PART.findall(span.text.lower()) or ["."]
    return [part if part[:1] not in ".!?:" else f"{part}{at}" for at, part in enumerate(parts)]


def check_preheader(texts: Mapping[str, str], context: CheckContext) -> list[CheckResult]:
    """A preheader that says what the subject says already; `texts` are filled, by field."""
    said = {field: " ".join(_WORD.findall(text.lower())) for field, text in texts.items()}
    subject, preheader = said.get("subject", ""), said.get("preheader", "")
    if subject and preheader and (subject in preheader or preheader in subject):
        told = CheckResult(check="repetition", field="preheader", severity="error", message="it repeats the subject")
        return [told]
    return []
