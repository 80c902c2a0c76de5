"""The mapping proposed for a file that is no known export: by the names of its columns and by what they hold."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from assistant.data.layouts.looks import (
    is_date_alone,
    is_email,
    is_moment,
    is_time,
    looks_like,
    share_of,
)
from assistant.data.layouts.meanings import fields_of, required_of
from assistant.data.layouts.names import Nearness, nearest, nearness, value_words, vocabulary, words_of
from assistant.data.layouts.proposed_values import said_values
from assistant.records.base import Record
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping, TableName

Sample = Sequence[Mapping[str, str]]

_SURE_ENOUGH = 0.45
"""Below this a column is not taken for a field."""
_SURE_ENOUGH_UNASKED = 0.6
"""The same, for a field that a table can do without: a wrong guess costs more than none."""
_BY_VALUES = 0.5
_UNSEEN = 0.8
"""What is left of a name's confidence where the first rows are all empty."""
_TIED = 0.005
_MOMENTS = ("ordered_at", "occurred_at")
_TIMES = frozenset({"time", "order time", "transaction time", "uhrzeit", "zeit", "heure", "hora", "tijd", "ora"})
# Where a file of orders says who ordered and what, it makes those tables too.
_ALONGSIDE: dict[str, tuple[TableName, ...]] = {"orders": ("products", "customers")}
_OF_A_PRODUCT: tuple[str, ...] = ("name", "category", "brand")
_CONTACTS: tuple[str, ...] = ("email", "phone", "first_name", "last_name", "email_opt_in", "sms_opt_in", "push_opt_in")


class ProposedField(Record):
    """One field of a proposed mapping."""

    table: TableName
    field: str
    columns: tuple[str, ...]
    confidence: float = Field(ge=0, le=1, description="1: sure")
    reason: str


class Gap(Record):
    """A field that a table cannot do without and that no column was taken for."""

    table: TableName
    field: str
    kind: Literal["missing", "ambiguous"]
    columns: tuple[str, ...] = Field(description="the nearest column, or those between which nothing decides")
    reason: str


class Proposal(Record):
    """A mapping that a person may accept or edit."""

    layout: SourceLayout
    fields: tuple[ProposedField, ...]
    gaps: tuple[Gap, ...]
    unmatched: tuple[str, ...] = Field(description="columns of the file that no field takes")


def propose(given: TableName, columns: Sequence[str], sample: Sample) -> Proposal:
    """Propose which column is what.

    Args:
        given: the table that the file was named as.
        columns: the file's columns.
        sample: first rows as text, column -> cell.

    Returns:
        The mapping, with a confidence and a reason for each field; `gaps` is empty where it may be used as it is.
    """
    held = {name: [row.get(name) or "" for row in sample] for name in columns}
    found, gaps = _taken(given, held)
    found = {field: _with_time(one, held) for field, one in found.items()}
    if given == "orders":
        found = _settle_money(found, held)
    tables = [given]
    fields = list(found.values())
    for other in _ALONGSIDE.get(given, ()):
        beside = _beside(other, found, held)
        if beside:
            tables.append(other)
            fields += beside
    layout = SourceLayout(
        layout="own",
        file=given,
        tables=tuple(_mapping(table, [one for one in fields if one.table == table], held) for table in tables),
    )
    gaps = [*gaps, *_unknown_events(layout)]
    taken = {name for one in fields for name in one.columns}
    return Proposal(
        layout=layout,
        fields=tuple(fields),
        gaps=tuple(gaps),
        unmatched=tuple(name for name in columns if name not in taken),
    )


def _taken(table: TableName, held: Mapping[str, list[str]]) -> tuple[dict[str, ProposedField], list[Gap]]:
    """The surest column for each field, each column taken once; and the required fields left over."""
    required = {name for group in required_of(table) for name in group}
    scored = {field: _candidates(table, field, held) for field in fields_of(table)}
    found: dict[str, ProposedField] = {}
    gaps: list[Gap] = []
    used: set[str] = set()
    pairs = sorted(
        ((near, column, field) for field, near_of in scored.items() for column, near in near_of.items()),
        key=lambda one: -one[0].confidence,
    )
    for near, column, field in pairs:
        least = _SURE_ENOUGH if field in required else _SURE_ENOUGH_UNASKED
        if field in found or column in used or near.confidence < least or any(gap.field == field for gap in gaps):
            continue
        rivals = [
            other
            for other, theirs in scored[field].items()
            if other not in used
            and near.confidence - theirs.confidence < _TIED
            and not _says_the_same(held, column, other)
        ]
        if field in required and len(rivals) > 1 and _equally_named(near, rivals, scored[field]):
            gaps.append(
                Gap(
                    table=table, field=field, kind="ambiguous", columns=tuple(rivals), reason="nothing tells them apart"
                )
            )
            continue
        used.add(column)
        found[field] = ProposedField(
            table=table, field=field, columns=(column,), confidence=near.confidence, reason=near.reason
        )
    gaps += _missing(table, found, gaps, tuple(name for name in held if name not in used))
    return found, gaps


def _missing(
    table: TableName, found: Mapping[str, ProposedField], gaps: Sequence[Gap], left: tuple[str, ...]
) -> list[Gap]:
    """The required fields that no column was taken for, each with the column nearest to it."""
    missing = []
    for group in required_of(table):
        if any(name in found for name in group) or any(gap.field in group for gap in gaps):
            continue
        field = group[0]
        near = nearest(field, left, table)
        columns = (near,) if near else ()
        missing.append(Gap(table=table, field=field, kind="missing", columns=columns, reason=fields_of(table)[field]))
    return missing


def _candidates(table: TableName, field: str, held: Mapping[str, list[str]]) -> dict[str, Nearness]:
    words = vocabulary()[table].get(field)
    near: dict[str, Nearness] = {}
    for column, values in held.items():
        if words is None:
            if words_of(column) == words_of(field):
                near[column] = Nearness(1.0, f"is called `{field}`")
            continue
        by_name = nearness(column, field, words)
        if not by_name.confidence:
            continue
        fits = looks_like(values, words.looks)
        if fits:
            near[column] = by_name
        elif fits is None:
            near[column] = Nearness(
                round(by_name.confidence * _UNSEEN, 4), f"{by_name.reason}; its first rows are empty"
            )
        elif by_name.reason == f"is called `{field}`" and words.looks != "reduction":
            # It says itself what it is: what is wrong in it is for the rows to show.
            near[column] = by_name
    if not near:
        near = _by_values(field, held, words.never if words else ())
    return near


def _by_values(field: str, held: Mapping[str, list[str]], never: Sequence[str]) -> dict[str, Nearness]:
    """For a field that no name gives away: the columns that alone look as it must."""
    tests = {"ordered_at": (is_moment, "a moment"), "occurred_at": (is_moment, "a moment")}
    tests |= {"customer_id": (is_email, "an e-mail address")}
    if field not in tests:
        return {}
    test, what = tests[field]
    alike = [
        name
        for name, values in held.items()
        if share_of(values, test) >= 0.8 and not any(f" {word} " in f" {words_of(name)} " for word in never)
    ]
    reason = f"the only column that holds {what} in each row" if len(alike) == 1 else f"holds {what} in each row"
    return {name: Nearness(_BY_VALUES, reason) for name in alike}


def _equally_named(near: Nearness, rivals: Sequence[str], scored: Mapping[str, Nearness]) -> bool:
    return all(scored[name].reason == near.reason or scored[name].confidence == near.confidence for name in rivals)


def _says_the_same(held: Mapping[str, list[str]], column: str, other: str) -> bool:
    return column != other and held[column] == held[other]


def _settle_money(found: dict[str, ProposedField], held: Mapping[str, list[str]]) -> dict[str, ProposedField]:
    """One amount of the line: the price of an item gives way to the line's, unless that is the order's."""
    if not {"amount", "unit_amount"} <= found.keys():
        return found
    orders = held[found["order_id"].columns[0]] if "order_id" in found else []
    drop = "amount" if _of_the_order(orders, held[found["amount"].columns[0]]) else "unit_amount"
    return {field: one for field, one in found.items() if field != drop}


def _of_the_order(orders: Sequence[str], amounts: Sequence[str]) -> bool:
    """Whether every line of an order says the same amount, in each of the sample's orders of several lines."""
    said_of: dict[str, list[str]] = {}
    for order, amount in zip(orders, amounts, strict=True):
        said_of.setdefault(order, []).append(amount)
    several = [said for said in said_of.values() if len(said) > 1]
    return len(several) > 1 and all(len(set(said)) == 1 for said in several)


def _beside(
    table: TableName, orders: Mapping[str, ProposedField], held: Mapping[str, list[str]]
) -> list[ProposedField]:
    """The products or the customers that the order lines tell of; none where they only repeat an id."""
    key = "product_id" if table == "products" else "customer_id"
    wanted = _OF_A_PRODUCT if table == "products" else _CONTACTS
    if key not in orders:
        return []
    money = {name for field, one in orders.items() if field != key for name in one.columns}
    free = {name: values for name, values in held.items() if name not in money}
    fields = [orders[key].model_copy(update={"table": table})]
    for field in wanted:
        scored = _candidates(table, field, free)
        best = max(scored, key=lambda name: scored[name].confidence, default=None)
        if best is None or scored[best].confidence < _SURE_ENOUGH_UNASKED:
            continue
        if best in {name for one in fields[1:] for name in one.columns}:
            continue
        fields.append(
            ProposedField(
                table=table,
                field=field,
                columns=(best,),
                confidence=scored[best].confidence,
                reason=scored[best].reason,
            )
        )
    asked = {"name"} if table == "products" else set(_CONTACTS)
    if not asked & {one.field for one in fields}:
        return []
    if table == "products" and "unit_amount" in orders:
        fields.append(orders["unit_amount"].model_copy(update={"table": table, "field": "price"}))
    return fields


def _mapping(table: TableName, fields: Sequence[ProposedField], held: Mapping[str, list[str]]) -> TableMapping:
    sources: dict[str, FieldSource] = {}
    passed_over: dict[str, tuple[str, ...]] = {}
    for one in fields:
        if one.field == "status":
            passed_over[one.columns[0]] = value_words("cancelled")["any"]
            continue
        values = [value for name in one.columns for value in held[name]]
        if one.field in _MOMENTS and len(one.columns) > 1:
            sources[one.field] = FieldSource(pattern=" ".join(f"{{{name}}}" for name in one.columns))
            continue
        source = FieldSource(columns=one.columns, values=said_values(one.field, values))
        if one.field in ("customer_id", "email") and share_of(values, is_email) >= 0.8:
            source = source.model_copy(update={"lower": True})
        if one.field == "description" and share_of(values, lambda text: "</" in text or "<br" in text.lower()) > 0:
            source = source.model_copy(update={"plain_text": True})
        sources[one.field] = source
    newest = tuple(name for name in sources if name.endswith("_opt_in"))
    grouped = sources["order_id"].columns if table == "orders" and "order_id" in sources else ()
    return TableMapping(table=table, fields=sources, passed_over=passed_over, newest_by=newest, group=grouped)


def _with_time(one: ProposedField, held: Mapping[str, list[str]]) -> ProposedField:
    """A date in one column and the time in another are one moment."""
    if one.field not in _MOMENTS or share_of(held[one.columns[0]], is_date_alone) < 0.8:
        return one
    for name, values in held.items():
        if words_of(name) in _TIMES and share_of(values, is_time) >= 0.8:
            return one.model_copy(
                update={"columns": (*one.columns, name), "reason": f"{one.reason}, with the time in {name!r}"}
            )
    return one


def _unknown_events(layout: SourceLayout) -> list[Gap]:
    source = next((table.fields.get("event") for table in layout.tables if table.table == "events"), None)
    if source is None or source.values:
        return []
    return [
        Gap(
            table="events",
            field="event",
            kind="missing",
            columns=source.columns,
            reason="none of its values is the name of an event that is known",
        )
    ]
