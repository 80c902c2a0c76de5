"""Lines of a text that may be anything: bounded, counted, and given again where they were taken wrongly."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

# Characters of one row. The longest that a shop writes are descriptions, far below it.
LONGEST_ROW = 1 << 20
# A byte that did not decode, and NUL, which no text holds.
_SUSPICIOUS = re.compile("[\x00\ud800-\udfff\ufffd]")


class BrokenRow(Exception):
    """A row grew beyond `LONGEST_ROW`, or a line that is too long stands inside of it."""


class Lines:
    """An iterator of lines with their ends, for `csv.reader` and for JSON lines.

    Lines are held until `settle`, so that `replay` can give all but the first of them again.
    """

    def __init__(self, texts: Iterable[str], too_long: Callable[[int, str], None]) -> None:
        """Nothing is read yet.

        Args:
            texts: the file in pieces of any length.
            too_long: told of a line beyond `LONGEST_ROW`, with its number and its start.
        """
        self.suspicious = False
        """Whether what was given may hold what is no text; told by the piece, not by the line."""
        self._number = 0
        self._held: list[str] = []
        self._size = 0
        self._again: deque[str] = deque()
        self._fresh = self._split(texts)
        self._too_long = too_long

    @property
    def first(self) -> int:
        """Number of the first line held, from 1."""
        return self._number - len(self._held) + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = self._again.popleft() if self._again else next(self._fresh)
            if len(line) <= LONGEST_ROW:
                break
            if self._held:
                self._again.appendleft(line)
                raise BrokenRow
            self._number += 1
            self._too_long(self._number, line)
        self._number += 1
        self._held.append(line)
        self._size += len(line)
        if self._size > LONGEST_ROW:
            raise BrokenRow
        return line

    def settle(self) -> None:
        """What was given has been taken."""
        self._held = []
        self._size = 0

    def replay(self) -> tuple[int, str]:
        """Drop the first line held and give the others again.

        Returns:
            Number and text of the one that is dropped.
        """
        dropped, *others = self._held
        number = self.first
        self._again.extendleft(reversed(others))
        self._number = number
        self.settle()
        return number, dropped

    def _split(self, texts: Iterable[str]) -> Iterator[str]:
        """Lines with their ends; of one that is too long only a start that is longer than allowed."""
        rest: list[str] = []
        size = 0
        old_mac: bool | None = None
        was_suspicious = False
        for text in texts:
            if old_mac is None and text:
                old_mac = "\r" in text and "\n" not in text
            if old_mac:
                text = text.replace("\r", "\n")
            suspicious = not is_text(text)
            # A row may reach from the piece before into this one.
            self.suspicious = suspicious or was_suspicious
            was_suspicious = suspicious
            *whole, last = text.split("\n")
            if rest and whole:
                whole[0] = "".join(rest) + whole[0]
                rest, size = [], 0
            for line in whole:
                yield line + "\n"
            if last and size <= LONGEST_ROW:
                rest.append(last)
                size += len(last)
        if rest:
            yield "".join(rest)


def is_text(value: str) -> bool:
    """Whether a value holds nothing but characters."""
    return _SUSPICIOUS.search(value) is None
