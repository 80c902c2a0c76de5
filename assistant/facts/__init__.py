"""The fact sheet of a segment, and what else its rows decide: the only numbers that language may see."""

from assistant.facts.evaluating import evaluate, evaluate_all, in_words
from assistant.facts.formatting import format_date, format_money, format_percent, format_value, minor_units
from assistant.facts.measuring import SegmentTable
from assistant.facts.queries import fact_query, product_query
from assistant.facts.sheet import build_sheets, fact_sentence
from assistant.facts.statistics import Compared, compare, compare_medians

__all__ = [
    "Compared",
    "SegmentTable",
    "build_sheets",
    "compare",
    "compare_medians",
    "evaluate",
    "evaluate_all",
    "fact_query",
    "fact_sentence",
    "format_date",
    "format_money",
    "format_percent",
    "format_value",
    "in_words",
    "minor_units",
    "product_query",
]
