"""A mapping as a file that a shop edits, and back."""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from assistant.data.contracts import CONTRACTS
from assistant.data.layouts.meanings import fields_of
from assistant.errors import ConfigError
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping

_HEAD = """\
# Which column of a file is what. Change the names in `columns` to those of your file; the first of several that is not
# empty in a row counts. A field that your file does not have may be deleted, or added with the name of its column.
"""


def mapping_to_toml(layout: SourceLayout) -> str:
    """A mapping as TOML with what each field means beside it; `load_mapping` reads it back as it was.

    Fields of a table that the mapping does not have follow as comments.
    """
    head = layout.model_dump(include={"layout", "file", "signature"}, exclude_defaults=True)
    parts = [_HEAD, tomli_w.dumps(head)]
    for table in layout.tables:
        own = table.model_dump(mode="json", exclude_defaults=True, exclude={"fields"})
        parts.append("\n[[tables]]\n" + _inline_tables(own))
        parts.append("\n[tables.fields]\n" + "".join(map(_commented, _lines_of(table))))
    return "".join(parts)


def load_mapping(path: Path) -> SourceLayout:
    """Read a mapping that a shop has edited.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or names a key or a field that does not exist; the message
            says the line and what may have been meant.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; expected a mapping as `--mapping FILE` takes it.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); expected a mapping in TOML.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    try:
        layout = SourceLayout.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(_explained(path, text, error)) from None
    for table in layout.tables:
        _check_fields(path, text, table)
    return layout


def _inline_tables(own: dict[str, Any]) -> str:
    """Keys of a table, dictionaries in one line so that `fields` may follow."""
    lines = []
    for key, value in own.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{_key(name)} = {_value(values)}" for name, values in value.items())
            lines.append(f"{key} = {{ {inner} }}\n")
        else:
            lines.append(f"{key} = {_value(value)}\n")
    return "".join(lines)


def _lines_of(table: TableMapping) -> list[tuple[str, str]]:
    """(`field = {...}`, its meaning) of a table; what it could also have comes last, as comments."""
    meanings = fields_of(table.table)
    mapped = [(f"{name} = {_source(source)}", meanings.get(name, "")) for name, source in table.fields.items()]
    absent = [
        (f'# {name} = {{ columns = [""] }}', meaning) for name, meaning in meanings.items() if name not in table.fields
    ]
    return mapped + absent


def _commented(line: tuple[str, str]) -> str:
    said, meaning = line
    return f"{said}  # {meaning}\n" if meaning else f"{said}\n"


def _source(source: FieldSource) -> str:
    own = source.model_dump(mode="json", exclude_defaults=True)
    parts = []
    for key, value in own.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{_key(given)} = {_value(stored)}" for given, stored in value.items())
            parts.append(f"{key} = {{ {inner} }}")
        else:
            parts.append(f"{key} = {_value(value)}")
    return "{ " + ", ".join(parts) + " }"


def _value(value: Any) -> str:
    """One value as TOML in one line."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return tomli_w.dumps({"x": value}).partition("=")[2].strip()


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _value(name)


def _check_fields(path: Path, text: str, table: TableMapping) -> None:
    known = tuple(fields_of(table.table))
    for name in table.fields:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "it has " + ", ".join(known)
            raise ConfigError(f"{_place(path, text, name)}: table {table.table!r} has no field {name!r}; {hint}")
    for name in table.newest_by:
        if name not in table.fields:
            raise ConfigError(
                f"{_place(path, text, name)}: newest_by names {name!r}, which is no field of this mapping; "
                "map it under `fields` or take it out of newest_by."
            )


def _explained(path: Path, text: str, error: ValidationError) -> str:
    """The first mistake as one sentence: where, what was found, what was expected."""
    mistake = error.errors()[0]
    keys = [part for part in mistake["loc"] if isinstance(part, str)]
    last = keys[-1] if keys else ""
    place = _place(path, text, last)
    if mistake["type"] == "extra_forbidden":
        known = _known_beside(keys)
        close = difflib.get_close_matches(last, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(known)
        return f"{place}: there is no key {last!r} here; {hint}"
    if mistake["type"] == "missing":
        return f"{path}: {'.'.join(keys)!r} is missing; add it."
    if last == "table":
        close = difflib.get_close_matches(str(mistake["input"]), tuple(CONTRACTS), n=1)
        hint = f"did you mean {close[0]!r}?" if close else "known: " + ", ".join(CONTRACTS)
        return f"{place}: there is no table {mistake['input']!r}; {hint}"
    said = mistake["msg"][0].lower() + mistake["msg"][1:]
    return f"{place}: {'.'.join(keys)} is {mistake['input']!r}; {said}."


def _known_beside(keys: list[str]) -> tuple[str, ...]:
    record = FieldSource if "fields" in keys[:-1] else TableMapping if "tables" in keys[:-1] else SourceLayout
    return tuple(record.model_fields)


def _place(path: Path, text: str, word: str) -> str:
    """The file and the first line that has a word as a key or a value, where one has."""
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.partition("#")[0]
        if word and word in said.replace('"', " ").replace("'", " ").replace("=", " ").replace(",", " ").split():
            return f"{path}, line {number}"
    return str(path)
