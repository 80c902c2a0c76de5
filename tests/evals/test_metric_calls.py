"""Metrics of the chat's routing judge as the chat is judged."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from metric_subjects import subject

from evals.metrics import metric_named
from evals.metrics.metric import Metric

RANK = {"tool": "rank_segments", "arguments": {"metric": "frequency"}}


def value_of(metric: Metric, detail: Mapping[str, Any], expected: Mapping[str, Any]) -> float | None:
    assert metric.measure is not None
    return metric.measure(subject(detail=detail, expected=expected)).value


@pytest.mark.parametrize(
    ("called", "clarifies", "tools", "arguments", "tool_right", "arguments_right"),
    [
        ([RANK], False, ["rank_segments"], {"metric": "Frequency"}, 1, 1),
        ([RANK], False, ["rank_segments"], {"metric": "recency"}, 1, 0),
        ([RANK], False, ["rank_segments"], {"metric": ["recency", "frequency"]}, 1, 1),
        ([RANK], False, ["rank_segments"], {"metric": {"contains": "freq"}}, 1, 1),
        ([RANK], False, ["shop_overview"], {}, 0, 0),
        ([{"tool": "shop_overview"}, RANK], False, ["rank_segments"], {"metric": "frequency"}, 1, 1),
        ([], True, ["clarify"], {}, 1, 1),
        ([], False, ["rank_segments"], {}, 0, 0),
        ([RANK], False, ["clarify"], {}, 0, 0),
        ([RANK], False, ["clarify", "rank_segments"], {"metric": "frequency"}, 1, 1),
    ],
)
def test_a_turn_is_right_where_tool_and_arguments_are(
    called: Sequence[Mapping[str, Any]],
    clarifies: bool,
    tools: Sequence[str],
    arguments: Mapping[str, Any],
    tool_right: float,
    arguments_right: float,
) -> None:
    detail, expected = {"called": called, "clarifies": clarifies}, {"tools": tools, "arguments": arguments}
    assert value_of(metric_named("right_tool"), detail, expected) == tool_right
    assert value_of(metric_named("right_arguments"), detail, expected) == arguments_right


def test_a_segment_may_be_called_by_its_name_and_placeholders_are_the_trials() -> None:
    detail = {
        "called": [{"tool": "describe_segment", "arguments": {"segment": "Evening shoppers"}}],
        "expected": {"tools": ["describe_segment"], "arguments": {"segment": "S2"}},
        "names": {"S2": "Evening shoppers"},
    }
    expected = {"tools": ["describe_segment"], "arguments": {"segment": "{most.frequency}"}}
    assert value_of(metric_named("right_arguments"), detail, expected) == 1
    assert value_of(metric_named("right_arguments"), {**detail, "names": {}}, expected) == 0


@pytest.mark.parametrize("name", ["right_tool", "right_arguments"])
@pytest.mark.parametrize(
    ("detail", "expected", "reason"),
    [
        ({"called": []}, {}, "expected.tools is None, not a list of tools"),
        ({"called": []}, {"tools": ["x"], "arguments": []}, "expected.arguments is [], not names with values"),
        ({}, {"tools": ["clarify"]}, "the trial does not tell what was called"),
    ],
)
def test_a_turn_that_cannot_be_judged_is_invalid(
    name: str, detail: Mapping[str, Any], expected: Mapping[str, Any], reason: str
) -> None:
    metric = metric_named(name)
    assert metric.measure is not None
    score = metric.measure(subject(detail=detail, expected=expected))
    assert (score.state, score.explanation) == ("invalid", reason)
