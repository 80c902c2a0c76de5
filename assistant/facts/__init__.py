"""The fact sheet of a segment: the only numbers that language may see."""

from assistant.facts.formatting import format_date, format_money, format_percent, format_value, minor_units
from assistant.facts.sheet import build_sheets
from assistant.facts.statistics import Compared, compare

__all__ = [
    "Compared",
    "build_sheets",
    "compare",
    "format_date",
    "format_money",
    "format_percent",
    "format_value",
    "minor_units",
]
