"""Judges against people: agreement, stand-in, corrected rates, biases."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from evals.statistics import (
    alt_test,
    cohen_kappa,
    corrected_rate,
    kappa_interval,
    length_bias,
    near_value,
    position_bias,
    sensitivity_specificity,
)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_is_sklearns(weights: str | None) -> None:
    rng = np.random.default_rng(1)
    a = rng.integers(0, 4, size=80)
    b = np.where(rng.random(80) < 0.6, a, rng.integers(0, 4, size=80))
    found = cohen_kappa(a.tolist(), b.tolist(), weights=weights)  # type: ignore[arg-type]
    assert found == pytest.approx(cohen_kappa_score(a, b, weights=weights))


def test_kappa_of_a_single_label_is_undefined() -> None:
    found = kappa_interval(["yes"] * 9, ["yes"] * 9)
    assert np.isnan(found.kappa)
    assert (found.raw, found.low, found.high) == (1.0, -1.0, 1.0)


def test_kappas_interval_is_near_the_asymptotic_one() -> None:
    rng = np.random.default_rng(2)
    a = rng.integers(0, 2, size=400)
    b = np.where(rng.random(400) < 0.85, a, 1 - a)
    table = np.array([[((a == i) & (b == j)).sum() for j in (0, 1)] for i in (0, 1)])
    known, found = cohens_kappa(table), kappa_interval(a.tolist(), b.tolist())
    assert found.kappa == pytest.approx(known.kappa)
    assert (found.low, found.high) == (
        pytest.approx(known.kappa_low, abs=0.01),
        pytest.approx(known.kappa_upp, abs=0.01),
    )
    assert found.raw == pytest.approx((a == b).mean())


def test_kappas_interval_covers() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        truth = rng.random(60) < 0.5
        other = np.where(rng.random(60) < 0.85, truth, ~truth)
        found = kappa_interval(truth.tolist(), other.tolist())
        hits += found.low <= 0.7 <= found.high
    assert 0.91 <= hits / 300 <= 0.985


def annotators(rng: np.random.Generator, items: int, right: float) -> dict[str, dict[str, int]]:
    truth = rng.integers(0, 2, size=items)
    return {
        name: {f"i{k}": int(truth[k] if rng.random() < right else 1 - truth[k]) for k in range(items)}
        for name in ("a", "b", "c", "d")
    }


def test_a_judge_as_good_as_people_stands_in_and_one_that_guesses_does_not() -> None:
    rng = np.random.default_rng(4)
    people = annotators(rng, 120, 0.85)
    judge = dict(people.pop("d"))
    stands = alt_test(people, judge, epsilon=0.2)
    guesses = alt_test(people, {item: int(rng.random() < 0.5) for item in judge}, epsilon=0.1)
    assert (stands.passes, stands.winning_rate, stands.note) == (True, 1.0, "")
    assert (guesses.passes, guesses.winning_rate) == (False, 0.0)
    assert guesses.advantage < 0.75 < stands.advantage


def test_the_alt_test_is_worked_by_hand() -> None:
    """Two items of three: the judge is with the majority where a is not."""
    people = {
        "a": {"x": 0, "y": 1, "z": 1},
        "b": {"x": 1, "y": 1, "z": 1},
        "c": {"x": 1, "y": 1, "z": 0},
    }
    found = alt_test(people, {"x": 1, "y": 1, "z": 1}, least=2)
    # Against b and c: x is won by the judge alone, y and z are drawn; both count for both.
    assert found.advantage == pytest.approx(1.0)
    assert found.instances == {"a": 3, "b": 3, "c": 3}
    numbers = alt_test(
        {n: {k: float(v) for k, v in t.items()} for n, t in people.items()},
        {"x": 1.0, "y": 1.0, "z": 1.0},
        align=near_value,
        least=2,
    )
    assert numbers.advantage == pytest.approx(1.0)


def test_too_few_items_are_said() -> None:
    found = alt_test(annotators(np.random.default_rng(5), 10, 0.9), {f"i{k}": 1 for k in range(10)})
    assert not found.passes
    assert "fewer than 30" in found.note
    with pytest.raises(ValueError, match="three annotators"):
        alt_test({"a": {"x": 1}, "b": {"x": 1}}, {"x": 1})


def test_sensitivity_and_specificity_are_counted() -> None:
    found = sensitivity_specificity([True] * 8 + [False] * 4, [True] * 6 + [False] * 2 + [True] + [False] * 3)
    assert (found.sensitivity.estimate, found.specificity.estimate) == (0.75, 0.75)
    assert (found.sensitivity.n, found.specificity.n) == (8, 4)
    perfect = sensitivity_specificity([True] * 8, [True] * 8)
    assert perfect.sensitivity.low < 0.7
    assert np.isnan(perfect.specificity.estimate)


@pytest.mark.parametrize(("rate", "sees", "spares"), [(0.7, 0.9, 0.8), (0.5, 0.75, 0.95), (0.9, 0.95, 0.7)])
def test_the_corrected_rate_covers_where_the_judged_one_does_not(rate: float, sees: float, spares: float) -> None:
    rng = np.random.default_rng(6)
    judged = rate * sees + (1 - rate) * (1 - spares)
    hits = []
    for _ in range(2000):
        found = corrected_rate(
            rng.binomial(200, judged), 200, true_positive=rng.binomial(60, sees), positives=60,
            true_negative=rng.binomial(60, spares), negatives=60,
        )  # fmt: skip
        hits.append(found.low <= rate <= found.high)
    assert 0.93 <= np.mean(hits) <= 0.975


def test_a_judge_no_better_than_chance_corrects_nothing() -> None:
    found = corrected_rate(50, 100, true_positive=5, positives=10, true_negative=5, negatives=10)
    assert np.isnan(found.estimate)
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_judge_that_takes_the_first_shown_is_caught() -> None:
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 2, size=60).astype(float)
    biased = position_bias(np.ones(60), np.zeros(60), list(range(60)))
    fair = position_bias(truth, truth, list(range(60)))
    assert (biased.inconsistent.estimate, biased.first.estimate) == (1.0, 1.0)
    assert biased.first.p < 1e-6
    assert (fair.inconsistent.estimate, fair.first.estimate, fair.first.p) == (0.0, 0.0, 1.0)


def test_length_bias_is_what_people_do_not_share() -> None:
    rng = np.random.default_rng(8)
    people = (rng.random(200) < 0.55).astype(float)
    judge = (rng.random(200) < 0.8).astype(float)
    found = length_bias(judge, people, list(range(200)))
    assert found.estimate == pytest.approx(judge.mean() - people.mean())
    assert 0 < found.low < 0.25 < found.high
