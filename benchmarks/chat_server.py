"""An OpenAI-compatible server on loopback that answers every request alike, after a pause; its own process.

    python -m benchmarks.chat_server --latency 0.2

It prints its port, and stops when its standard input is closed. It reads and writes as little as HTTP/1.1 allows,
so that what is measured is the client.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import cycle

from assistant.copywriting import CHANNELS
from assistant.prompting import load_prompt

TEXT = "Fresh bread, warm from the oven, waits for you this week."


def answer_of(text: str) -> bytes:
    """A whole answer, as it goes over the line."""
    body = json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "bench",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 300, "completion_tokens": 14, "total_tokens": 314},
        }
    ).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


ANSWER = answer_of(TEXT)


@cache
def by_question() -> dict[bytes, Iterator[bytes]]:
    """The last question of a prompt for copy -> its worked examples, one after the other, over and over."""
    told: dict[str, list[bytes]] = {}
    for name in dict.fromkeys(channel.prompt_of(line) for channel in CHANNELS.values() for line in channel.lines):
        for shot in load_prompt(f"copy/{name}").shots:
            told.setdefault(shot.user, []).append(answer_of(shot.assistant))
    return {question.encode(): cycle(answers) for question, answers in told.items()}


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, latency: float, copy: bool) -> None:
        self._latency, self._copy = latency, copy
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request a pause after its last byte."""
        self._read += data
        while (head := self._read.find(b"\r\n\r\n")) >= 0:
            lower = self._read[:head].lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._read) < head + 4 + length:
                return
            answer = self._answer_to(self._read[head + 4 : head + 4 + length]) if self._copy else ANSWER
            self._read = self._read[head + 4 + length :]
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if isinstance(self._transport, asyncio.WriteTransport) and not self._transport.is_closing():
            self._transport.write(answer)

    def _answer_to(self, body: bytes) -> bytes:
        """A worked example of the question that stands last, found without reading the rest."""
        said = body[body.rfind(b'"content"') + 9 :].lstrip(b': "')
        found = by_question().get(said[: said.find(b'"')])
        return next(found) if found else ANSWER


@contextmanager
def chat_server(latency: float, *, copy: bool = False) -> Iterator[str]:
    """The server in a process of its own; yields its base URL. With `copy` it answers prompts for copy sensibly."""
    command = [sys.executable, "-m", "benchmarks.chat_server", "--latency", str(latency), *(["--copy"] if copy else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = int(process.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.stdin.close()


async def _serve(latency: float, copy: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(latency, copy), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, required=True, help="seconds")
    parser.add_argument("--copy", action="store_true", help="answer with the worked examples of prompts for copy")
    given = parser.parse_args()
    asyncio.run(_serve(given.latency, given.copy))
