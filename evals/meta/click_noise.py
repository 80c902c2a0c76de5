"""How far clicks alone can tell which headline is better: what a scorer that knew the true rates would score.

The observed winner of a pair is not always the better headline. With true log-odds of a click that differ between the
arms of a cell with variance s², and a log-odds difference d observed with variance v, the posterior of the true
difference is normal, and the observed winner is the better one with probability

    Phi(|d| / sqrt(v) * sqrt(2 s² / (2 s² + v)))

s² is estimated by moments from all arms (DerSimonian and Laird 1986, within cells instead of over studies).
"""

import numpy as np
from scipy.stats import norm

from evals.meta.upworthy import Experiments, Floats, Pairs

_HALF = 0.5  # added to clicks and to misses, so that the log-odds of no click is finite


def log_odds(experiments: Experiments) -> tuple[Floats, Floats]:
    """Log-odds of a click of each arm and their variance by sampling, both (n,)."""
    hits = experiments.clicks + _HALF
    misses = experiments.impressions - experiments.clicks + _HALF
    return np.log(hits / misses), 1 / hits + 1 / misses


def true_variance(experiments: Experiments) -> float:
    """Variance of the true log-odds between arms of one cell; 0 where the arms differ no more than by chance."""
    observed, _ = log_odds(experiments)
    cells = experiments.cells
    # Noise from the rate of the whole cell: with an arm's own rate, arms that had luck would weigh more.
    shown = np.bincount(cells, weights=experiments.impressions)
    rate = (np.bincount(cells, weights=experiments.clicks) + _HALF) / (shown + 1)
    weight = experiments.impressions * (rate * (1 - rate))[cells]
    sums = np.bincount(cells, weights=weight)
    means = np.bincount(cells, weights=weight * observed) / sums
    spread = float((weight * (observed - means[cells]) ** 2).sum())
    freedom = len(experiments) - len(sums)
    scale = float((sums - np.bincount(cells, weights=weight**2) / sums).sum())
    return max(0.0, (spread - freedom) / scale) if scale > 0 else 0.0


def chance_winner_is_better(experiments: Experiments, pairs: Pairs, variance: float) -> Floats:
    """Probability that the arm with more clicks is the better one, (m,), where `variance` is that of true log-odds."""
    observed, noise = log_odds(experiments)
    difference = np.abs(observed[pairs.first] - observed[pairs.second])
    error = noise[pairs.first] + noise[pairs.second]
    found: Floats = norm.cdf(difference / np.sqrt(error) * np.sqrt(2 * variance / (2 * variance + error)))
    return found
