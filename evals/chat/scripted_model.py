"""A model of the script: a server on loopback that speaks OpenAI's protocol, calls the right tools, and lies by plan.

Asked by a person, it calls the tool of the script. Given what a tool found, it says so in an order of its own; every
third answer holds a sentence with a figure that no tool gave, and in every seventh a digit of a figure is another.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from evals.chat.conversations import CLARIFY, Conversation, Expected

INVENTED = "Sales of this group grew 37% last year."
"""What no tool ever says."""
QUESTION = "Which of our segments do you mean, and what would you like to know of it?"
QUESTION_ZH = "您指的是哪个细分？想了解什么？"
_INVENTS_EVERY = 3
_ALTERS_EVERY = 7
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FIGURE = re.compile(r"(?<![\w.-])\$?\d[\d,]*(?:\.\d+)?(?![\w.-]*-)")
_ENDS = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_LONGEST_ANSWER = 5
"""Sentences of a tool that an answer takes up."""
_FILLS = {
    "segment": "S1", "first": "S1", "second": "S2", "metric": "spend", "brief": "new-year", "channel": "email",
    "reason": "as asked", "note": "as asked", "field": "subject", "piece": "S1-email-thrift", "claim": "S1.C01",
}  # fmt: skip


class ScriptedModel:
    """Use it as a context manager; `name` is what a setting calls the model.

    Args:
        conversations: the scripts, their placeholders filled.
        pause: seconds between two parts of a streamed answer.
        first: seconds before its first part, as a model reads a prompt.
    """

    def __init__(self, conversations: Sequence[Conversation], pause: float = 0.002, first: float = 0.0) -> None:
        self.invented: list[str] = []
        """Answers that held what no tool gave."""
        self.altered: list[tuple[str, str]] = []
        """A sentence as it was, and with a digit of another."""
        self._turns = _by_text(conversations)
        self._pause = pause
        self._first = first
        self._answers = 0
        self._calls = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def name(self) -> str:
        """As `assistant.toml` has it."""
        return f"openai:scripted?base_url={self.base_url}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The message that a conversation is answered with.

        Args:
            messages: as a request has them.
            tools: the request's tools; none may be called where it is empty.
        """
        last = messages[-1] if messages else {"role": "user", "content": ""}
        if last["role"] == "tool":
            return {"role": "assistant", "content": self._told(_found(messages), _asked(messages))}
        asked = _asked(messages)
        turn = self._turn(asked)
        if turn is None or not tools or turn.tools[0] == CLARIFY:
            question = QUESTION_ZH if asked and _HAN.search(asked[-1]) else QUESTION
            return {"role": "assistant", "content": question}
        with self._lock:
            self._calls += 1
            number = self._calls
        arguments = _arguments(turn, tools)
        call = {"name": turn.tools[0], "arguments": json.dumps(arguments, ensure_ascii=False)}
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": f"call_{number}", "type": "function", "function": call}],
        }

    def _turn(self, asked: Sequence[str]) -> Expected | None:
        """The script's turn, told by what was asked before where the same is asked in two conversations."""
        if not asked:
            return None
        before = _key(asked[-2]) if len(asked) > 1 else ""
        said = _key(asked[-1])
        found = self._turns.get((before, said)) or self._turns.get(("", said)) or self._turns.get(("*", said))
        if found is None:
            # A chat may wrap what a person typed.
            inside = [turn for (place, text), turn in self._turns.items() if place == "*" and text in said]
            found = max(inside, key=lambda turn: len(turn.say), default=None)
        return found

    def _told(self, sentences: Sequence[str], asked: Sequence[str]) -> str:
        with self._lock:
            self._answers += 1
            number = self._answers
        first, *rest = sentences[:_LONGEST_ANSWER] or ["There is nothing to tell."]
        told = [first, *reversed(rest)]
        if number % _ALTERS_EVERY == 0:
            at = next((at for at, one in enumerate(told) if _FIGURE.search(one)), None)
            if at is not None:
                other = _altered(told[at])
                with self._lock:
                    self.altered.append((told[at], other))
                told[at] = other
        if number % _INVENTS_EVERY == 0:
            told.insert(1, INVENTED)
            with self._lock:
                self.invented.append(asked[-1] if asked else "")
        return "\n".join(told)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self.path.endswith("/chat/completions"):
                    self.send_error(404)
                    return
                message = outer.answer(body["messages"], body.get("tools") or ())
                # The client may have been stopped.
                with suppress(ConnectionError):
                    self._stream(body, message) if body.get("stream") else self._whole(body, message)

            def _whole(self, body: dict[str, Any], message: dict[str, Any]) -> None:
                content = json.dumps(completion(body, message)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _stream(self, body: dict[str, Any], message: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Cache-Control", "no-cache")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                time.sleep(outer._first)
                for chunk in (*map(json.dumps, chunks(body, message)), "[DONE]"):
                    self._send(f"data: {chunk}\n\n".encode())
                    time.sleep(outer._pause)
                self.wfile.write(b"0\r\n\r\n")

            def _send(self, content: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
                self.wfile.flush()

            def handle(self) -> None:
                with suppress(ConnectionError):
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def completion(body: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a whole answer."""
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _usage(body, message),
    }


def chunks(body: Mapping[str, Any], message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a streamed answer, in the order in which they go out."""

    def part(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": body["model"],
            "choices": [choice],
        }

    yield part({"role": "assistant", "content": "" if message.get("content") else None})
    for at, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        half = len(function["arguments"]) // 2
        named = {"name": function["name"], "arguments": ""}
        yield part({"tool_calls": [{"index": at, "id": call["id"], "type": "function", "function": named}]})
        for piece in (function["arguments"][:half], function["arguments"][half:]):
            yield part({"tool_calls": [{"index": at, "function": {"arguments": piece}}]})
    for piece in re.findall(r"\s*\S{1,24}\s*", message.get("content") or ""):
        yield part({"content": piece})
    yield part({}, "tool_calls" if message.get("tool_calls") else "stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**part({}), "choices": [], "usage": _usage(body, message)}


def _usage(body: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, int]:
    asked = len(json.dumps(body["messages"])) // 4
    told = len(json.dumps(message)) // 4
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}


def _by_text(conversations: Sequence[Conversation]) -> dict[tuple[str, str], Expected]:
    """What was typed before (nothing: a conversation's first; `*`: whatever) and what is typed -> the turn."""
    told: dict[tuple[str, str], Expected] = {}
    for conversation in conversations:
        before = ""
        for turn in conversation.turns:
            told.setdefault((before, _key(turn.say)), turn)
            told.setdefault(("*", _key(turn.say)), turn)
            before = _key(turn.say)
    return told


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _asked(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_text(message) for message in messages if message["role"] == "user"]


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if isinstance(part, Mapping))


def _found(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences of the tools' messages since the last question, whether these are JSON or plain text."""
    told: list[str] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            if message["role"] == "user":
                break
            continue
        text = _text(message)
        sentences: Any = None
        with suppress(json.JSONDecodeError):
            raw = json.loads(text)
            if isinstance(raw, dict):
                sentences = next((raw[key] for key in ("sentences", "found") if isinstance(raw.get(key), list)), None)
        if sentences is None:
            sentences = [one for one in _ENDS.split(text) if one.strip()]
        told = [one if isinstance(one, str) else str(one.get("text", "")) for one in sentences] + told
    return [one for one in told if one]


def _altered(sentence: str) -> str:
    """The first figure's first digit, one up."""

    def other(match: "re.Match[str]") -> str:
        at = re.search(r"\d", match.group())
        if at is None:
            return match.group()
        digit = str(int(at.group()) % 9 + 1)
        return match.group()[: at.start()] + digit + match.group()[at.end() :]

    return _FIGURE.sub(other, sentence, count=1)


def _arguments(turn: Expected, tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The script's arguments as a call states them, and what the tool needs beside."""
    told = {name: _value(want) for name, want in (turn.call if turn.call is not None else turn.arguments).items()}
    schema: Mapping[str, Any] = next(
        (own["function"] for own in tools if own.get("function", {}).get("name") == turn.tools[0]), {}
    )
    for name in schema.get("parameters", {}).get("required", ()):
        told.setdefault(name, _FILLS.get(name, turn.say))
    return told


def _value(want: Any) -> Any:
    if isinstance(want, Mapping):
        want = want["contains"]
    return want[0] if isinstance(want, list) else want
