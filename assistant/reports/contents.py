"""What stands where on the page: first the shop, then its customers, then whether to trust what is said of them."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One section; `anchor` is its id and the name of its template."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Part:
    """Sections that answer one question."""

    anchor: str
    title: str
    lead: str
    sections: tuple[Section, ...]


_PARTS = (
    Part(
        "part-shop",
        "The shop",
        "What was read, and how its customers buy on the whole.",
        (
            Section("data", "What was read"),
            Section("revenue", "Who brings the revenue"),
            Section("returning", "Who comes back"),
            Section("recency", "How recently, how often"),
        ),
    ),
    Part(
        "part-segments",
        "The segments",
        "Who the customers are, group by group.",
        (
            Section("map", "Where customers lie"),
            Section("shares", "How many they are, what they bring"),
            Section("apart", "What sets them apart"),
            Section("segments", "The segments, one by one"),
        ),
    ),
    Part(
        "part-trust",
        "How far to trust this",
        "Each of these tests can fail, and where one does, the page says so.",
        (
            Section("trust", "Do the segments hold?"),
            Section("moved", "What moved since the version before"),
            Section("worth", "Can orders to come be foretold?"),
        ),
    ),
    Part(
        "part-messages",
        "The messages",
        "What was written for each segment, and what somebody still has to decide on.",
        (Section("copy", "The copy"), Section("review", "What needs review")),
    ),
    Part(
        "part-about",
        "About this report",
        "How it was made, and what its words mean.",
        (Section("making", "How long it took"), Section("reading", "How to read this")),
    ),
)


def contents(shown: Collection[str]) -> tuple[Part, ...]:
    """The parts of a report, with those of their sections whose anchors are `shown`; a part without any is left out."""
    parts = (
        Part(part.anchor, part.title, part.lead, tuple(one for one in part.sections if one.anchor in shown))
        for part in _PARTS
    )
    return tuple(part for part in parts if part.sections)
