"""What readers, and a process killed at any moment, see of an index that is being replaced."""

import multiprocessing
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from chromadb.api.shared_system_client import SharedSystemClient
from filelock import FileLock

import vectorstore.versions
from vectorstore import Entry, HashingEmbedder, Index, IndexBusy, build

SIZE = 300


def generation(number: int, size: int = SIZE) -> list[Entry]:
    """Every entry of a generation says which it is of, so that a mixture shows."""
    return [Entry(f"e{at}", f"text {at} of generation {number}", {"of": str(number)}) for at in range(size)]


def seen(folder: Path) -> str:
    """The generation a reader finds; fails when it finds a mixture or a part."""
    with Index.open(folder, HashingEmbedder()) as index:
        assert index.count() == SIZE
        entries = index.get([f"e{at}" for at in range(SIZE)])
        generations = {entry.metadata["of"] for entry in entries}
        assert len(entries) == SIZE
        assert len(generations) == 1
        found = index.search(entries[7].text, limit=1)[0]
        assert (found.id, found.similarity) == ("e7", pytest.approx(1, abs=1e-5))
        return generations.pop()


def versions(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("version-*"))


# Each moment is where the process is killed, and which generation must then answer.
MOMENTS = {
    "while embedding": ("", "1"),
    "while writing": ("chromadb.api.models.Collection.Collection.add", "1"),
    "before the swap": ("vectorstore.versions.publish", "1"),
    "in the swap": ("pathlib.Path.replace", "1"),
    "after the swap": ("vectorstore.versions.shutil.rmtree", "3"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_killed_at_a_moment_leaves_a_whole_index(moment: str, tmp_path: Path) -> None:
    target, expected = MOMENTS[moment]
    build(tmp_path, generation(1), HashingEmbedder())
    code = f"""
import os, signal, sys
from pathlib import Path
from unittest.mock import patch
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_index_replacement import generation
from vectorstore import HashingEmbedder, build
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def go(on_progress=None):
    build(Path({str(tmp_path)!r}), generation(3), HashingEmbedder(), on_progress=on_progress)
if {target!r}:
    with patch({target!r}, die): go()
else:
    go(die)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert seen(tmp_path) == expected
    report = build(tmp_path, generation(4), HashingEmbedder())
    assert (report.total, seen(tmp_path)) == (SIZE, "4")
    assert len(versions(tmp_path)) == 1


def _build_in_a_child(folder: Path, number: int, started: Any) -> None:
    started.set()
    build(folder, generation(number), HashingEmbedder())


def test_builds_killed_at_any_moment_never_leave_half_an_index(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vectorstore", "chromadb.api.client"])
    started = context.Event()

    def begin(number: int) -> Any:
        started.clear()
        child = context.Process(target=_build_in_a_child, args=(tmp_path, number, started))
        child.start()
        assert started.wait(30)
        return child

    clock = time.monotonic
    child, at = begin(0), clock()
    child.join()
    whole = clock() - at
    assert seen(tmp_path) == "0"
    answers, ends, kills = ["0"], [], 12
    for number in range(1, kills + 1):
        child = begin(number)
        time.sleep(whole * number / kills)
        child.kill()
        child.join()
        ends.append(child.exitcode)
        child.close()
        answers.append(seen(tmp_path))
        assert answers[-1] in (answers[-2], str(number))
    assert -signal.SIGKILL in ends
    build(tmp_path, generation(99), HashingEmbedder())
    assert seen(tmp_path) == "99"
    assert len(versions(tmp_path)) == 1


def test_a_build_that_fails_leaves_the_old_index_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(HashingEmbedder):
        def embed(self, texts: Any) -> Any:
            raise KeyboardInterrupt

    build(tmp_path, generation(1), HashingEmbedder())
    before = versions(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, generation(2), Failing())
    monkeypatch.setattr(
        "chromadb.api.models.Collection.Collection.add", lambda *_, **__: signal.raise_signal(signal.SIGINT)
    )
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, generation(2), HashingEmbedder())
    assert versions(tmp_path) == before
    assert seen(tmp_path) == "1"


def test_a_reader_goes_on_with_what_it_opened_through_many_builds(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    with Index.open(tmp_path, HashingEmbedder()) as early, Index.open(tmp_path, HashingEmbedder()) as unused:
        for number in range(1, 6):
            build(tmp_path, generation(number), HashingEmbedder())
            assert {found.metadata["of"] for found in early.search("text", limit=20)} == {"0"}
            assert early.get(["e5"])[0].metadata["of"] == "0"
            assert seen(tmp_path) == str(number)
            assert len(versions(tmp_path)) == 2
        assert unused.search("text 9 of generation 0", limit=1)[0].metadata["of"] == "0"


def test_a_version_goes_with_the_build_after_its_last_reader(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    first, second = (Index.open(tmp_path, HashingEmbedder()) for _ in range(2))
    for number, reader, kept in ((1, first, 2), (2, second, 2), (3, None, 1)):
        build(tmp_path, generation(number), HashingEmbedder())
        assert len(versions(tmp_path)) == kept
        if reader:
            reader.close()


def test_a_reader_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    code = (
        "import os, signal, sys; from vectorstore import HashingEmbedder, Index; "
        "index = Index.open(sys.argv[1], HashingEmbedder()); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert list(tmp_path.glob("version-*/reader-*.lock"))
    build(tmp_path, generation(1), HashingEmbedder())
    assert len(versions(tmp_path)) == 1


def test_an_index_may_be_closed_by_another_thread(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    index = Index.open(tmp_path, HashingEmbedder())
    with ThreadPoolExecutor(1) as threads:
        threads.submit(index.close).result()
    build(tmp_path, generation(1), HashingEmbedder())
    assert len(versions(tmp_path)) == 1


def test_threads_may_search_one_index_at_once(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    with Index.open(tmp_path, HashingEmbedder()) as index, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda at: index.search(f"text {at} of generation 0", limit=1)[0].id, range(100)))
    assert found == [f"e{at}" for at in range(100)]


def test_what_a_killed_build_left_is_removed_by_the_next_even_when_nothing_changed(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    left = tmp_path / "version-0123abcd"
    shutil.copytree(tmp_path / versions(tmp_path)[0], left)
    build(tmp_path, generation(0), HashingEmbedder())
    assert not left.exists()
    assert seen(tmp_path) == "0"


def test_what_is_not_a_version_is_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "version-1", "version-of-mine"):
        (tmp_path / name).mkdir()
    for number in range(3):
        build(tmp_path, generation(number, 3), HashingEmbedder())
    assert all((tmp_path / name).is_dir() for name in ("notes.txt", "version-1", "version-of-mine"))


def test_two_builds_at_once_are_refused_and_readers_are_not(tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    with FileLock(tmp_path / ".lock"):
        with pytest.raises(IndexBusy):
            build(tmp_path, generation(1), HashingEmbedder())
        assert seen(tmp_path) == "0"
    build(tmp_path, generation(1), HashingEmbedder())
    assert seen(tmp_path) == "1"


@pytest.mark.parametrize("gone", [True, False])
def test_a_reader_that_loses_the_race_with_a_build_opens_the_newest(
    gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    old = vectorstore.versions.current(tmp_path)
    with Index.open(tmp_path, HashingEmbedder()):
        build(tmp_path, generation(1), HashingEmbedder())
        # The reader has read CURRENT before the build and looks at the folder after it.
        answers = [tmp_path / "version-00000000" if gone else old]
        honest = vectorstore.versions.current
        monkeypatch.setattr("vectorstore.versions.current", lambda folder: answers.pop() if answers else honest(folder))
        assert seen(tmp_path) == "1"
    assert not answers


def test_closed_indexes_let_go_of_their_folder(tmp_path: Path) -> None:
    for number in range(3):
        build(tmp_path / "index", generation(number), HashingEmbedder())
        index = Index.open(tmp_path / "index", HashingEmbedder())
        assert index.search("text", limit=1)
        index.close()
        index.close()
        del index
        assert not [path for path in SharedSystemClient._identifier_to_system if str(tmp_path) in path]
        shutil.rmtree(tmp_path / "index")


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000])
def test_refused_and_broken_openings_let_go_of_the_folder(damage: bytes, tmp_path: Path) -> None:
    build(tmp_path, generation(0), HashingEmbedder())
    with pytest.raises(Exception, match="was built with"):
        Index.open(tmp_path, HashingEmbedder(32))
    (tmp_path / (tmp_path / "CURRENT").read_text().strip() / "chroma.sqlite3").write_bytes(damage)
    with pytest.raises(Exception, match="Chroma"):
        Index.open(tmp_path, HashingEmbedder())
    assert not [path for path in SharedSystemClient._identifier_to_system if str(tmp_path) in path]
