"""The chat against its floors: a model's own first token, and a bare call of the tool.

    python -m benchmarks.chat WORKSPACE

With a model that calls tools, on loopback: how long until something useful is on the screen, over how long the same
model takes to its first token where the openai client asks it the same. With the router and the embedded model: what
a question for figures takes beyond the model, and over a bare call of the tool. The workspace is copied.
"""

import argparse
import datetime as dt
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from openai import OpenAI

from assistant.chat import Chat
from assistant.chat.desk import Desk
from assistant.chat.figures import Evidence
from assistant.chat.toolbox import Toolbox
from assistant.pipeline import Models, Silent
from assistant.records.chat import Ended, Event, Said, ToolAnswered, Turn
from assistant.workspace import Workspace
from evals.chat.conversations import Conversation, Expected
from evals.chat.scripted_model import ScriptedModel

FIRST = (0.3, 1.0)
"""Seconds until a model's first token: a fast server, and a prompt that takes long to read."""
TOKEN = 0.02
"""Seconds a token after that."""
ROUNDS = 5
FACTS = (
    ("How much do S2 customers spend per order?", {"segment": "S2", "metric": "spend per order"}),
    ("What are the days between orders of S1?", {"segment": "S1", "metric": "days between orders"}),
    ("What share of S3's orders has a coupon?", {"segment": "S3", "metric": "share of orders with a coupon"}),
    ("How long ago did S5 order last?", {"segment": "S5", "metric": "days since the last order"}),
    ("How many items does S4 buy per order?", {"segment": "S4", "metric": "items per order"}),
    ("S2的客单价是多少？", {"segment": "S2", "metric": "spend per order"}),
)
NUMBERS = count(1000)
WORDS = (8, 20)
"""Of a first sentence: as the prompt asks for it, and one that is twice as long and more."""
GREETING = "Hello there, good morning"


def main() -> None:
    """Measure and print ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("workspace", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        shutil.copytree(given.workspace, root, ignore=shutil.ignore_patterns("chats", "report*", "journal*"))
        workspace = Workspace.at(root)
        for first in FIRST:
            _agent(workspace, first)
        _router(workspace)


class _Talker(ScriptedModel):
    """Answers a greeting without a tool, in a first sentence of so many words."""

    def answer(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """See ScriptedModel."""
        asked = str(messages[-1].get("content"))
        words = next((count for count in WORDS if f"{GREETING} {count}" in asked), None)
        if words is None:
            return super().answer(messages, tools)
        return {"role": "assistant", "content": f"Good{' morning' * (words - 1)}. What would you like to know today?"}


def _agent(workspace: Workspace, first: float) -> None:
    script = Conversation(
        name="bench",
        language="en",
        turns=tuple(Expected(say=say, tools=("segment_facts",), arguments=told) for say, told in FACTS[:3]),
    )
    kinds = (*(f"a first sentence of {words} words" for words in WORDS), "a tool")
    ratios: dict[str, list[float]] = {kind: [] for kind in kinds}
    with _Talker((script,), pause=TOKEN, first=first) as server:
        _floor(server, f"{GREETING} {WORDS[0]}")  # the connection, and what is imported with the first request
        for _ in range(ROUNDS):
            with _open(workspace, server.name) as chat:
                chat.warm().join()
                # No two questions alike, so that nothing is answered from the journal.
                for words in WORDS:
                    said = f"{GREETING} {words}, {next(NUMBERS)}"
                    ratios[f"a first sentence of {words} words"].append(_ratio(chat, server, said))
                for say, _told in FACTS[:3]:
                    ratios["a tool"].append(_ratio(chat, server, f"{say} {next(NUMBERS)}"))
    for kind, found in ratios.items():
        print(
            f"first token after {first} s, {TOKEN} s a word, {kind}: first useful output after "
            f"{statistics.median(found):.2f} times the model's first token (worst {max(found):.2f}; bound 2)"
        )


def _ratio(chat: Chat, server: ScriptedModel, said: str) -> float:
    return _useful(chat.ask(said)) / _floor(server, said)


def _floor(server: ScriptedModel, say: str) -> float:
    """Seconds to the model's first word of an answer, by the openai client: the call of the tool goes before it."""
    client = OpenAI(base_url=server.base_url, api_key="none", max_retries=0)
    tools: Any = [{"type": "function", "function": {"name": "segment_facts", "parameters": {"type": "object"}}}]
    messages: list[Any] = [{"role": "user", "content": say}]
    began = time.perf_counter()
    while True:
        called: list[Any] = []
        for chunk in client.chat.completions.create(model="scripted", messages=messages, tools=tools, stream=True):
            delta = chunk.choices[0].delta if chunk.choices else None
            if delta and delta.content:
                return time.perf_counter() - began
            called += (delta.tool_calls or []) if delta else []
        arguments = "".join(call.function.arguments or "" for call in called)
        call = {"id": "1", "type": "function", "function": {"name": "segment_facts", "arguments": arguments}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        found = json.dumps({"status": "ok", "found": ["There it is."]})
        messages.append({"role": "tool", "tool_call_id": "1", "content": found})


def _useful(events: Iterator[Event]) -> float:
    """Seconds until a sentence or a tool's table is there."""
    began = time.perf_counter()
    useful = None
    for event in events:
        if useful is None and isinstance(event, Said | ToolAnswered):
            useful = time.perf_counter() - began
        if isinstance(event, Ended) and event.turn.error:
            sys.exit(event.turn.error)
    assert useful is not None
    return useful


def _router(workspace: Workspace) -> None:
    bare = _bare(workspace)
    beyond, shown, over = [], [], []
    with _open(workspace, "local:") as chat:
        for say, _told in FACTS:
            list(chat.ask(say))  # the embedder, the model, and each grammar
        for _ in range(ROUNDS):
            for say, told in FACTS:
                before, began = chat.spent().seconds, time.perf_counter()
                turn = _turn(chat.ask(say))
                beyond.append(time.perf_counter() - began - (chat.spent().seconds - before))
                shown.append(turn.first_seconds or 0.0)
                over.append(shown[-1] / bare[str(told)])
    print(
        f"router, {len(beyond)} questions for a figure: {statistics.median(beyond):.3f} s beyond the model "
        f"(worst {max(beyond):.3f}; bound 1); on the screen after {statistics.median(shown):.3f} s, "
        f"{statistics.median(over):.0f} times a bare call of the tool "
        f"({statistics.median(bare.values()) * 1000:.1f} ms)"
    )


def _bare(workspace: Workspace) -> dict[str, float]:
    """Seconds of each tool call alone: arguments -> median."""
    desk = Desk(
        workspace, models=Models(workspace), confirm=lambda _: False, listener=Silent(), by="bench",
        clock=lambda: dt.datetime.now(dt.UTC),
    )  # fmt: skip
    box = Toolbox(desk, Evidence(), lambda _: None)
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for _say, told in FACTS:
            began = time.perf_counter()
            box.run("segment_facts", told)
            taken.setdefault(str(told), []).append(time.perf_counter() - began)
    return {told: statistics.median(seconds) for told, seconds in taken.items()}


def _turn(events: Iterator[Event]) -> Turn:
    *_, last = events
    assert isinstance(last, Ended)
    called = [result.tool for result in last.turn.results]
    assert called == ["segment_facts"], (last.turn.question, called)
    return last.turn


def _open(workspace: Workspace, model: str) -> Chat:
    return Chat.open(workspace, model=model, confirm=lambda _: False, listener=Silent())


if __name__ == "__main__":
    main()
