"""Writing a campaign, with all checks and the journal, beside a bare loop of the openai client writing JSON lines.

    python -m benchmarks.campaigns [--pieces 500 10000] [--candidates 2] [--rounds 3]

Both ask the same requests of a server on loopback that answers at once with worked examples, 64 at a time. Ours also
guards, journals, checks every candidate, asks again for lines of which none passed, chooses, checks the pieces and
compares them with one another. Each run is in a process of its own; rounds alternate and the median counts.
"""

import argparse
import asyncio
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from assistant.campaigns import CampaignPlan, Counts, wave_of, write_campaign
from assistant.config import Limits, Settings, WritingSettings
from assistant.copywriting import CHANNELS, copy_requests
from assistant.llm import ContactValuesBuilder, Gateway, Guard, Journal
from assistant.prompting import load_prompt
from assistant.records import BrandKit, Brief, Fact, FactSheet, Offer, Unit
from benchmarks.chat_server import chat_server

AT_ONCE = 64
ANGLES = ("thrift", "ease", "treat", "discovery")
LINES = ("email", "sms")
PRODUCTS = ("Whole milk", "Rye bread", "Cheddar cheese", "Ground coffee", "Plain yogurt", "Apples", "Carrots", "Pasta")


def plan_of(pieces: int, candidates: int) -> CampaignPlan:
    """A campaign of at least so many pieces over made-up segments."""
    brief = Brief(
        campaign="bench",
        goal="Sell more.",
        offer=Offer(kind="percent_off", amount=15, code="SPRING15"),
        starts=dt.date(2026, 3, 1),
        deadline=dt.date(2026, 3, 31),
        channels=LINES,
        angles=ANGLES,
        sender="Corner Grocery",
        link="https://example.com/offer",
        address="1 Market Square, Cincinnati, Ohio",
    )
    channels = [CHANNELS[name] for name in LINES]
    names = {channel.prompt_of(line) for channel in channels for line in channel.lines}
    sheets = [_sheet(f"S{number}", number) for number in range(1, -(-pieces // (len(LINES) * len(ANGLES))) + 1)]
    return CampaignPlan(
        brief=brief,
        sheets=sheets,
        occasions={sheet.segment: "steady" for sheet in sheets},
        prompts={("en", name): load_prompt(f"copy/{name}") for name in names},
        settings=Settings(writing=WritingSettings(copy_candidates=candidates)),
        brand=BrandKit(),
    )


def _sheet(segment: str, number: int) -> FactSheet:
    facts = tuple(
        Fact(
            fact=f"{segment}.F{at:02d}",
            segment=segment,
            topic="products",
            metric=f"buys:{PRODUCTS[(number + at) % len(PRODUCTS)]} of farm {number}",
            label="share of items",
            value=0.02,
            unit=Unit.SHARE,
            display="2.0%",
            direction="higher",
            sentence="They buy it.",
            source="a benchmark",
        )
        for at in range(1, 5)
    )
    return FactSheet(segment=segment, name=segment, as_of="2026-01-01", currency="USD", facts=facts)


def ours(url: str, pieces: int, candidates: int, folder: Path) -> dict[str, Any]:
    """The campaign as the product writes it."""
    builder = ContactValuesBuilder()
    names = [f"person{n}" for n in range(100_000)]
    builder.add_names(names, names[::-1])
    builder.add("email", [f"{name}@example.com" for name in names])
    guard = Guard(builder.build())
    plan = plan_of(pieces, candidates)
    model = f"openai:bench?base_url={url}"
    counts = Counts()
    with Journal(folder / "journal.sqlite") as journal:
        limits = Limits(concurrency=AT_ONCE)
        gateway = Gateway(model, guard=guard, cache_dir=folder, journal=journal, limits=limits)
        first = next(iter(plan))
        list(gateway.complete(copy_requests(first)[:1]))  # opens the model
        began = time.perf_counter()
        with (folder / "pieces.jsonl").open("w", encoding="utf-8") as lines:
            made = write_campaign(plan, gateway.complete, model, folder / "waves", size=wave_of(AT_ONCE))
            for piece in made:
                lines.write(piece.model_dump_json() + "\n")
                counts.add(piece)
        seconds = time.perf_counter() - began
        calls = journal.count()
    return {"seconds": seconds, "pieces": len(plan), "calls": calls, "ready": counts.ready}


def bare(url: str, pieces: int, candidates: int, folder: Path) -> dict[str, Any]:
    """The same requests in a loop of the openai client; nothing is checked and nothing survives a kill."""
    from openai import AsyncOpenAI

    plan = plan_of(pieces, candidates)

    async def run() -> tuple[float, int]:
        calls = 0
        async with AsyncOpenAI(api_key="none", base_url=url) as client:
            began = time.perf_counter()
            left = (request for job in plan for request in copy_requests(job))
            with (folder / "bare.jsonl").open("w", encoding="utf-8") as lines:

                async def work() -> None:
                    nonlocal calls
                    for request in left:
                        reply = await client.chat.completions.create(
                            model="bench",
                            messages=[{"role": m.role, "content": m.content} for m in request.messages],  # type: ignore[misc]
                            max_tokens=request.max_tokens,
                            temperature=request.temperature,
                            top_p=request.top_p,
                            seed=request.seed,
                        )
                        calls += 1
                        said = {"key": request.key, "text": reply.choices[0].message.content}
                        lines.write(json.dumps(said) + "\n")

                await asyncio.gather(*(work() for _ in range(AT_ONCE)))
            return time.perf_counter() - began, calls

    seconds, calls = asyncio.run(run())
    return {"seconds": seconds, "pieces": len(plan), "calls": calls}


SIDES = {"ours": ours, "bare": bare}


def timed(side: str, url: str, pieces: int, candidates: int) -> dict[str, Any]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "benchmarks.campaigns",
            "--side",
            side,
            url,
            str(pieces),
            str(candidates),
            folder,
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Time both sides at each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pieces", type=int, nargs="+", default=[500])
    parser.add_argument("--candidates", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", nargs=5, metavar=("SIDE", "URL", "PIECES", "CANDIDATES", "FOLDER"))
    given, _ = parser.parse_known_args()
    if given.side:
        side, url, pieces, candidates, folder = given.side
        told = SIDES[side](url, int(pieces), int(candidates), Path(folder))
        told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(told))
        return
    each: dict[int, float] = {}
    with chat_server(0, copy=True) as url:
        for pieces in given.pieces:
            rates: dict[str, list[float]] = {side: [] for side in SIDES}
            for turn in range(given.rounds if pieces <= 1000 else 1):
                for side in list(SIDES) if turn % 2 else list(SIDES)[::-1]:
                    if side == "bare" and pieces > 1000:
                        continue
                    told = timed(side, url, pieces, given.candidates)
                    rates[side].append(told["pieces"] / told["seconds"])
                    print(f"  {side}: {told}", flush=True)
            ours_rate = statistics.median(rates["ours"])
            each[pieces] = 1 / ours_rate
            line = f"campaigns: {pieces:,} pieces, {ours_rate:.1f} a second"
            if rates["bare"]:
                share = ours_rate / statistics.median(rates["bare"])
                line += f", {share:.0%} of a bare loop"
            print(line, flush=True)
    if len(each) > 1:
        smallest, largest = min(each), max(each)
        print(f"  a piece takes {each[largest] / each[smallest]:.2f} times as long at {largest:,} as at {smallest:,}")


if __name__ == "__main__":
    main()
