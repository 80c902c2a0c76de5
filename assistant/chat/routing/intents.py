"""Which tool a text asks for: near examples, and words that speak for or against."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.chat.routing.entities import Found

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

_NEAREST = 3
_CAPITALS = re.compile(r"[A-Z]{4,}")
_EN_MOST, _ZH_MOST, _NO_TOOL_MOST = 0.55, 0.9, 1.3
_NO_TOOL = frozenset({"individuals", "help", "out_of_scope"})


@cache
def intents() -> dict[str, Any]:
    """What is in `intents.toml`."""
    return tomllib.loads(files("assistant.chat.routing").joinpath("intents.toml").read_text(encoding="utf-8"))


@cache
def _patterns(intent: str, kind: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(pattern), weight) for pattern, weight in intents()[intent].get(kind, ()))


class Intents:
    """The tools' examples, embedded once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._names = tuple(intents())
        self._vectors: Vectors | None = None
        self._owners = np.array([at for at, name in enumerate(self._names) for _ in intents()[name]["examples"]])
        self._chinese = {
            name: [_pairs(example) for example in intents()[name].get("chinese", ())] for name in self._names
        }

    def vocabulary(self) -> list[str]:
        """Words of the examples."""
        return [_CAPITALS.sub(" ", example) for name in self._names for example in intents()[name]["examples"]]

    def scores(self, found: Found, features: dict[str, int]) -> dict[str, float]:
        """How much speaks for each tool, best first; about 1 where nearly everything does.

        Args:
            found: the text.
            features: what it has: kind -> how many.
        """
        base = self._likeness(found.masked) if found.language == "en" else self._chinese_likeness(found.masked)
        kind, most = ("cues", _EN_MOST) if found.language == "en" else ("signs", _ZH_MOST)
        texts = (found.masked, found.cued)
        if kind == "cues":
            texts = (found.masked.lower(), found.cued.lower())
        scores = {}
        for name in self._names:
            spoken = sum(weight for pattern, weight in _patterns(name, kind) if any(map(pattern.search, texts)))
            given = intents()[name].get("with", {})
            had = sum(weight for feature, weight in given.items() if features.get(feature))
            scores[name] = base[name] + min(spoken, _NO_TOOL_MOST if name in _NO_TOOL else most) + had
            needs = intents()[name].get("needs", ())
            if needs and not any(features.get(feature) for feature in needs):
                scores[name] -= 0.3
        return dict(sorted(scores.items(), key=lambda pair: -pair[1]))

    def _likeness(self, masked: str) -> dict[str, float]:
        if self._vectors is None:
            self._vectors = self._embed(
                [
                    _CAPITALS.sub(lambda match: match[0].lower(), text)
                    for name in self._names
                    for text in intents()[name]["examples"]
                ]
            )
        near = self._vectors @ self._embed([masked.lower() or "?"])[0]
        found = {}
        for at, name in enumerate(self._names):
            best = np.sort(near[self._owners == at])[::-1][:_NEAREST]
            found[name] = float(0.5 * best[0] + 0.5 * best.mean())
        return found

    def _chinese_likeness(self, masked: str) -> dict[str, float]:
        own = _pairs(masked)
        return {
            name: 0.6 * max((_overlap(own, example) for example in examples), default=0.0)
            for name, examples in self._chinese.items()
        }


def _pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring signs; a mask in capitals is one sign."""
    signs = re.findall(r"[A-Z]{4,}|[a-z0-9]+|[\u3400-\u9fff]", text)
    return Counter([*signs, *("".join(pair) for pair in pairwise(signs))])


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient."""
    return 2 * sum((one & other).values()) / max(one.total() + other.total(), 1)
