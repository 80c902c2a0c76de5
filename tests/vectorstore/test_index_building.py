from pathlib import Path
from typing import Any

import pytest

from vectorstore import BadEntry, BrokenIndex, BuildReport, Embedder, Entry, HashingEmbedder, Index, build


def test_a_graph_that_loses_entries_is_made_again_and_wider(
    hashing: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [Entry(str(n), f"text {n}") for n in range(300)]
    monkeypatch.setattr("vectorstore.index._WIDTHS", (2,))
    build(tmp_path / "narrow", entries, hashing)
    with Index.open(tmp_path / "narrow", hashing) as index:
        assert len(index.search("text", limit=300)) < 300
    monkeypatch.setattr("vectorstore.index._WIDTHS", (2, 128))
    build(tmp_path / "wide", entries, hashing)
    with Index.open(tmp_path / "wide", hashing) as index:
        assert len(index.search("text", limit=300)) == 300
    assert len(list((tmp_path / "wide").glob("version-*"))) == 1


def test_only_new_and_changed_texts_are_embedded(counting: Any, tmp_path: Path) -> None:
    first = [Entry(f"e{n}", f"text {n}", {"kind": "x"}) for n in range(50)]
    assert build(tmp_path, first, counting) == BuildReport(total=50, embedded=50, reused=0, removed=0)
    second = [Entry("e0", "text 0 is another"), *first[1:40], Entry("new", "a new text")]
    counting.texts.clear()
    assert build(tmp_path, second, counting) == BuildReport(total=41, embedded=2, reused=39, removed=10)
    assert sorted(counting.texts) == ["a new text", "text 0 is another"]
    with Index.open(tmp_path, counting) as index:
        assert index.count() == 41
        assert index.get(["e0", "e41", "new"]) == [second[0], second[-1]]
        assert index.search("text 7", limit=1)[0].id == "e7"


def test_a_text_that_several_entries_share_is_embedded_once(counting: Any, tmp_path: Path) -> None:
    entries = [Entry(f"e{n}", f"text {n % 3}") for n in range(9)]
    assert build(tmp_path, entries, counting) == BuildReport(total=9, embedded=3, reused=0, removed=0)
    assert sorted(counting.texts) == ["text 0", "text 1", "text 2"]


def test_a_text_under_another_id_or_label_is_not_embedded_again(counting: Any, tmp_path: Path) -> None:
    build(tmp_path, [Entry("a", "one", {"kind": "x"}), Entry("b", "two")], counting)
    counting.texts.clear()
    report = build(tmp_path, [Entry("a", "one", {"kind": "y"}), Entry("c", "two")], counting)
    assert (report, counting.texts) == (BuildReport(total=2, embedded=0, reused=2, removed=1), [])
    with Index.open(tmp_path, counting) as index:
        assert index.get(["a", "c"]) == [Entry("a", "one", {"kind": "y"}), Entry("c", "two")]


def test_building_the_same_again_leaves_the_index_in_place(counting: Any, tmp_path: Path) -> None:
    entries = [Entry("a", "one"), Entry("b", "two")]
    build(tmp_path, entries, counting)
    before = (tmp_path / "CURRENT").read_text()
    report = build(tmp_path, entries[::-1], counting)
    assert report == BuildReport(total=2, embedded=0, reused=2, removed=0)
    assert (tmp_path / "CURRENT").read_text() == before


def test_vectors_of_another_embedder_are_not_reused(tmp_path: Path) -> None:
    entries = [Entry("a", "one"), Entry("b", "two")]
    build(tmp_path, entries, HashingEmbedder(64))
    assert build(tmp_path, entries, HashingEmbedder(32)).embedded == 2
    with Index.open(tmp_path, HashingEmbedder(32)) as index:
        assert index.search("one", limit=1)[0].id == "a"


def test_progress_counts_up_to_the_number_of_texts_embedded(hashing: Embedder, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    entries = [Entry(str(n), f"text {n % 300}") for n in range(400)]
    build(tmp_path, entries, hashing, on_progress=lambda done, total: told.append((done, total)))
    assert len(told) > 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert (told[-1], {total for _, total in told}) == ((300, 300), {300})


@pytest.mark.parametrize("damage", ["garbage", "half", "no database", "no version", "another format"])
def test_a_broken_index_is_said_and_the_next_build_mends_it(
    damage: str, hashing: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [Entry(str(n), f"text {n}") for n in range(20)]
    with monkeypatch.context() as other:
        if damage == "another format":
            other.setattr("vectorstore.index._FORMAT", 2)
        build(tmp_path, entries, hashing)
    version = tmp_path / (tmp_path / "CURRENT").read_text().strip()
    database = version / "chroma.sqlite3"
    if damage == "garbage":
        database.write_bytes(b"garbage" * 5000)
    elif damage == "half":
        database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    elif damage == "no database":
        database.unlink()
    elif damage == "no version":
        version.rename(tmp_path / "elsewhere")
    with pytest.raises(BrokenIndex):
        Index.open(tmp_path, hashing)
    assert build(tmp_path, entries, hashing).embedded == 20
    with Index.open(tmp_path, hashing) as index:
        assert index.search("text 7", limit=1)[0].id == "7"


def test_an_index_whose_graph_is_lost_is_built_anew(hashing: Embedder, tmp_path: Path) -> None:
    entries = [Entry(str(n), f"text {n}") for n in range(1500)]  # enough for Chroma to write the graph out
    build(tmp_path, entries, hashing)
    graphs = list(tmp_path.glob("version-*/*/*.bin"))
    assert graphs
    for graph in graphs:
        graph.write_bytes(b"x")
    assert build(tmp_path, entries, hashing).embedded == 1500


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ([Entry("", "text")], "empty id"),
        ([Entry("a", "one"), Entry("a", "two")], "two different entries have the id 'a'"),
        (
            [Entry("a", "one", {"k": "x"}), Entry("a", "one", {"k": "y"})],
            "two different entries have the id 'a'",
        ),
        ([Entry("a", "half \ud800 a character")], "'a' has half a character"),
        ([Entry("a", "text", {"k": "\udfff"})], "'a' has half a character"),
        ([Entry("a", "text", {"text_sha256": "0"})], "'text_sha256'"),
        ([Entry("a", "text", {"": "0"})], "empty"),
    ],
)
def test_an_entry_that_cannot_be_stored_is_named_and_the_index_stays(
    entries: list[Entry], complaint: str, hashing: Embedder, tmp_path: Path
) -> None:
    build(tmp_path, [Entry("old", "old text")], hashing)
    with pytest.raises(BadEntry, match=complaint):
        build(tmp_path, [Entry("good", "good text"), *entries], hashing)
    with Index.open(tmp_path, hashing) as index:
        assert [found.id for found in index.search("text")] == ["old"]


def test_equal_entries_with_one_id_count_once(hashing: Embedder, tmp_path: Path) -> None:
    assert build(tmp_path, [Entry("a", "one"), Entry("a", "one")], hashing).total == 1
