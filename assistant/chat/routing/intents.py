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
from assistant.chat.routing.learning import Floats, Learned, features_of
from assistant.records.chat import Language

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

_NEAREST = 3
_CAPITALS = re.compile(r"[A-Z]{4,}")
_EN_MOST, _ZH_MOST, _NO_TOOL_MOST = 0.55, 0.9, 1.3
_NEEDED = 0.3
_LEARNED = 2.0
"""What the classifier says, beside likeness to the nearest examples."""
_ALIKE = 0.6
_SPREAD: dict[Language, float] = {"en": 0.3, "zh": 0.3}
"""By which scores become likelihoods; set by voices that were left out of the examples."""
_FLOOR: dict[Language, float] = {"en": 1.05, "zh": 0.7}
"""A text for which no more speaks than this is as likely about nothing that is known here."""
_KEPT: dict[tuple[bytes, int], tuple[Vectors, Learned]] = {}
"""What was made of the examples in this process, by the vector of the first of them, which tells embedders apart."""
NO_TOOL = frozenset({"individuals", "help", "out_of_scope", "unclear"})
"""What is answered without a tool."""


@cache
def intents() -> dict[str, Any]:
    """What is in `intents.toml`."""
    return tomllib.loads(files("assistant.chat.routing").joinpath("intents.toml").read_text(encoding="utf-8"))


@cache
def voices() -> dict[str, dict[str, dict[str, list[str]]]]:
    """What is in `examples.toml`: tool -> language -> voice -> texts."""
    return tomllib.loads(files("assistant.chat.routing").joinpath("examples.toml").read_text(encoding="utf-8"))


@cache
def _patterns(intent: str, kind: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(pattern), weight) for pattern, weight in intents()[intent].get(kind, ()))


class Intents:
    """The tools' examples, embedded and learned from once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._names = tuple(intents())
        self._examples: dict[Language, list[tuple[int, str]]] = {
            language: [(at, text) for at, name in enumerate(self._names) for text in _examples(name, language)]
            for language in ("en", "zh")
        }
        self._vectors: Vectors | None = None
        self._learned: dict[Language, Learned] = {}
        self._chinese = [(at, _pairs(text)) for at, text in self._examples["zh"]]

    def vocabulary(self) -> list[str]:
        """Words of the examples, less those of people who type in haste."""
        return [_CAPITALS.sub(" ", text) for name in self._names for text in _examples(name, "en", without="hasty")]

    def scores(self, found: Found, features: dict[str, int]) -> dict[str, float]:
        """How likely each tool is meant, best first; together they are 1.

        Args:
            found: the text.
            features: what it has: kind -> how many.
        """
        base = self._likeness(found.masked) if found.language == "en" else self._chinese_likeness(found.masked)
        kind, most = ("cues", _EN_MOST) if found.language == "en" else ("signs", _ZH_MOST)
        texts = (found.masked, found.cued)
        if kind == "cues":
            texts = (found.masked.lower(), found.cued.lower())
        scores = np.zeros(len(self._names))
        for at, name in enumerate(self._names):
            spoken = sum(weight for pattern, weight in _patterns(name, kind) if any(map(pattern.search, texts)))
            given = intents()[name].get("with", {})
            had = sum(weight for feature, weight in given.items() if features.get(feature))
            scores[at] = base[at] + min(spoken, _NO_TOOL_MOST if name in NO_TOOL else most) + had
            needs = intents()[name].get("needs", ())
            if needs and not any(features.get(feature) for feature in needs):
                scores[at] -= _NEEDED
        unclear = self._names.index("unclear")
        scores[unclear] = max(scores[unclear], _FLOOR[found.language])
        likely = np.exp((scores - scores.max()) / _SPREAD[found.language])
        likely /= likely.sum()
        order = np.argsort(-likely)
        return {self._names[at]: float(likely[at]) for at in order}

    def _likeness(self, masked: str) -> Floats:
        owners = np.array([at for at, _ in self._examples["en"]])
        if self._vectors is None:
            texts = [_small(text) for _, text in self._examples["en"]]
            key = (self._embed(texts[:1]).tobytes(), hash(tuple(texts)))
            if key not in _KEPT:
                vectors = self._embed(texts)
                rows = np.hstack([vectors, self._rows("en")])
                _KEPT[key] = (vectors, Learned(rows, list(owners), len(self._names)))
            self._vectors, self._learned["en"] = _KEPT[key]
        own = self._embed([masked.lower() or "?"])[0]
        near = self._vectors @ own
        found = np.zeros(len(self._names))
        for at in range(len(self._names)):
            best = np.sort(near[owners == at])[::-1][:_NEAREST]
            found[at] = 0.5 * best[0] + 0.5 * best.mean()
        return found + _LEARNED * self._learned["en"].scores(np.concatenate([own, features_of(masked, "en")]))

    def _chinese_likeness(self, masked: str) -> Floats:
        if "zh" not in self._learned:
            owners = [at for at, _ in self._examples["zh"]]
            self._learned["zh"] = Learned(self._rows("zh"), owners, len(self._names))
        own, found = _pairs(masked), np.zeros(len(self._names))
        for at, example in self._chinese:
            found[at] = max(found[at], _ALIKE * _overlap(own, example))
        return found + _LEARNED * self._learned["zh"].scores(features_of(masked, "zh"))

    def _rows(self, language: Language) -> Floats:
        return np.array([features_of(text, language) for _, text in self._examples[language]])


def _examples(name: str, language: Language, without: str = "") -> list[str]:
    """Examples of a tool, of its own file's and of each voice's."""
    own: dict[str, list[str]] = voices().get(name, {}).get(language, {})
    said = [text for voice, texts in own.items() if voice != without for text in texts]
    return [*intents()[name].get("examples" if language == "en" else "chinese", ()), *said]


def _small(masked: str) -> str:
    return _CAPITALS.sub(lambda match: match[0].lower(), masked)


def _pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring signs; a mask in capitals is one sign."""
    signs = re.findall(r"[A-Z]{4,}|[a-z0-9]+|[\u3400-\u9fff]", text)
    return Counter([*signs, *("".join(pair) for pair in pairwise(signs))])


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient."""
    return 2 * sum((one & other).values()) / max(one.total() + other.total(), 1)
