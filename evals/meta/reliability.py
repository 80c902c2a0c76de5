"""Whether chances that were said come true: bins of confidence against what was observed, and the expected error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.statistics import Interval, t_interval

EDGES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)
"""Of confidence: the chance of the one said to win, so at least one half; the order of a pair means nothing."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Pairs whose favourite was given about the same chance."""

    low: float
    high: float
    said: float
    """Mean chance of the favourite."""
    observed: Interval
    """Share of them in which the favourite won."""


def calibration_bins(
    chances: Floats, won: NDArray[np.bool_], clusters: Sequence[str], edges: Sequence[float] = EDGES
) -> tuple[Bin, ...]:
    """The bins that hold a pair; `chances` of the first (m,), whether it `won` (m,), `clusters` (m,)."""
    confident = np.maximum(chances, 1 - chances)
    right = np.where(chances > 0.5, won, np.where(chances < 0.5, ~won, 0.5)).astype(float)
    place = np.clip(np.searchsorted(edges, confident, side="right") - 1, 0, len(edges) - 2)
    names = np.asarray(clusters)
    return tuple(
        Bin(
            low=float(edges[at]),
            high=float(edges[at + 1]),
            said=float(confident[place == at].mean()),
            observed=t_interval(right[place == at], names[place == at]),
        )
        for at in np.unique(place)
    )


def expected_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: |said - observed| by bin, weighted by pairs (Naeini, Cooper and Hauskrecht 2015)."""
    total = sum(own.observed.n for own in bins)
    return (
        sum(own.observed.n * abs(own.said - own.observed.estimate) for own in bins) / total if total else float("nan")
    )
