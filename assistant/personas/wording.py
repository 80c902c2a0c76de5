"""The words that a claim must, may and must not use: `wording.toml`, read once."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Read:
    """What a sentence that is read as a metric must and may hold."""

    needs: tuple[tuple[str, ...], ...]
    says: tuple[str, ...]
    flips: tuple[str, ...]
    """Words that turn a comparison round: more recently is fewer days ago."""
    some: float | None
    """Above which value a customer is one of those who do it at all, or mostly."""


@dataclass(frozen=True)
class Attribute:
    """How a sentence speaks of a column of customers."""

    needs: tuple[str, ...]
    none: tuple[str, ...]
    """Values, lower case, that say there is nothing to count."""


@dataclass(frozen=True)
class Wording:
    """Lists of words; one that ends in `*` stands for all words that begin so."""

    needs: dict[str, tuple[tuple[str, ...], ...]]
    signs: dict[str, tuple[str, ...]]
    comparison: dict[str, tuple[str, ...]]
    unmeasured: tuple[str, ...]
    periods: tuple[str, ...]
    numbers: tuple[str, ...]
    reading: dict[str, Read]
    attributes: dict[str, Attribute]
    fillers: tuple[str, ...]
    ways: dict[str, tuple[str, ...]]


@cache
def wording() -> Wording:
    """The product's own lists."""
    raw = tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))
    metrics = raw["metrics"]
    return Wording(
        needs={name: tuple(tuple(group) for group in entry["needs"]) for name, entry in metrics.items()},
        signs={name: tuple(entry["signs"]) for name, entry in metrics.items()},
        comparison={way: tuple(words) for way, words in raw["comparison"].items()},
        unmeasured=tuple(raw["unmeasured"]["words"]),
        periods=tuple(raw["periods"]["words"]),
        numbers=tuple(raw["numbers"]["words"]),
        reading={name: _read(entry) for name, entry in raw["reading"].items()},
        attributes={
            name: Attribute(tuple(entry["needs"]), tuple(entry.get("none", ())))
            for name, entry in raw["attributes"].items()
        },
        fillers=tuple(raw["fillers"]["words"]),
        ways={way: tuple(words) for way, words in raw["ways"].items()},
    )


def _read(entry: dict[str, Any]) -> Read:
    return Read(
        needs=tuple(tuple(group) for group in entry["needs"]),
        says=tuple(entry["says"]),
        flips=tuple(entry.get("flips", ())),
        some=entry.get("some"),
    )


def words_of(text: str) -> list[str]:
    """Lower-case words of a text, in order."""
    return _WORD.findall(text.lower())


def found(words: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """The words that one of the patterns stands for."""
    whole = {pattern for pattern in patterns if not pattern.endswith("*")}
    starts = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return [word for word in words if word in whole or (starts and word.startswith(starts))]


def kind_of(metric: str) -> str:
    """`buys:Milk` -> `buys`; a feature's name stays as it is."""
    return metric.partition(":")[0]
