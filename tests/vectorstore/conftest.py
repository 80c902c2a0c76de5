from collections.abc import Sequence

import pytest

from vectorstore import Embedder, HashingEmbedder, MiniLM
from vectorstore.embedders import Vectors


class Counting:
    """An embedder that keeps every text it is given."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.identity = inner.identity
        self.dimensions = inner.dimensions
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self.inner.embed(texts)


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture
def hashing() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def counting() -> Counting:
    return Counting(HashingEmbedder())
