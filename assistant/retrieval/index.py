"""The house's one door to the vector store: documents in, hits out, and its errors in the house's words."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

import vectorstore
from assistant.errors import (
    ConfigError,
    DataError,
    MissingArtefact,
    MissingPackage,
    ModelError,
    WorkspaceError,
)
from assistant.records import Document, Hit
from vectorstore import BuildReport, Embedder, Entry

DEFAULT_EMBEDDER = "minilm"
_LABELS = ("kind", "segment", "title", "source")


def build_index(
    folder: Path,
    documents: Sequence[Document],
    embedder_name: str = DEFAULT_EMBEDDER,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """Make the index in `folder` hold exactly `documents`, embedding only texts it has no vector of.

    Args:
        folder: the workspace's index folder; made when absent. It is replaced in one step, so readers go on.
        documents: with unique ids; a repeated equal document counts once.
        embedder_name: `minilm`, `hashing` or `folder:PATH` of a sentence-transformers model.
        on_progress: told how many texts have been embedded, and of how many.

    Raises:
        ConfigError: the embedder's name is unknown.
        MissingPackage, ModelError: the embedding model is not installed, or not the expected one.
        DataError: two different documents have one id, or a text cannot be stored.
        WorkspaceError: another process builds the index, or the disk refuses it.
    """
    entries = [_entry(document) for document in documents]
    with _in_our_words(folder):
        try:
            return vectorstore.build(folder, entries, _embedder(embedder_name), on_progress=on_progress)
        except vectorstore.BrokenIndex as error:
            raise WorkspaceError(
                f"The index could not be written to {folder} ({error}); "
                "see that the disk has room and the folder may be written, then run `assistant index`."
            ) from error


class Retriever:
    """The index opened for searching; it answers from one version however often the index is built meanwhile.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, folder: Path, index: vectorstore.Index) -> None:
        self._folder = folder
        self._index = index

    @classmethod
    def open(cls, folder: Path, embedder_name: str = DEFAULT_EMBEDDER) -> Self:
        """Open the index in `folder` with the embedder it was built with.

        Raises MissingArtefact when there is no index, DataError when it was built with another embedder or
        cannot be read, ConfigError for an unknown embedder, MissingPackage or ModelError for an absent model.
        """
        with _in_our_words(folder):
            return cls(folder, vectorstore.Index.open(folder, _embedder(embedder_name)))

    def search(
        self,
        text: str,
        *,
        segment: str | None = None,
        kinds: Sequence[str] | None = None,
        limit: int = 8,
        include_general: bool = True,
    ) -> list[Hit]:
        """The `limit` documents nearest to `text`, nearest first.

        Args:
            text: words to look for; taken as text, whatever it holds.
            segment: only documents that speak of this segment, and, while `include_general`,
                of all customers; None for every segment's.
            kinds: only documents of these kinds; None for every kind, an empty list for none.
            limit: most hits to return.
            include_general: with a segment, also the documents that speak of no segment.
        """
        where: dict[str, Sequence[str]] = {}
        if segment is not None:
            where["segment"] = [segment, ""] if include_general and segment else [segment]
        if kinds is not None:
            where["kind"] = list(kinds)
        with _in_our_words(self._folder):
            found = self._index.search(text, where=where, limit=limit)
            return [Hit(document=_document(one), score=one.similarity) for one in found]

    def get(self, ids: Sequence[str]) -> list[Document]:
        """The documents of `ids` in the order asked for; an id the index does not hold is left out."""
        with _in_our_words(self._folder):
            return [_document(entry) for entry in self._index.get(ids)]

    def count(self) -> int:
        """How many documents the index holds."""
        with _in_our_words(self._folder):
            return self._index.count()

    def close(self) -> None:
        """Let go of the index; closing twice is no error."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def embed_texts(embedder_name: str, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of texts, (n, d), each of length one; the model is loaded with the first text and then kept.

    Args:
        embedder_name: `minilm`, `hashing` or `folder:PATH` of a sentence-transformers model.
        texts: any; what is longer than the model's window is cut there.

    Raises:
        ConfigError: the embedder's name is unknown.
        MissingPackage, ModelError: the embedding model is not installed, or not the expected one.
    """
    with _model_in_our_words():
        return _kept_embedder(embedder_name).embed(texts)


@cache
def _kept_embedder(name: str) -> Embedder:
    return _embedder(name)


def _embedder(name: str) -> Embedder:
    kind, _, path = name.partition(":")
    if name == "minilm":
        return vectorstore.MiniLM()
    if name == "hashing":
        return vectorstore.HashingEmbedder()
    if kind == "folder" and path:
        return vectorstore.SentenceTransformerFolder(Path(path).expanduser())
    raise ConfigError(
        f"There is no embedder {name!r}; choose `minilm`, `hashing`, or `folder:PATH` "
        "with the folder of a sentence-transformers model."
    )


def _entry(document: Document) -> Entry:
    labels = {label: str(getattr(document, label)) for label in _LABELS}
    return Entry(id=document.document, text=document.text, metadata=labels)


def _document(entry: Entry | vectorstore.Found) -> Document:
    return Document.model_validate({"document": entry.id, "text": entry.text, **entry.metadata})


@contextmanager
def _in_our_words(folder: Path) -> Iterator[None]:
    """Say what went wrong in the vector store as one of the house's errors."""
    try:
        with _model_in_our_words():
            yield
    except vectorstore.NoIndex as error:
        raise MissingArtefact(f"There is no index in {folder}; make it with `assistant index`.") from error
    except vectorstore.OtherEmbedder as error:
        raise DataError(
            f"The index in {folder} was built with the embedder {error.built_with!r}, and the settings "
            f"ask for {error.asked_with!r}; build it again with `assistant index`."
        ) from error
    except (vectorstore.BrokenIndex, ValidationError) as error:
        raise DataError(f"The index in {folder} cannot be read; build it again with `assistant index`.") from error
    except vectorstore.BadEntry as error:
        raise DataError(f"The index cannot hold every document: {error}.") from error
    except vectorstore.IndexBusy as error:
        raise WorkspaceError(
            f"Another process is building the index in {folder}; wait for it, then run `assistant index`."
        ) from error


@contextmanager
def _model_in_our_words() -> Iterator[None]:
    """Say what is wrong with an embedding model as one of the house's errors."""
    try:
        yield
    except vectorstore.MissingModelPackage as error:
        raise MissingPackage(
            f"The embedder needs the package {error.package}, which is not installed: `{error.command}`."
        ) from error
    except vectorstore.UnusableModel as error:
        raise ModelError(f"The embedder cannot be used: {error}.") from error
