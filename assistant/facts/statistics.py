"""A segment beside everybody else, with bootstrap intervals over customers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

MOST_DRAWN = 5_000
"""Customers, or bins of customers, that a resample draws from."""


@dataclass(frozen=True)
class Compared:
    """m metrics of a segment, of the others, and their intervals; every array is (m,)."""

    value: Matrix
    others: Matrix
    low: Matrix
    """2.5th percentile of the resampled value."""
    high: Matrix
    """97.5th percentile."""
    ratio_low: Matrix
    ratio_high: Matrix
    gap_low: Matrix
    """2.5th percentile of the resampled difference."""
    gap_high: Matrix
    direction: NDArray[np.int64]
    """1 or -1 where 97.5% of resamples put the segment above or below the others, else 0."""


def compare(numerators: Matrix, denominators: Matrix, inside: NDArray[np.bool_], resamples: int, seed: int) -> Compared:
    """Ratios of sums for a segment and for all others: percentile bootstrap of Efron and Tibshirani (1993), ch. 13.

    Customers are drawn with replacement inside each group, so the interval is about customers like these.

    Args:
        numerators: (n, m), what each customer adds above the line of each metric.
        denominators: (n, m), what each adds below; a mean over customers has ones here.
        inside: (n,) true for the segment's customers.
        resamples: draws.
        seed: of the draws.
    """
    random = np.random.default_rng(seed)
    mine = _resampled(numerators[inside], denominators[inside], resamples, random)
    theirs = _resampled(numerators[~inside], denominators[~inside], resamples, random)
    return _compared(
        _quotient(numerators[inside].sum(axis=0), denominators[inside].sum(axis=0)),
        _quotient(numerators[~inside].sum(axis=0), denominators[~inside].sum(axis=0)),
        mine,
        theirs,
    )


def compare_medians(values: Matrix, inside: NDArray[np.bool_], resamples: int, seed: int) -> Compared:
    """Medians of one metric, m = 1: the same percentile bootstrap, its resamples drawn from their exact distribution.

    The k-th smallest of n draws from a sample is the sample's quantile at the k-th smallest of n uniform draws, which
    follows Beta(k, n - k + 1): David and Nagaraja, Order Statistics (2003), ch. 2.

    Args:
        values: (n,) a customer's value each, none absent.
        inside: (n,) true for the segment's customers; both groups hold somebody.
        resamples: draws.
        seed: of the draws.
    """
    random = np.random.default_rng(seed)
    groups = [np.sort(values[group]) for group in (inside, ~inside)]
    value, others = (np.array([np.median(group)]) for group in groups)
    mine, theirs = (_resampled_medians(group, resamples, random) for group in groups)
    return _compared(value, others, mine, theirs)


def _compared(value: Matrix, others: Matrix, mine: Matrix, theirs: Matrix) -> Compared:
    """Percentiles of resampled values, (resamples, m) of the segment and of the others."""
    gap_low, gap_high = np.nanpercentile(mine - theirs, (2.5, 97.5), axis=0)
    low, high = np.nanpercentile(mine, (2.5, 97.5), axis=0)
    ratios = np.divide(mine, theirs, out=np.full_like(mine, np.nan), where=theirs != 0)
    # A metric that nobody else has gives no ratio at all, and needs no warning about it.
    known = ~np.isnan(ratios).all(axis=0)
    ratio_low, ratio_high = np.full((2, ratios.shape[1]), np.nan)
    if known.any():
        ratio_low[known], ratio_high[known] = np.nanpercentile(ratios[:, known], (2.5, 97.5), axis=0)
    return Compared(
        value=value,
        others=others,
        low=low,
        high=high,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        gap_low=gap_low,
        gap_high=gap_high,
        direction=np.where(gap_low > 0, 1, np.where(gap_high < 0, -1, 0)),
    )


def _resampled_medians(values: Matrix, resamples: int, random: np.random.Generator) -> Matrix:
    """(resamples, 1) medians of resamples of sorted values."""
    count = len(values)
    upper = count // 2 + 1
    at = random.beta(upper, count - upper + 1, size=resamples)
    chosen = values[_rank(at, count)]
    if count % 2 == 0:
        # Given the upper of the two in the middle, the lower is the largest of count / 2 draws below it.
        chosen = (chosen + values[_rank(at * random.beta(count // 2, 1, size=resamples), count)]) / 2
    return chosen[:, np.newaxis]


def _rank(at: Matrix, count: int) -> NDArray[np.int64]:
    return np.minimum((at * count).astype(np.int64), count - 1)


def _resampled(numerators: Matrix, denominators: Matrix, resamples: int, random: np.random.Generator) -> Matrix:
    """(resamples, m) ratios; a draw is how often each customer came up."""
    numerators, denominators = _binned(numerators, denominators, random)
    count = len(numerators)
    draws = random.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)
    return _quotient(draws @ numerators, draws @ denominators)


def _binned(numerators: Matrix, denominators: Matrix, random: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Sums over at most `MOST_DRAWN` bins of customers, thrown together by chance.

    A resample of such bins has the expectation and the variance of a resample of the customers in them, so a large
    segment costs no more than a small one.
    """
    count = len(numerators)
    if count <= MOST_DRAWN:
        return numerators, denominators
    order = random.permutation(count)
    starts = np.linspace(0, count, MOST_DRAWN, endpoint=False).astype(np.int64)
    return np.add.reduceat(numerators[order], starts), np.add.reduceat(denominators[order], starts)


def _quotient(top: Matrix, bottom: Matrix) -> Matrix:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom != 0)
