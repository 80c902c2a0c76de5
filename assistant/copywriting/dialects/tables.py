"""Columns of a table, one row a customer: tags filled, and no cell that a spreadsheet would run."""

import html
import re
from collections.abc import Iterable, Mapping

from assistant.copywriting.dialects.compiling import BREAK
from assistant.copywriting.dialects.parts import Part, canonical
from assistant.errors import ConfigError

# OWASP, CSV injection: what a spreadsheet takes for the start of a formula.
_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def fill_cell(parts: Iterable[Part], customer: Mapping[str, str], *, markup: bool) -> str:
    """A field as a customer's cell.

    Args:
        parts: of the field.
        customer: merge tag -> value; one that is missing or empty is its default.
        markup: whether the field is sent as HTML.

    Raises:
        ConfigError: an address, such as that of the opt-out, is missing.
    """
    filled = canonical([_filled(part, customer) for part in parts], markup=markup)
    return safe_cell("".join(_html(part) if markup else part.text or "\n" for part in filled))


def safe_cell(text: str) -> str:
    """The text with a mark in front where it would run as a formula, or where it had such a mark already."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unsafe_cell(cell: str) -> str:
    """The text that `safe_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell


def _filled(part: Part, customer: Mapping[str, str]) -> Part:
    if not part.tag:
        return part
    value = customer.get(part.tag, "")
    if part.kind == "merge":
        return Part(kind="text", text=value or part.text)
    if not value:
        raise ConfigError(
            f"A table has no address for the link {part.text!r}: give every customer a value of {part.tag!r}."
        )
    return Part(kind="link", text=part.text, url=value)


def _html(part: Part) -> str:
    if part.kind == "break":
        return BREAK
    if part.kind == "link":
        return f'<a href="{html.escape(part.url)}">{html.escape(part.text).replace(chr(10), BREAK)}</a>'
    return html.escape(part.text)
