"""Metrics of how differently the samples of a case are worded and what they say."""

from collections.abc import Sequence
from typing import Any

import pytest
from metric_subjects import piece_detail, subject

from evals.metrics import Subject, metric_named, near_duplicates
from evals.records import Score

LINES = {"title": "{product}", "push": "Until {offer.deadline}"}
NAMES = ["lexical_diversity", "content_diversity"]


def measured(name: str, texts: Sequence[str], **told: Any) -> list[Score]:
    return of_subjects(name, [subject(text, sample=at, **told) for at, text in enumerate(texts)])


def of_subjects(name: str, subjects: Sequence[Subject]) -> list[Score]:
    metric = metric_named(name)
    assert metric.measure_all is not None
    scores = metric.measure_all(subjects)
    return [scores[at] for at in range(len(subjects))]


def test_own_words_in_a_row_are_counted_by_hand() -> None:
    # Pairs of the first: fresh bread, bread this, this week; the second has the last two of them.
    scores = measured("lexical_diversity", ["Fresh bread this week", "Warm bread this week", "Soup, then"])
    assert [score.value for score in scores] == [pytest.approx(1 / 3), pytest.approx(1 / 3), 1.0]
    assert scores[0].explanation == "1 of 3 times 2 words are its own; 'this week' is in 2"


def test_texts_are_compared_by_three_words_and_lines_by_two() -> None:
    long = ["one two three four five six seven eight nine ten", "one two three x five six y eight nine z"]
    assert measured("lexical_diversity", long)[0].explanation.startswith("7 of 8 times 3 words")
    assert measured("lexical_diversity", long, options={"words": 1})[0].explanation.startswith("3 of 10 times 1 words")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_text_again_has_no_diversity(name: str) -> None:
    scores = measured(name, ["Fresh bread this week", "fresh bread this week!", "Soup for a cold evening"])
    assert [score.value for score in scores] == [pytest.approx(0), pytest.approx(0), pytest.approx(1, abs=0.1)]


def test_content_tells_other_wording_from_other_content() -> None:
    scores = measured(
        "content_diversity",
        ["Our bakers bake bread daily", "Bread that our baker bakes every day", "Cats love a warm window seat"],
    )
    values = [score.value or 0.0 for score in scores]
    assert values[0] < 0.6 < 0.8 < values[2]
    assert scores[0].explanation.startswith("is most like sample 2, likeness 0.")


def test_content_is_compared_by_an_embedder_where_one_is_named() -> None:
    scores = measured("content_diversity", ["warm bread", "warm bread", "cold soup"], options={"embedder": "hashing"})
    assert [score.value for score in scores[:2]] == [pytest.approx(0, abs=1e-6)] * 2
    assert (scores[2].value or 0) > 0.3


def test_near_duplicates_are_told_and_counted() -> None:
    subjects = [subject(text, sample=at) for at, text in enumerate(["Warm bread", "Warm breads", "Cold soup today"])]
    metric = metric_named("content_diversity")
    assert metric.measure_all is not None
    assert metric.notes is not None
    scores = metric.measure_all(subjects)
    assert scores[0].explanation.startswith("says the same as sample 2")
    assert metric.notes(subjects, scores) == {"near_duplicates": 2, "of": 3}
    told = near_duplicates.measure_all(subjects)
    assert [told[at].value for at in range(3)] == [1, 1, 0]
    assert near_duplicates.measure_all(subjects[:1])[0].explanation == "there is one sample alone"


def test_the_same_function_words_are_the_same() -> None:
    subjects = [subject(detail=piece_detail("push", LINES), channel="push", sample=at) for at in (0, 1)]
    assert [score.value for score in of_subjects("content_diversity", subjects)] == [pytest.approx(0)] * 2


@pytest.mark.parametrize("name", NAMES)
def test_facts_make_no_two_samples_alike(name: str) -> None:
    lines = ("{product} is warm.", "Good mornings start with {product}.")
    subjects = [subject(detail=piece_detail("push", {"title": "Look", "push": line}), channel="push") for line in lines]
    bare = [subject(text) for text in ("Look is warm", "Look good mornings start with")]
    assert [score.value for score in of_subjects(name, subjects)] == [
        pytest.approx(score.value) for score in of_subjects(name, bare)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_compared_within_their_case_or_their_cluster(name: str) -> None:
    told: dict[str, Any] = {"brief": "spring", "segment": "S1", "channel": "push"}
    for over, value in (("case", None), ("cluster", 0)):
        subjects = [
            subject("Fresh bread this week", case=case, options={"over": over}, **told) for case in ("one", "two")
        ]
        values = [score.value for score in of_subjects(name, subjects)]
        assert values == [None if value is None else pytest.approx(value)] * 2
    told["channel"] = "sms"
    assert of_subjects(name, [*subjects[:1], subject("x y", options={"over": "cluster"}, **told)])[0].state == "invalid"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("texts", "reasons"),
    [
        (["Fresh bread"], ["there is one sample alone"]),
        (["", "Fresh bread this week"], ["it has", ""]),
    ],
)
def test_one_sample_or_no_words_are_invalid(name: str, texts: Sequence[str], reasons: Sequence[str]) -> None:
    for score, reason in zip(measured(name, texts), reasons, strict=True):
        assert (score.state == "invalid") == bool(reason)
        assert not reason or score.explanation.startswith(reason)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("lexical_diversity", {"words": 0}, "words is 0, expected a whole number from 1 to 5"),
        ("lexical_diversity", {"over": "brief"}, "over is 'brief', expected one of case, cluster"),
        ("content_diversity", {"embedder": "big"}, "embedder is 'big', expected minilm, hashing or folder:PATH"),
        ("content_diversity", {"words": 2}, "it has no option 'words'; expected embedder, over"),
    ],
)
def test_options_of_diversity_are_checked(name: str, options: dict[str, Any], words: str) -> None:
    assert metric_named(name).check_options(options) == words
