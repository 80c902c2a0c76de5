"""The folder a marketer owns: found, made, written whole or not at all, and by one process at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.config import Settings, ShopSettings
from assistant.errors import ConfigError, MissingArtefact, WorkspaceError
from assistant.records import Manifest, Offer
from assistant.workspace import (
    Workspace,
    read_record,
    sha256_file,
    sha256_text,
    write_atomic,
    write_record,
)

MANIFEST = Manifest(
    stage="data", key="sha256:1", inputs={}, settings={}, outputs={}, versions={}, seed=0, seconds=0, made_at=""
)
HOLDING = """
import sys
from pathlib import Path
from assistant.workspace import Workspace

with Workspace(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", Settings())


def test_a_workspace_is_made_with_its_settings(tmp_path: Path) -> None:
    settings = Settings(shop=ShopSettings(name="Müller's", currency="EUR"))
    made = Workspace.create(tmp_path / "deep" / "shop", settings)
    assert made.settings == settings
    assert Workspace.at(tmp_path / "deep" / "shop").settings == settings


def test_a_workspace_that_exists_keeps_its_settings(workspace: Workspace) -> None:
    again = Workspace.create(workspace.root, Settings(shop=ShopSettings(name="Another")))
    assert again.settings == Settings()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"holds files but no assistant\.toml"):
        Workspace.create(tmp_path, Settings())
    with pytest.raises(WorkspaceError, match=r"letter\.txt is a file; expected a folder"):
        Workspace.create(tmp_path / "letter.txt", Settings())
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_folder_becomes_a_workspace(tmp_path: Path) -> None:
    assert Workspace.create(tmp_path, Settings()).root == tmp_path


def test_a_workspace_is_found_from_any_folder_in_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = workspace.root / "campaigns" / "spring"
    inner.mkdir(parents=True)
    assert Workspace.find(inner).root == workspace.root
    monkeypatch.chdir(inner)
    assert Workspace.find(Path()).root == workspace.root


def test_the_nearest_workspace_is_taken(workspace: Workspace) -> None:
    inner = Workspace.create(workspace.root / "inner", Settings())
    assert Workspace.find(inner.root).root == inner.root


def test_where_there_is_no_workspace_the_command_that_makes_one_is_given(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="`assistant init DIR`"):
        Workspace.find(tmp_path)
    (workspace.root / "data").mkdir()
    with pytest.raises(WorkspaceError, match=r"There is no assistant\.toml in .*data; make a workspace with"):
        Workspace.at(workspace.root / "data")


def test_broken_settings_are_a_mistake_and_not_a_missing_workspace(workspace: Workspace) -> None:
    (workspace.root / "assistant.toml").write_text("[shop")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        Workspace.find(workspace.root)


def test_a_write_makes_its_folders_and_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b.txt", "größer\n")
    write_atomic(tmp_path / "a" / "b.txt", b"later")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"later"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b.txt"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "facts.json"
    write_atomic(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if step == "fsync" else (Path, "replace", full)))
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["facts.json"]


def test_a_second_process_is_refused_until_the_first_has_ended(workspace: Workspace) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(workspace.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceError, match="Another command is writing to"), workspace.writing():
            pytest.fail("two processes held the workspace")
        assert Workspace.at(workspace.root).settings == Settings()
        other.communicate("\n", timeout=30)
    assert other.returncode == 0
    with workspace.writing():
        pass


def test_a_process_that_was_killed_holds_nothing(workspace: Workspace) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(workspace.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        left = workspace.aside("segments")
        other.kill()
        other.wait(timeout=30)
        with workspace.writing():
            assert not left.exists()


def test_the_workspace_is_let_go_when_the_work_fails(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), workspace.writing():
        raise ZeroDivisionError
    with workspace.writing():
        pass


def test_folders_aside_are_empty_and_never_the_same(workspace: Workspace) -> None:
    first, second = workspace.aside("facts"), workspace.aside("facts")
    assert first != second
    assert not any(first.iterdir())
    assert first.is_relative_to(workspace.root)


def test_a_record_survives_being_written_and_read(tmp_path: Path) -> None:
    offer = Offer(kind="percent_off", amount=20, code="SPRING")
    write_record(tmp_path / "offer.json", offer)
    assert read_record(tmp_path / "offer.json", Offer) == offer


def test_a_record_that_is_absent_or_of_another_version_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(MissingArtefact, match=r"offer\.json has not been made yet"):
        read_record(tmp_path / "offer.json", Offer)
    for content in ("{", '{"kind": "percent_off", "amount": 5, "colour": "red"}', "\x00"):
        (tmp_path / "offer.json").write_text(content)
        with pytest.raises(MissingArtefact, match=r"offer\.json holds no offer that can be read; delete it"):
            read_record(tmp_path / "offer.json", Offer)


def test_a_manifest_that_cannot_be_read_is_as_good_as_none(workspace: Workspace) -> None:
    assert workspace.manifest(workspace.data, "data") is None
    write_record(workspace.manifest_path(workspace.data, "data"), MANIFEST)
    assert workspace.manifest(workspace.data, "data") == MANIFEST
    workspace.manifest_path(workspace.data, "data").write_text('{"stage": "data"')
    assert workspace.manifest(workspace.data, "data") is None


def test_hashes_are_sha256_of_the_bytes(tmp_path: Path) -> None:
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / "a").write_bytes("ü".encode())
    assert sha256_text("") == empty
    assert sha256_file(tmp_path / "a") == sha256_text("ü") != empty
