"""Several tests at once: their p-values made to bear being read together."""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values (1979), in the order given: the family errs with at most alpha.

    Raises:
        ValueError: a p-value is not within 0 and 1.
    """
    return _step_down(_checked(p), 1.0)


def benjamini_yekutieli(p: Sequence[float]) -> list[float]:
    """Adjusted p-values of Benjamini and Yekutieli (2001), in the order given: false discoveries under dependence."""
    values = _checked(p)
    count = len(values)
    if not count:
        return []
    order = np.argsort(values)
    ranks = np.arange(1, count + 1)
    raised = values[order] * count / ranks * (1 / ranks).sum()
    stepped = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    adjusted = np.empty(count)
    adjusted[order] = stepped
    return [float(value) for value in adjusted]


def _checked(p: Sequence[float]) -> np.ndarray:
    values = np.asarray(p, dtype=float)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("a p-value lies within 0 and 1")
    return values


def _step_down(values: np.ndarray, least: float) -> list[float]:
    count = len(values)
    order = np.argsort(values)
    stepped = np.minimum(np.maximum.accumulate(values[order] * (count - np.arange(count))), least)
    adjusted = np.empty(count)
    adjusted[order] = stepped
    return [float(value) for value in adjusted]
