"""Options of metrics, checked before anything is run: what is wrong with them, in words that end a sentence."""

from collections.abc import Collection, Mapping
from typing import Any


def strays(options: Mapping[str, Any], known: Collection[str]) -> str:
    """What is wrong with the names of options; empty where nothing is."""
    strange = sorted(set(options) - set(known))
    return f"it has no option {', '.join(map(repr, strange))}; expected {', '.join(sorted(known))}" if strange else ""


def whole_number(options: Mapping[str, Any], name: str, least: int, most: int) -> str:
    """What is wrong with an option that is a whole number from `least` to `most`, where it is set."""
    value = options.get(name, least)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return ""
    return f"{name} is {value!r}, expected a whole number from {least} to {most}"


def texts(options: Mapping[str, Any], name: str) -> str:
    """What is wrong with an option that is a list of texts, where it is set."""
    value = options.get(name, [])
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value):
        return ""
    return f"{name} is {value!r}, expected a list of texts"


def one_of(options: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    """What is wrong with an option that is one of some words, where it is set."""
    value = options.get(name)
    if value is None and name not in options:
        return ""
    return "" if value in known else f"{name} is {value!r}, expected one of {', '.join(known)}"


def yes_or_no(options: Mapping[str, Any], name: str) -> str:
    """What is wrong with an option that is true or false, where it is set."""
    value = options.get(name, False)
    return "" if isinstance(value, bool) else f"{name} is {value!r}, expected true or false"
