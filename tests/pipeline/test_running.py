"""When a stage runs again, what it leaves behind, and what a kill between any two of its writes leaves."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant import __version__
from assistant.config import Settings
from assistant.errors import DataError
from assistant.pipeline import Silent, StageResult, run_stage, stage_key
from assistant.records import Manifest
from assistant.workspace import Workspace, sha256_file, sha256_text

FILES = {"table.txt": "one", "sheets/S1.json": "first", "sheets/S2.json": "second"}


class Told(Silent):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stage_started(self, stage: str) -> None:
        self.told.append(f"started {stage}")

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        self.told.append(f"{'kept' if kept else 'made'} {stage}")


class Stage:
    """A stage whose inputs, settings and outputs a test may change between runs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.folder = workspace.root / "out"
        self.files = dict(FILES)
        self.runs = 0
        self.listener = Told()
        self.key: dict[str, Any] = {
            "version": 1,
            "inputs": {"orders": sha256_text("rows")},
            "settings": {"k": 3, "day": None},
            "seed": 7,
        }

    def make(self, out: Path) -> Mapping[str, object]:
        self.runs += 1
        for name, text in self.files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
        return {"files": len(self.files)}

    def run(self, make: Callable[[Path], Mapping[str, object]] | None = None, **more: Any) -> StageResult:
        with self.workspace.writing():
            return run_stage(
                self.workspace,
                self.listener,
                stage="sheets",
                folder=self.folder,
                make=make or self.make,
                **{**self.key, **more},
            )

    @property
    def there(self) -> dict[str, str]:
        """Outputs on disk: everything but manifests and hidden files."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        paths = (path for path in files if "manifest" not in path.name and not path.name.startswith("."))
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(Workspace.create(tmp_path / "shop", Settings()))


def test_a_stage_whose_inputs_have_not_changed_is_kept(stage: Stage) -> None:
    first = stage.run()
    second = stage.run()
    assert (first.kept, second.kept, stage.runs) == (False, True, 1)
    assert second.manifest == first.manifest
    assert stage.listener.told == ["started sheets", "made sheets", "kept sheets"]


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"inputs": {"orders": sha256_text("other rows")}},
        {"inputs": {"orders": sha256_text("rows"), "products": sha256_text("rows")}},
        {"inputs": {}},
        {"settings": {"k": 4, "day": None}},
        {"settings": {"k": 3}},
        {"seed": 8},
    ],
    ids=str,
)
def test_a_stage_runs_again_when_anything_that_can_change_its_outputs_has(
    stage: Stage, changed: dict[str, object]
) -> None:
    stage.run()
    assert not stage.run(**changed).kept
    assert stage.run(**changed).kept


def test_the_order_in_which_settings_are_named_changes_nothing(stage: Stage) -> None:
    stage.run()
    assert stage.run(settings={"day": None, "k": 3}).kept


def test_two_stages_never_share_a_key() -> None:
    assert stage_key("a", 1, {}, {}, 0) != stage_key("b", 1, {}, {}, 0)


@pytest.mark.parametrize("name", FILES)
def test_a_stage_runs_again_when_an_output_is_missing(stage: Stage, name: str) -> None:
    stage.run()
    (stage.folder / name).unlink()
    assert not stage.run().kept
    assert stage.there == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_stage_runs_again_when_an_output_was_altered(stage: Stage, name: str) -> None:
    stage.run()
    (stage.folder / name).write_text("edited", encoding="utf-8")
    assert not stage.run().kept
    assert stage.there == FILES


def test_outputs_that_are_no_longer_made_are_removed_and_nothing_else_is(stage: Stage) -> None:
    stage.run()
    (stage.folder / "notes.txt").write_text("a person's own", encoding="utf-8")
    del stage.files["sheets/S2.json"]
    stage.run(seed=8)
    assert stage.there == {"table.txt": "one", "sheets/S1.json": "first", "notes.txt": "a person's own"}


def test_a_stage_that_fails_leaves_what_was_there(stage: Stage) -> None:
    first = stage.run()

    def fail(out: Path) -> Mapping[str, object]:
        (out / "table.txt").write_text("half of it", encoding="utf-8")
        raise DataError("column 'amount' holds 'x'")

    with pytest.raises(DataError):
        stage.run(fail, seed=8)
    assert stage.there == FILES
    assert stage.run().manifest == first.manifest
    assert stage.runs == 1
    assert not list(stage.workspace.root.glob(".aside/*"))


def test_a_manifest_says_what_an_artefact_was_made_of(stage: Stage) -> None:
    result = stage.run()
    manifest = stage.workspace.manifest(stage.folder, "sheets")
    assert manifest == result.manifest
    assert manifest is not None
    assert manifest.stage == "sheets"
    assert manifest.key == stage_key("sheets", **stage.key)
    assert manifest.inputs == {"orders": sha256_text("rows")}
    assert manifest.settings == {"k": 3, "day": None}
    assert manifest.seed == 7
    assert manifest.notes == {"files": 3}
    assert manifest.outputs == {f"out/{name}": sha256_text(text) for name, text in FILES.items()}
    assert manifest.versions["marketing-assistant"] == __version__
    assert {"duckdb", "scikit-learn", "chromadb", "torch"} <= set(manifest.versions)
    assert 0 <= manifest.seconds < 5
    assert manifest.made_at.endswith("+00:00")
    assert result.hashes == manifest.outputs


def test_an_output_with_a_swap_of_its_own_is_watched_and_never_removed(stage: Stage) -> None:
    current = stage.folder / "CURRENT"

    def swap(out: Path) -> Mapping[str, object]:
        current.parent.mkdir(parents=True, exist_ok=True)
        current.write_text(f"version {stage.runs}", encoding="utf-8")
        stage.runs += 1
        return {}

    assert stage.run(swap, in_place=(current,)).hashes == {"out/CURRENT": sha256_text("version 0")}
    assert stage.run(swap, in_place=(current,)).kept
    stage.run(swap, in_place=(current,), seed=8)
    assert stage.there == {"CURRENT": "version 1"}
    current.write_text("edited", encoding="utf-8")
    assert not stage.run(swap, in_place=(current,), seed=8).kept


# Calls that change what lies on disk; the audit hook is told of each before it happens.
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}


def _killed_at(change: int, run: Callable[[], object]) -> bool:
    """Run in a child that kills itself before its `change`-th change on disk; whether it came to that."""
    child = os.fork()
    if child == 0:
        left = change

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in _CHANGES and (event != "open" or "w" in str(arguments[1])):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            run()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("then", [7, 8], ids=["then the old settings again", "then the new settings again"])
def test_a_kill_before_any_write_leaves_the_old_artefact_or_a_stage_that_runs_again(tmp_path: Path, then: int) -> None:
    new = {"table.txt": "two", "sheets/S1.json": "first", "sheets/S3.json": "third"}
    change = 0
    killed = True
    seen = set()
    while killed:
        change += 1
        stage = Stage(Workspace.create(tmp_path / str(change), Settings()))
        stage.run()
        stage.files = new
        killed = _killed_at(change, lambda stage=stage: stage.run(seed=8))  # type: ignore[misc]
        whole = stage.workspace.manifest(stage.folder, "sheets") is not None
        seen.add(whole)
        # Whoever reads it now finds one or the other.
        assert not whole or stage.there in (FILES, new)
        stage.files = dict(FILES) if then == 7 else new
        stage.run(seed=then)
        assert stage.there == stage.files, f"killed before change {change}"
        assert not list(stage.workspace.root.glob(".aside/*"))
        manifest = stage.workspace.manifest(stage.folder, "sheets")
        assert manifest is not None
        assert all(sha256_file(stage.workspace.root / path) == digest for path, digest in manifest.outputs.items())
    assert change > 10
    assert seen == {True, False}
