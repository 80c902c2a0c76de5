"""An OpenAI-compatible server on loopback that goes wrong on purpose, and counts what it answered and billed.

For each request it draws, by the seed, one of the faults or none. It bills what a provider would: every answer that
it began to send, and those it wrote before it dropped the line or hung. It says back what it was told, or whatever it
is given to answer with.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ("429", "429_later", "500", "hang", "drop", "truncated", "schema", "empty")
BILLED = frozenset({"hang", "drop", "truncated", "schema", "empty", "none"})


class Server(ThreadingHTTPServer):
    """Takes many connections at once, and does not outlive its process."""

    daemon_threads = True
    request_queue_size = 256


def last_said(body: dict[str, Any]) -> str:
    """What a request says last; in these tests no two say the same."""
    return str(body["messages"][-1]["content"])


def said_back(body: dict[str, Any]) -> dict[str, Any]:
    """An answer that tells whom it is for."""
    return completion(f"you said: {last_said(body)}")


class FaultServer:
    """`share` of requests meet one of `faults`; `hang` is seconds until a hanging one gives up.

    `name_of` tells one request from another, and `reply` makes the body of a good answer to one.
    """

    def __init__(
        self,
        share: float = 0.3,
        faults: Sequence[str] = FAULTS,
        seed: int = 0,
        hang: float = 2.0,
        pause: float = 0.0,
        name_of: Callable[[dict[str, Any]], str] = last_said,
        reply: Callable[[dict[str, Any]], dict[str, Any]] = said_back,
    ) -> None:
        self.arrived: Counter[str] = Counter()
        """Prompt -> times it came."""
        self.billed: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        """Prompt -> times a good answer was sent in full."""
        self.told: Counter[str] = Counter()
        """Fault -> times."""
        self.moments: list[tuple[float, str]] = []
        self.hang, self.pause = hang, pause
        self._share, self._faults = share, tuple(faults)
        self._chance = random.Random(seed)
        self.lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), _handler(self, name_of, reply))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def base_url(self) -> str:
        """As clients want it."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def name(self) -> str:
        """The model's name."""
        return f"openai:faulty?base_url={self.base_url}"

    def draw(self, said: str) -> str:
        """What this request meets, counted."""
        with self.lock:
            fault = self._chance.choice(self._faults) if self._chance.random() < self._share else "none"
            self.arrived[said] += 1
            self.told[fault] += 1
            self.billed[said] += fault in BILLED
            self.moments.append((time.monotonic(), said))
        return fault

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


def _handler(
    server: FaultServer, name_of: Callable[[dict[str, Any]], str], reply: Callable[[dict[str, Any]], dict[str, Any]]
) -> type[BaseHTTPRequestHandler]:
    """What answers one connection after the other."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Go wrong, or answer."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = server.draw(name_of(body))
            with suppress(ConnectionError):
                getattr(self, f"_{fault.replace('429', 'limit').replace('500', 'broken')}")(body)

        def _none(self, body: dict[str, Any]) -> None:
            time.sleep(server.pause)
            self._send(200, reply(body))
            with server.lock:
                server.answered[name_of(body)] += 1

        def _limit(self, body: dict[str, Any]) -> None:
            self._send(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}})

        def _limit_later(self, body: dict[str, Any]) -> None:
            self._send(429, {"error": {"message": "slow down"}}, {"retry-after-ms": "50"})

        def _broken(self, body: dict[str, Any]) -> None:
            self._send(500, {"error": {"message": "broken"}})

        def _hang(self, body: dict[str, Any]) -> None:
            time.sleep(server.hang)
            self.close_connection = True

        def _drop(self, body: dict[str, Any]) -> None:
            self.close_connection = True

        def _truncated(self, body: dict[str, Any]) -> None:
            whole = json.dumps(reply(body)).encode()
            self._raw(200, whole[: len(whole) // 2], {})

        def _schema(self, body: dict[str, Any]) -> None:
            self._send(200, {"answer": last_said(body)})

        def _empty(self, body: dict[str, Any]) -> None:
            said = reply(body)
            said["choices"][0]["message"]["content"] = ""
            self._send(200, said)

        def _send(self, status: int, told: Any, headers: dict[str, str] | None = None) -> None:
            self._raw(status, json.dumps(told).encode(), headers or {})

        def _raw(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle(self) -> None:
            """Outlive a client that leaves."""
            with suppress(ConnectionError):  # the client left between two requests
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def completion(text: str) -> dict[str, Any]:
    """A whole answer."""
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "faulty",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
