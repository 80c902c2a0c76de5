"""A vector index on disk: texts with labels in, the nearest ones out, whatever the texts are for."""

from vectorstore.embedders import Embedder, HashingEmbedder, MiniLM, SentenceTransformerFolder
from vectorstore.entries import BuildReport, Entry, Found
from vectorstore.errors import (
    BadEntry,
    BrokenIndex,
    IndexBusy,
    MissingModelPackage,
    NoIndex,
    OtherEmbedder,
    UnusableModel,
    VectorstoreError,
)
from vectorstore.index import Index, build

__all__ = [
    "BadEntry",
    "BrokenIndex",
    "BuildReport",
    "Embedder",
    "Entry",
    "Found",
    "HashingEmbedder",
    "Index",
    "IndexBusy",
    "MiniLM",
    "MissingModelPackage",
    "NoIndex",
    "OtherEmbedder",
    "SentenceTransformerFolder",
    "UnusableModel",
    "VectorstoreError",
    "build",
]
