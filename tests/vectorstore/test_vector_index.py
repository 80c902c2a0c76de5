import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore import (
    BuildReport,
    Embedder,
    Entry,
    HashingEmbedder,
    Index,
    MiniLM,
    NoIndex,
    OtherEmbedder,
    build,
)

PRODUCTS = [
    "Whole milk, 2 litres, from grass-fed cows",
    "Oat drink, unsweetened, a plant-based milk",
    "Greek yoghurt, plain, ten percent fat",
    "Aged cheddar cheese, sliced",
    "Butter, salted",
    "Sourdough bread, baked this morning",
    "Croissants, pack of four",
    "Bananas, fair trade",
    "Granny Smith apples, one kilo",
    "Baby spinach leaves, washed",
    "Carrots, unpeeled",
    "Frozen pizza with salami",
    "Vanilla ice cream",
    "Chicken breast fillets, fresh",
    "Ground beef, lean",
    "Atlantic salmon, smoked",
    "Diapers for newborns, size one",
    "Baby wipes, without perfume",
    "Cat food with tuna, in jelly",
    "Dog biscuits, for large breeds",
    "Laundry detergent, liquid",
    "Dishwasher tablets",
    "Toilet paper, three-ply",
    "Shampoo for dry hair",
    "Toothpaste with fluoride",
    "AA batteries, pack of eight",
    "Espresso beans, dark roast",
    "Green tea, twenty bags",
    "Red wine, Rioja",
    "Potato chips with paprika",
]

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
shelves = st.lists(st.tuples(texts, st.sampled_from(["", "S1", "S2"]), st.sampled_from("ab")), max_size=25)
slowly = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def stocked(shelf: list[tuple[str, str, str]]) -> list[Entry]:
    return [Entry(f"e{at}", text, {"segment": segment, "kind": kind}) for at, (text, segment, kind) in enumerate(shelf)]


@pytest.fixture(scope="module")
def shop(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("shop")
    build(folder, [Entry(text.split(",")[0], text) for text in PRODUCTS], minilm)
    with Index.open(folder, minilm) as index:
        yield index


@pytest.mark.parametrize(
    ("query", "product"),
    [
        ("something to feed my kitten", "Cat food with tuna"),
        ("treats for a puppy", "Dog biscuits"),
        ("nappies for my new baby", "Diapers for newborns"),
        ("dairy-free alternative for coffee", "Oat drink"),
        ("bottle of Spanish red", "Red wine"),
        ("power for a remote control", "AA batteries"),
        ("washing clothes", "Laundry detergent"),
        ("dessert from the freezer", "Vanilla ice cream"),
    ],
)
def test_a_search_by_meaning_finds_the_product(shop: Index, query: str, product: str) -> None:
    assert product in [found.id for found in shop.search(query, limit=2)]


def test_the_score_is_the_cosine_of_the_vectors(shop: Index, minilm: MiniLM) -> None:
    query = minilm.embed(["breakfast"])[0]
    for found in shop.search("breakfast", limit=len(PRODUCTS)):
        assert found.similarity == pytest.approx(float(minilm.embed([found.text])[0] @ query), abs=1e-5)


@slowly
@given(shelves, texts, st.integers(1, 30))
def test_search_agrees_with_comparing_every_vector(shelf: list[tuple[str, str, str]], query: str, limit: int) -> None:
    entries, embedder = stocked(shelf), HashingEmbedder(64)
    wanted = [entry for entry in entries if entry.metadata["segment"] in ("", "S1") and entry.metadata["kind"] == "a"]
    with tempfile.TemporaryDirectory() as folder:
        build(folder, entries, embedder)
        with Index.open(folder, embedder) as index:
            everything = index.search(query, limit=limit)
            some = index.search(query, where={"segment": ["", "S1"], "kind": "a"}, limit=limit)
    for found, candidates in ((everything, entries), (some, wanted)):
        cosines = embedder.embed([entry.text for entry in candidates]) @ embedder.embed([query])[0]
        assert [one.similarity for one in found] == pytest.approx(sorted(cosines, reverse=True)[:limit], abs=1e-5)
        assert {one.id for one in found} <= {entry.id for entry in candidates}


@slowly
@given(shelves)
def test_the_index_holds_every_entry_unchanged_and_each_is_its_own_neighbour(
    shelf: list[tuple[str, str, str]],
) -> None:
    entries, embedder = stocked(shelf), HashingEmbedder(64)
    with tempfile.TemporaryDirectory() as folder:
        build(folder, entries, embedder)
        with Index.open(folder, embedder) as index:
            assert index.count() == len({entry.id for entry in entries})
            assert index.get([entry.id for entry in entries]) == entries
            for entry in entries[:5]:
                nearest = index.search(entry.text, limit=len(entries))
                assert [one.similarity for one in nearest if one.id == entry.id] == pytest.approx([1], abs=1e-5)
                assert nearest[0].similarity == pytest.approx(1, abs=1e-5)


def test_neighbours_are_the_true_ones_among_thousands(tmp_path: Path) -> None:
    class Gaussian:
        """Vectors without any structure: the hardest case for an approximate index."""

        identity, dimensions = "gaussian", 384

        def embed(self, texts: Any) -> Any:
            rows = [np.random.default_rng(int(text)).normal(size=self.dimensions) for text in texts]
            return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)

    embedder = Gaussian()
    names = [str(number) for number in range(2600)]
    build(tmp_path, [Entry(name, name, {"rare": str(int(name) % 100 == 0)}) for name in names], embedder)
    vectors = embedder.embed(names)
    with Index.open(tmp_path, embedder) as index:
        for number in range(5000, 5040):
            cosines = vectors @ embedder.embed([str(number)])[0]
            for where, candidates in ((None, cosines), ({"rare": "True"}, cosines[::100])):
                found = [one.similarity for one in index.search(str(number), where=where, limit=10)]
                assert found == pytest.approx(np.sort(candidates)[::-1][:10], abs=2e-6)


@pytest.mark.parametrize("size", [300, 1500])
def test_no_text_is_crowded_out_by_others_much_like_it(size: int, hashing: Embedder, tmp_path: Path) -> None:
    entries = [Entry(str(n), f"the same sentence about bread from the corner shop number {n}") for n in range(size)]
    build(tmp_path, entries, hashing)
    with Index.open(tmp_path, hashing) as index:
        assert len(index.search("bread", limit=size)) == size
        assert [index.search(entry.text, limit=1)[0].id for entry in entries[::10]] == [
            entry.id for entry in entries[::10]
        ]


def test_many_entries_of_one_text_hide_neither_one_another_nor_the_rest(hashing: Embedder, tmp_path: Path) -> None:
    entries = [Entry(f"{n:04}", "no description" if n < 1500 else f"product {n}") for n in range(2000)]
    build(tmp_path, entries, hashing)
    with Index.open(tmp_path, hashing) as index:
        found = index.search("no description", limit=1500)
        assert [one.id for one in found] == [entry.id for entry in entries[:1500]]
        assert {one.similarity for one in found} == {1.0}
        for entry in entries[1500::50]:
            assert index.search(entry.text, limit=1)[0].id == entry.id


def test_equals_come_in_the_order_of_their_ids(hashing: Embedder, tmp_path: Path) -> None:
    build(tmp_path, [Entry(name, "the same text") for name in "dbac"], hashing)
    with Index.open(tmp_path, hashing) as index:
        assert [found.id for found in index.search("the same text", limit=2)] == ["a", "b"]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (None, "abcd"),
        ({}, "abcd"),
        ({"segment": "S1"}, "ab"),
        ({"segment": ["S1", ""]}, "abd"),
        ({"segment": ["S1", ""], "kind": "x"}, "ad"),
        ({"segment": []}, ""),
        ({"segment": "S1", "kind": []}, ""),
        ({"segment": "S9"}, ""),
        ({"no such label": "S1"}, ""),
        ({"segment": '") OR 1=1 --'}, ""),
    ],
)
def test_filters_keep_what_satisfies_all_of_them(where: Any, ids: str, hashing: Embedder, tmp_path: Path) -> None:
    labels = {"a": ("S1", "x"), "b": ("S1", "y"), "c": ("S2", "x"), "d": ("", "x")}
    entries = [Entry(id_, f"text {id_}", {"segment": s, "kind": k}) for id_, (s, k) in labels.items()]
    build(tmp_path, entries, hashing)
    with Index.open(tmp_path, hashing) as index:
        assert sorted(found.id for found in index.search("text", where=where)) == list(ids)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_finds_nothing(limit: int, shop: Index) -> None:
    assert shop.search("milk", limit=limit) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script> & <b>bold</b> &amp; {first_name} {{ jinja }} %s ';--",
        "牛奶 🥛 crème\u0301 \u202eright to left",
        "line one\r\nline two\ttab \x00 nul",
        "",
        "long " * 40_000,
    ],
)
def test_texts_and_labels_come_back_as_they_went_in(text: str, minilm: MiniLM, tmp_path: Path) -> None:
    label = text[:200]
    entry = Entry(f"../{label}", text, {"title": label})
    build(tmp_path / "index", [entry, Entry("other", "something else")], minilm)
    with Index.open(tmp_path / "index", minilm) as index:
        assert index.get([entry.id]) == [entry]
        found = index.search(text, where={"title": label}, limit=1)[0]
    assert (found.id, found.text, found.metadata) == (entry.id, entry.text, entry.metadata)
    assert found.similarity == pytest.approx(1, abs=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_query_with_half_a_character_is_searched_all_the_same(shop: Index) -> None:
    assert len(shop.search("milk \udcff", limit=1)) == 1


def test_an_index_of_nothing_answers_with_nothing(hashing: Embedder, tmp_path: Path) -> None:
    assert build(tmp_path, [], hashing) == BuildReport(total=0, embedded=0, reused=0, removed=0)
    with Index.open(tmp_path, hashing) as index:
        assert (index.count(), index.search("milk"), index.get(["a"])) == (0, [], [])


def test_get_keeps_the_order_asked_for_and_leaves_out_the_unknown(hashing: Embedder, tmp_path: Path) -> None:
    build(tmp_path, [Entry(name, name) for name in "abc"], hashing)
    with Index.open(tmp_path, hashing) as index:
        assert [entry.id for entry in index.get(["c", "nowhere", "a", "c"])] == ["c", "a", "c"]
        assert index.get([]) == []


def test_the_refusal_of_another_embedder_names_both(tmp_path: Path) -> None:
    build(tmp_path, [Entry("a", "one")], HashingEmbedder(64))
    with pytest.raises(OtherEmbedder, match=r"'hashing-1 64'.*'hashing-1 32'"):
        Index.open(tmp_path, HashingEmbedder(32))


@pytest.mark.parametrize("place", [".", "nowhere", "a file"])
def test_no_index_is_said_and_none_is_made(place: str, hashing: Embedder, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    with pytest.raises(NoIndex):
        Index.open(tmp_path / place, hashing)
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]


@pytest.mark.parametrize("name", ["../elsewhere", "/tmp", "version-00000000/../..", "", "\udc80"])
def test_a_version_outside_the_folder_is_never_opened(name: str, hashing: Embedder, tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_bytes(name.encode("utf-8", "surrogateescape"))
    with pytest.raises(NoIndex):
        Index.open(tmp_path, hashing)


def test_chromas_own_embedder_is_never_asked(
    hashing: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("Chroma's default embedder was asked")

    monkeypatch.setattr("chromadb.api.types.DefaultEmbeddingFunction.__call__", refuse)
    build(tmp_path, [Entry("a", "one")], hashing)
    with Index.open(tmp_path, hashing) as index:
        assert index.search("one")[0].id == "a"
        # To Chroma a collection without an embedder of its own is "legacy"; it says so when it needs one.
        with pytest.warns(DeprecationWarning, match="legacy"), pytest.raises(ValueError, match="embedding"):
            index._collection.query(query_texts=["one"])


def test_settings_of_chroma_in_the_current_folder_have_no_say(
    hashing: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nANONYMIZED_TELEMETRY=True\nMIGRATIONS=none\n"
    )
    monkeypatch.setenv("IS_PERSISTENT", "False")
    monkeypatch.chdir(tmp_path)
    build("index", [Entry("a", "one")], hashing)
    with Index.open("index", hashing) as index:
        assert index._collection._client.get_settings().anonymized_telemetry is False
        monkeypatch.chdir("/")
        assert index.search("one")[0].id == "a"


def test_importing_the_package_imports_no_heavy_vendor() -> None:
    code = (
        "import sys, vectorstore; vectorstore.MiniLM().identity; "
        "heavy = {'chromadb', 'torch', 'transformers', 'sentence_transformers', 'pandas', 'sklearn'}; "
        "print(heavy & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
