"""Audiences as TOML: read strictly, and written so that a person can edit them."""

import difflib
import json
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from assistant.errors import DataError
from assistant.records.audiences import Audience, Rule

# Deeper than anybody reads, and far from what the reader's recursion bears.
DEEPEST = 12
_LONGEST = 200_000


def load_audience(path: Path) -> Audience:
    """Read an audience's file.

    Raises:
        DataError: it cannot be read, is no TOML, or is no rule; the message says where and what is known.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path} does not exist; expected an audience as TOML there.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); expected an audience as TOML there.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8; expected an audience as TOML there.") from None
    return read_audience(text, str(path))


def read_audience(text: str, place: str = "audience") -> Audience:
    """An audience from TOML text.

    Args:
        text: the TOML.
        place: what to call it in a message.

    Raises:
        DataError: as `load_audience`.
    """
    if len(text) > _LONGEST:
        raise DataError(f"{place} is {len(text):,} characters long; expected at most {_LONGEST:,}.")
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place} is not valid TOML: {str(error) or 'too deep'}.") from None
    if _depth(raw) > 4 * DEEPEST:
        raise DataError(f"{place} is nested too deep; expected at most {DEEPEST} conditions inside one another.")
    try:
        return Audience.model_validate(raw)
    except ValidationError as error:
        raise DataError(explained(place, error)) from None


def audience_to_toml(audience: Audience) -> str:
    """TOML that `read_audience` reads back to an equal audience; one condition of the outermost list a line."""
    raw = audience.model_dump(exclude_defaults=True, by_alias=True)
    lines = [f"name = {_written(raw.pop('name'))}"]
    for key, value in raw.items():
        if key in ("all", "any"):
            lines += [f"{key} = [", *(f"    {_written(part)}," for part in value), "]"]
        else:
            lines.append(f"{key} = {_written(value)}")
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_names(key, own)}" for key, own in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(own) for own in value) + "]"
    if isinstance(value, str):
        # A JSON string is a TOML basic string but for the delete sign, which no record holds.
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _names(key: str, value: Any) -> str:
    """A single name stands without brackets."""
    if key in ("product", "category", "department", "brand") and len(value) == 1:
        return _written(value[0])
    return _written(value)


def _depth(raw: Any) -> int:
    deepest, waiting = 0, [(raw, 1)]
    while waiting:
        value, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(own, depth + 1) for own in inner]
    return deepest


def explained(place: str, error: ValidationError) -> str:
    """One line a mistake: where, what was found, what was expected or is known."""
    mistakes = error.errors()
    places = [mistake["loc"] for mistake in mistakes]
    lines = []
    for mistake in mistakes:
        loc = mistake["loc"]
        # A list whose parts are wrong is called too short as well: only the parts are worth a line.
        if any(len(other) > len(loc) and other[: len(loc)] == loc for other in places):
            continue
        where = _where(loc)
        if mistake["type"] == "extra_forbidden":
            known = _keys_at(loc[:-1])
            close = difflib.get_close_matches(str(loc[-1]), known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}."
            lines.append(f"{place}: {_where(loc[:-1]) or 'the audience'} has no key {loc[-1]!r}; {hint}")
        elif mistake["type"] == "missing":
            lines.append(f"{place}: {where} is missing; add it.")
        else:
            said = mistake["msg"].removeprefix("Value error, ")
            lines.append(f"{place}: {where or 'the audience'}: {said[:1].lower()}{said[1:]}{_found(mistake)}.")
    return "\n".join(dict.fromkeys(lines))


def _found(mistake: Any) -> str:
    value = mistake["input"]
    return f"; found {value!r}" if isinstance(value, (str, int, float)) else ""


def _where(loc: tuple[int | str, ...]) -> str:
    """`all[2].bought.category`, counted from one as a person does."""
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that a table at a place may have."""
    record: type[BaseModel] = Audience
    for part in loc:
        if isinstance(part, int):
            continue
        record = Rule if part in ("all", "any", "not") else _inner(record, str(part))
    return [field.alias or name for name, field in record.model_fields.items()]


def _inner(record: type[BaseModel], key: str) -> type[BaseModel]:
    kinds = get_args(record.model_fields[key].annotation)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), record)
