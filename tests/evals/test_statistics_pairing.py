"""Paired tests are those of scipy and statsmodels where these have them, and honest where data cannot tell."""

import itertools

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from evals.statistics import benjamini_yekutieli, holm, mcnemar_p, paired_difference, permutation_p


@pytest.mark.parametrize("seed", range(5))
def test_every_case_its_own_cluster_is_the_paired_t_test(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(size=7 + 9 * seed)
    after = before + rng.normal(0.3, 1, size=len(before))
    found = paired_difference(before, after, [f"case {i}" for i in range(len(before))], level=0.9)
    known = stats.ttest_rel(after, before)
    bounds = known.confidence_interval(0.9)
    assert found.estimate == pytest.approx((after - before).mean())
    assert found.p == pytest.approx(known.pvalue, rel=1e-9)
    assert (found.low, found.high) == (pytest.approx(bounds.low), pytest.approx(bounds.high))
    assert (found.cases, found.clusters) == (len(before), len(before))


def test_clusters_of_one_size_are_the_t_test_of_their_means() -> None:
    rng = np.random.default_rng(8)
    values = rng.normal(0.4, 1, size=(9, 4)) + rng.normal(size=(9, 1))
    found = paired_difference(np.zeros(36), values.ravel(), np.repeat(np.arange(9), 4))
    known = stats.ttest_1samp(values.mean(axis=1), 0)
    assert found.p == pytest.approx(known.pvalue, rel=1e-9)
    assert found.low == pytest.approx(known.confidence_interval().low)


def test_equal_copies_of_a_case_add_no_certainty() -> None:
    rng = np.random.default_rng(9)
    before, after = rng.normal(size=12), rng.normal(size=12)
    once = paired_difference(before, after, list(range(12)))
    thrice = paired_difference(np.repeat(before, 3), np.repeat(after, 3), np.repeat(np.arange(12), 3))
    assert (thrice.p, thrice.low) == (pytest.approx(once.p), pytest.approx(once.low))


def test_the_clustered_error_is_cr2() -> None:
    """Against the definition spelt out: residuals of each cluster through (I - H)^(-1/2)."""
    rng = np.random.default_rng(10)
    codes = np.repeat(np.arange(6), [1, 2, 3, 5, 8, 2])
    values = rng.normal(size=len(codes)) + rng.normal(size=6)[codes]
    total, design = len(codes), np.ones((len(codes), 1))
    hat = design @ design.T / total
    residual = values - values.mean()
    parts = []
    for code in range(6):
        own = np.flatnonzero(codes == code)
        roots, vectors = np.linalg.eigh(np.eye(len(own)) - hat[np.ix_(own, own)])
        parts.append(float((vectors / np.sqrt(roots) @ vectors.T @ residual[own]).sum()) / total)
    found = paired_difference(np.zeros(total), values, codes)
    error = np.sqrt(np.square(parts).sum())
    freedom = float(found.method.split(",")[1].split()[0])
    assert (found.high - found.estimate) / error == pytest.approx(stats.t.ppf(0.975, freedom), rel=0.02)
    assert 1 < freedom < 5


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (0, 1), (3, 10), (7, 7), (40, 21), (0, 30)])
def test_mcnemar_is_scipys_and_statsmodels(lost: int, won: int) -> None:
    known = 1.0 if lost + won == 0 else stats.binomtest(lost, lost + won).pvalue
    assert mcnemar_p(lost, won) == pytest.approx(known, rel=1e-9)
    table = mcnemar([[5, lost], [won, 5]], exact=True)
    if lost + won:
        assert mcnemar_p(lost, won) == pytest.approx(min(1.0, table.pvalue), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_holm_and_benjamini_yekutieli_are_statsmodels(seed: int) -> None:
    p = np.random.default_rng(seed).random(1 + 3 * seed) ** 3
    assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])
    assert benjamini_yekutieli(p.tolist()) == pytest.approx(multipletests(p, method="fdr_by")[1])


def test_no_metric_is_no_family() -> None:
    assert holm([]) == []
    with pytest.raises(ValueError, match="p-value"):
        holm([0.1, float("nan")])


def test_the_permutation_is_exact_for_few_clusters() -> None:
    rng = np.random.default_rng(12)
    codes = np.repeat(np.arange(9), rng.integers(1, 4, size=9))
    differences = rng.normal(0.4, 1, size=len(codes))
    sums = np.bincount(codes, weights=differences)
    reached = [abs(np.dot(signs, sums)) >= abs(sums.sum()) - 1e-9 for signs in itertools.product((-1, 1), repeat=9)]
    assert permutation_p(differences, codes) == pytest.approx(np.mean(reached), abs=1e-12)


def test_the_permutation_is_scipys_for_few_cases() -> None:
    values = np.random.default_rng(13).normal(0.5, 1, size=10)
    known = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert permutation_p(values, list(range(10))) == pytest.approx(known.pvalue)


def test_random_flips_come_close_to_the_t_test_and_are_never_zero() -> None:
    values = np.random.default_rng(14).normal(0.25, 1, size=60)
    known = stats.ttest_1samp(values, 0).pvalue
    assert permutation_p(values, list(range(60))) == pytest.approx(known, abs=0.02)
    assert permutation_p(np.ones(60), list(range(60)), draws=999) == 1 / 1000
    assert permutation_p(values, list(range(60))) == permutation_p(values, list(range(60)))


def test_equal_systems_differ_by_nothing_and_are_not_proven_equal() -> None:
    same = np.array([0.0, 1.0] * 20)
    found = paired_difference(same, same, list(range(40)))
    square = stats.t.ppf(0.975, 39) ** 2
    assert (found.estimate, found.p) == (0.0, 1.0)
    assert (found.low, found.high) == (pytest.approx(-square / (40 + square)), pytest.approx(square / (40 + square)))
    assert permutation_p(same - same, list(range(40))) == 1.0


def test_a_win_everywhere_has_a_p_and_a_width() -> None:
    found = paired_difference(np.zeros(8), np.ones(8), list(range(8)))
    assert found.p == 2**-7
    assert 0.3 < found.low < 1.0 == found.high


def test_data_that_cannot_tell_say_so() -> None:
    empty, single = paired_difference([], [], []), paired_difference([0, 1], [1, 1], ["a", "a"])
    assert (empty.p, single.p) == (1.0, 1.0)
    assert (single.estimate, single.low, single.high) == (0.5, -np.inf, np.inf)
    with pytest.raises(ValueError, match="NaN"):
        paired_difference([1.0, float("nan")], [1.0, 2.0], ["a", "b"])
    with pytest.raises(ValueError, match="paired"):
        paired_difference([1.0], [1.0, 2.0], ["a", "b"])
