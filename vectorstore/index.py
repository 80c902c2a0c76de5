"""A persistent Chroma index of texts: the one file that knows chromadb.

Vectors are always made by the embedder that is handed in, never by Chroma's own, which would fetch a model:
the collection is made with `embedding_function=None`, so that adding or querying without vectors is an error.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from vectorstore import spread, versions
from vectorstore.embedders import Embedder, Vectors
from vectorstore.entries import BuildReport, Entry, Found
from vectorstore.errors import BadEntry, BrokenIndex, NoIndex, OtherEmbedder

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import Where

_COLLECTION = "texts"
_FORMAT = 1  # a number higher when what this file writes is no longer what it reads
_HASH = "text_sha256"  # the label this file adds to an entry's own
_EMBED_AT_ONCE = 128  # texts between two words of progress
_PAGE = 1000  # entries written or read at once; Chroma's limit follows from SQLite's and is about 5,400
# Chroma searches a graph (HNSW). It gives the true neighbours while its list of candidates is as long as the
# index, which costs milliseconds up to this length, and while every entry can be reached: texts much alike crowd
# one another out of a narrow graph, so that a wider one is tried until none is lost.
_EXACT_UP_TO = 4096
_WIDTHS = (64, 256, 1024)

Progress = Callable[[int, int], None]
Labels = Mapping[str, str | Sequence[str]]


class Index:
    """An index opened for reading. What is open stays as it is while a new one is built and put in its place.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, collection: "Collection", embedder: Embedder, resources: ExitStack) -> None:
        self._collection = collection
        self._embedder = embedder
        self._resources = resources

    @classmethod
    def open(cls, folder: str | Path, embedder: Embedder) -> Self:
        """Open the index in `folder`.

        Raises NoIndex when none has been built, OtherEmbedder when it was built with another embedder,
        BrokenIndex when it cannot be read.
        """
        with ExitStack() as resources:
            collection = resources.enter_context(_opened(Path(folder)))
            built_with = str(collection.metadata["embedder"])
            if built_with != embedder.identity:
                raise OtherEmbedder(built_with=built_with, asked_with=embedder.identity)
            return cls(collection, embedder, resources.pop_all())

    def search(self, text: str, *, where: Labels | None = None, limit: int = 10) -> list[Found]:
        """The `limit` entries nearest to `text`, nearest first, equals in the order of their ids.

        `where` names labels and the value, or the values, each may have; an entry must satisfy all of them.
        """
        count = self.count()
        if min(limit, count) < 1 or any(not values for values in _allowed(where).values()):
            return []
        vectors = spread.asked(self._embedder.embed([text]))
        with _chroma_speaks():
            answer: Any = self._collection.query(
                query_embeddings=vectors,
                # More than asked for: which of the equals at the limit are kept should not hang on the graph.
                n_results=min(2 * limit, count),
                where=_condition(where),
                include=["documents", "metadatas", "distances"],
            )
        columns = (answer[name][0] for name in ("ids", "documents", "metadatas", "distances"))
        found = [
            Found(id_, content, _own(labels), round(spread.cosine(distance), 6))
            for id_, content, labels, distance in zip(*columns, strict=True)
        ]
        return sorted(found, key=lambda one: (-one.similarity, one.id))[:limit]

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """The entries of `ids` in the order asked for; an id the index does not hold is left out."""
        if not ids:
            return []
        with _chroma_speaks():
            answer: Any = self._collection.get(ids=sorted(set(ids)), include=["documents", "metadatas"])
        rows = zip(answer["ids"], answer["documents"], answer["metadatas"], strict=True)
        entries = {id_: Entry(id_, content, _own(labels)) for id_, content, labels in rows}
        return [entries[id_] for id_ in ids if id_ in entries]

    def count(self) -> int:
        """How many entries the index holds."""
        with _chroma_speaks():
            return self._collection.count()

    def close(self) -> None:
        """Let go of the database; closing twice is no error."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build(
    folder: str | Path, entries: Sequence[Entry], embedder: Embedder, *, on_progress: Progress | None = None
) -> BuildReport:
    """Make the index in `folder` hold exactly `entries`.

    A text is embedded once, and only when the index in place has no vector of it from the same embedder.
    The new index is made aside and put in place in one step; a process killed before it leaves the old one.
    When nothing has changed, the index in place stays.

    `on_progress` is told how many texts have been embedded, and of how many.
    Raises BadEntry for an entry that cannot be stored, IndexBusy when another process builds in the folder,
    BrokenIndex when Chroma cannot write.
    """
    folder = Path(folder)
    unique = _unique(entries)
    labels = {id_: _labels(entry) for id_, entry in unique.items()}
    with versions.writing(folder):
        before = _read(folder)
        vectors = before.vectors if before.embedder == embedder.identity else {}
        texts = {labels[id_][_HASH]: entry.text for id_, entry in unique.items()}
        fresh = {digest: text for digest, text in texts.items() if digest not in vectors}
        if before.embedder != embedder.identity or before.labels != labels:
            vectors = vectors | _embed(fresh, embedder, on_progress)
            rows = [_Row(entry, labels[id_], vectors[labels[id_][_HASH]]) for id_, entry in unique.items()]
            _replace(folder, rows, embedder)
    return BuildReport(
        total=len(unique),
        embedded=len(fresh),
        reused=len(texts) - len(fresh),
        removed=len(before.labels.keys() - unique.keys()),
    )


@dataclass(frozen=True)
class _Row:
    """What is written of an entry: the entry, what is stored beside its text, the text's vector."""

    entry: Entry
    labels: Mapping[str, str]
    vector: Vectors


@dataclass(frozen=True)
class _Before:
    """What the index in place holds: labels by id, vectors by the hash of their text."""

    embedder: str | None
    labels: dict[str, dict[str, str]]
    vectors: dict[str, Vectors]


def _read(folder: Path) -> _Before:
    """What can be reused; nothing when there is no index or it is broken, for then it is made anew."""
    labels: dict[str, dict[str, str]] = {}
    vectors: dict[str, Vectors] = {}
    try:
        with _opened(folder) as collection, _chroma_speaks():
            for offset in range(0, collection.count(), _PAGE):
                page: Any = collection.get(limit=_PAGE, offset=offset, include=["metadatas", "embeddings"])
                labels.update(zip(page["ids"], map(dict, page["metadatas"]), strict=True))
                for metadata, vector in zip(page["metadatas"], page["embeddings"], strict=True):
                    vectors[metadata[_HASH]] = spread.original(vector)
    except (NoIndex, BrokenIndex):
        return _Before(None, {}, {})
    return _Before(str(collection.metadata["embedder"]), labels, vectors)


def _embed(texts: Mapping[str, str], embedder: Embedder, on_progress: Progress | None) -> dict[str, Vectors]:
    """Vectors by the hash of their text, short texts first: a batch is as slow as its longest text."""
    digests = sorted(texts, key=lambda digest: (len(texts[digest]), digest))
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(digests), _EMBED_AT_ONCE):
        batch = digests[start : start + _EMBED_AT_ONCE]
        vectors.update(zip(batch, embedder.embed([texts[digest] for digest in batch]), strict=True))
        if on_progress:
            on_progress(len(vectors), len(digests))
    return vectors


def _replace(folder: Path, rows: Sequence[_Row], embedder: Embedder) -> None:
    """Write a whole index beside the one in place, then put it there."""
    for width in _WIDTHS:
        version = versions.begin(folder)
        try:
            reached = _write(version, rows, embedder, width)
        except BaseException:
            versions.discard(version)
            raise
        if reached == len(rows) or width == _WIDTHS[-1]:
            versions.publish(version)
            return
        versions.discard(version)


def _write(version: Path, rows: Sequence[_Row], embedder: Embedder, width: int) -> int:
    """Write a database of `rows`; returns how many of them a search can reach."""
    with _chroma_speaks(), closing(_client(version)) as client:
        collection = client.create_collection(
            _COLLECTION,
            metadata={"embedder": embedder.identity, "format": _FORMAT},
            embedding_function=None,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "ef_construction": 400,
                    "max_neighbors": width,
                    "ef_search": min(max(100, len(rows)), _EXACT_UP_TO),
                    "num_threads": 1,  # several insert in an order of their own, and make another graph each time
                }
            },
        )
        for start in range(0, len(rows), _PAGE):
            page = rows[start : start + _PAGE]
            collection.add(
                ids=[row.entry.id for row in page],
                documents=[row.entry.text for row in page],
                metadatas=[dict(row.labels) for row in page],
                embeddings=spread.stored(np.stack([row.vector for row in page]), [row.entry.id for row in page]),
            )
        if not rows:
            return 0
        query = spread.asked(rows[0].vector[np.newaxis])
        everything = collection.query(query_embeddings=query, n_results=len(rows), include=[])
        return len(everything["ids"][0])


def _client(version: Path) -> "Client":
    from chromadb.api.client import Client
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    settings = Settings(
        _env_file=None,  # a `.env` in the current folder has no say
        anonymized_telemetry=False,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        is_persistent=True,
        persist_directory=str(version.absolute()),
    )
    try:
        return Client(settings=settings)
    except ChromaError:
        # Chroma keeps a database it could not open, half started, and would hand it out the next time.
        Client._identifier_to_system.pop(settings.persist_directory, None)
        raise


@contextmanager
def _opened(folder: Path) -> "Iterator[Collection]":
    """The collection of the version in use."""
    with versions.reading(folder) as version, ExitStack() as resources:
        if not (version / "chroma.sqlite3").is_file():  # Chroma would make an empty database there
            raise BrokenIndex(f"{version} holds no database")
        with _chroma_speaks():
            client = resources.enter_context(closing(_client(version)))
            collection = client.get_collection(_COLLECTION, embedding_function=None)
        if (found := collection.metadata.get("format")) != _FORMAT:
            raise BrokenIndex(f"{version} has format {found!r}, expected {_FORMAT}")
        yield collection


@contextmanager
def _chroma_speaks() -> Iterator[None]:
    """Turn Chroma's complaints about what it finds, or may do, on disk into BrokenIndex."""
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise BrokenIndex(f"Chroma cannot go on with the index: {error}") from error


def _unique(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Entries by id. Raises BadEntry when two that differ share an id, or one cannot be stored."""
    unique: dict[str, Entry] = {}
    for entry in entries:
        if not entry.id:
            raise BadEntry(f"the entry with the text {entry.text[:60]!r} has an empty id")
        if unique.setdefault(entry.id, entry) != entry:
            raise BadEntry(f"two different entries have the id {entry.id!r}")
        if "" in entry.metadata or _HASH in entry.metadata:
            raise BadEntry(f"the entry {entry.id!r} has a label that is empty or called {_HASH!r}")
        try:
            "".join((entry.id, entry.text, *entry.metadata, *entry.metadata.values())).encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadEntry(f"the entry {entry.id!r} has half a character, which UTF-8 cannot hold") from error
    return unique


def _labels(entry: Entry) -> dict[str, str]:
    """What is stored beside the text."""
    return {**entry.metadata, _HASH: hashlib.sha256(entry.text.encode("utf-8")).hexdigest()}


def _own(labels: Mapping[str, Any]) -> dict[str, str]:
    """What the entry brought itself, of what is stored beside the text."""
    return {label: str(value) for label, value in sorted(labels.items()) if label != _HASH}


def _allowed(where: Labels | None) -> dict[str, list[str]]:
    return {label: [values] if isinstance(values, str) else list(values) for label, values in (where or {}).items()}


def _condition(where: Labels | None) -> "Where | None":
    terms: list[Any] = [{label: {"$in": values}} for label, values in _allowed(where).items()]
    if len(terms) < 2:  # Chroma takes no "$and" of one
        return terms[0] if terms else None
    return {"$and": terms}
