"""What goes into an index, what a search finds, and what a build did."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """A text under an id of its own, with labels a search can filter by."""

    id: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An entry and how near its text is to the one searched for.

    `similarity` is the cosine, -1 to 1, higher is nearer; rounded to six digits, below which
    the order of float additions shows.
    """

    id: str
    text: str
    metadata: Mapping[str, str]
    similarity: float


@dataclass(frozen=True)
class BuildReport:
    """`total` counts the entries in the index, `removed` the ids that only the index before it had.

    `embedded + reused` is the number of distinct texts: given to the embedder, or taken with their vectors
    from the index before.
    """

    total: int
    embedded: int
    reused: int
    removed: int
