"""Metrics of how a text sounds: like the brand, easy to read, unlike spam."""

from collections.abc import Mapping
from typing import Any

import pytest
from metric_subjects import INPUTS, piece_detail, subject

from assistant.copywriting import known_languages, language_named
from evals.metrics import metric_named
from evals.metrics.spam import phrases_of
from evals.records import Score

QUIET = (
    "Bread is warm at seven. Come by when you can.",
    "Rain outside, toast inside. The loaf is on the shelf.",
    "Some days need soup. Ours is in aisle two, next to the bread.",
    "Milk is cold and the tea is hot. You know where we are.",
    "A slow morning needs good coffee. The shop is open.",
    "The apples are in. Take one for the way home.",
    "We cut the cheese the way you like it. Ask at the counter.",
    "Dinner can be plain. Bread, butter and a bit of salt will do.",
)


def measured(name: str, *args: Any, **told: Any) -> Score:
    metric = metric_named(name)
    assert metric.measure is not None
    return metric.measure(subject(*args, **{"channel": "push", **told}))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The soup is warm and the bread is on the shelf. Come in.", 0.5, 1.0),
        ("HURRY!!! CRAZY DEALS ON EVERYTHING!!! BUY NOW!!!", 0.0, 0.0),
        ("Pursuant to recent policy modifications, customers may hereby obtain merchandise.", 0.0, 0.125),
        ("Unser Brot ist jeden Morgen frisch und wartet im Regal auf dich.", 0.0, 0.125),
    ],
)
def test_a_text_that_sounds_like_the_exemplars_is_among_them(text: str, low: float, high: float) -> None:
    score = measured("brand_fit", text, expected={"exemplars": list(QUIET)})
    assert score.value is not None
    assert low <= score.value <= high, score


def test_an_exemplar_left_out_is_where_chance_puts_it() -> None:
    values = []
    for at, text in enumerate(QUIET):
        rest = [other for place, other in enumerate(QUIET) if place != at]
        values.append(measured("brand_fit", text, expected={"exemplars": rest}).value or 0.0)
    assert 0.35 <= sum(values) / len(values) <= 0.65
    assert len(set(values)) > 3


def test_an_exemplar_word_for_word_is_told() -> None:
    score = measured("brand_fit", QUIET[0], options={"exemplars": list(QUIET)})
    assert score.explanation.endswith("; it is one of them, word for word")


def test_what_the_kit_bans_or_asks_for_decides_before_style() -> None:
    brand = {
        "voice": {"examples": [{"text": text} for text in QUIET]},
        "banned": [{"term": "bargain"}],
        "required": [{"term": "Mill Lane"}],
    }
    told = {"inputs": {"brand": brand}}
    banned = measured("brand_fit", f"{QUIET[0]} A bargain from Mill Lane.", **told)
    assert (banned.value, banned.explanation) == (0, "'bargain' is banned")
    missing = measured("brand_fit", QUIET[0], **told)
    assert (missing.value, missing.explanation) == (0, "'Mill Lane' is missing")
    fitting = measured("brand_fit", "The bread of Mill Lane is warm. Come by when you can.", **told)
    assert fitting.value is not None
    assert fitting.value > 0


@pytest.mark.parametrize(
    ("text", "told", "reason"),
    [
        (QUIET[0], {"expected": {"exemplars": list(QUIET[:4])}}, "too few exemplars: 4, at least 5"),
        # Twice the same is one.
        (QUIET[0], {"expected": {"exemplars": [*QUIET[:4], QUIET[0]]}}, "too few exemplars: 4, at least 5"),
        (QUIET[0], {}, "too few exemplars: 0, at least 5"),
        ("Warm bread.", {"expected": {"exemplars": list(QUIET)}}, "too short: fewer than 4 words"),
        (QUIET[0], {"inputs": {"brand": {"tone": "warm"}}}, "the case's brand cannot be read: Extra inputs are not"),
    ],
)
def test_style_needs_exemplars_and_a_text(text: str, told: Mapping[str, Any], reason: str) -> None:
    score = measured("brand_fit", text, **told)
    assert (score.state, score.value) == ("invalid", None)
    assert score.explanation.startswith(reason)


def test_reading_ease_is_the_formulas() -> None:
    # 36 words of one syllable in 3 sentences: 206.835 - 1.015 * 12 - 84.6 * 1.
    score = measured("readability", " ".join(["The cat sat on the mat and saw a big red dog."] * 3))
    assert score.value == pytest.approx(110.055)
    assert score.explanation == "plain: 12.0 words a sentence, 36 words"


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("Rye bread for less this week.", "en", "too short: 6 words in 1 sentence, at least 30 in 3"),
        ("word " * 40 + ".", "en", "too short: 40 words in 1 sentence, at least 30 in 3"),
        ("One two. " * 10, "en", "too short: 20 words in 10 sentences, at least 30 in 3"),
        ("One two three four. " * 10, "it", "there is no formula for 'it'"),
        ("", "en", "too short: 0 words in 0 sentences, at least 30 in 3"),
    ],
)
def test_what_is_too_short_has_no_grade(text: str, language: str, reason: str) -> None:
    score = measured("readability", text, language=language)
    assert (score.state, score.value, score.explanation) == ("invalid", None, reason)


def test_hard_words_are_told_from_plain_ones() -> None:
    hard = "Considerable organisational responsibilities necessitate comprehensive administrative documentation. " * 5
    plain = "We bake our bread each day and you can have it warm. " * 5
    scores = [measured("readability", text) for text in (hard, plain)]
    assert scores[0].explanation.startswith("hard: ")
    assert scores[1].explanation.startswith("plain: ")


def test_a_line_ends_a_sentence_and_the_footer_is_the_houses() -> None:
    line = "We bake our bread each day and you can have it warm"
    lines = {"subject": line, "preheader": line, "opening": line, "offer": line, "action": "Look"}
    score = measured("readability", detail=piece_detail("email", lines), channel="email")
    # Four lines of twelve words, the greeting of two in front of one of them, and the button of one.
    assert score.explanation == "plain: 10.2 words a sentence, 51 words"


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Rye bread for less until March 31.", "en", ""),
        ("Click here for a free gift", "en", "'click here', 'free gift'"),
        ("Act now", "en", "'act now'"),
        ("Our gift is free of charge", "en", ""),
        ("RYE BREAD FOR LESS", "en", "'RYE', 'BREAD', 'FOR', 'LESS'"),
        ("Reply STOP to opt out, SMS only", "en", ""),
        ("Rye bread!!", "en", "'!!'"),
        ("Save $$$ on bread", "en", "'$$$'"),
        ("Jetzt zugreifen, nur heute", "de", "'jetzt zugreifen', 'nur heute'"),
        ("Cliquez ici", "fr", "'cliquez ici'"),
        ("Haz clic aquí", "es", "'haz clic aquí'"),
        ("恭喜您中奖了！！", "zh", "'恭喜您', '中奖', '！！'"),
        ("黑麦面包今天新鲜出炉。", "zh", ""),
    ],
)
def test_spam_is_found_in_every_language(text: str, language: str, found: str) -> None:
    score = measured("spam", text, language=language)
    assert (score.value, score.explanation) == (0 if found else 1, found)


def test_a_code_in_capitals_is_the_briefs_and_a_borne_phrase_is_borne() -> None:
    text = "SPRINGTIME saves: use SPRINGTIME"
    brief = {**INPUTS["brief"], "offer": {**INPUTS["brief"]["offer"], "code": "SPRINGTIME"}}
    assert measured("spam", text).value == 0
    assert measured("spam", text, inputs={"brief": brief}).value == 1
    assert measured("spam", "Our free trial of bread", options={"allow": ["free trial"]}).value == 1
    assert (
        metric_named("spam").check_options({"allow": "free trial"}) == "allow is 'free trial', expected a list of texts"
    )


def test_spam_has_no_list_of_a_strange_language() -> None:
    score = measured("spam", "Pane", language="it")
    assert score.state == "invalid"
    assert score.explanation.startswith("there is no list for 'it'; there is for en,")


@pytest.mark.parametrize("language", known_languages())
def test_phrases_of_spam_are_listed_once(language: str) -> None:
    phrases = phrases_of(language)
    assert len(phrases) >= (40 if language == "en" else 15)
    assert len(set(phrases)) == len(phrases)
    assert all(phrase == phrase.lower().strip() for phrase in phrases)
    house = [kind.words for kind in language_named(language).forbidden if kind.check == "spam" and kind.words]
    assert house
    assert not [phrase for phrase in phrases for words in house if words.search(phrase)]
