"""Objects, from JSON or from Parquet with objects in it, staged as rows."""

import json
from collections.abc import Mapping
from typing import Any

from assistant.data.reading.lines import is_text
from assistant.data.reading.nested import Number, flatten
from assistant.data.reading.staging import Names, StagedWriter

_BATCH = 5_000


class Objects:
    """Takes objects one by one; columns are made as they are met."""

    def __init__(self, names: Names, writer: StagedWriter) -> None:
        self.names = names
        self._writer = writer
        self._lines: list[int] = []
        self._rows: list[dict[int, str]] = []
        self._elements: dict[int, dict[str, None]] = {}
        self._numbers: set[str] = set()
        self._texts: set[str] = set()

    def add(self, line: int, record: Mapping[str, Any]) -> None:
        """Stage one object, or refuse it where it holds what is no text."""
        flat = flatten(record)
        row: dict[int, str] = {}
        for name, value in flat.items():
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if not is_text(said) or not is_text(name):
                self._writer.reject(line, said, "text, without NUL and halves of characters", column=name)
                return
            at = self.names.place_of(name)
            row[at] = said
            if isinstance(value, list):
                keys = self._elements.setdefault(at, {})
                for element in value:
                    for key, inner in element.items():
                        keys[key] = None
                        self._kind(f"{self.names.unique[at]}.{key}", inner)
            else:
                self._kind(self.names.unique[at], value)
        self._lines.append(line)
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what has been taken."""
        columns = [[row.get(at) for row in self._rows] for at in range(len(self.names.unique))]
        self._writer.write(self._lines, columns)
        self._lines, self._rows = [], []

    @property
    def elements(self) -> dict[str, tuple[str, ...]]:
        """As `Staged.elements`."""
        return {self.names.unique[at]: tuple(keys) for at, keys in self._elements.items()}

    @property
    def native(self) -> frozenset[str]:
        """As `Staged.native`."""
        return frozenset(self._numbers - self._texts)

    def _kind(self, name: str, value: str) -> None:
        (self._numbers if isinstance(value, Number) else self._texts).add(name)
