"""Planted faults: clean copy, the same copy with one thing wrong in it, and who finds it."""

from evals.mutations.faults import FAULTS, Fault, Planted, plant
from evals.mutations.measuring import Measured, measure_documents, measure_texts
from evals.mutations.originals import Original, as_text, originals

__all__ = [
    "FAULTS",
    "Fault",
    "Measured",
    "Original",
    "Planted",
    "as_text",
    "measure_documents",
    "measure_texts",
    "originals",
    "plant",
]
