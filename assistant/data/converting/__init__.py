"""Staged rows -> rows of a contract, in the engine: numbers, moments, currencies, checks, the arithmetic of orders."""

from assistant.data.converting.checking import (
    COLUMN,
    DUPLICATE_ID,
    EXPECTED,
    PASSED_OVER,
    QUARANTINED,
    STATUS,
    TAKEN,
    VALUE,
    WHY,
    check_rows,
)
from assistant.data.converting.conventions import Conventions, decide
from assistant.data.converting.currencies import minor_digits
from assistant.data.converting.fields import DEFAULTS, fields_of
from assistant.data.converting.macros import add_macros
from assistant.data.converting.raw import DUPLICATE, ELEMENT, OTHER, Raw, find_duplicates, raw_rows
from assistant.data.converting.reckoning import order_lines, spread
from assistant.data.converting.settings import Dates, Decimals, Settings

__all__ = [
    "COLUMN",
    "DEFAULTS",
    "DUPLICATE",
    "DUPLICATE_ID",
    "ELEMENT",
    "EXPECTED",
    "OTHER",
    "PASSED_OVER",
    "QUARANTINED",
    "STATUS",
    "TAKEN",
    "VALUE",
    "WHY",
    "Conventions",
    "Dates",
    "Decimals",
    "Raw",
    "Settings",
    "add_macros",
    "check_rows",
    "decide",
    "fields_of",
    "find_duplicates",
    "minor_digits",
    "order_lines",
    "raw_rows",
    "spread",
]
