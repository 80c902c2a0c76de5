"""`kill -9` in the midst of every stage, then the same again: nothing is lost, nothing is done or asked for twice."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer, asked_of
from small_shop import BRIEF, SETTINGS, write_shop

from assistant.pipeline import load_campaign
from assistant.records import Manifest
from assistant.workspace import Workspace

pytestmark = pytest.mark.xdist_group("kill")

CHILD = Path(__file__).with_name("kill_child.py")
ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
CONCURRENCY = 8

# Stage -> where it is killed; `seconds` is drawn anew for each run of the tests, up to what the stage takes.
KILLS: dict[str, dict[str, Any]] = {
    "data": {"move": 3},
    "features": {"seconds": None},
    "fit": {"progress": 2},
    "segments": {"move": 2},
    "certificate": {"move": 1},
    "facts": {"move": 2},
    "index": {"progress": 1},
    "personas": {"progress": 20},
    "verification": {"move": 2},
    "campaign": {"progress": 25},
    "lifetime": {"move": 1},
    "report": {"seconds": None},
}
FOLDERS = {
    "data": "data",
    "features": "segments",
    "fit": "segments",
    "segments": "segments",
    "certificate": "segments",
    "facts": "segments",
    "index": "index",
    "personas": "personas",
    "verification": "personas",
    "campaign": "campaigns/spring",
    "lifetime": "segments",
    "report": ".",
}
STAGES = tuple(FOLDERS)
# What two runs make alike to the byte; the index has a random name, and the report says how long stages took.
EQUAL = (
    "data",
    "features",
    "fit",
    "segments",
    "certificate",
    "lifetime",
    "facts",
    "personas",
    "verification",
    "campaign",
)


@dataclass(frozen=True)
class Shop:
    """One shop, its model, and the workspace of a run that nobody disturbed."""

    folder: Path
    files: dict[str, Path]
    server: ModelServer
    seconds: dict[str, float]
    """What each stage took."""
    documents: list[str]

    @property
    def undisturbed(self) -> Path:
        return self.folder / "undisturbed"

    def run(self, workspace: Path, **kill: Any) -> tuple[int, dict[str, Any]]:
        """Exit status, and what a run that was not killed said."""
        return run_child(workspace, self.files, **kill)


def run_child(workspace: Path, files: dict[str, Path], **kill: Any) -> tuple[int, dict[str, Any]]:
    job = {"workspace": workspace, "files": files, "brief": workspace / "brief.toml", **kill}
    done = subprocess.run(
        [sys.executable, str(CHILD), json.dumps(job, default=str)],
        capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else {}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("kill")
    files = write_shop(folder / "files")
    with ModelServer(pause=0.002) as server:
        workspace = folder / "undisturbed"
        workspace.mkdir()
        (workspace / "assistant.toml").write_text(SETTINGS.format(model=server.name), encoding="utf-8")
        (workspace / "brief.toml").write_text(BRIEF, encoding="utf-8")
        _, said = run_child(workspace, files)
        assert said["stages"] == dict.fromkeys(STAGES, False)
        seconds = {stage: manifest.seconds for stage, manifest in manifests(workspace).items()}
        yield Shop(folder, files, server, seconds, said["documents"])


def manifests(root: Path) -> dict[str, Manifest]:
    """Those that are there, by stage."""
    workspace = Workspace.at(root)
    found = {stage: workspace.manifest(root / folder, stage) for stage, folder in FOLDERS.items()}
    return {stage: manifest for stage, manifest in found.items() if manifest is not None}


def answered(root: Path) -> Counter[str]:
    """What the journal holds an answer to, and how many times."""
    with sqlite3.connect(root / "journal.sqlite") as journal:
        rows = journal.execute("SELECT messages, parameters FROM calls WHERE status = 'ok'").fetchall()
    journal.close()
    counted: Counter[str] = Counter()
    for messages, parameters in rows:
        settings = json.loads(parameters)
        seed = (settings["seed"] * 1_000_003 + settings["sample"]) % 2**31  # as a hosted model is asked
        counted[asked_of(json.loads(messages), seed)] += 1
    return counted


def before(stage: str, shop: Shop, root: Path) -> None:
    """Make a workspace as it was before a stage: the undisturbed one, without that stage and those after it."""
    made = manifests(shop.undisturbed)
    shutil.copytree(shop.undisturbed, root)
    for gone in STAGES[STAGES.index(stage) :]:
        (root / FOLDERS[gone] / f"{gone}.manifest.json").unlink()
        for path in made[gone].outputs:
            (root / path).unlink()
    # What a stage that is still to come has asked for; those before it have had their answers.
    forgotten = {"personas": "%", "campaign": "copy/%"}.get(stage)
    if forgotten:
        with sqlite3.connect(root / "journal.sqlite") as journal:
            journal.execute("DELETE FROM calls WHERE prompt LIKE ?", (forgotten,))
        journal.close()


# One of each kind of stage and of kill; the others take as long again, and are in `make check`.
QUICK = ("data", "index", "personas", "report")


@pytest.mark.parametrize(
    "stage", [stage if stage in QUICK else pytest.param(stage, marks=pytest.mark.slow) for stage in STAGES]
)
def test_a_run_that_was_killed_goes_on_where_it_was(stage: str, shop: Shop, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    before(stage, shop, root)
    kill = dict(KILLS[stage])
    if "seconds" in kill:
        kill["seconds"] = round(random.uniform(0, shop.seconds[stage]), 3)

    shop.server.forget()
    status, _ = shop.run(root, stage=stage, **kill)
    assert status == -signal.SIGKILL, kill
    finished = manifests(root)
    assert set(STAGES[: STAGES.index(stage)]) <= set(finished) <= set(STAGES[: STAGES.index(stage) + 1])
    assert "seconds" in kill or stage not in finished
    told = answered(root)
    asked_first = set(shop.server.asked)
    lost = asked_first - set(told)
    assert len(lost) <= CONCURRENCY, "only what was under way may be lost"

    shop.server.forget()
    status, said = shop.run(root)
    assert status == 0
    # Nothing is done twice: what was finished is kept, what was answered is not asked for again.
    assert said["stages"] == {name: name in finished for name in STAGES}
    assert not set(shop.server.asked) & set(told)
    if stage not in ("personas", "campaign"):
        assert not shop.server.asked
    # Nothing is lost: all is as if nothing had happened.
    assert_as_undisturbed(root, shop)
    assert said["documents"] == shop.documents


def assert_as_undisturbed(root: Path, shop: Shop) -> None:
    mine, theirs = manifests(root), manifests(shop.undisturbed)
    assert set(mine) == set(STAGES)
    for name in EQUAL:
        assert mine[name].outputs == theirs[name].outputs, name
        for path in mine[name].outputs:
            assert (root / path).read_bytes() == (shop.undisturbed / path).read_bytes(), path
    mine_told, their_told = answered(root), answered(shop.undisturbed)
    assert set(mine_told) == set(their_told)
    assert mine_told <= their_told, "an answer stands in the journal twice"
    assert not list(root.glob(".aside/*"))
    assert len(list(root.glob("index/version-*"))) == 1
    assert not list(root.glob("**/*.unfinished"))
    assert "</html>" in (root / "report.html").read_text(encoding="utf-8")


def test_the_undisturbed_run_wrote_something(shop: Shop) -> None:
    campaign = load_campaign(Workspace.at(shop.undisturbed), "spring")
    written = [piece for piece in campaign.pieces if piece.angle != "control"]
    assert len(written) == 12
    assert any(piece.status == "ready" for piece in written)
    assert len(shop.documents) > 20
    assert set(answered(shop.undisturbed))
