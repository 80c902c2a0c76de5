"""Chinese names of facts, of their units and topics; the words themselves are in `chinese.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.records import Unit


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("assistant.chat").joinpath("chinese.toml").read_text(encoding="utf-8"))


def label_of(metric: str, label: str) -> str:
    """What a fact counts, in Chinese.

    Args:
        metric: of the fact, `basket_value_minor` or `buys:Baby food`; names in it stay as the shop writes them.
        label: its English label, which is given back for a metric without a Chinese name.
    """
    words = _words()
    if metric in words["metrics"]:
        return str(words["metrics"][metric][0])
    for prefix, pattern in words["patterns"].items():
        if metric.startswith(prefix) and len(metric) > len(prefix):
            return str(pattern).replace("{name}", metric.removeprefix(prefix))
    return label


def metric_words() -> Mapping[str, tuple[str, ...]]:
    """Metric -> what it is called in Chinese: the name that is shown first, then what else people type."""
    return {metric: tuple(names) for metric, names in _words()["metrics"].items()}


def unit_of(unit: Unit) -> str:
    """What stands behind a number of that unit; empty for shares, ratios and plain counts."""
    return str(_words()["units"].get(unit.value, ""))


def topic_of(topic: str) -> str:
    """A topic of the fact sheets, in Chinese; the topic itself where it has no name."""
    return str(_words()["topics"].get(topic, topic))
