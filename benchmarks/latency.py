"""Throughput at 64 requests at once against a server of one latency: ours, with journal and guard, and its peers.

    python -m benchmarks.latency

Shares of the ideal, which is 64 divided by the latency. Each round runs every peer once, in an order of its own; the
median of the rounds counts.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from assistant.config import Limits
from assistant.llm import ContactValuesBuilder, Gateway, Guard, Journal
from assistant.records import Message, Request
from benchmarks.chat_server import chat_server

AT_ONCE = 64
SYSTEM = "You write one subject line of a shop's e-mail. Plain words, no figures, no names of people. " * 6
USER = "angle: thrift; tone: warm; occasion: they have not ordered for a long time; number "
NUMBERS = count()
"""No two questions alike, so that nothing is answered from a cache."""


def ours(url: str, requests: int) -> float:
    """Through the gateway: guarded against 100,000 customers, journalled on disk."""

    builder = ContactValuesBuilder()
    names = [f"person{n}" for n in range(100_000)]
    builder.add_names(names, names[::-1])
    builder.add("email", [f"{name}@example.com" for name in names])
    guard = Guard(builder.build())

    def asked() -> Iterator[Request]:
        for number in range(requests):
            yield Request(
                key=str(number),
                messages=(
                    Message(role="system", content=SYSTEM),
                    Message(role="user", content=f"{USER}{next(NUMBERS)}"),
                ),
                prompt="copy/subject@1",
                prompt_hash="sha256:0",
                max_tokens=48,
            )

    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.sqlite") as journal:
        gateway = Gateway(
            f"openai:bench?base_url={url}",
            guard=guard,
            cache_dir=Path(folder),
            journal=journal,
            limits=Limits(concurrency=AT_ONCE),
        )
        list(gateway.complete([next(asked()).model_copy(update={"key": "warm up", "sample": 9})]))
        batch = list(asked())
        began = time.perf_counter()
        assert sum(outcome.status == "ok" for outcome in gateway.complete(batch)) == requests
        return time.perf_counter() - began


def raw_asyncio(url: str, requests: int) -> float:
    """The openai client, asyncio, 64 workers."""
    from openai import AsyncOpenAI

    async def run() -> float:
        async with AsyncOpenAI(api_key="none", base_url=url) as client:
            await client.chat.completions.create(model="bench", messages=_messages(), max_tokens=48)
            left = iter(range(requests))

            async def work() -> None:
                for _ in left:
                    reply = await client.chat.completions.create(model="bench", messages=_messages(), max_tokens=48)
                    assert reply.choices[0].message.content

            began = time.perf_counter()
            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
            return time.perf_counter() - began

    return asyncio.run(run())


def raw_threads(url: str, requests: int) -> float:
    """The openai client, 64 threads."""
    from openai import OpenAI

    with OpenAI(api_key="none", base_url=url) as client, ThreadPoolExecutor(AT_ONCE) as pool:

        def ask(_: int) -> None:
            reply = client.chat.completions.create(model="bench", messages=_messages(), max_tokens=48)
            assert reply.choices[0].message.content

        list(pool.map(ask, range(AT_ONCE)))
        began = time.perf_counter()
        list(pool.map(ask, range(requests)))
        return time.perf_counter() - began


def langchain_batch(url: str, requests: int) -> float:
    """LangChain's `.batch`."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    model = ChatOpenAI(model="bench", base_url=url, api_key=SecretStr("none"), max_completion_tokens=48)
    inputs = [[("system", SYSTEM), ("user", f"{USER}{next(NUMBERS)}")] for _ in range(requests)]
    model.invoke(inputs[0])
    began = time.perf_counter()
    assert len(model.batch(inputs, config={"max_concurrency": AT_ONCE})) == requests  # type: ignore[arg-type]
    return time.perf_counter() - began


PEERS: dict[str, Callable[[str, int], float]] = {
    "ours": ours,
    "openai, asyncio": raw_asyncio,
    "openai, threads": raw_threads,
    "LangChain .batch": langchain_batch,
}


def main() -> None:
    """Both latencies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for latency, requests, peers in ((1.0, 640, ("ours",)), (0.2, 1920, tuple(PEERS))):
        ideal = AT_ONCE / latency
        shares: dict[str, list[float]] = {name: [] for name in peers}
        with chat_server(latency) as url:
            for turn in range(rounds):
                order = list(peers)
                random.Random(turn).shuffle(order)
                for name in order:
                    shares[name].append(requests / PEERS[name](url, requests) / ideal)
        print(f"latency {latency:g} s, {AT_ONCE} at once, {requests:,} requests, ideal {ideal:.0f}/s")
        medians = {name: statistics.median(told) for name, told in shares.items()}
        for name, told in shares.items():
            print(f"  {name:<18} {medians[name]:.3f} of the ideal  ({', '.join(f'{share:.3f}' for share in told)})")
        if len(peers) > 1:
            raw = max(medians["openai, asyncio"], medians["openai, threads"])
            print(f"  ours / LangChain .batch {medians['ours'] / medians['LangChain .batch']:.2f} (bound 1.00)")
            print(f"  ours / raw openai       {medians['ours'] / raw:.2f} (bound .90)")
        else:
            print("  (bound .95)")


def _messages() -> Any:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{USER}{next(NUMBERS)}"}]


if __name__ == "__main__":
    main()
