import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pytest

from assistant.llm import open_model
from assistant.records import Message, Request

if TYPE_CHECKING:
    from assistant.llm.local.model import LocalChatModel

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Read when torch is loaded: threads that wait for work sleep, or they starve whatever runs beside this test.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """Where converted weights outlive a test run, as the conversion takes 20 s."""
    return platformdirs.user_cache_path("marketing-assistant-tests")


@pytest.fixture(scope="session")
def local_model(cache_dir: Path) -> "LocalChatModel":
    from assistant.llm.local.model import LocalChatModel

    model = open_model("local:", cache_dir=cache_dir)
    assert isinstance(model, LocalChatModel)
    return model


@pytest.fixture(scope="session")
def ask_for() -> Callable[..., Request]:
    """Build a request: `ask_for("key", "the user's words", system="...", max_tokens=...)`."""

    def build(key: str, user: str = "Say hello.", *, system: str | None = None, **settings: Any) -> Request:
        messages = [Message(role="user", content=user)]
        if system is not None:
            messages.insert(0, Message(role="system", content=system))
        return Request(key=key, messages=tuple(messages), prompt="tests/ask@1", prompt_hash="sha256:0", **settings)

    return build


class ChatServer:
    """An OpenAI-compatible server on loopback that answers each prompt with `you said: ...`.

    `failures` holds statuses to answer with first; `pause` is how long an answer takes, in seconds.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.failures: deque[int] = deque()
        self.error_text = "try again"
        self.finish_reason = "stop"
        self.pause = 0.0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.asked.append(body)
                    outer.keys.append(self.headers.get("Authorization", ""))
                    status = outer.failures.popleft() if outer.failures else 200
                time.sleep(outer.pause)
                answer = outer.reply(body) if status == 200 else {"error": {"message": outer.error_text}}
                data = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client was killed

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def name(self) -> str:
        return f"openai:tiny?base_url=http://127.0.0.1:{self.port}/v1"

    @property
    def prompts(self) -> list[str]:
        return [body["messages"][-1]["content"] for body in self.asked]

    def reply(self, body: dict[str, Any]) -> dict[str, Any]:
        said = body["messages"][-1]["content"]
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": f"you said: {said}"},
                    "finish_reason": self.finish_reason,
                }
            ],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def chat_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server = ChatServer()
    yield server
    server.close()
