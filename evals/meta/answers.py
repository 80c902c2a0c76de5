"""Scorers of an answer to an instruction that need no language model: floors, and a reader of words and counts.

None of them is a judge of quality. They say how far one comes without understanding, which is what a judge has to
beat: a judge that only counts words is worth as much as `words`.
"""

import math
import random
import re
from collections.abc import Callable

Scorer = Callable[[str, str], float]
"""(instruction, answer) -> how good; only its order within a pair means anything."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_EMPTY = {
    "a", "an", "the", "of", "to", "in", "on", "for", "and", "or", "is", "are", "be", "it", "this", "that", "with",
    "as", "by", "at", "from", "your", "you", "i", "me", "my", "we", "our", "their", "his", "her", "its", "was",
    "were", "will", "would", "can", "could", "should", "do", "does", "did", "have", "has", "had", "not", "no",
    "but", "if", "so", "than", "then", "about", "into", "which", "what", "who", "how", "when", "where", "why",
    "please", "give", "write", "create", "make", "provide", "list", "following", "given",
}  # fmt: skip
"""Words that say little of what was asked, and those that ask."""
_ENDINGS = ("ing", "ed", "es", "s")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ITEM = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•])\s+")
_NUMBERS = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
_COUNTED = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)})[ -](?:\w+[ -]){{0,3}}?"
    r"(sentence|word|line|paragraph|item|tip|way|example|reason|question|fact|thing|idea|step|point|name|synonym|"
    r"benefit|feature|type|method|book|title|place)s?\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r'#\w+|\d[\d.,]*\d|\d|"[^"\n]{2,60}"|(?<=[a-z,] )[A-Z][a-z]+')
_REFUSAL = re.compile(
    r"\b(?:i'?m sorry|i apologi[sz]e|as an ai|i (?:can(?:no|')t|am unable)|cannot (?:provide|answer))", re.IGNORECASE
)
_OPENING = 300
"""Characters in which an answer refuses."""


def longer(instruction: str, answer: str) -> float:
    """The longer answer is better; the floor that many judges do not clear."""
    return float(len(answer))


def shorter(instruction: str, answer: str) -> float:
    """The shorter answer is better."""
    return -float(len(answer))


def drawn(instruction: str, answer: str) -> float:
    """A coin for each pair, the same at every run; whatever it scores away from one half is chance."""
    return random.Random(f"{instruction}\0{answer}").random()


def words(instruction: str, answer: str) -> float:
    """Dice's overlap of what both talk of, plus what the instruction demands in so many words.

    Demands: so many sentences, words or items; names, numbers, hashtags and quotes that come back; no refusal.
    """
    asked, said = _content(instruction), _content(answer)
    overlap = 2 * len(asked & said) / (len(asked) + len(said)) if asked or said else 0.0
    return overlap + _count_fit(instruction, answer) + _named(instruction, answer) - _refuses(answer)


def _content(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text.casefold()) if word not in _EMPTY}


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def _count_fit(instruction: str, answer: str) -> float:
    """0 where every count that is asked for is met, and less by the log of how far it is off."""
    total = 0.0
    for number, unit in _COUNTED.findall(instruction):
        wanted = int(number) if number.isdigit() else _NUMBERS[number.casefold()]
        total -= abs(math.log((_count(answer, unit.casefold()) + 0.5) / (wanted + 0.5))) if wanted else 0.0
    return total


def _count(answer: str, unit: str) -> int:
    sentences = [part for part in _SENTENCE.split(answer) if part.strip()]
    lines = [line for line in answer.splitlines() if line.strip()]
    if unit == "sentence":
        return len(sentences)
    if unit == "word":
        return len(answer.split())
    if unit == "line":
        return len(lines)
    if unit == "paragraph":
        return len([part for part in re.split(r"\n\s*\n", answer) if part.strip()])
    marked = [line for line in lines if _ITEM.match(line)]
    if len(marked) > 1:
        return len(marked)
    if len(lines) > 1:
        return len(lines)
    return max(len(sentences), len(re.split(r",\s+(?:and\s+)?|\s+and\s+", answer)) if len(sentences) == 1 else 0)


def _named(instruction: str, answer: str) -> float:
    """Share of the instruction's names, numbers, hashtags and quotes that the answer has."""
    wanted = {match.strip('"').casefold() for match in _NAMED.findall(instruction)}
    return sum(name in answer.casefold() for name in wanted) / len(wanted) if wanted else 0.0


def _refuses(answer: str) -> float:
    return float(_REFUSAL.search(answer[:_OPENING]) is not None)


SCORERS: dict[str, Scorer] = {"longer": longer, "shorter": shorter, "random": drawn, "words": words}
"""Name -> scorer."""
