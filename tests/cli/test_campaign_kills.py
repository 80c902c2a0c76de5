"""A campaign against a server that goes wrong, killed again and again: every piece once, no answer asked for twice."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from command_line import type_in
from model_server import ModelServer, asked_of, reply
from small_shop import BRIEF, SETTINGS, write_shop
from tokenizers import Tokenizer

from assistant.llm.local.weights import converted, embedded_gguf
from assistant.pipeline import load_campaign
from assistant.records import Campaign
from assistant.workspace import Workspace
from benchmarks.fault_server import FaultServer, completion

PATIENCE = 240.0
COMMAND = [sys.executable, "-c", "from assistant.cli.main import run; run()"]
PRICED = """
[models.limits]
timeout_seconds = 2
retries = 8

[models.prices."{model}"]
input = 0.4
output = 1.6
"""


def brief_of(channels: list[str], variants: int) -> str:
    """Of the small shop, with more of everything: three segments, four angles."""
    told = BRIEF.replace('["email", "sms"]', json.dumps(channels))
    told = told.replace('["thrift", "ease"]', '["thrift", "ease", "treat", "discovery"]')
    return f"variants = {variants}\n{told}"


def name_of(body: dict[str, Any]) -> str:
    return asked_of(body["messages"], body["seed"])


@pytest.fixture(scope="module")
def answer() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A worked example of the prompt, with a real tokenizer's count of what was read and written."""
    cache = platformdirs.user_cache_path("marketing-assistant-tests")
    tokenizer = Tokenizer.from_file(str(converted(embedded_gguf(), cache) / "tokenizer.json"))

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        text = reply(body["messages"], body["seed"])
        told = completion(text)
        # Each message is wrapped in four tokens: its beginning, its role, a line end, its end.
        read = sum(4 + count(message["content"]) for message in body["messages"])
        told["usage"] = {"prompt_tokens": read, "completion_tokens": count(text) + 1}
        return told

    return answer


@dataclass(frozen=True)
class Shop:
    """A workspace with personas, whose copywriter is a server that goes wrong."""

    root: Path
    server: FaultServer

    def journalled(self) -> Counter[str]:
        """What the journal holds answers to, as the server sees it, and how many.

        It sees no grammar, so requests that differ in nothing else are one to it and have an answer each.
        """
        with sqlite3.connect(self.root / "journal.sqlite") as journal:
            rows = journal.execute(
                "SELECT messages, parameters FROM calls WHERE status = 'ok' AND prompt LIKE 'copy/%'"
            ).fetchall()
        journal.close()
        assert len({(messages, parameters) for messages, parameters in rows}) == len(rows), "two answers to one request"
        found: Counter[str] = Counter()
        for messages, parameters in rows:
            settings = json.loads(parameters)
            seed = (settings["seed"] * 1_000_003 + settings["sample"]) % 2**31  # as a hosted model is asked
            found[asked_of(json.loads(messages), seed)] += 1
        return found

    def arrived(self) -> Counter[str]:
        """How often each request has arrived, once what a killed process has sent is read."""
        before = -1
        while before != (before := sum(self.server.arrived.values())):
            time.sleep(0.25)
        return self.server.arrived.copy()

    def killed_at(self, arrived: int, *words: str) -> bool:
        """Run the campaign until so many requests have arrived at the server; whether it was killed before its end."""
        with subprocess.Popen(
            [*COMMAND, "campaign", *(words or ("run", "brief.toml")), "--yes"],
            cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ,
        ) as process:  # fmt: skip
            until = time.monotonic() + PATIENCE
            while process.poll() is None and time.monotonic() < until:
                if sum(self.server.arrived.values()) >= arrived:
                    with suppress(ProcessLookupError):
                        process.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.002)
            said = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode in (0, -signal.SIGKILL), said
        return process.returncode != 0


def shop_of(folder: Path, faults: FaultServer, personas: ModelServer, channels: list[str], variants: int) -> Shop:
    files = write_shop(folder / "files")
    root = folder / "shop"
    type_in("init", root, "--name", "Mill Lane Foods")
    settings = SETTINGS.format(model=personas.name).replace(f'copy = "{personas.name}"', f'copy = "{faults.name}"')
    assert faults.name in settings
    (root / "assistant.toml").write_text(settings + PRICED.format(model=faults.name), encoding="utf-8")
    (root / "brief.toml").write_text(brief_of(channels, variants), encoding="utf-8")
    words = [word for table, file in files.items() for word in (f"--{table.replace('_', '-')}", file)]
    for typed in (["ingest", *words], ["segments", "fit"], ["personas"]):
        said = type_in(*typed, "--json", folder=root)
        assert said.code == 0, said.err
    return Shop(root, faults)


@pytest.fixture(params=[
    pytest.param((["email", "sms"], 2, 2), id="48 pieces, 2 kills"),
    pytest.param((["email", "sms", "push", "whatsapp", "meta_ad", "landing"], 7, 10), id="504 pieces, 10 kills",
                 marks=pytest.mark.slow),
])  # fmt: skip
def campaign(
    request: pytest.FixtureRequest, tmp_path: Path, answer: Callable[[dict[str, Any]], dict[str, Any]]
) -> Iterator[tuple[Shop, int, int]]:
    channels, variants, kills = request.param
    faults = FaultServer(share=0.15, seed=5, hang=3.0, name_of=name_of, reply=answer)
    with ModelServer() as personas:
        yield shop_of(tmp_path, faults, personas, channels, variants), 3 * len(channels) * 4 * variants, kills
    faults.close()


def test_a_campaign_that_is_killed_again_and_again_holds_every_piece_once(campaign: tuple[Shop, int, int]) -> None:
    shop, pieces, kills = campaign
    planned = type_in("campaign", "plan", "brief.toml", "--json", folder=shop.root).rows[0]
    assert planned["pieces"] == pieces
    (told,) = planned["models"]
    assert told["basis"] == "assumed"

    seed = random.randrange(10**6)
    moments = sorted(random.Random(seed).sample(range(20, int(told["calls"] * 0.95)), kills))
    known: list[tuple[Counter[str], Counter[str]]] = []
    for moment in moments:
        assert shop.killed_at(moment), f"seed {seed}: it ended before {moment} requests"
        known.append((shop.arrived(), shop.journalled()))
    (stopped,) = type_in("campaign", "list", "--json", folder=shop.root).rows
    assert stopped["stopped"]
    assert sum(stopped["states"].values()) == pieces
    assert not shop.killed_at(10**9, "resume")
    (row,) = type_in("campaign", "list", "--json", folder=shop.root).rows
    assert (row["stopped"], row["pieces"]) == (False, pieces + planned["controls"])

    # No answer that was in the journal was asked for again.
    arrived, answers = shop.arrived(), shop.journalled()
    told_apart = {asked for asked, count in answers.items() if count == 1}
    assert len(told_apart) > 0.95 * len(answers)
    for arrived_then, answered_then in known:
        assert answered_then
        assert not [a for a in told_apart & set(answered_then) if arrived[a] != arrived_then[a]], f"seed {seed}"
    made: Campaign = load_campaign(Workspace.at(shop.root), "spring")
    names = Counter(piece.piece for piece in made.pieces if piece.angle != "control")
    assert len(names) == pieces
    assert set(names.values()) == {1}
    assert len(made.pieces) == pieces + planned["controls"]
    ready = sum(piece.status == "ready" for piece in made.pieces)

    with sqlite3.connect(shop.root / "journal.sqlite") as journal:
        (cost,) = journal.execute("SELECT sum(cost_nanodollars) FROM calls WHERE prompt LIKE 'copy/%'").fetchone()
    journal.close()
    ratio = told["cost_nanodollars"] / cost
    print(
        f"\n{pieces} pieces, {ready} ready with controls, {sum(shop.server.arrived.values()):,} requests arrived, "
        f"{kills} kills at {moments}; plan / journal {ratio:.3f}"
    )
    assert 0.85 <= ratio <= 1.15
