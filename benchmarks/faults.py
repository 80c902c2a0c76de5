"""A thousand requests at a server that fails on purpose: what is lost, taken for an answer, or billed twice.

    python -m benchmarks.faults [--share .15]

Ours beside the openai client, LangChain's `.batch` and litellm, each as its documentation has it, with as many
attempts. The server counts what it billed: every answer that it wrote, also those that it then dropped, cut or left
empty. What a server billed before it dropped the line nobody on this side can know; ours says for how many requests.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.config import Limits
from assistant.llm import Gateway, Guard, Journal
from assistant.records import Message, Request
from benchmarks.fault_server import FaultServer

AT_ONCE = 64
ATTEMPTS = 6
PATIENCE = 1.0


@dataclass
class Told:
    """What a client made of each request: key -> its answer, or None where it says that there is none."""

    answers: dict[int, str | None]
    unsure: int | None = None


def ours(server: FaultServer, count: int) -> Told:
    """The gateway with a journal."""
    requests = [
        Request(key=str(n), messages=(Message(role="user", content=_said(n)),), prompt="p", prompt_hash="")
        for n in range(count)
    ]
    limits = Limits(concurrency=AT_ONCE, timeout_seconds=PATIENCE, retries=ATTEMPTS - 1)
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.sqlite") as journal:
        gateway = Gateway(server.name, guard=Guard(), cache_dir=Path(folder), journal=journal, limits=limits)
        outcomes = list(gateway.complete(requests))
    assert len(outcomes) == count
    return Told(
        {int(outcome.key): outcome.text if outcome.status == "ok" else None for outcome in outcomes},
        sum(outcome.unsure for outcome in outcomes),
    )


def raw_openai(server: FaultServer, count: int) -> Told:
    """The openai client with its own retries."""
    from openai import AsyncOpenAI

    async def run() -> dict[int, str | None]:
        gate = asyncio.Semaphore(AT_ONCE)
        url = server.base_url
        async with AsyncOpenAI(api_key="none", base_url=url, max_retries=ATTEMPTS - 1, timeout=PATIENCE) as client:

            async def ask(number: int) -> str | None:
                async with gate:
                    try:
                        reply = await client.chat.completions.create(
                            model="faulty", messages=[{"role": "user", "content": _said(number)}]
                        )
                        return str(reply.choices[0].message.content if reply.choices else reply)
                    except Exception:
                        return None

            return dict(enumerate(await asyncio.gather(*map(ask, range(count)))))

    return Told(asyncio.run(run()))


def langchain_batch(server: FaultServer, count: int) -> Told:
    """LangChain's `.batch`, exceptions returned."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    model = ChatOpenAI(
        model="faulty", base_url=server.base_url, api_key=SecretStr("none"), max_retries=ATTEMPTS - 1, timeout=PATIENCE
    )
    replies = model.batch(
        [[("user", _said(n))] for n in range(count)], config={"max_concurrency": AT_ONCE}, return_exceptions=True
    )
    return Told({n: None if isinstance(reply, Exception) else str(reply.text) for n, reply in enumerate(replies)})


def litellm_batch(server: FaultServer, count: int) -> Told:
    """litellm's `batch_completion` in asyncio's shape, with its retries."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks a network for prices
    import litellm

    litellm.suppress_debug_info = True
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)

    async def run() -> dict[int, str | None]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(number: int) -> str | None:
            async with gate:
                try:
                    reply = await litellm.acompletion(
                        model="openai/faulty",
                        api_base=server.base_url,
                        api_key="none",
                        messages=[{"role": "user", "content": _said(number)}],
                        num_retries=ATTEMPTS - 1,
                        timeout=PATIENCE,
                    )
                    return str(reply.choices[0].message.content)
                except Exception:
                    return None

        return dict(enumerate(await asyncio.gather(*map(ask, range(count)))))

    return Told(asyncio.run(run()))


PEERS: dict[str, Callable[[FaultServer, int], Told]] = {
    "ours": ours,
    "openai": raw_openai,
    "LangChain .batch": langchain_batch,
    "litellm": litellm_batch,
}


def main() -> None:
    """All peers at the shares asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, nargs="*", default=[0.15, 0.3])
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    for share in options.share:
        print(f"{options.count:,} requests, {share:.0%} of them meet a fault, {ATTEMPTS} attempts each")
        for name, peer in PEERS.items():
            server = FaultServer(share=share, seed=3)
            try:
                told = peer(server, options.count)
            except ImportError as error:
                print(f"  {name:<18} not installed ({error.name}); pip install '.[bench]'", file=sys.stderr)
                continue
            finally:
                server.close()
            right = sum(told.answers[n] == f"you said: {_said(n)}" for n in range(options.count))
            none = sum(answer is None for answer in told.answers.values())
            wrong = options.count - right - none
            billed = Counter(server.billed)
            twice = sum(count > 1 for count in billed.values())
            unsure = "" if told.unsure is None else f"; said to be unsure: {told.unsure} attempts"
            print(
                f"  {name:<18} right {right:>5}, said to have failed {none:>4}, bad replies handed on as answers "
                f"{wrong:>4}, billed more than once {twice:>4}{unsure}"
            )


def _said(number: int) -> str:
    return f"number {number}"


if __name__ == "__main__":
    main()
