"""Planted faults: clean copy, the same copy with one thing wrong in it, and who finds it."""

from evals.mutations.faults import FAULTS, Fault, Planted, plant, plant_unseen
from evals.mutations.measuring import Measured, measure_documents, measure_texts
from evals.mutations.originals import Original, originals
from evals.mutations.suites import MetricRecall, OfCase, measure_metrics, originals_of
from evals.targets.texts import as_text

__all__ = [
    "FAULTS",
    "Fault",
    "Measured",
    "MetricRecall",
    "OfCase",
    "Original",
    "Planted",
    "as_text",
    "measure_documents",
    "measure_metrics",
    "measure_texts",
    "originals",
    "originals_of",
    "plant",
    "plant_unseen",
]
