"""YAML with the line of every value, so that an error can say where to look."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import ConfigError

Place = tuple[str | int, ...]
MOST_NODES = 200_000
"""Values of a suite, those behind aliases counted as often as they are used: a small file cannot become a huge one."""


@dataclass(frozen=True)
class Document:
    """A YAML file's content, and where each value stands in it."""

    path: Path
    content: Any
    lines: dict[Place, tuple[int, int]] = field(repr=False)
    """Place -> line and column, from 1."""

    def at(self, place: Sequence[str | int]) -> str:
        """`suite.yaml, line 3, column 5 (cases.0.angle)`: the value of a place, or what holds it."""
        known = tuple(place)
        while known and known not in self.lines:
            known = known[:-1]
        line, column = self.lines.get(known, (1, 1))
        named = ".".join(map(str, place))
        return f"{self.path}, line {line}, column {column}" + (f" ({named})" if named else "")


def read_document(path: Path) -> Document:
    """Read a YAML file of plain values.

    Raises:
        ConfigError: it cannot be read, is no YAML, or says a key twice; the message names line and column.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); expected a suite, a YAML file in UTF-8.") from None
    try:
        loader = yaml.CSafeLoader(text) if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{path}{where}: {problem}; expected YAML.") from None
    if node is None:
        raise ConfigError(f"{path} is empty; expected a suite with suite, target, cases, metrics.")
    walk = _Walk(path, loader)
    return Document(path, walk.value(node, ()), walk.lines)


class _Walk:
    def __init__(self, path: Path, loader: Any) -> None:
        self.lines: dict[Place, tuple[int, int]] = {}
        self._path = path
        self._loader = loader
        self._seen = 0

    def value(self, node: yaml.Node, place: Place) -> Any:
        self._seen += 1
        if self._seen > MOST_NODES or len(place) > 60:
            raise self._wrong(node, f"holds more than {MOST_NODES:,} values, or nests without an end; split the file")
        self.lines[place] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*place, at)) for at, each in enumerate(node.value)]
        try:
            told = self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or str(error)
            raise self._wrong(node, f"{problem}; expected a plain value") from None
        # JSON has no dates, and a run's head is JSON.
        return told.isoformat() if isinstance(told, dt.date) else told

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        told: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, each in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                sources = each.value if isinstance(each, yaml.SequenceNode) else [each]
                for source in reversed(sources):
                    merged.update(self.value(source, place))
                continue
            name = str(key.value)
            if name in told:
                raise self._wrong(key, f"says {name!r} twice; keep one")
            told[name] = self.value(each, (*place, name))
        return {**merged, **told}

    def _wrong(self, node: yaml.Node, problem: str) -> ConfigError:
        mark = node.start_mark
        return ConfigError(f"{self._path}, line {mark.line + 1}, column {mark.column + 1}: {problem}.")
