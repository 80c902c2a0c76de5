"""Sentences of a text that is still coming."""

from collections.abc import Iterator

import regex


class SentenceSplitter:
    """Cuts a text that is still coming into sentences and lines; nothing is cut before it is known to end."""

    _END = regex.compile(r"(?<=\S[.!?])[\"”’)\]*_]*\s+|(?<=[。！？])[”’）」]*\s*|\n+")

    def __init__(self) -> None:
        self._left = ""

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are whole with this piece."""
        self._left += piece
        while True:
            end = next(self._ends(self._left), None)
            if end is None:
                return
            sentence, self._left = self._left[:end].strip(), self._left[end:]
            if sentence:
                yield sentence

    def rest(self) -> Iterator[str]:
        """What is left when nothing more comes."""
        sentence, self._left = self._left.strip(), ""
        if sentence:
            yield sentence

    def _ends(self, text: str) -> Iterator[int]:
        for match in self._END.finditer(text):
            if regex.search(r"(?:^|\n)\s*\d{1,2}\.\s*$", text[: match.end()]):
                continue  # the number of a line in a list
            if match.end() == len(text) and text[-1] in "。！？":
                return  # a closing mark may follow
            yield match.end()


def sentences_of(text: str) -> list[str]:
    """The sentences and lines of a whole text."""
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.rest()]
