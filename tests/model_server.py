"""A chat model on loopback that speaks OpenAI's protocol and answers with what its prompt's worked examples say.

Its answers depend on the request alone, so two runs that ask the same are told the same.
"""

import hashlib
import json
import re
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_FACT = re.compile(r"(?P<what>.*); (?P<direction>higher|lower|the same)")
_COMPARED = {
    "higher": re.compile(r"more than|longer than|above"),
    "lower": re.compile(r"less than|fewer than|below"),
    "the same": re.compile(r"about the same as|similar to"),
}


class ModelServer:
    """Use it as a context manager; `name` is what settings call the model.

    `asked` holds one `asked_of(...)` a request, in the order of arrival; `pause` is seconds an answer takes, and
    `between` seconds from one word to the next of an answer that is asked for as a stream.
    """

    def __init__(self, pause: float = 0.0, between: float = 0.0) -> None:
        self.asked: list[str] = []
        self.pause = pause
        self.between = between
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.asked.append(asked_of(body["messages"], body["seed"]))
                time.sleep(outer.pause)
                try:
                    self._stream(body) if body.get("stream") else self._answer(body)
                except ConnectionError:
                    self.close_connection = True  # the client was killed

            def _answer(self, body: dict[str, Any]) -> None:
                content = json.dumps(completion(body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _stream(self, body: dict[str, Any]) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                for place, event in enumerate(events(body)):
                    time.sleep(outer.between if place else 0.0)
                    self.wfile.write(f"data: {event}\n\n".encode())

            def handle(self) -> None:
                with suppress(ConnectionError):  # the client was killed between two requests
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def name(self) -> str:
        """As `assistant.toml` has it."""
        return f"openai:test?base_url=http://127.0.0.1:{self._server.server_port}/v1"

    def forget(self) -> None:
        """Start counting again."""
        with self._lock:
            self.asked.clear()

    def __enter__(self) -> Self:
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def asked_of(messages: list[dict[str, str]], seed: int) -> str:
    """What tells one question from another: its conversation and its seed."""
    said = [[message["role"], message["content"]] for message in messages]
    return hashlib.sha256(json.dumps([said, seed]).encode()).hexdigest()


def reply(messages: list[dict[str, str]], seed: int) -> str:
    """A sensible answer: a worked example of the prompt, turned to what is asked."""
    said = [message["content"] for message in messages if message["role"] != "system"]
    question = said[-1]
    shots = list(zip(said[0:-1:2], said[1:-1:2], strict=True))
    fact = _FACT.fullmatch(question)
    if fact:
        return _claim(fact, shots)
    if messages[0]["content"].startswith("You name"):
        return f"The {' '.join(question.split('; ')[:2])} Shoppers"
    draw = int(asked_of(messages, seed), 16)
    return shots[draw % len(shots)][1] if shots else "There is nothing to say."


def _claim(asked: re.Match[str], shots: list[tuple[str, str]]) -> str:
    """The example of the same direction, its subject exchanged and its comparison turned where none has it."""
    known = [(match, answer) for user, answer in shots if (match := _FACT.fullmatch(user))]
    same = [(match, answer) for match, answer in known if match["direction"] == asked["direction"]]
    match, answer = (same or known)[0]
    theirs, ours = _differing(match["what"], asked["what"])
    answer = answer.replace(theirs, ours) if theirs else answer
    for direction, words in _COMPARED.items():
        if direction != asked["direction"]:
            turned = _COMPARED[asked["direction"]].pattern.partition("|")[0]
            answer = words.sub(turned, answer)
    return answer


def _differing(one: str, other: str) -> tuple[str, str]:
    """What two sentences do not share, the words that both begin and end with taken away."""
    first, second = one.split(), other.split()
    while first and second and first[0] == second[0]:
        first, second = first[1:], second[1:]
    while first and second and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    return " ".join(first), " ".join(second)


def completion(body: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer to a request's body."""
    message = {"role": "assistant", "content": reply(body["messages"], body["seed"])}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def events(body: dict[str, Any]) -> list[str]:
    """The same answer as a stream: a chunk for each word, how it ended, its count of tokens, and the end."""
    whole = completion(body)
    (choice,) = whole.pop("choices")
    usage = whole.pop("usage")
    chunk = {**whole, "object": "chat.completion.chunk"}
    words = re.findall(r"\S+\s*|\s+", choice["message"]["content"])
    deltas = [({"content": word}, None) for word in words] + [({}, choice["finish_reason"])]
    told = [{**chunk, "choices": [{"index": 0, "delta": d, "finish_reason": end}]} for d, end in deltas]
    if (body.get("stream_options") or {}).get("include_usage"):
        told.append({**chunk, "choices": [], "usage": usage})
    return [*map(json.dumps, told), "[DONE]"]
