"""Finding texts again: what the shop's tables say in words, and the index that holds it."""

from assistant.retrieval.documents import build_documents, documents_about, slug
from assistant.retrieval.index import DEFAULT_EMBEDDER, Retriever, build_index, embed_texts
from vectorstore import BuildReport

__all__ = [
    "DEFAULT_EMBEDDER",
    "BuildReport",
    "Retriever",
    "build_documents",
    "build_index",
    "documents_about",
    "embed_texts",
    "slug",
]
