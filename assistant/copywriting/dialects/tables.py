"""Cells of a table that spreadsheets open: a text never becomes a formula."""

import regex

# OWASP, CSV injection: what a spreadsheet takes for the start of a formula.
_DANGEROUS = regex.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def safe_cell(text: str) -> str:
    """The text with a mark in front where it would run as a formula, or where it had such a mark already."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unsafe_cell(cell: str) -> str:
    """The text that `safe_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
