"""Rubrics, pairs and juries, read from outcomes."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from assistant.records import Outcome, Request
from evals.asking import INFRASTRUCTURE
from evals.judges import (
    Pair,
    PairRubric,
    Preference,
    consistency,
    judge_backward,
    judge_pairs,
    jury_preference,
    jury_score,
    position_bias,
)
from evals.judges.pairwise import pair_rubric_of
from evals.metrics import Subject, metric_named
from evals.metrics.rubric import METRIC, read_rubric, rubric_of, rubric_requests
from evals.records import Case, Score, Trial, invalid, scored

LEVELS = {1: "bad", 3: "fair", 5: "good"}
PLAIN = {"criterion": "plain English", "levels": LEVELS}


def answered(texts: Mapping[str, str], **changes: Any) -> dict[str, Outcome]:
    return {
        key: Outcome.model_validate({"key": key, "sample": 0, "status": "ok", "text": text, **changes})
        for key, text in texts.items()
    }


def score_of(options: Mapping[str, Any], *texts: str) -> Score:
    return read_rubric(rubric_of(options), answered({f"vote {place}": text for place, text in enumerate(texts)}))


@pytest.mark.parametrize(
    ("options", "texts", "value"),
    [
        (PLAIN, ["3"], 3.0),
        ({**PLAIN, "votes": 3}, ["3", "5", '{"verdict": "5"}'], 13 / 3),
        ({**PLAIN, "votes": 4}, ["3", "5", "none", "4"], 4.0),
        ({**PLAIN, "votes": 4}, ["3", "none", "2", "4"], None),
        ({"criterion": "c"}, ["pass"], 1.0),
        ({"criterion": "c", "votes": 3}, ["fail", "FAIL", "pass"], 0.0),
        ({"criterion": "c", "votes": 2}, ["fail", "pass"], None),
        (PLAIN, ["4"], None),
    ],
)
def test_votes_become_one_score_or_none(options: dict[str, Any], texts: list[str], value: float | None) -> None:
    score = score_of(options, *texts)
    assert score.value == (None if value is None else pytest.approx(value))
    assert (score.state == "invalid") is (value is None)
    assert score.explanation


def test_a_vote_that_nobody_could_be_asked_for_is_waited_for() -> None:
    outcomes = answered({"vote 0": "5", "vote 1": "5"}) | answered({"vote 2": ""}, status="failed", error="no route")
    score = read_rubric(rubric_of({**PLAIN, "votes": 3}), outcomes)
    assert score.state == "invalid"
    assert score.explanation.startswith(INFRASTRUCTURE)


def test_likelihood_weighs_the_levels() -> None:
    rubric = rubric_of({**PLAIN, "reading": "likelihood"})
    asked = rubric_requests(rubric, "a text")
    assert [request.grammar for request in asked] == ['root ::= "1"', 'root ::= "3"', 'root ::= "5"']
    odds = {"1": 0.2, "3": 0.2, "5": 0.6}
    outcomes = {
        f"level {name}": Outcome(
            key=name, sample=0, status="ok", text=name, tokens_out=2, mean_logprob=math.log(share) / 2
        )
        for name, share in odds.items()
    }
    assert read_rubric(rubric, outcomes).value == pytest.approx(3.8)
    untold = {key: each.model_copy(update={"mean_logprob": None}) for key, each in outcomes.items()}
    assert "likelihood" in read_rubric(rubric, untold).explanation
    assert read_rubric(rubric, untold).value is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "criterion"),
        ({"criterion": ""}, "criterion"),
        ({"criterion": "c", "levels": "stars"}, "levels is 'stars'"),
        ({"criterion": "c", "levels": {"good": "x", "bad": "y"}}, "whole numbers"),
        ({"criterion": "c", "levels": {1: "x"}}, "levels"),
        ({"criterion": "c", "levels": {1: "x", "01": "y"}}, "each once"),
        ({"criterion": "c", "votes": 0}, "votes"),
        ({"criterion": "c", "votes": 3, "temperature": 0}, "the same each time"),
        ({"criterion": "c", "wrong": 1}, "wrong"),
    ],
)
def test_options_that_describe_no_rubric_are_told(options: dict[str, Any], told: str) -> None:
    assert told in METRIC.check_options(options)


def test_the_metric_judges_a_trial() -> None:
    metric = metric_named("rubric")
    assert metric.requests is not None
    assert metric.read is not None
    trial = Trial(system="s", case="c", sample=2, state="answered", output="Soap, half price")
    subject = Subject(case=Case(case="c", sources=("Soap costs 1",)), trial=trial, options={**PLAIN, "sources": True})
    (request,) = metric.requests(subject)
    assert "| Soap, half price" in request.messages[-1].content
    assert "| Soap costs 1" in request.messages[-1].content
    assert metric.read(subject, answered({request.key: "5"})).value == 5
    empty = Subject(case=subject.case, trial=trial.model_copy(update={"output": " "}), options=PLAIN)
    assert list(metric.requests(empty)) == []
    assert metric.read(empty, {}).state == "invalid"


def test_votes_of_two_samples_share_no_draw() -> None:
    rubric = rubric_of({**PLAIN, "votes": 3})
    drawn = [request.sample for sample in range(3) for request in rubric_requests(rubric, "same", sample=sample)]
    assert len(set(drawn)) == 9


class Says:
    """Answers each order of a pair as it is told to."""

    def __init__(self, forward: str, backward: str, **changes: Any) -> None:
        self.said = {"forward": forward, "backward": backward}
        self.changes = changes

    def complete(self, requests: Any) -> list[Outcome]:
        keys = [request.key for request in requests]
        return [answered({key: self.said[key.rpartition("\n")[2]]}, **self.changes)[key] for key in keys]


PAIR = Pair("p", "What is asked?", "first text", "second text")


@pytest.mark.parametrize(
    ("forward", "backward", "winner", "consistent"),
    [
        ("A", "B", "first", True),
        ("B", "A", "second", True),
        ("A", "A", "tie", False),
        ("B", "B", "tie", False),
        ("tie", "tie", "tie", True),
        ("A", "tie", "tie", False),
        ("A", "first", "invalid", None),
        ("", "B", "invalid", None),
    ],
)
def test_a_pair_is_asked_both_ways_and_a_verdict_that_turns_is_a_tie(
    forward: str, backward: str, winner: str, consistent: bool | None
) -> None:
    (found,) = judge_pairs(Says(forward, backward), [PAIR], PairRubric(ties=True))
    assert (found.winner, found.consistent) == (winner, consistent)
    assert (found.points is None) is (winner == "invalid")


def test_a_tie_that_was_not_offered_is_no_verdict() -> None:
    (found,) = judge_pairs(Says("tie", "tie"), [PAIR], PairRubric())
    assert found.winner == "invalid"


def test_an_unreached_judge_prefers_nothing() -> None:
    (found,) = judge_pairs(Says("", "", status="failed", error="refused"), [PAIR], PairRubric())
    assert found.winner == "invalid"
    assert found.reason.startswith(INFRASTRUCTURE)


def test_position_bias_and_consistency() -> None:
    always_first = judge_pairs(Says("A", "A"), [PAIR], PairRubric())
    fair = judge_pairs(Says("A", "B"), [PAIR], PairRubric())
    lost = judge_pairs(Says("A", "neither"), [PAIR], PairRubric())
    assert position_bias([*always_first, *lost]) == 1
    assert position_bias(fair) == 0
    assert position_bias([*always_first, *fair]) == 0.5
    assert consistency([*always_first, *fair, *lost]) == 0.5
    assert math.isnan(position_bias(lost))


class Likely:
    """Gives every forced answer the log-probability it is told: by what the request must say."""

    def __init__(self, told: Mapping[str, float]) -> None:
        self.told = told

    def complete(self, requests: Any) -> list[Outcome]:
        return [self._outcome(request) for request in requests]

    def _outcome(self, request: Request) -> Outcome:
        text = (request.grammar or "").removeprefix('root ::= "').removesuffix('"')
        total = next(value for part, value in self.told.items() if part in request.key)
        return Outcome(key=request.key, sample=0, status="ok", text=text, tokens_out=4, mean_logprob=total / 4)


def test_what_speaks_for_a_place_goes_out_of_the_margin() -> None:
    # A is likelier by 3 in both orders, and by 1 more where the first text stands there.
    told = {"forward A": -1.0, "forward B": -5.0, "backward A": -1.0, "backward B": -3.0}
    (found,) = judge_pairs(Likely(told), [PAIR], PairRubric(reading="likelihood"))
    assert (found.winner, found.consistent) == ("tie", False)
    assert found.margin == pytest.approx(1.0)


def test_the_answer_that_foretells_its_question_is_preferred() -> None:
    (found,) = judge_backward(Likely({"first": -9.0, "second": -4.0}), [PAIR])
    assert (found.winner, found.consistent, found.margin) == ("second", True, pytest.approx(-5.0))


def test_a_pair_rubric_that_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match="likelihood"):
        pair_rubric_of({"ties": True, "reading": "likelihood"})
    with pytest.raises(ValueError, match="colour"):
        pair_rubric_of({"colour": 1})


def test_a_jury_says_what_its_judges_say_and_how_far_apart_they_are() -> None:
    scores = {"a": scored("rubric", 1, 1), "b": scored("rubric", 1, 0), "c": scored("rubric", 1, 1)}
    voted = jury_score(scores, majority=True)
    assert voted.value == 1
    assert "0.67" in voted.explanation
    assert [each.claim for each in voted.evidence] == ["a", "b", "c"]
    assert jury_score(scores).value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        ((None, "not offered"), None),
        (("x", "not offered", None), "1 of 3"),
        ((f"{INFRASTRUCTURE} off", None, None), INFRASTRUCTURE),
    ],
)
def test_a_jury_of_which_fewer_than_half_can_be_read_says_nothing(
    reasons: tuple[str | None, ...], told: str | None
) -> None:
    scores = {
        str(place): scored("rubric", 1, 3) if reason is None else invalid("rubric", 1, reason)
        for place, reason in enumerate(reasons)
    }
    score = jury_score(scores)
    assert (score.state == "valid") is (told is None)
    assert told is None or told in score.explanation


def test_a_jury_prefers_what_more_than_half_prefer() -> None:
    orders = {"first": ("A", "B"), "second": ("B", "A"), "tie": ("A", "A"), "invalid": ("", "")}

    def of(*winners: str) -> Preference:
        said = [{"winner": winner, "consistent": winner != "tie", "orders": orders[winner]} for winner in winners]
        return jury_preference(
            {str(place): Preference.model_validate({"key": "p", **each}) for place, each in enumerate(said)}
        )

    most = of("first", "first", "second")
    assert (most.winner, most.consistent, most.orders, most.reason) == (
        "first", True, ("A", "B"), "2 of 3 judges say first",
    )  # fmt: skip
    assert of("first", "second").winner == "tie"
    assert of("first", "second", "tie").winner == "tie"
    assert position_bias([of("tie", "tie", "second")]) == 1
    assert of("tie", "tie", "second").consistent is False
    assert of("invalid", "invalid", "first").winner == "invalid"


def test_a_jury_waits_for_a_judge_who_could_not_be_reached() -> None:
    lost = Preference(key="p", winner="invalid", consistent=None, orders=("", ""), reason=f"{INFRASTRUCTURE} no route")
    said = Preference(key="p", winner="first", consistent=True, orders=("A", "B"))
    found = jury_preference({"a": said, "b": said, "c": lost})
    assert (found.winner, found.reason) == ("invalid", lost.reason)
