"""A reply as a server of OpenAI's protocol streams it: server-sent events, put together without trust."""

import json
from collections.abc import Iterator
from typing import Any

from assistant.llm.faults import Billed, Fault
from assistant.llm.replies import Reply, read_completion

DONE = "[DONE]"


class StreamedReply:
    """Fed with bytes as they arrive, cut wherever they are; gives pieces of text, and the whole reply at the end."""

    def __init__(self) -> None:
        self._bytes = b""
        self._event: list[str] = []
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[dict[str, Any]] = []
        self._at: dict[object, int] = {}
        self._usage: dict[str, Any] = {}
        self._ending = ""
        self.done = False
        """Whether the server said that nothing follows."""

    @property
    def whole(self) -> bool:
        """Whether the answer came to its end; counts of tokens may still follow."""
        return self.done or bool(self._ending)

    def feed(self, data: bytes) -> Iterator[str]:
        """The pieces of text in what has arrived; raises a Fault for what is no part of a streamed answer."""
        *lines, self._bytes = (self._bytes + data).split(b"\n")
        for line in lines:
            yield from self._line(line.removesuffix(b"\r").decode(errors="replace"))

    def close(self) -> Iterator[str]:
        """The same for what the server sent last without ending its line."""
        yield from self.feed(b"\n\n")

    def reply(self) -> Reply:
        """The whole answer; raises a Fault where it broke off, or is none."""
        text = "".join(self._text)
        if not self.whole:
            raise _fault(f"the answer broke off after {len(text):,} characters")
        message = {"content": text, "tool_calls": self._calls, "refusal": "".join(self._refusal)}
        return read_completion({"choices": [{"message": message, "finish_reason": self._ending}], "usage": self._usage})

    def _line(self, line: str) -> Iterator[str]:
        field, _, value = line.partition(":")
        if field == "data":
            self._event.append(value.removeprefix(" "))
        elif not line and self._event:
            told, self._event = "\n".join(self._event), []
            if told.strip() == DONE:
                self.done = True
            elif not self.done:
                yield from self._chunk(told)

    def _chunk(self, told: str) -> Iterator[str]:
        try:
            chunk = json.loads(told)
            error = chunk.get("error")
            self._usage = chunk.get("usage") or self._usage
            # The prompt's count of tokens, and what some servers say of filters, comes with no choice at all.
            choices = [choice for choice in chunk.get("choices") or () if not choice.get("index")]
            deltas = [choice.get("delta") or {} for choice in choices]
            for choice in choices:
                self._ending = str(choice.get("finish_reason") or self._ending)
            for part in (part for delta in deltas for part in delta.get("tool_calls") or ()):
                self._take(part)
            pieces = [str(delta["content"]) for delta in deltas if delta.get("content")]
            self._refusal += [str(delta["refusal"]) for delta in deltas if delta.get("refusal")]
        except (AttributeError, TypeError, ValueError):
            raise _fault(f"the server streams something that is no part of an answer: {told[:100]}") from None
        if error:
            said = error.get("message") if isinstance(error, dict) else error
            raise _fault(f"the server broke off: {said}")
        self._text += pieces
        yield from pieces

    def _take(self, part: dict[str, Any]) -> None:
        """One fragment of a tool call. Some servers give every call the same index, or none, and only ids differ."""
        function = part.get("function") or {}
        identity, index = str(part.get("id") or ""), part.get("index")
        at = self._at.get(index)
        if at is None or (identity and self._calls[at]["id"] not in ("", identity)):
            at = self._at[index] = len(self._calls)
            self._calls.append({"id": "", "function": {"name": "", "arguments": ""}})
        call = self._calls[at]
        call["id"] = call["id"] or identity
        call["function"]["name"] = call["function"]["name"] or str(function.get("name") or "")
        call["function"]["arguments"] += function.get("arguments") or ""


def _fault(reason: str) -> Fault:
    # The server had begun to answer, so it may charge for it.
    return Fault(reason, again=True, billed=Billed.UNSURE)
