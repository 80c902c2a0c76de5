"""Metrics of retrieval and of segments, against values worked out by hand."""

from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

import numpy as np
import pytest
from metric_subjects import subject
from sklearn.metrics import adjusted_rand_score

from evals.metrics import metric_named
from evals.metrics.recovered_groups import adjusted_rand
from evals.records import Score

GRADED = {"a": 3, "b": 2, "c": 1}


def measured(name: str, **told: Any) -> Score:
    metric = metric_named(name)
    assert metric.measure is not None
    return metric.measure(subject(**told))


def ranked(*told: str | tuple[str, float]) -> list[dict[str, Any]]:
    """Documents, nearest first; those without a score are tied with nobody."""
    return [{"id": one} if isinstance(one, str) else {"id": one[0], "score": one[1]} for one in told]


@pytest.mark.parametrize(
    ("found", "relevant", "k", "recall", "ndcg"),
    [
        # Three of three in the best order.
        (ranked("a", "b", "c"), GRADED, 10, 1.0, 1.0),
        # 2/1 + 3/log2(4) over 3/1 + 2/log2(3) + 1/log2(4).
        (ranked("b", "x", "a"), GRADED, 10, 2 / 3, 3.5 / (3.5 + 2 / log2(3))),
        # The third rank is beyond k; of the best order two ranks count.
        (ranked("b", "x", "a"), GRADED, 2, 1 / 3, 2 / (3 + 2 / log2(3))),
        # More are relevant than k: recall cannot reach 1, nDCG can.
        (ranked("a", "b"), ["a", "b", "c"], 2, 2 / 3, 1.0),
        # Fewer than k were found.
        (ranked("a"), ["a", "b"], 10, 0.5, 1 / (1 + 1 / log2(3))),
        (ranked(), ["a"], 10, 0.0, 0.0),
        # Two of one score: each of their ranks holds half of it.
        (ranked(("a", 0.9), ("x", 0.9)), ["a"], 1, 0.5, 0.5),
        (ranked(("x", 0.9), ("a", 0.9)), ["a"], 2, 1.0, (0.5 + 0.5 / log2(3)) / 1),
        # What stands there twice is found once, and a gain of 0 is not relevant.
        (ranked("a", "a"), {"a": 1, "b": 1, "z": 0}, 10, 0.5, 1 / (1 + 1 / log2(3))),
    ],
)
def test_a_ranking_has_the_recall_and_the_ndcg_worked_out_by_hand(
    found: Sequence[Mapping[str, Any]], relevant: Any, k: int, recall: float, ndcg: float
) -> None:
    told = {"detail": {"ranked": found}, "expected": {"relevant": relevant}, "options": {"k": k}}
    assert measured("recall_at_k", **told).value == pytest.approx(recall)
    assert measured("ndcg", **told).value == pytest.approx(ndcg)


@pytest.mark.parametrize("name", ["recall_at_k", "ndcg"])
@pytest.mark.parametrize(
    ("detail", "expected", "reason"),
    [
        ({"ranked": []}, {}, "expected.relevant is None, not ids or ids with gains"),
        ({"ranked": []}, {"relevant": []}, "expected.relevant holds no relevant document"),
        ({"ranked": []}, {"relevant": {"a": 0}}, "expected.relevant holds no relevant document"),
        ({"ranked": []}, {"relevant": {"a": -1}}, "expected.relevant.a is -1, not a gain of 0 or more"),
        ({"ranked": []}, {"relevant": {"a": "high"}}, "expected.relevant.a is 'high', not a gain of 0 or more"),
        ({}, {"relevant": ["a"]}, "the trial holds no ranked documents"),
    ],
)
def test_a_ranking_that_cannot_be_judged_is_invalid(
    name: str, detail: Mapping[str, Any], expected: Mapping[str, Any], reason: str
) -> None:
    score = measured(name, detail=detail, expected=expected)
    assert (score.state, score.value, score.explanation) == ("invalid", None, reason)


def test_recall_says_what_can_be_reached() -> None:
    score = measured("recall_at_k", detail={"ranked": ranked("a")}, expected={"relevant": ["a", "b"]}, options={"k": 1})
    assert score.explanation == "1 of 2 are among the first 1; at most 0.5 can be reached"


def test_k_is_a_whole_number() -> None:
    assert metric_named("ndcg").check_options({"k": 0}) == "k is 0, expected a whole number from 1 to 1000"


@pytest.mark.parametrize(
    ("detail", "groups", "value"),
    [
        ({"labels": {"1": "x", "2": "x", "3": "y"}}, {"1": "A", "2": "A", "3": "B"}, 1.0),
        # One pair is together in both; by chance 2 * 3 / 6 = 1 would be.
        ({"labels": {"1": "x", "2": "x", "3": "y", "4": "x"}}, {"1": "A", "2": "A", "3": "B", "4": "B"}, 0.0),
        # Who belongs to no known group does not count.
        ({"labels": {"1": "x", "2": "x", "3": "y", "9": "x"}}, {"1": "A", "2": "A", "3": "B"}, 1.0),
        # No pair is together in both, (0 - 4/6) / (2 - 4/6).
        ({"table": {"A": {"x": 1, "y": 1}, "B": {"x": 1, "y": 1}}}, 2, -0.5),
        ({"adjusted_rand": 0.75}, 4, 0.75),
        ({"labels": {"1": "x"}}, {"1": "A", "2": "B"}, None),
        ({"labels": {"1": "x"}}, 4, None),
        ({}, 4, None),
    ],
)
def test_groups_found_again_agree_as_worked_out_by_hand(
    detail: Mapping[str, Any], groups: Any, value: float | None
) -> None:
    score = measured("recovered_groups", detail=detail, expected={"groups": groups})
    assert score.value == (None if value is None else pytest.approx(value))
    assert (score.state == "invalid") == (value is None)


def test_agreement_of_groups_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(11)
    for groups in (1, 2, 5):
        truth, found = draw.integers(0, groups, 60), draw.integers(0, 4, 60)
        table: dict[tuple[str, str], int] = {}
        for pair in zip(map(str, truth), map(str, found), strict=True):
            table[pair] = table.get(pair, 0) + 1
        assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(truth, found))
