"""Rankings, length control, components of variance and leaks."""

import time

import numpy as np
import pytest

from evals.statistics import (
    bradley_terry,
    length_controlled_win_rate,
    near_duplicates,
    split_groups,
    split_variance,
)

STRENGTHS = (-0.8, -0.2, 0.3, 0.7)


def battles(rng: np.random.Generator, clusters: int) -> list[tuple[str, str, float, int]]:
    fought = []
    for cluster in range(clusters):
        for one in range(4):
            for other in range(one):
                chance = 1 / (1 + np.exp(STRENGTHS[other] - STRENGTHS[one]))
                fought.append((f"s{one}", f"s{other}", float(rng.random() < chance), cluster))
    return fought


def test_strengths_are_found_and_covered() -> None:
    rng = np.random.default_rng(1)
    hits = []
    for _ in range(60):
        found = bradley_terry(battles(rng, 30))
        hits += [rating.low <= STRENGTHS[int(rating.system[1])] <= rating.high for rating in found.ratings]
    assert 0.92 <= np.mean(hits) <= 0.99
    large = bradley_terry(battles(rng, 1000))
    assert [rating.system for rating in large.ratings] == ["s3", "s2", "s1", "s0"]
    assert [rating.strength for rating in large.ratings] == pytest.approx(STRENGTHS[::-1], abs=0.12)
    assert (large.connected, large.bounded, large.note) == (True, True, "")


def test_a_tie_is_half_a_win_of_each() -> None:
    found = bradley_terry([("a", "b", 0.5, cluster) for cluster in range(10)])
    assert [rating.strength for rating in found.ratings] == pytest.approx([0, 0])


def test_systems_that_never_met_are_not_compared() -> None:
    found = bradley_terry([("a", "b", 1, 0), ("b", "a", 1, 1), ("c", "d", 0.5, 2)])
    assert not found.connected
    assert "never met" in found.note
    assert len({rating.component for rating in found.ratings}) == 2


def test_a_system_that_never_lost_is_finite_and_said() -> None:
    found = bradley_terry([("a", "b", 1, cluster) for cluster in range(12)])
    assert (found.connected, found.bounded) == (True, False)
    assert "no upper bound" in found.note
    assert found.ratings[0].low < found.ratings[0].strength < 5


def test_length_alone_does_not_win() -> None:
    rng = np.random.default_rng(2)
    gap = rng.normal(60, 60, size=400)
    chance = 1 / (1 + np.exp(-1.5 * np.tanh(gap / 60)))
    won = (rng.random(400) < chance).astype(float)
    found = length_controlled_win_rate(won, 300 + gap, np.full(400, 300.0), list(range(400)), draws=300)
    assert won.mean() > 0.65
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.25


def test_the_length_controlled_rate_covers() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(120):
        gap = rng.normal(20, 60, size=90)
        chance = 1 / (1 + np.exp(-0.4 - np.tanh(gap / 60)))
        won = (rng.random(90) < chance).astype(float)
        found = length_controlled_win_rate(won, gap, np.zeros(90), np.repeat(np.arange(30), 3).tolist(), draws=200)
        hits += found.low <= 1 / (1 + np.exp(-0.4)) <= found.high
    assert hits / 120 >= 0.9


def test_equal_lengths_leave_the_rate_alone_and_all_wins_are_not_certainty() -> None:
    plain = length_controlled_win_rate([1, 1, 0, 1] * 10, [9] * 40, [9] * 40, list(range(40)), draws=200)
    assert plain.estimate == pytest.approx(0.75, abs=0.02)
    sure = length_controlled_win_rate([1] * 20, list(range(20)), [0] * 20, list(range(20)), draws=200)
    assert 0.75 < sure.low < 0.9
    assert sure.estimate == sure.high == 1.0


def test_components_of_variance_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    rows = []
    for case in range(400):
        base = rng.normal(0, 2)
        for wording in range(int(rng.integers(2, 4))):
            shift = rng.normal(0, 1)
            for sample in range(int(rng.integers(2, 4))):
                noise = rng.normal(0, 1.5)
                for judge in ("x", "y"):
                    rows.append((f"c{case}", f"w{wording}", sample, judge, base + shift + noise + rng.normal(0, 0.5)))
    found = split_variance(rows)
    assert found.case == pytest.approx(4, rel=0.15)
    assert found.wording == pytest.approx(1, rel=0.3)
    assert found.sample == pytest.approx(2.25, rel=0.1)
    assert found.judge == pytest.approx(0.25, rel=0.1)
    assert "more cases" in found.advice


def test_advice_follows_the_noise_and_the_price() -> None:
    rng = np.random.default_rng(5)
    rows = [(f"c{case}", "w", sample, "", float(rng.normal(0, 1))) for case in range(60) for sample in range(3)]
    dear = split_variance(rows, case_cost=50)
    assert dear.advice.startswith("Spend on more samples")
    assert split_variance([("a", "w", 0, "", 1.0), ("b", "w", 0, "", 1.0)]).advice.startswith("Nothing varies")
    with pytest.raises(ValueError, match="two cases"):
        split_variance(rows[:2])


def test_texts_on_both_sides_are_named() -> None:
    tuning = {"t1": "Spring sale: 20% off garden chairs until Sunday!", "t2": "Something else altogether."}
    test = {"e1": "SPRING SALE – 20% off garden chairs, until Sunday", "e2": "Winter boots are here.", "e3": ""}
    found = near_duplicates(tuning, test)
    assert [(leak.tuning, leak.test, leak.kind) for leak in found] == [("t1", "e1", "text")]
    assert found[0].similarity == 1.0
    assert "t1" in found[0].why
    assert near_duplicates({}, test) == []


def test_no_pair_above_the_threshold_is_missed() -> None:
    rng = np.random.default_rng(6)
    words = ["".join(rng.choice(list("abcdefgh"), 4)) for _ in range(30)]
    texts = {f"x{i}": " ".join(rng.choice(words, 12)) for i in range(60)}
    first, second = dict(list(texts.items())[:30]), dict(list(texts.items())[30:])

    def grams(text: str) -> set[str]:
        padded = f"    {text}    "
        return {padded[i : i + 5] for i in range(len(padded) - 4)}

    for threshold in (0.15, 0.2):
        known = {
            (a, b) for a in first for b in second
            if len(grams(first[a]) & grams(second[b])) >= threshold * len(grams(first[a]) | grams(second[b])) - 1e-9
        }  # fmt: skip
        assert {(leak.tuning, leak.test) for leak in near_duplicates(first, second, threshold=threshold)} == known
        assert known


@pytest.mark.slow
def test_five_thousand_texts_a_side_take_seconds() -> None:
    rng = np.random.default_rng(7)
    words = np.array(["".join(rng.choice(list("abcdefghijklmnopqrst"), 6)) for _ in range(2000)])
    sides = [{f"{side}{i}": " ".join(rng.choice(words, 40)) for i in range(5000)} for side in "ab"]
    sides[1]["b7"] = sides[0]["a3"] + " now"
    start = time.process_time()
    found = near_duplicates(*sides)
    assert [(leak.tuning, leak.test) for leak in found] == [("a3", "b7")]
    assert time.process_time() - start < 30


def test_groups_on_both_sides_are_named() -> None:
    found = split_groups({"a": "brief 1", "b": "brief 2", "x": None}, {"c": "brief 2", "d": "brief 3", "y": None})
    assert [(leak.tuning, leak.test, leak.kind) for leak in found] == [("b", "c", "group")]
    assert "brief 2" in found[0].why
