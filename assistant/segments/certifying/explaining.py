"""How much of what customers do later a set of groups explains, out of sample."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

# One customer's worth of pull towards the mean, so that a group of three is not taken at its word.
RIDGE = 1.0
_FIFTHS = (0.2, 0.4, 0.6, 0.8)


def rfm_quintiles(features: pd.DataFrame) -> Matrix:
    """Recency, frequency and spend, each in five groups of equal size, side by side.

    Returns:
        (n, up to 15) of 0 and 1; equal values are never parted, so there may be fewer than five groups.
    """
    columns = []
    for name in ("recency_days", "frequency", "monetary_minor"):
        values = features[name].to_numpy(dtype=np.float64)
        columns.append(indicators(np.searchsorted(np.unique(np.quantile(values, _FIFTHS)), values)))
    return np.hstack(columns)


def indicators(labels: Labels) -> Matrix:
    """(n, groups) of 0 and 1, one column a group that is there; those in none (-1) are one group more."""
    groups, place = np.unique(labels, return_inverse=True)
    return np.eye(len(groups))[place]


def fold_plan(customers: int, folds: int, repeats: int, seed: int) -> list[Labels]:
    """The fold of each customer in each repeat: `repeats` arrays (n,) of equal folds."""
    random = np.random.default_rng(seed)
    return [random.permutation(customers) % folds for _ in range(repeats)]


def squared_errors(design: Matrix, targets: Matrix, binary: Sequence[bool], plan: list[Labels]) -> Matrix:
    """Squared errors of ridge regressions, each customer predicted by fits that did not see them.

    Predictions of a yes or no are cut to 0 and 1, so their squared error is the Brier score.

    Args:
        design: (n, columns); no column at all predicts the mean.
        targets: (n, m).
        binary: which targets are 0 or 1.
        plan: as `fold_plan`.

    Returns:
        (n, m), the mean over the repeats.
    """
    errors = np.zeros_like(targets)
    yes_no = np.array(binary)
    for folds in plan:
        for fold in range(int(folds.max()) + 1):
            out = folds == fold
            middle, mean = design[~out].mean(axis=0), targets[~out].mean(axis=0)
            seen = design[~out] - middle
            gram = seen.T @ seen + RIDGE * np.eye(design.shape[1])
            weights = np.linalg.solve(gram, seen.T @ (targets[~out] - mean))
            guess = (design[out] - middle) @ weights + mean
            guess = np.where(yes_no, np.clip(guess, 0.0, 1.0), guess)
            errors[out] += (targets[out] - guess) ** 2 / len(plan)
    return errors
