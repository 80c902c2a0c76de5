"""Metrics by name, each in a file of its own, imported when it is asked for."""

import importlib

from assistant.errors import unknown_name
from evals.metrics.metric import Metric, Subject

__all__ = ["METRICS", "Metric", "Subject", "metric_named"]

METRICS: dict[str, str] = {
    # name -> module below evals.metrics whose METRIC it is
    "checks": "checks",
    "receipts": "receipts",
    "grounded": "grounded",
    "grounded_judged": "grounded_judged",
    "channel_fit": "channel_fit",
    "brand_fit": "brand_fit",
    "readability": "readability",
    "spam": "spam",
    "lexical_diversity": "lexical_diversity",
    "content_diversity": "content_diversity",
    "near_duplicates": "near_duplicates",
    "persona_identification": "persona_identification",
    "recall_at_k": "recall_at_k",
    "ndcg": "ndcg",
    "cost": "cost",
    "latency": "latency",
    "tokens": "tokens",
    "contains": "contains",
    "exact": "exact",
    "length": "length",
    "right_tool": "right_tool",
    "right_arguments": "right_arguments",
    "recovered_groups": "recovered_groups",
    "rubric": "rubric",
}


def metric_named(name: str) -> Metric:
    """A metric.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    metric = importlib.import_module(f"evals.metrics.{METRICS[name]}").METRIC
    assert isinstance(metric, Metric)
    return metric
