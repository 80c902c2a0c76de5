"""One object with objects and lists in it as one row of text with dotted names."""

import datetime as dt
import decimal
import json
from collections.abc import Iterator, Mapping
from typing import Any


class Number(str):
    """A number as its source writes it, apart from text that looks like one."""

    __slots__ = ()


Elements = list[dict[str, str]]


def flatten(record: Mapping[str, Any]) -> dict[str, str | Elements]:
    """A row.

    An object within is dotted (`billing.email`), a list of plain values is joined by commas, a list of objects with
    `key` and `value` (an event's parameters) is `LIST.KEY`, and any other list of objects stays one, each flat.

    Args:
        record: names to values as JSON or Parquet give them.
    """
    return dict(_pairs(record, ""))


def _pairs(record: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str | Elements]]:
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{name}.")
        elif isinstance(value, list | tuple):
            yield from _list(name, list(value))
        elif value is not None and (said := _text(value)) is not None:
            yield name, said


def _list(name: str, values: list[Any]) -> Iterator[tuple[str, str | Elements]]:
    if not values:
        return
    if all(isinstance(value, Mapping) for value in values):
        if all("key" in value and "value" in value for value in values):
            for value in values:
                said = _parameter(value["value"])
                if said is not None:
                    yield f"{name}.{value['key']}", said
        else:
            yield name, [_flat(value) for value in values]
    elif all(isinstance(value, tuple) and len(value) == 2 for value in values):
        # A map of Parquet.
        yield from _pairs({str(key): value for key, value in values}, f"{name}.")
    elif any(isinstance(value, Mapping | list | tuple) for value in values):
        yield name, json.dumps(values, ensure_ascii=False, default=str)
    else:
        yield name, ", ".join(said for value in values if (said := _text(value)) is not None)


def _flat(value: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        for name, said in _pairs(value, "")
    }


def _parameter(value: Any) -> str | None:
    """`{"string_value": ..., "int_value": ...}`: the one that is said."""
    if isinstance(value, Mapping):
        return next((said for one in value.values() if one is not None and (said := _text(one)) is not None), None)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else Number(str(int(value)) if value.is_integer() else repr(value))
    if isinstance(value, int | decimal.Decimal):
        return Number(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
