"""Blind identification: for which segment was this written, and is that more than its own names?"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from metric_subjects import subject

from evals.metrics import Subject, metric_named
from evals.records import Score

PROFILES: dict[str, Any] = {
    "S1": {"name": "Early birds", "products": ["Baby food"], "text": "They come in the morning, often, with coupons."},
    "S2": {"name": "Connoisseurs", "products": ["Cheddar"], "text": "They come seldom, in the evening, and pay full."},
    "S3": {"name": "Pet owners", "products": ["Cat food"], "text": "They fill the cupboard once a week, by car."},
}
OF_HABIT = {"S1": "A morning coupon again", "S2": "An evening without hurry", "S3": "Once a week by car"}
OF_NAME = {"S1": "Baby food is here", "S2": "Cheddar is here", "S3": "Cat food is here"}


def trials(
    texts: Mapping[str, str], *, briefs: int = 1, profiles: bool = True, channels: Sequence[str] = ("push",)
) -> list[Subject]:
    return [
        subject(
            texts[segment],
            case=f"{segment} {brief} {channel}",
            brief=f"b{brief}",
            segment=segment,
            channel=channel,
            inputs={"profile": PROFILES[segment]} if profiles else {},
            options={"draws": 999},
        )
        for brief, segment, channel in itertools.product(range(briefs), texts, channels)
    ]


def judged(subjects: Sequence[Subject]) -> tuple[list[Score], Mapping[str, Any]]:
    metric = metric_named("persona_identification")
    assert metric.measure_all is not None
    assert metric.notes is not None
    scores = metric.measure_all(subjects)
    return [scores[at] for at in range(len(subjects))], metric.notes(subjects, scores)


def test_a_text_is_taken_for_the_segment_whose_habits_it_speaks_of() -> None:
    scores, notes = judged(trials(OF_HABIT, channels=("push", "sms")))
    assert [score.value for score in scores] == [1.0] * 6
    assert scores[0].explanation == "taken for S1 by coupon, morning, of 3"
    assert notes["confusion"] == {"S1": {"S1": 2}, "S2": {"S2": 2}, "S3": {"S3": 2}}
    assert (notes["accuracy"], notes["accuracy_without_own_words"]) == (1, 1)
    assert notes["chance"] == pytest.approx(1 / 3)
    # Of 36 shufflings, six in each channel, one is as good.
    assert notes["p"] == pytest.approx(1 / 36)


def test_naming_products_alone_is_left_with_nothing_by_the_control() -> None:
    scores, notes = judged(trials(OF_NAME))
    assert [score.value for score in scores] == [1.0] * 3
    assert (notes["accuracy"], notes["accuracy_without_own_words"]) == (1, 0)
    assert notes["p_without_own_words"] == 1


def test_without_profiles_a_segment_is_known_by_its_texts_of_other_briefs() -> None:
    scores, notes = judged(trials(OF_HABIT, briefs=3, profiles=False))
    assert [score.value for score in scores] == [1.0] * 9
    # Of 216 shufflings, six in each brief, the six that name all briefs alike are as good.
    assert notes["p"] == pytest.approx(1 / 36)


def test_what_the_own_brief_says_is_no_sign_of_a_segment() -> None:
    # Every brief has words of its own, and segments have none: nothing is left to tell them by.
    subjects = [
        subject(f"Word{brief} and other{brief}", case=f"{brief}{segment}", brief=f"b{brief}", segment=segment)
        for brief in range(3)
        for segment in ("S1", "S2")
    ]
    scores, _ = judged(subjects)
    assert [(score.value, score.explanation) for score in scores] == [(0.0, "taken for unclear, of 2")] * 6


def test_a_text_that_is_confused_is_told_for_whom() -> None:
    scores, notes = judged(trials({**OF_HABIT, "S3": "An evening, seldom"}))
    assert [score.value for score in scores] == [1, 1, 0]
    assert notes["confusion"]["S3"] == {"S2": 1}


def test_by_chance_segments_are_identified_as_often_as_chance_says() -> None:
    draw = np.random.default_rng(3)
    words = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwx"]
    p = []
    for _ in range(40):
        subjects = [
            subject(
                " ".join(draw.choice(words, 6)),
                case=f"{brief} {segment}",
                brief=brief,
                segment=segment,
                channel="push",
                inputs={"profile": " ".join(words[int(segment[1]) :: 4])},
                options={"draws": 99},
            )
            for brief in ("b1", "b2")
            for segment in ("S0", "S1", "S2", "S3")
        ]
        p.append(judged(subjects)[1]["p"])
    # 40 draws at 10%: more than 9 come by chance once in two hundred.
    assert sum(value <= 0.1 for value in p) <= 9


@pytest.mark.parametrize(
    ("subjects", "reason"),
    [
        ([subject("Bread")], "the case has no segment"),
        (trials({"S1": "Bread"}), "there are fewer than two segments to tell apart"),
        (trials(OF_HABIT, profiles=False), "the segments have neither profiles nor texts of other briefs"),
        # Two segments, but never in one channel.
        (
            [*trials({"S1": "Bread"}), *trials({"S2": "Bread"}, channels=("sms",))],
            "there are fewer than two segments to tell apart",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_invalid(subjects: Sequence[Subject], reason: str) -> None:
    scores, notes = judged(subjects)
    assert {(score.state, score.explanation) for score in scores} == {("invalid", reason)}
    assert notes == {}


def test_draws_are_a_whole_number() -> None:
    told = metric_named("persona_identification").check_options({"draws": 10})
    assert told == "draws is 10, expected a whole number from 99 to 100000"
