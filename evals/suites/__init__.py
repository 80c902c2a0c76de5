"""Suites: YAML files read with their lines, checked, and spelt out; those that ship lie beside this file."""

from evals.suites.documents import Document, read_document
from evals.suites.expanding import Overrides, expand
from evals.suites.finding import find_suite, known_suites, shipped_suites
from evals.suites.loading import LoadedSuite, load_suite

__all__ = [
    "Document",
    "LoadedSuite",
    "Overrides",
    "expand",
    "find_suite",
    "known_suites",
    "load_suite",
    "read_document",
    "shipped_suites",
]
