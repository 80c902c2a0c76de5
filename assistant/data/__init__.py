"""A shop's rows as canonical Parquet tables: contracts, sources, loading."""

from assistant.data.complete_journey import load_complete_journey, source_files
from assistant.data.contracts import (
    CONTRACTS,
    EVENTS,
    FUNNEL,
    NO_CATEGORY,
    NO_DEPARTMENT,
    Column,
    Contract,
    check_table,
)
from assistant.data.cutoff import Cutoff
from assistant.data.engine import ask, connect, to_pandas
from assistant.data.loading import load_files
from assistant.data.product_names import advertisable, readable_label, readable_name, within_sentence
from assistant.data.reading import open_file
from assistant.data.tables import Tables

__all__ = [
    "CONTRACTS",
    "EVENTS",
    "FUNNEL",
    "NO_CATEGORY",
    "NO_DEPARTMENT",
    "Column",
    "Contract",
    "Cutoff",
    "Tables",
    "advertisable",
    "ask",
    "check_table",
    "connect",
    "load_complete_journey",
    "load_files",
    "open_file",
    "readable_label",
    "readable_name",
    "source_files",
    "to_pandas",
    "within_sentence",
]
