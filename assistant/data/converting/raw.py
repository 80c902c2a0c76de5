"""Staged rows -> the text of every field of one table, and which rows are none of it."""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from assistant.data.converting.fields import Field, fields_of
from assistant.data.converting.macros import hashed, objects_of, value_of
from assistant.data.layouts import field_value
from assistant.data.reading import LINE, ROW, Staged, staged_table
from assistant.errors import ConfigError
from assistant.records.mappings import FieldSource, TableMapping

ELEMENT = "__element__"
"""Place within a list that became rows, from 0."""
STATE = "__state__"
"""Why a row is none of the table; null: it is one."""
DUPLICATE = "duplicate"
OTHER = "+"
"""Before the name of a column that is kept as it is."""

# Words that programs write where there is nothing.
_NOTHING = (
    "null", "none", "nan", "<na>", "n/a", "#n/a", "\\n", "nil", "nat", "-", "undefined",
)  # fmt: skip
_NO_ID = ("NULL", "null", "None", "nan", "NaN", "\\N", "<NA>", "#N/A", "N/A", "undefined")
_OBJECT = "__object__"


@dataclass(frozen=True)
class Raw:
    """The rows of one table as text."""

    path: Path
    """Parquet with `ROW`, `ELEMENT`, `LINE`, `STATE`, a column of each field, and others behind `OTHER`."""
    fields: tuple[Field, ...]
    """Those that the mapping gives, in the order of the table."""
    labels: dict[str, str]
    """Field -> the column of the file that a message names."""
    others: tuple[str, ...]
    """Columns kept as they are."""


def find_duplicates(engine: Any, staged: Staged, out: Path) -> Path | None:
    """The rows that repeat an earlier one in every column, as Parquet with `ROW`; None: there are none."""
    table = staged_table(engine, staged)
    # A hash finds the few that may be alike; they are then compared.
    whole = functools.reduce(
        operator.add, (table[name].fill_null("\x1e") + ibis.literal("\x1f") for name in staged.columns)
    )
    marked = table.mutate(__hash__=hashed(whole))
    alike = marked.group_by("__hash__").having(lambda t: t.count() > 1).aggregate()
    few = marked.semi_join(alike, "__hash__").drop("__hash__")
    at = ibis.row_number().over(group_by=list(staged.columns), order_by=ROW)
    repeated = few.mutate(__at__=at).filter(lambda t: t["__at__"] > 0).select(ROW)
    repeated.order_by(ROW).to_parquet(str(out))
    return out if int(engine.read_parquet(str(out)).count().execute()) else None


def raw_rows(
    engine: Any, staged: Staged, mapping: TableMapping, duplicates: Path | None, keep_others: bool, out: Path
) -> Raw:
    """Write the text of every field.

    Args:
        engine: with the macros of `add_macros`.
        staged: the source.
        mapping: which column is what.
        duplicates: of `find_duplicates`.
        keep_others: whether columns that the mapping does not name stay.
        out: Parquet to write.

    Raises:
        ConfigError: the mapping names a field that the table does not have.
    """
    known = fields_of(mapping.table)
    unknown = [name for name in mapping.fields if name not in known]
    if unknown:
        raise ConfigError(
            f"The mapping of {mapping.table} names the field {unknown[0]!r}; expected one of {', '.join(known)}."
        )
    table = _marked(engine, staged, duplicates)
    table = _exploded(table, staged, mapping)
    table = _filled_down(table, mapping)
    others = _others(staged, mapping) if keep_others else ()
    fields = tuple(field for name, field in known.items() if name in mapping.fields)
    listed = mapping.fields.get("event", FieldSource()).values if mapping.table == "events" else {}
    values = {field.name: field_value(table, mapping.fields[field.name]).cast("string") for field in fields}
    said = out.with_name("said.parquet")
    table.select(
        **{ROW: table[ROW], ELEMENT: table[ELEMENT], LINE: table[LINE], STATE: _state(table, staged, mapping)},
        **values,
        **{f"{OTHER}{name}": _cell(table, name) for name in others},
    ).to_parquet(str(said), compression="lz4")
    # Apart from the step before, because an engine reckons an expression anew wherever it is named.
    texts = engine.read_parquet(str(said))
    state = {STATE: _with_events(texts, tuple(listed.values()))} if listed else {}
    texts.mutate(**{field.name: _cleaned(field, texts[field.name]) for field in fields}, **state).to_parquet(
        str(out), compression="lz4"
    )
    labels = {name: _label(name, source) for name, source in mapping.fields.items()}
    return Raw(out, fields, labels, others)


def _marked(engine: Any, staged: Staged, duplicates: Path | None) -> Any:
    table = staged_table(engine, staged)
    if duplicates is None:
        return table.mutate(__duplicate__=ibis.literal(False))
    repeated = engine.read_parquet(str(duplicates)).mutate(__twice__=ibis.literal(True)).rename(__again__=ROW)
    joined = table.left_join(repeated, table[ROW] == repeated["__again__"])
    return joined.mutate(__duplicate__=joined["__twice__"].fill_null(False)).drop("__twice__", "__again__")


def _exploded(table: Any, staged: Staged, mapping: TableMapping) -> Any:
    """One row an object of the list; a row whose list is empty stays one."""
    keys = staged.elements.get(mapping.explode, ())
    if not keys:
        return table.mutate(**{ELEMENT: ibis.literal(0)})
    objects = objects_of(table[mapping.explode])
    exploded = table.mutate(
        **{_OBJECT: objects.unnest(), ELEMENT: ibis.range(0, objects.length()).unnest().cast("int64")}
    )
    taken = {name.casefold() for name in staged.columns}
    inner = {
        f"{mapping.explode}.{key}": value_of(exploded[_OBJECT], "/" + key.replace("~", "~0").replace("/", "~1"))
        for key in keys
        if f"{mapping.explode}.{key}".casefold() not in taken
    }
    return exploded.mutate(**inner).drop(_OBJECT)


def _filled_down(table: Any, mapping: TableMapping) -> Any:
    """What stands in the first row of a group stands in all of it."""
    group = [_cell(table, name) for name in mapping.group if name in table.columns]
    columns = [name for name in mapping.fill_down if name in table.columns and name not in mapping.group]
    if not group or not columns:
        return table
    # Only the first row that says something counts, and the file may be in any order.
    keyed = table.mutate(__group__=ibis.coalesce(*group), __place__=table[ROW] * 1_000_000 + table[ELEMENT])
    firsts = (
        keyed.filter(keyed["__group__"].notnull())
        .group_by("__group__")
        .aggregate(
            **{
                f"first {at}": _cell(keyed, name).argmin(keyed["__place__"], where=_cell(keyed, name).notnull())
                for at, name in enumerate(columns)
            }
        )
        .rename(__key__="__group__")
    )
    joined = keyed.left_join(firsts, keyed["__group__"] == firsts["__key__"])
    filled = {name: ibis.coalesce(_cell(joined, name), joined[f"first {at}"]) for at, name in enumerate(columns)}
    return joined.mutate(**filled).drop(
        "__group__", "__place__", "__key__", *(f"first {at}" for at in range(len(columns)))
    )


def _state(table: Any, staged: Staged, mapping: TableMapping) -> Any:
    """The first reason that holds."""
    reasons: list[tuple[Any, Any]] = [(table["__duplicate__"], DUPLICATE)]
    empty = functools.reduce(operator.and_, (_cell(table, name).isnull() for name in staged.columns))
    reasons.append((empty, "an empty row"))
    for name in mapping.required:
        if name in table.columns:
            reasons.append((_cell(table, name).isnull(), f"no {name}"))
    for name, values in mapping.passed_over.items():
        if name in table.columns:
            cell = _cell(table, name).lower()
            for value in values:
                reasons.append(((cell == value.casefold()).fill_null(False), f"{name}: {value}"))
    return ibis.cases(*reasons, else_=ibis.null("string"))


def _with_events(texts: Any, listed: tuple[str, ...]) -> Any:
    """Events that a mapping does not list are none of ours."""
    other = texts.event.notnull() & ~texts.event.strip().isin(listed).fill_null(True)
    said = ibis.literal("event: ") + texts.event.substr(0, 40)
    return ibis.coalesce(texts[STATE], other.ifelse(said, ibis.null("string")))


def _cleaned(field: Field, value: Any) -> Any:
    nothing = ibis.null("string")
    text = value.strip()
    if field.kind != "string":
        return text.lower().isin(("", *_NOTHING)).ifelse(nothing, text)
    if field.name == "customer_id":
        # An address is one customer however it is written.
        return ibis.cases((text.isin(("", *_NO_ID)), nothing), (text.contains("@"), text.lower()), else_=text)
    if field.name.endswith("_id"):
        return text.isin(("", *_NO_ID)).ifelse(nothing, text)
    return (text.lower() if field.name == "email" else text).nullif("")


def _cell(table: Any, name: str) -> Any:
    return table[name].strip().nullif("")


def _label(name: str, source: FieldSource) -> str:
    return source.columns[0] if source.columns else name


def _others(staged: Staged, mapping: TableMapping) -> tuple[str, ...]:
    used = {name for source in mapping.fields.values() for name in _columns_of(source)}
    stored = {field.casefold() for field in fields_of(mapping.table)}
    return tuple(name for name in staged.columns if name not in used and name.casefold() not in stored)


def _columns_of(source: FieldSource) -> Iterable[str]:
    yield from source.columns
    for name in (source.only_with, source.only_without):
        if name:
            yield name
    for piece in source.pattern.split("}")[:-1]:
        yield piece.partition("{")[2]
