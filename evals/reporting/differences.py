"""What differs between two outputs, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Words with what holds them together, runs of white space, and every other character alone.
_PARTS = re.compile(r"\w+(?:['’.,\-]\w+)*|\s+|[^\w\s]")
# Matching takes the square of this in the worst case; what is longer is compared line by line.
_MOST_PARTS = 4000

Kind = Literal["same", "gone", "come"]


@dataclass(frozen=True)
class Part:
    """A stretch of an output; `gone` stands only in the first, `come` only in the second."""

    kind: Kind
    text: str


def word_differences(first: str, second: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Two texts as parts that are the same and parts that are not; joined, each is its text again."""
    before, after = _parts(first), _parts(second)
    if len(before) > _MOST_PARTS or len(after) > _MOST_PARTS:
        before, after = first.splitlines(keepends=True), second.splitlines(keepends=True)
    left: list[Part] = []
    right: list[Part] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        _add(left, "same" if what == "equal" else "gone", before[a:b])
        _add(right, "same" if what == "equal" else "come", after[c:d])
    return tuple(_joined(left)), tuple(_joined(right))


def _parts(text: str) -> list[str]:
    return _PARTS.findall(text)


def _add(parts: list[Part], kind: Kind, words: Sequence[str]) -> None:
    if words:
        parts.append(Part(kind, "".join(words)))


def _joined(parts: list[Part]) -> list[Part]:
    """White space between two changed words is part of the change: one long mark reads better than many."""
    joined: list[Part] = []
    for at, part in enumerate(parts):
        around = {parts[at - 1].kind, parts[at + 1].kind} if 0 < at < len(parts) - 1 else {part.kind}
        kind = part.kind if part.text.strip() or "same" in around else parts[at - 1].kind
        if joined and joined[-1].kind == kind:
            joined[-1] = Part(kind, joined[-1].text + part.text)
        else:
            joined.append(Part(kind, part.text))
    return joined
