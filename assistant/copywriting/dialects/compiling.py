"""Parts of a field as a platform's template."""

import html
from collections.abc import Iterable

from assistant.copywriting.channels import CHANNELS
from assistant.copywriting.dialects.dialect import Dialect
from assistant.copywriting.dialects.escaping import escape_text
from assistant.copywriting.dialects.parts import Part, resolve
from assistant.copywriting.slots import PieceSlots
from assistant.records import Piece

BREAK = "<br>\n"


def compile_piece(piece: Piece, dialect: Dialect) -> dict[str, str]:
    """The fields of a piece as templates, by name; HTML where the channel sends HTML."""
    channel = CHANNELS[piece.channel]
    slots = PieceSlots(piece.slots)
    return {
        field.field: compile_field(
            resolve(field.spans, slots, markup=field.field in channel.markup),
            dialect,
            markup=field.field in channel.markup,
        )
        for field in piece.fields
    }


def compile_field(parts: Iterable[Part], dialect: Dialect, *, markup: bool) -> str:
    """One field as a template.

    Args:
        parts: canonical, as `resolve` gives them.
        dialect: of the platform.
        markup: whether the field is sent as HTML.
    """
    written = []
    for part in parts:
        if part.kind == "break":
            written.append(BREAK if markup else "\n")
        elif part.kind == "merge":
            written.append(merge_tag(part.tag, part.text, dialect, markup=markup))
        elif part.kind == "link":
            address = merge_tag(part.tag, "", dialect, markup=True) if part.tag else _address(part.url, dialect)
            written.append(f'<a href="{address}">{escape_text(part.text, dialect, markup=True)}</a>')
        else:
            written.append(escape_text(part.text, dialect, markup=markup))
    return "".join(written)


def merge_tag(tag: str, default: str, dialect: Dialect, *, markup: bool) -> str:
    """A merge tag, with what is said where the customer has no such value."""
    if tag in dialect.whole:
        return dialect.whole[tag]
    name = dialect.name_of(tag)
    bare = _named(dialect.bare, name, dialect, markup=markup)
    if not default:
        return bare
    if not dialect.quotes:
        return _named(dialect.tag, name, dialect, markup=markup).replace(
            "DEFAULT", escape_text(default, dialect, markup=markup)
        )
    said = html.escape(default) if markup else default
    quote = next((mark for mark in dialect.quotes if mark not in said), "")
    # Engines do not agree on who escapes a default: one that HTML would change is written out as text.
    plain = said == default or dialect.condition is None
    if quote and plain and not any(sign in said for sign in (*dialect.signs, "\\")):
        return _named(dialect.tag, name, dialect, markup=markup).replace("DEFAULT", f"{quote}{said}{quote}")
    if dialect.condition is None:
        # A mark within a string is written twice.
        mark = dialect.quotes[0]
        doubled = escape_text(said, dialect, markup=False).replace(mark, mark * 2)
        return _named(dialect.tag, name, dialect, markup=markup).replace("DEFAULT", f"{mark}{doubled}{mark}")
    begin, otherwise, end = (text.replace("NAME", name) for text in dialect.condition)
    return f"{begin}{bare}{otherwise}{escape_text(default, dialect, markup=markup)}{end}"


def _named(text: str, name: str, dialect: Dialect, *, markup: bool) -> str:
    return text.replace("NAME", name).replace("ESCAPE", dialect.in_markup if markup else "")


def _address(url: str, dialect: Dialect) -> str:
    return escape_text(url, dialect, markup=True)
