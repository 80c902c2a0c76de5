"""The layouts of exports that are known, and whether a file has one of them."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from assistant.records.mappings import FieldSource, SourceLayout, TableMapping

_NAMES = ("shopify", "woocommerce", "ga4", "klaviyo")


@cache
def known_layouts() -> tuple[SourceLayout, ...]:
    """Every known export, as `assistant/data/layouts/*.toml` say; one layout for each of its signatures."""
    layouts = []
    for name in _NAMES:
        text = resources.files("assistant.data.layouts").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        raw: dict[str, Any] = tomllib.loads(text)
        for export in raw["exports"]:
            for signature in export["signatures"]:
                layouts.append(
                    SourceLayout.model_validate(
                        {
                            "layout": raw["layout"],
                            "file": export["file"],
                            "signature": signature,
                            "tables": export["tables"],
                        }
                    )
                )
    return tuple(layouts)


def layout_names() -> tuple[str, ...]:
    """What `--preset` may name."""
    return _NAMES


class Columns:
    """The columns of a file, found whatever their case and the space around them.

    A column of a nested row that is not listed, such as `items.item_id`, is there where its list is.
    """

    def __init__(self, names: Iterable[str]):
        """Keep the names in the file's order; of two that differ in case alone, the first is found."""
        self.names = tuple(names)
        self._found: dict[str, str] = {}
        for name in self.names:
            self._found.setdefault(_folded(name), name)
        self._heads = {_folded(name).split(".")[0] for name in self.names if "." in name}

    def find(self, wanted: str) -> str | None:
        """The file's own spelling of a column, or None where it has no such column."""
        own = self._found.get(_folded(wanted))
        if own is not None:
            return own
        head, dot, _ = _folded(wanted).partition(".")
        if dot and head in self._found and head not in self._heads:
            return wanted
        return None

    def has(self, wanted: str) -> bool:
        """Whether there is such a column, or a list or object of that name."""
        return self.find(wanted) is not None or _folded(wanted) in self._heads

    def all_of(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of the columns that are there, in the order asked for."""
        return tuple(own for name in wanted if (own := self.find(name)) is not None)


def missing_of(layout: SourceLayout, columns: Columns) -> tuple[str, ...]:
    """Columns of a layout's signature that a file lacks."""
    return tuple(name for name in layout.signature if not columns.has(name))


def fitted_to(layout: SourceLayout, columns: Columns) -> SourceLayout:
    """A layout that names only columns a file has, in the file's own spelling; fields without any are left out."""
    return layout.model_copy(update={"tables": tuple(_table(table, columns) for table in layout.tables)})


def best_of(layouts: Sequence[SourceLayout], columns: Columns) -> SourceLayout | None:
    """The layout whose signature a file has; of several the longest, then the one written first."""
    fitting = [layout for layout in layouts if layout.signature and not missing_of(layout, columns)]
    return max(fitting, key=lambda layout: len(layout.signature), default=None)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _table(table: TableMapping, columns: Columns) -> TableMapping:
    fields = {name: fitted for name, source in table.fields.items() if (fitted := _field(source, columns)) is not None}
    passed_over: Mapping[str, tuple[str, ...]] = {
        own: values for name, values in table.passed_over.items() if (own := columns.find(name)) is not None
    }
    return table.model_copy(
        update={
            "fields": fields,
            "group": columns.all_of(table.group),
            "fill_down": columns.all_of(table.fill_down),
            "required": columns.all_of(table.required),
            "newest_by": tuple(name for name in table.newest_by if name in fields),
            "passed_over": dict(passed_over),
            "explode": table.explode if columns.has(table.explode) else "",
        }
    )


def _field(source: FieldSource, columns: Columns) -> FieldSource | None:
    own = columns.all_of(source.columns)
    with_ = columns.find(source.only_with) if source.only_with else ""
    without = columns.find(source.only_without) if source.only_without else ""
    # A value that asks for what the file does not have is never said; one that asks for its absence always is.
    if with_ is None or not (own or source.pattern or source.constant):
        return None
    return source.model_copy(
        update={
            "columns": own,
            "pattern": pattern_in(source.pattern, columns),
            "only_with": with_,
            "only_without": without or "",
        }
    )


def pattern_in(pattern: str, columns: Columns) -> str:
    """A pattern in the file's own spelling; a column it lacks vanishes with the text before it."""
    parts = pattern_parts(pattern)
    kept = [f"{before}{{{own}}}" for before, name in parts if (own := columns.find(name)) is not None]
    return "".join(kept)


def pattern_parts(pattern: str) -> list[tuple[str, str]]:
    """`{a} - {b}` as [("", "a"), (" - ", "b")]: the text before each column, and the column."""
    parts = []
    for piece in pattern.split("}")[:-1]:
        before, _, name = piece.partition("{")
        parts.append((before, name))
    return parts
