"""A brand kit to begin with, counted out of past copy; no model reads it, so it is the same each time."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.copywriting.brand.voice import ADDRESS
from assistant.copywriting.languages import language_named
from assistant.copywriting.languages.telling import language_of
from assistant.records import BrandKit
from assistant.records.brands import Voice, VoiceExample

EXAMPLES = 5
HIGH = 0.95
"""Share of sentences and messages that a learned limit leaves room for."""
LEAST_MESSAGES_OF_A_NAME = 2
_SENTENCE = regex.compile(r"[^.!?。！？\n]+[.!?。！？]?")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’-]*")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
_NAME = regex.compile(r"(?<=[\p{Ll},;] )\p{Lu}[\p{L}'’&-]+(?: \p{Lu}[\p{L}'’&-]+)*")
# What is about a person, leads elsewhere or would run: no example of a voice holds it.
_UNFIT = regex.compile(
    r"[\w.+-]+@[\w-]+\.\w+|https?://|www\.|\+?\d[\d\s().-]{7,}\d|<[^>]+>|\{\{|\{%|\*\||%%|^\s*[=+@]", regex.MULTILINE
)


@dataclass(frozen=True)
class Learned:
    """A kit, and what it was counted from."""

    kit: BrandKit
    messages: int
    sentences: int
    unfit: int
    """Messages that no example was taken from: they hold addresses, markup or instructions."""


def learn(messages: Sequence[str]) -> Learned:
    """How past copy sounds.

    Args:
        messages: texts as they were sent; their order makes no difference.
    """
    texts = sorted(set(messages))
    languages = [language_of(text) or "en" for text in texts]
    sentences = [sentence for text in texts for sentence in _SENTENCE.findall(text) if _WORD.search(sentence)]
    words = [len(_WORD.findall(sentence)) for sentence in sentences]
    marks = [sum(text.count(sign) for sign in "!！") for text in texts]
    emoji = [len(_EMOJI.findall(text)) for text in texts]
    fit = [(text, code) for text, code in zip(texts, languages, strict=True) if not _is_unfit(text, code)]
    formality, addressed = _formality(texts, languages)
    voice = Voice(
        rules=tuple(_rules(words, marks, emoji, formality, addressed, len(texts))),
        examples=tuple(VoiceExample(text=text, language=code) for text, code in _central(fit)),
        formality=formality,
        sentence_words=max(3, _quantile(words, HIGH)),
        exclamations=_quantile(marks, HIGH),
        emoji=_quantile(emoji, HIGH),
    )
    kit = BrandKit(voice=voice, names=tuple(_names(texts, languages)))
    return Learned(kit=kit, messages=len(texts), sentences=len(sentences), unfit=len(texts) - len(fit))


def _rules(
    words: list[int], marks: list[int], emoji: list[int], formality: str, addressed: int, messages: int
) -> list[str]:
    low, middle, high = (_quantile(words, share) for share in (0.25, 0.5, 0.75))
    size = "short" if middle <= 10 else "of middling length" if middle <= 17 else "long"
    rules = [f"Sentences are {size}: half of {len(words)} have {low} to {high} words."]
    for counted, sign in ((marks, "exclamation mark"), (emoji, "emoji")):
        share = sum(number > 0 for number in counted) / messages
        often = "No message has an" if share == 0 else f"{share:.0%} of {messages} messages have an"
        rules.append(f"{often} {sign}.")
    if formality:
        rules.append(f"The reader is addressed in the {formality} way, in {addressed} of {messages} messages.")
    return rules


def _formality(texts: Sequence[str], languages: Sequence[str]) -> tuple[Literal["", "formal", "informal"], int]:
    counted: Counter[Literal["formal", "informal"]] = Counter()
    for text, language in zip(texts, languages, strict=True):
        for way, pattern in ADDRESS.get(language, {}).items():
            if regex.search(pattern, text):
                counted["formal" if way == "formal" else "informal"] += 1
    if not counted:
        return "", 0
    ((way, most), *others) = counted.most_common()
    # Both ways in earnest is no way.
    return (way, most) if not others or others[0][1] <= most / 5 else ("", 0)


def _names(texts: Sequence[str], languages: Sequence[str]) -> list[str]:
    found: Counter[str] = Counter()
    for text, code in zip(texts, languages, strict=True):
        language = language_named(code)
        if language.spaced and not language.nouns_with_capital and not _UNFIT.search(text):
            found.update({name for name in _NAME.findall(text) if name not in language.known_names})
    return sorted(name for name, times in found.items() if times >= LEAST_MESSAGES_OF_A_NAME)


def _central(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The messages that say most of what the others say too, none nearly another one."""
    sets = [frozenset(word.lower() for word in _WORD.findall(text)) for text, _ in texts]
    shared = Counter(word for words in sets for word in words)
    score = [sum(math.log(shared[word]) for word in words) / math.sqrt(len(words)) if words else 0.0 for words in sets]
    chosen: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: (-score[at], texts[at][0])):
        if all(len(sets[at] & sets[other]) < 0.5 * len(sets[at] | sets[other]) for other in chosen):
            chosen.append(at)
        if len(chosen) == EXAMPLES:
            break
    return [texts[at] for at in chosen]


def _is_unfit(text: str, language: str) -> bool:
    if _UNFIT.search(text):
        return True
    orders = next((kind for kind in language_named(language).forbidden if kind.check == "self"), None)
    return bool(orders and any(pattern and pattern.search(text) for pattern in (orders.words, orders.patterns)))


def _quantile(numbers: Sequence[int], share: float) -> int:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0
