"""One campaign of half a dozen pieces by three backends and one code path, the results beside each other.

    python -m benchmarks.backends DEMO

DEMO is a workspace that `assistant demo` made. The backends: `local:`; `transformers serve` on loopback with the same
weights, an OpenAI-compatible server whose abilities `models check` finds out; and the journal of the first, replayed
without a model. Needs fastapi and uvicorn: pip install '.[bench]'.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import tomli_w

from assistant.llm import Gateway, Guard, open_model, probe
from assistant.pipeline import Pipeline, Silent, load_campaigns
from assistant.records import Campaign
from assistant.workspace import SETTINGS_FILE, Workspace

BRIEF = """\
campaign = "backends"
goal = "Bring every household back for a January shop."
starts = 2018-01-02
deadline = 2018-01-31
channels = ["email", "sms"]
angles = ["thrift", "ease", "treat"]
sender = "Corner Grocery"
link = "https://example.com/offer"
address = "1 Market Square, Cincinnati, Ohio"

[offer]
kind = "percent_off"
amount = 15
code = "JANUARY15"
"""
CANDIDATES = 2
STARTING = 120.0


def main() -> None:
    """Three runs and what the server can do."""
    parser = argparse.ArgumentParser()
    parser.add_argument("demo", type=Path, help="a workspace that `assistant demo` made")
    demo = parser.parse_args().demo
    cache = platformdirs.user_cache_path("marketing-assistant")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        shutil.copytree(demo, root)
        rows: dict[str, tuple[Campaign, dict[str, object], float]] = {"local:": _written(root, "local:")}
        rows["replay of local:"] = _written(root, "local:", from_journal=True)
        with served(getattr(open_model("local:", cache_dir=cache), "folder")) as name:  # noqa: B009
            for found in probe(Gateway(name, guard=Guard(), cache_dir=cache)):
                print(f"  {found.probe:<24} {found.can:<8} {found.found}")
            rows["transformers serve"] = _written(root, name)
    for name, (campaign, notes, seconds) in rows.items():
        said = campaign.summary
        print(
            f"{name:<20} {seconds:6.1f} s  {said.pieces} pieces, {said.ready} ready, {said.needs_review} need review; "
            f"{notes['calls']} calls, {notes['from_journal']} from the journal, {notes['tokens_out']} tokens written"
        )
    for pieces in zip(*(campaign.pieces for campaign, _, _ in rows.values()), strict=True):
        print(f"\n{pieces[0].piece}")
        for name, piece in zip(rows, pieces, strict=True):
            print(f"  {name:<20} {piece.status:<13} {piece.fields[0].text}")
    first, second = rows["local:"][0], rows["replay of local:"][0]
    print(f"\nthe replay equals the first run to the byte: {first.model_dump_json() == second.model_dump_json()}")


@contextmanager
def served(weights: Path) -> Iterator[str]:
    """`transformers serve` on loopback; yields the model's name."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("transformers")
    log = subprocess.DEVNULL
    arguments = ["serve", str(weights), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with subprocess.Popen(
        [command, *arguments], stdout=log, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"}
    ) as server:
        try:
            began = time.monotonic()
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() - began > STARTING:
                        raise SystemExit("transformers serve did not start; pip install '.[bench]'") from None
                    time.sleep(0.5)
            yield f"openai:{weights}?base_url=http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def _written(root: Path, model: str, *, from_journal: bool = False) -> tuple[Campaign, dict[str, object], float]:
    settings = Workspace(root).settings
    models = settings.models.model_copy(update={"copywriter": model})
    writing = settings.writing.model_copy(update={"copy_candidates": CANDIDATES})
    told = settings.model_copy(update={"models": models, "writing": writing}).model_dump(mode="json", exclude_none=True)
    (root / SETTINGS_FILE).write_text(tomli_w.dumps(told))
    shutil.rmtree(root / "campaigns" / "backends", ignore_errors=True)
    workspace = Workspace(root)
    brief = root / "backends.toml"
    brief.write_text(BRIEF)
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.from_journal = from_journal
        began = time.perf_counter()
        result = pipeline.campaign(brief, ("S1",))
        seconds = time.perf_counter() - began
    campaign = next(each for each in load_campaigns(workspace) if each.campaign == "backends")
    return campaign, dict(result.manifest.notes), seconds


if __name__ == "__main__":
    main()
