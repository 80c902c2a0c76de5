"""Intervals cover what they say, false alarms stay below what was asked for, and power is what was printed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from evals.statistics import (
    Interval,
    bootstrap_interval,
    detectable_difference,
    holm,
    paired_difference,
    power_of,
    shrunken,
    shrunken_systems,
    spread_of_pilot,
    spread_of_proportion,
    t_interval,
    wilson_interval,
)

Draw = tuple[Any, Any, float]


def drawn(rng: np.random.Generator, kind: str, clusters: int, rho: float) -> Draw:
    """Cluster labels, values and the true mean; clusters have one to eight cases."""
    codes = np.repeat(np.arange(clusters), rng.integers(1, 9, size=clusters))
    if kind == "normal":
        shared, own = rng.normal(size=clusters), rng.normal(size=len(codes))
    elif kind == "skewed":
        shared, own = rng.exponential(size=clusters) - 1, rng.exponential(size=len(codes)) - 1
    else:
        rate = float(kind)
        chance = np.full(clusters, rate)
        if rho > 0:
            size = (1 - rho) / rho
            chance = rng.beta(rate * size, (1 - rate) * size, size=clusters)
        return codes, (rng.random(len(codes)) < chance[codes]).astype(float), rate
    return codes, np.sqrt(rho) * shared[codes] + np.sqrt(1 - rho) * own, 0.0


def bootstrapped(values: Any, clusters: Any) -> Interval:
    return bootstrap_interval(values, clusters, draws=400)


def proportion(values: Any, clusters: Any) -> Interval:
    return wilson_interval(float(values.sum()), len(values), clusters=clusters.tolist(), values=values)


def coverage(method: Callable[[Any, Any], Interval], kind: str, clusters: int, rho: float, repeats: int) -> float:
    rng = np.random.default_rng(20)
    hits = 0
    for _ in range(repeats):
        codes, values, truth = drawn(rng, kind, clusters, rho)
        found = method(values, codes)
        hits += found.low <= truth <= found.high
    return hits / repeats


# The bounds are 93 and 97 per cent, widened by twice the noise of so many repeats.
@pytest.mark.parametrize(
    ("method", "kind", "clusters", "rho"),
    [
        (t_interval, "normal", 10, 0.0),
        (t_interval, "normal", 10, 0.4),
        (t_interval, "normal", 60, 0.1),
        (bootstrapped, "normal", 20, 0.1),
        (bootstrapped, "skewed", 20, 0.1),
        (proportion, "0.5", 20, 0.1),
        (proportion, "0.8", 20, 0.4),
        (proportion, "0.95", 60, 0.1),
    ],
)
def test_an_interval_covers_what_it_says(
    method: Callable[[Any, Any], Interval], kind: str, clusters: int, rho: float
) -> None:
    noise = 2 * np.sqrt(0.95 * 0.05 / 500)
    assert 0.93 - noise <= coverage(method, kind, clusters, rho, 500) <= 0.97 + noise


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("clusters", [10, 20, 60])
@pytest.mark.parametrize(
    ("method", "kind"),
    [
        (t_interval, "normal"),
        (bootstrapped, "normal"),
        (bootstrapped, "skewed"),
        (proportion, "0.5"),
        (proportion, "0.8"),
        (proportion, "0.95"),
    ],
)
def test_all_designs_are_covered(method: Callable[[Any, Any], Interval], kind: str, clusters: int, rho: float) -> None:
    repeats = 2000
    noise = 2 * np.sqrt(0.95 * 0.05 / repeats)
    assert 0.93 - noise <= coverage(method, kind, clusters, rho, repeats) <= 0.97 + noise


def alarms(clusters: int, rho: float, repeats: int) -> float:
    """How often one of five metrics of two equal systems is called different; metrics correlate by a half."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(repeats):
        codes = np.repeat(np.arange(clusters), rng.integers(1, 9, size=clusters))
        mixed = np.sqrt(rho) * rng.normal(size=(clusters, 6))[codes]
        mixed = mixed + np.sqrt(1 - rho) * rng.normal(size=(len(codes), 6))
        metrics = np.sqrt(0.5) * (mixed[:, :5] + mixed[:, 5:])
        nothing = np.zeros(len(codes))
        wrong += min(holm([paired_difference(nothing, metrics[:, i], codes).p for i in range(5)])) < 0.05
    return wrong / repeats


def test_a_family_of_metrics_rings_falsely_at_most_as_often_as_asked() -> None:
    assert alarms(12, 0.2, 400) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [10, 20, 60])
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.4])
def test_false_alarms_of_a_family_in_all_designs(clusters: int, rho: float) -> None:
    assert alarms(clusters, rho, 2000) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 2000)


DESIGNS = [
    # clusters, cases of a cluster, samples, sd between, sd within
    (10, 4, 3, 0.3, 0.5),
    (20, 2, 1, 0.2, 0.6),
    (40, 1, 3, 0.4, 0.4),
    (12, 5, 2, 0.1, 0.8),
]


def found_share(
    design: tuple[int, int, int, float, float], difference: float, repeats: int, sizes: list[int] | None = None
) -> float:
    """How often the paired test finds a true difference, two systems simulated trial by trial."""
    clusters, each, samples, between, within = design
    rng = np.random.default_rng(11)
    codes = np.repeat(np.arange(clusters), sizes if sizes is not None else [each] * clusters)
    hits = 0
    for _ in range(repeats):
        noise = within * rng.normal(size=(2, len(codes), samples)).mean(axis=2)
        effect = difference + between * rng.normal(size=clusters)[codes]
        hard = rng.normal(size=len(codes))
        hits += paired_difference(hard + noise[0], hard + effect + noise[1], codes).p < 0.05
    return hits / repeats


@pytest.mark.parametrize("design", DESIGNS)
def test_power_is_what_was_printed(design: tuple[int, int, int, float, float]) -> None:
    clusters, each, samples, between, within = design
    asked = {"clusters": clusters, "cases": clusters * each, "samples": samples}
    spread = {"sd_between": between, "sd_within": within}
    smallest = detectable_difference(**asked, **spread)  # type: ignore[arg-type]
    assert power_of(smallest, **asked, **spread) == pytest.approx(0.8, abs=1e-6)  # type: ignore[arg-type]
    assert found_share(design, smallest, 1500) == pytest.approx(0.8, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.5, 0.8, 1.0, 1.3])
@pytest.mark.parametrize("design", DESIGNS)
def test_power_is_what_was_printed_at_every_difference(
    design: tuple[int, int, int, float, float], share: float
) -> None:
    clusters, each, samples, between, within = design
    asked = {"clusters": clusters, "cases": clusters * each, "samples": samples}
    spread = {"sd_between": between, "sd_within": within}
    difference = share * detectable_difference(**asked, **spread)  # type: ignore[arg-type]
    printed = power_of(difference, **asked, **spread)  # type: ignore[arg-type]
    assert found_share(design, difference, 4000) == pytest.approx(printed, abs=0.03)


def test_power_of_unequal_clusters_is_what_was_printed() -> None:
    sizes = [1, 1, 2, 3, 4, 5, 6, 8, 1, 2, 3, 8]
    printed = power_of(
        0.5, clusters=12, cases=sum(sizes), samples=2, sd_between=0.4, sd_within=0.5, cluster_sizes=sizes
    )
    assert found_share((12, 0, 2, 0.4, 0.5), 0.5, 1500, sizes) == pytest.approx(printed, abs=0.03)


def test_more_samples_find_less_than_more_clusters() -> None:
    plan = {"samples": 1, "sd_between": 0.4, "sd_within": 0.4}
    first = detectable_difference(clusters=20, cases=20, **plan)  # type: ignore[arg-type]
    sampled = detectable_difference(clusters=20, cases=20, **{**plan, "samples": 2})  # type: ignore[arg-type]
    wider = detectable_difference(clusters=40, cases=40, **plan)  # type: ignore[arg-type]
    assert wider < sampled < first


def test_one_cluster_finds_nothing_and_no_noise_finds_all() -> None:
    plan = {"samples": 1, "sd_between": 0.4, "sd_within": 0.4}
    assert detectable_difference(clusters=1, cases=9, **plan) == np.inf  # type: ignore[arg-type]
    assert power_of(5.0, clusters=1, cases=9, **plan) == 0.0  # type: ignore[arg-type]
    assert power_of(0.1, clusters=5, cases=9, samples=1, sd_between=0, sd_within=0) == 1.0
    with pytest.raises(ValueError, match="no design"):
        power_of(0.1, clusters=5, cases=4, **plan)  # type: ignore[arg-type]


def test_a_pilot_tells_the_spread() -> None:
    rng = np.random.default_rng(2)
    rows = []
    for cluster in range(400):
        effect = rng.normal(0, 0.5)
        for case in range(3):
            own = rng.normal(0, 0.3)
            for sample in range(2):
                rows.append((cluster, case, sample, rng.normal(0, 0.8), rng.normal(effect + own, 0.8)))
    spread = spread_of_pilot(rows)
    assert spread.sd_between == pytest.approx(0.5, abs=0.08)
    assert spread.sd_within == pytest.approx(0.8, abs=0.03)
    assert spread.sd_case == pytest.approx(0.3, abs=0.15)
    assert spread_of_proportion(0.5).sd_within == pytest.approx(0.5 / 2**0.5)


def test_data_that_cannot_tell_say_so() -> None:
    empty, single = t_interval([], []), t_interval([1.0, 2.0], ["a", "a"])
    assert np.isnan(empty.estimate)
    assert (empty.low, empty.high) == (-np.inf, np.inf)
    assert (single.estimate, single.low, single.high) == (1.5, -np.inf, np.inf)
    assert wilson_interval(0, 0).high == 1.0
    assert wilson_interval(3, 3, clusters=["a"] * 3, values=[1, 1, 1]).low == 0.0
    with pytest.raises(ValueError, match="NaN"):
        t_interval([1.0, float("nan")], ["a", "b"])


@pytest.mark.parametrize("method", [t_interval, bootstrapped, proportion])
def test_all_right_is_not_certainty(method: Callable[[Any, Any], Interval]) -> None:
    found = method(np.ones(20), np.repeat(np.arange(10), 2))
    assert found.estimate == found.high == 1.0
    assert 0.6 < found.low < 0.72


def test_one_cluster_a_case_is_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=17)
    found = t_interval(values, list(range(17)))
    low, high = stats.t.interval(0.95, 16, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_wilson_without_clusters_is_scipys() -> None:
    for hits, trials in ((0, 9), (3, 9), (9, 9), (41, 60)):
        known = stats.binomtest(hits, trials).proportion_ci(method="wilson")
        found = wilson_interval(hits, trials)
        assert (found.low, found.high) == (pytest.approx(known.low, abs=1e-12), pytest.approx(known.high, abs=1e-12))


def test_the_winner_of_equals_leads_by_nothing() -> None:
    rng = np.random.default_rng(4)
    raw_leads, leads = [], []
    for _ in range(60):
        raw = rng.normal(0.562, 0.015, size=100)
        drawn_in = shrunken(raw, np.full(100, 0.015))
        best = int(np.argmax(raw))
        raw_leads.append(raw[best] - raw.mean())
        leads.append(drawn_in[best].lead)
    assert np.mean(raw_leads) > 0.03
    assert np.mean(leads) < 0.005


def test_the_winner_of_equals_leads_by_nothing_on_the_same_hundred_pairs() -> None:
    rng = np.random.default_rng(5)
    leads = []
    for _ in range(20):
        table = (rng.random((100, 100)) < rng.beta(2, 2, size=100)).astype(float)
        drawn_in = shrunken_systems(table, list(range(100)))
        leads.append(drawn_in[int(np.argmax(table.mean(axis=1)))].lead)
    assert np.mean(leads) < 0.015


def test_shrunken_intervals_cover_where_systems_differ() -> None:
    rng = np.random.default_rng(6)
    hits = []
    for _ in range(40):
        truth, errors = rng.normal(0.5, 0.02, size=60), rng.uniform(0.01, 0.04, size=60)
        drawn_in = shrunken(rng.normal(truth, errors), errors)
        hits += [one.low <= real <= one.high for one, real in zip(drawn_in, truth, strict=True)]
    assert 0.93 <= np.mean(hits) <= 0.97
