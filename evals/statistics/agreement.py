"""How far two labellers agree beyond chance."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.statistics.intervals import Floats, cluster_codes, t_critical

Weights = Literal["linear", "quadratic"]


@dataclass(frozen=True)
class Agreement:
    """Kappa with its interval, and the raw agreement beside it."""

    kappa: float
    """NaN where both used one label only: chance agreement is 1, and nothing can lie beyond it."""
    low: float
    high: float
    raw: float
    """Share of items with the same label: overstates agreement, the more so the rarer a label is."""
    n: int
    clusters: int
    level: float


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable], *, weights: Weights | None = None) -> float:
    """Cohen's kappa (1960), or weighted (1968), of two labellings of the same items, (n,) each.

    With weights, labels are numbers or otherwise sortable, and lie one apart in their sorted order. NaN where both
    used one and the same label throughout, or there is no item.

    Raises:
        ValueError: the lengths differ.
    """
    first, second, penalty = _coded(a, b, weights)
    return _kappa(first, second, penalty, np.ones(len(first)))


def kappa_interval(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    *,
    weights: Weights | None = None,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Agreement:
    """Kappa with an interval by the jackknife over clusters (without them, over items) and Student's t.

    The interval is built for atanh(kappa) and turned back, so that it stays within -1 and 1.
    """
    first, second, penalty = _coded(a, b, weights)
    count = len(first)
    kappa = _kappa(first, second, penalty, np.ones(count))
    raw = float((first == second).mean()) if count else math.nan
    codes = np.arange(count) if clusters is None else cluster_codes(clusters)
    if len(codes) != count:
        raise ValueError(f"{count} items have {len(codes)} clusters")
    size = int(codes.max()) + 1 if count else 0
    if math.isnan(kappa) or size < 2:
        return Agreement(kappa, -1.0, 1.0, raw, count, size, level)
    low, high = _jackknife(first, second, penalty, codes, kappa, level)
    return Agreement(kappa, low, high, raw, count, size, level)


def _coded(
    a: Sequence[Hashable], b: Sequence[Hashable], weights: Weights | None
) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Both labellings as numbers, and what each pair of labels costs, (labels, labels)."""
    if len(a) != len(b):
        raise ValueError(f"{len(a)} labels are not paired with {len(b)}")
    labels: list[Hashable] = list({*a, *b})
    if weights is not None:
        labels = sorted(labels)  # type: ignore[type-var]
    place = {label: number for number, label in enumerate(labels)}
    distance = np.abs(np.subtract.outer(np.arange(len(labels)), np.arange(len(labels)))).astype(float)
    penalty = {None: (distance > 0).astype(float), "linear": distance, "quadratic": distance**2}[weights]
    return np.array([place[item] for item in a], int), np.array([place[item] for item in b], int), penalty


def _kappa(first: np.ndarray, second: np.ndarray, penalty: Floats, weight: Floats) -> float:
    labels, total = len(penalty), float(weight.sum())
    if total == 0:
        return math.nan
    table = np.bincount(first * labels + second, weights=weight, minlength=labels**2).reshape(labels, labels) / total
    expected = float((penalty * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    return 1 - float((penalty * table).sum()) / expected if expected > 0 else math.nan


def _jackknife(
    first: np.ndarray, second: np.ndarray, penalty: Floats, codes: np.ndarray, kappa: float, level: float
) -> tuple[float, float]:
    size = int(codes.max()) + 1
    left_out = np.array([_kappa(first, second, penalty, (codes != code).astype(float)) for code in range(size)])
    left_out = left_out[np.isfinite(left_out)]
    near = 1 - 1e-6
    centre = math.atanh(min(max(kappa, -near), near))
    scaled = np.arctanh(np.clip(left_out, -near, near))
    error = math.sqrt((size - 1) / size * float(((scaled - scaled.mean()) ** 2).sum()))
    half = t_critical(level, size - 1) * error
    return math.tanh(centre - half), math.tanh(centre + half)
