"""What every registered metric promises."""

import importlib.util
from collections.abc import Mapping
from typing import Any

import pytest
from metric_subjects import INPUTS, piece_detail, subject

from evals.metrics import METRICS, Subject, metric_named
from evals.metrics.metric import Metric

SMS = {"sms": "{offer.discount} off {product} with {offer.code} until {offer.deadline}."}
WRITTEN = [name for name in METRICS if importlib.util.find_spec(f"evals.metrics.{METRICS[name]}")]
OPTIONS: dict[str, dict[str, Any]] = {"rubric": {"criterion": "It is friendly."}}
"""Of those that need some."""
EXPECTED: dict[str, Any] = {
    "output": "Rye bread",
    "relevant": ["a"],
    "tools": ["clarify"],
    "groups": {"1": "A", "2": "B"},
    "contains": {"all": ["rye"]},
    "profile": "Bread in the morning",
}
DETAIL: dict[str, Any] = {
    **piece_detail("sms", SMS),
    "ranked": [{"id": "a", "score": 0.9}],
    "called": [],
    "labels": {"1": "x", "2": "y"},
}


def subjects(metric: Metric) -> list[Subject]:
    """Two samples of two segments, made anew, and one that tells nothing."""
    options = OPTIONS.get(metric.name, {})
    return [
        *(
            subject(
                f"15% off rye bread for {segment}, sample {sample}.",
                case=f"case {segment}",
                brief="spring",
                segment=segment,
                channel="sms",
                sample=sample,
                inputs=INPUTS,
                expected=EXPECTED,
                sources=("Rye bread is baked daily.",),
                detail=DETAIL,
                options=options,
                trial={"seconds": 0.5, "tokens_in": 10, "tokens_out": 5},
            )
            for segment in ("S1", "S2")
            for sample in (0, 1)
        ),
        subject(options=options),
    ]


@pytest.fixture(params=WRITTEN)
def metric(request: pytest.FixtureRequest) -> Metric:
    return metric_named(request.param)


def test_it_says_what_it_is(metric: Metric) -> None:
    assert METRICS[metric.name]
    assert metric.version >= 1
    assert metric.description
    assert not metric.description.endswith(".")
    module = importlib.import_module(f"evals.metrics.{METRICS[metric.name]}")
    assert (module.__doc__ or "").strip()


def test_it_scores_in_exactly_one_way(metric: Metric) -> None:
    assert (metric.requests is None) == (metric.read is None)
    assert sum(way is not None for way in (metric.measure, metric.measure_all, metric.requests)) == 1
    assert metric.notes is None or metric.measure_all is not None


def test_it_names_itself_and_its_version_in_its_scores(metric: Metric) -> None:
    scores = all_scores(metric, subjects(metric))
    assert {(score.metric, score.version) for score in scores.values()} <= {(metric.name, metric.version)}
    if metric.kind == "proportion":
        assert {score.value for score in scores.values()} <= {0.0, 1.0, None}
    assert all(score.explanation for score in scores.values() if score.state == "invalid")


def test_the_same_trial_has_the_same_score_anywhere(metric: Metric) -> None:
    first, again = subjects(metric), subjects(metric)
    before = [one.trial.model_dump_json() + one.case.model_dump_json() for one in first]
    assert all_scores(metric, first) == all_scores(metric, again)
    if metric.notes is not None and metric.measure_all is not None:
        assert metric.notes(first, metric.measure_all(first)) == metric.notes(again, metric.measure_all(again))
    if metric.requests is not None:
        assert list(metric.requests(first[0])) == list(metric.requests(again[0]))
    assert [one.trial.model_dump_json() + one.case.model_dump_json() for one in first] == before


def test_an_option_that_it_has_not_is_told(metric: Metric) -> None:
    told = metric.check_options({**OPTIONS.get(metric.name, {}), "no_such_option": 1})
    assert "no_such_option" in told
    assert not told.endswith(".")


def test_a_metric_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(Exception, match="did you mean 'checks'"):
        metric_named("cheks")


def all_scores(metric: Metric, own: list[Subject]) -> Mapping[int, Any]:
    if metric.measure is not None:
        return {at: metric.measure(one) for at, one in enumerate(own)}
    return metric.measure_all(own) if metric.measure_all is not None else {}
