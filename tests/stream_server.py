"""A server on loopback whose streamed answers are scripts, so that a test says what is sent and when."""

import json
import threading
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

LONGEST = 20.0
"""Seconds after which a script goes on whatever it waits for, so that a test fails and does not hang."""
STOP: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
USAGE: dict[str, Any] = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}
END = (STOP, USAGE, "[DONE]")
"""How a whole answer ends."""
CUT = object()
"""The connection breaks."""
UNTIL_LEFT = object()
"""Say that the line is still there until the client has gone."""


def said(text: str) -> dict[str, Any]:
    """A chunk with a piece of text."""
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}


def called(index: int | None, identity: str = "", name: str = "", arguments: str = "") -> dict[str, Any]:
    """A chunk with a fragment of a tool call."""
    part = {"id": identity or None, "function": {"name": name or None, "arguments": arguments}}
    part |= {} if index is None else {"index": index}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [part]}, "finish_reason": None}]}


class StreamServer:
    """Use it as a context manager; each request takes the next of `scripts`.

    A step is a chunk, a text that is sent as an event as it is, an Event that is waited for, CUT or UNTIL_LEFT. A
    script that is a pair of a status and a message is an error. `left` is set when a client went before the end.
    """

    def __init__(self, *scripts: Any) -> None:
        self.scripts = deque(scripts)
        self.asked: list[dict[str, Any]] = []
        self.left = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                script = outer.scripts.popleft()
                if isinstance(script, tuple) and isinstance(script[0], int):
                    self._refuse(*script)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    if all(self._play(step) for step in script):
                        self.wfile.write(b"0\r\n\r\n")
                    else:
                        self.close_connection = True
                except OSError:
                    outer.left.set()
                    self.close_connection = True

            def _refuse(self, status: int, message: str) -> None:
                content = json.dumps({"error": {"message": message}}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _play(self, step: Any) -> bool:
                if isinstance(step, threading.Event):
                    step.wait(LONGEST)
                elif step is UNTIL_LEFT:
                    pause = threading.Event()
                    for _ in range(int(LONGEST / 0.01)):
                        self._write(": still here")
                        pause.wait(0.01)
                elif step is not CUT:
                    self._write(f"data: {step if isinstance(step, str) else json.dumps(step)}")
                return step is not CUT

            def _write(self, line: str) -> None:
                data = f"{line}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

            def handle(self) -> None:
                with suppress(OSError):
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def name(self) -> str:
        return f"openai:tiny?base_url=http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        serve = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
