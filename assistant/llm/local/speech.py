"""What of an answer may be told while it is still being written."""

from collections.abc import Callable, Sequence

from assistant.records import Request

PART = "\N{REPLACEMENT CHARACTER}"
"""How a character is decoded of which not all bytes are there."""


class Speech:
    """The text of one answer, told as far as nothing that follows can take it back.

    Held back are a character that is not whole, what may be the start of a stop string, and a call of a tool.
    """

    def __init__(self, request: Request, decode: Callable[[Sequence[int]], str]) -> None:
        self._stop = request.stop
        self._calls = bool(request.tools)
        self._decode = decode
        self._told = ""

    def next(self, tokens: Sequence[int]) -> str:
        """What may be told since the last time; `tokens` are all of the answer so far, and hold no stop string."""
        text = self._decode(tokens).rstrip(PART)
        if self._calls and text.lstrip()[:1] in ("", "{"):
            return ""
        text = text[: len(text) - self._begun(text)]
        if not text.startswith(self._told):
            return ""
        piece = text[len(self._told) :]
        self._told = text
        return piece

    def _begun(self, text: str) -> int:
        """Characters at the end that a stop string may begin with."""
        longest = max(map(len, self._stop), default=1) - 1
        lengths = range(min(longest, len(text)), 0, -1)
        return next((size for size in lengths if any(stop.startswith(text[-size:]) for stop in self._stop)), 0)
