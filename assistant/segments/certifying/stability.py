"""Whether fits on resampled customers find the same groups again, and how far apart the groups lie.

Cluster-wise Jaccard: Hennig (2007), "Cluster-wise assessment of cluster stability", Computational Statistics & Data
Analysis 52: below 0.6 nothing should be said of a cluster, from 0.75 on it is a valid pattern.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_samples

from assistant.errors import DataError
from assistant.records.certificates import Range
from assistant.segments.certifying.agreement import adjusted_rand, cross_counts, jaccards, one_against_rest
from assistant.segments.certifying.candidate import Refit
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

SILHOUETTE_SAMPLE = 5_000
# A method may take minutes on millions of customers, and a group that 50,000 do not show again is no group.
RESAMPLED = 50_000


@dataclass(frozen=True)
class Stability:
    """What resampling says; a tuple holds one range a segment."""

    ari: Range
    jaccards: tuple[Range, ...]
    aris: tuple[Range, ...]


def measure_stability(
    features: pd.DataFrame, labels: Labels, groups: int, refit: Refit, resamples: int, seed: int
) -> Stability:
    """Draw customers with replacement, find the groups again, and compare on the customers that were drawn.

    Args:
        features: the customer table.
        labels: (n,) as they are; -1 for none.
        groups: how many there are.
        refit: the method.
        resamples: bootstrap samples, each of n customers or of 50,000 where there are more.
        seed: of the draws and of the fits.
    """
    random = np.random.default_rng(seed)
    size = min(len(features), RESAMPLED)
    whole, found, apart = np.zeros(resamples), np.zeros((resamples, groups)), np.zeros((resamples, groups))
    for at in range(resamples):
        drawn = random.integers(0, len(features), size)
        present = np.unique(drawn)
        try:
            model = refit(features.iloc[drawn].reset_index(drop=True), seed + at + 1)
        except DataError:
            # Too few different customers were drawn to find the groups among: none is found again.
            continue
        again = model(features.iloc[present].reset_index(drop=True))
        counts = cross_counts(labels[present], again, rows=groups, columns=1)
        whole[at] = adjusted_rand(counts)
        # Who is in no group of the refit is no group that could match.
        matches = jaccards(counts)[:groups, :-1]
        best = matches.argmax(axis=1)
        found[at] = matches.max(axis=1)
        apart[at] = [one_against_rest(counts, group, int(best[group])) for group in range(groups)]
    return Stability(_range(whole), tuple(map(_range, found.T)), tuple(map(_range, apart.T)))


def _range(values: Matrix) -> Range:
    low, high = np.percentile(values, (5, 95))
    return Range(mean=float(values.mean()), low=float(low), high=float(high))


def silhouettes(
    scaled: Matrix, labels: Labels, groups: int, seed: int
) -> tuple[float | None, tuple[float | None, ...]]:
    """Mean silhouette of Rousseeuw (1987) of all customers and of each group, on at most 5,000 customers.

    Those in no group count as a group of their own; who lacks a feature of distance is left out. None where there are
    fewer than two groups, or nobody of the group was drawn.
    """
    rows = np.flatnonzero(~np.isnan(scaled).any(axis=1))
    if len(rows) > SILHOUETTE_SAMPLE:
        rows = np.random.default_rng(seed).choice(rows, SILHOUETTE_SAMPLE, replace=False)
    own = labels[rows]
    if not 2 <= len(np.unique(own)) < len(own):
        return None, (None,) * groups
    values = silhouette_samples(scaled[rows], own)
    each = [values[own == group] for group in range(groups)]
    return float(values.mean()), tuple(float(part.mean()) if len(part) else None for part in each)
