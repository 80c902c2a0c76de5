"""The parts of all sources -> one table each. A later source counts before an earlier one.

- Orders: an order is what the last source that has it says; its lines are never mixed.
- Products, customers, past campaigns: of each column, what the last source says that has such a column. A source that
  was brought in as another table (an export of orders names products and customers too) only fills what is empty.
- Consent and other fields of `newest_by`: the latest known value, whichever source it stands in.
- Events: once by their id; without one, as often as the source says that has it most often.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS
from assistant.data.converting import DEFAULTS, OTHER
from assistant.data.product_names import advertisable
from assistant.data.reading import ROW
from assistant.records.mappings import TableName
from assistant.records.quality import SourceFile

_PART, _PRIMARY = "__part__", "__primary__"
_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Part:
    """What one source gives to one table."""

    path: Path
    primary: bool
    """Whether the source was brought in as this table."""
    newest_by: tuple[str, ...]


def parts_of(table: TableName, sources: Iterable[SourceFile], folder: Path) -> list[Part]:
    """The parts of a table, in the order in which they count."""
    found = []
    for source in sources:
        for mapping in source.layout.tables:
            path = folder / source.part / f"{table}.parquet"
            if mapping.table == table and path.exists():
                found.append(Part(path, source.given == table, mapping.newest_by))
    return found


def merged(engine: Any, table: TableName, parts: Sequence[Part], orders: Any = None) -> Any:
    """One table of all its parts.

    Args:
        engine: of `connect`.
        table: which.
        parts: of `parts_of`.
        orders: of customers: the merged orders, whose customers are there even where no source names them.

    Returns:
        An Ibis table of the contract's columns, and of further ones where the contract keeps them.
    """
    if not parts:
        empty = {column.name: column.kind for column in CONTRACTS[table].columns}
        rows = ibis.memtable([], schema=ibis.schema(empty))
    elif table == "orders":
        rows = _orders(engine, parts)
    elif table == "events":
        rows = _events(engine, parts)
    else:
        rows = _keyed(engine, table, parts)
    if table == "customers" and orders is not None:
        rows = _with_all_who_ordered(rows, orders)
    if table == "products":
        rows = _finished_products(rows)
    return rows


def _orders(engine: Any, parts: Sequence[Part]) -> Any:
    names = CONTRACTS["orders"].names
    if len(parts) == 1:
        return engine.read_parquet(str(parts[0].path)).select(*names)
    rows = ibis.union(
        *(engine.read_parquet(str(part.path)).mutate(**{_PART: ibis.literal(at)}) for at, part in enumerate(parts))
    )
    last = rows.group_by("order_id").aggregate(__last__=rows[_PART].max()).rename(__order__="order_id")
    joined = rows.inner_join(last, [rows.order_id == last["__order__"], rows[_PART] == last["__last__"]])
    return joined.select(*names)


def replaced_orders(engine: Any, parts: Sequence[Part]) -> int:
    """Orders that more than one source has."""
    if len(parts) < 2:
        return 0
    ids = ibis.union(*(engine.read_parquet(str(part.path)).select("order_id").distinct() for part in parts))
    twice = ids.group_by("order_id").having(lambda t: t.count() > 1).aggregate()
    return int(twice.count().execute())


def _events(engine: Any, parts: Sequence[Part]) -> Any:
    contract = CONTRACTS["events"]
    rows = [_complete(engine.read_parquet(str(part.path)), "events") for part in parts]
    if len(rows) == 1:
        return rows[0].select(*contract.names)
    numbered = []
    for at, part in enumerate(rows):
        nth = ibis.row_number().over(group_by=list(contract.names), order_by=ROW)
        numbered.append(part.mutate(**{_PART: ibis.literal(at), "__nth__": nth}))
    everything = ibis.union(*numbered)
    named = everything.filter(everything.event_id.notnull())
    first = ibis.row_number().over(group_by="event_id", order_by=[named[_PART], named[ROW]])
    named = named.mutate(__first__=first).filter(lambda t: t["__first__"] == 0).select(*contract.names)
    unnamed = everything.filter(everything.event_id.isnull()).select(*contract.names, "__nth__").distinct()
    return named.union(unnamed.select(*contract.names))


def _complete(table: Any, name: TableName) -> Any:
    absent = {c.name: ibis.null(c.kind) for c in CONTRACTS[name].columns if c.name not in table.columns}
    return table.mutate(**absent).select(ROW, *CONTRACTS[name].names)


def _keyed(engine: Any, table: TableName, parts: Sequence[Part]) -> Any:
    """One row a key."""
    contract = CONTRACTS[table]
    key = contract.key[0]
    tables = [engine.read_parquet(str(part.path)) for part in parts]
    others = _other_names(tables)
    columns = {
        **{column.name: column.kind for column in contract.columns if column.name != key},
        **dict.fromkeys(others.values(), "string"),
    }
    if len(parts) == 1 and parts[0].primary and not parts[0].newest_by:
        return _lined_up(tables[0], parts[0], 0, key, columns, others).select(key, *columns)
    rows = ibis.union(
        *(
            _lined_up(own, part, at, key, columns, others)
            for at, (own, part) in enumerate(zip(tables, parts, strict=True))
        )
    )
    known = rows.known_at if "known_at" in columns else ibis.null("timestamp")
    rows = rows.mutate(
        # In a source, the latest known row counts, and of those that are alike the first.
        __order__=ibis.row_number().over(order_by=[rows[_PART], known.asc(nulls_first=True), rows[ROW].desc()]),
        __newest__=ibis.row_number().over(
            order_by=[known.asc(nulls_first=True), rows[_PRIMARY], rows[_PART], rows[ROW].desc()]
        ),
    )
    newest = {name for part in parts for name in part.newest_by}
    return (
        rows.group_by(key)
        .aggregate(**{name: _value(rows, name, kind, newest) for name, kind in columns.items()})
        .select(key, *columns)
    )


def _lined_up(own: Any, part: Part, at: int, key: str, columns: dict[str, str], others: dict[str, str]) -> Any:
    """A part with every column of the table, and whether it has a say in it."""
    said = {others.get(name, name): own[name] for name in own.columns}
    values = {name: said[name].cast(kind) if name in said else ibis.null(kind) for name, kind in columns.items()}
    has = {f"has {name}": ibis.literal(part.primary and name in said) for name in columns}
    return own.select(
        **{key: own[key], ROW: own[ROW], _PART: ibis.literal(at), _PRIMARY: ibis.literal(part.primary)}, **values, **has
    )


def _value(rows: Any, name: str, kind: str, newest: set[str]) -> Any:
    value = rows[name]
    if name in newest:
        return value.argmax(rows["__newest__"], where=value.notnull())
    if name == "known_at":
        # The shop has known of them since the first.
        return value.min()
    # The last source that has the column, be its value null, and where that is so the fillers.
    last = ibis.struct({"value": value}).argmax(rows["__order__"], where=rows[f"has {name}"])
    filler = value.argmax(rows["__order__"], where=value.notnull() & ~rows[_PRIMARY])
    return ibis.coalesce(last["value"].cast(kind), filler)


def _other_names(tables: Sequence[Any]) -> dict[str, str]:
    """Columns kept as they are, as a part has them -> as the table has them; no two alike, whatever their case."""
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for table in tables:
        for name in table.columns:
            if name.startswith(OTHER):
                names[name] = taken.setdefault(name.casefold(), name.removeprefix(OTHER))
    return names


def _with_all_who_ordered(customers: Any, orders: Any) -> Any:
    known = customers.select("customer_id")
    others = orders.select("customer_id").distinct().anti_join(known, "customer_id")
    absent = {name: ibis.null(kind) for name, kind in customers.schema().items() if name != "customer_id"}
    return customers.union(others.mutate(**absent).select(*customers.columns))


def _finished_products(products: Any) -> Any:
    """What a shop leaves out, and whether a product may be named, from its own words."""
    filled = products.mutate(**{name: products[name].fill_null(value) for name, value in DEFAULTS["products"].items()})
    words = (ibis.coalesce(products.source_type, products.name), products.category, products.department)
    plain = [word.fill_null("").replace(_BETWEEN, " ") for word in words]
    said = functools.reduce(lambda first, second: first + _BETWEEN + second, plain)
    unsaid = products.filter(products.advertisable.isnull()).select(said=said).distinct()
    # The rule is a lexicon's, so it runs once for every distinct text, not for every product.
    withheld = [text for text in unsaid.execute()["said"] if not advertisable(*text.split(_BETWEEN))]
    if not withheld:
        return filled.mutate(advertisable=filled.advertisable.fill_null(True))
    keys = ibis.memtable({"__said__": withheld})
    joined = filled.mutate(__words__=said).left_join(keys, ibis._["__words__"] == keys["__said__"])
    may = ibis.coalesce(joined.advertisable, joined["__said__"].isnull())
    return joined.mutate(advertisable=may).select(*CONTRACTS["products"].names)
