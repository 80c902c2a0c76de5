"""A phrase as words, and a place in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_WORD = re.compile(r'"[^"]*"|“[^”]*”|[,;]|[^\s,;"“”]+')
_NUMBER = re.compile(r"[$€£]?(\d+(?:\.\d+)?)%?[.!?]?")
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
}


@dataclass(frozen=True)
class Word:
    """One word of a phrase."""

    text: str
    """As it was written, without quotation marks."""
    quoted: bool = False

    @property
    def key(self) -> str:
        """For comparing with the grammar's words; a quoted word is none of them."""
        return "" if self.quoted else self.text.casefold().replace("’", "'").rstrip(".!?")

    @property
    def number(self) -> Decimal | None:
        """`1500`, `$20`, `10%` or `three` as a number."""
        found = _NUMBER.fullmatch(self.key)
        if found:
            return Decimal(found[1])
        return Decimal(_NUMBERS[self.key]) if self.key in _NUMBERS else None


def words_of(phrase: str) -> list[Word]:
    """Words, quoted names in one piece, commas and semicolons apart; a thousand's comma is no comma."""
    phrase = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", phrase)
    found = []
    for text in _WORD.findall(phrase):
        quoted = text[0] in '"“'
        inner = text[1:-1].strip() if quoted else text
        if inner:
            found.append(Word(inner, quoted))
    return found


class Cursor:
    """A place in the words of a phrase."""

    def __init__(self, words: list[Word]) -> None:
        """Stand before the first word."""
        self.words = words
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether no word is left."""
        return self.at >= len(self.words)

    def key(self, ahead: int = 0) -> str:
        """The word here or ahead, for comparing; empty behind the end."""
        place = self.at + ahead
        return self.words[place].key if place < len(self.words) else ""

    def take(self, *phrases: str) -> bool:
        """Step over the first of the phrases that stands here."""
        for phrase in phrases:
            keys = phrase.split()
            if [self.key(ahead) for ahead in range(len(keys))] == keys:
                self.at += len(keys)
                return True
        return False

    def skip(self, words: Iterable[str]) -> None:
        """Step over any of the words, as often as they stand here."""
        known = set(words)
        while not self.done and self.key() in known:
            self.at += 1

    def number(self) -> Decimal | None:
        """Step over a number; None where there is none."""
        value = None if self.done else self.words[self.at].number
        if value is not None:
            self.at += 1
        return value

    def rest(self, count: int = 6) -> str:
        """The next words as they were written, for a message."""
        return " ".join(word.text for word in self.words[self.at : self.at + count])
