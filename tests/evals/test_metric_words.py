"""Metrics of plain text and of spent means: what is in it, how long it is, what it took."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from metric_subjects import subject

from evals.metrics import metric_named
from evals.records import Score

INVALID = None


def measured(name: str, *args: Any, **told: Any) -> Score:
    metric = metric_named(name)
    assert metric.measure is not None
    return metric.measure(subject(*args, **told))


@pytest.mark.parametrize(
    ("options", "expected", "value", "explanation"),
    [
        ({"all": ["rye", "BREAD"]}, {}, 1, ""),
        ({"all": ["rye", "milk"]}, {}, 0, "'milk' is not in it"),
        ({"any": ["milk", "fresh"]}, {}, 1, ""),
        ({"any": ["milk", "wine"]}, {}, 0, "none of 'milk', 'wine' is in it"),
        ({"none": ["milk"]}, {}, 1, ""),
        ({"none": ["Fresh"]}, {}, 0, "'Fresh' is in it"),
        ({"all": ["rye"]}, {"contains": {"none": ["fresh"]}}, 0, "'fresh' is in it"),
        ({}, {"contains": {"all": ["rye"]}}, 1, ""),
        ({}, {}, INVALID, "no words are asked for, neither by options nor by expected.contains"),
        (
            {},
            {"contains": {"all": "rye"}},
            INVALID,
            "expected.contains is {'all': 'rye'}, not all, any or none with lists of texts",
        ),
        ({}, {"contains": "rye"}, INVALID, "expected.contains is 'rye', not all, any or none with lists of texts"),
    ],
)
def test_words_are_looked_for_in_any_case(
    options: Mapping[str, Any], expected: Mapping[str, Any], value: float | None, explanation: str
) -> None:
    score = measured("contains", "Fresh Rye bread", options=options, expected=expected)
    assert (score.value, score.explanation) == (value, explanation)


def test_case_is_folded_as_unicode_folds_it() -> None:
    assert measured("contains", "Große Straße", options={"all": ["STRASSE"]}).value == 1


@pytest.mark.parametrize(
    ("output", "wanted", "options", "value"),
    [
        (" S1\n", "S1", {}, 1),
        ("s1", "S1", {}, 0),
        ("s1", "S1", {"fold": True}, 1),
        ("S2", ["S1", "S2"], {}, 1),
        ("S1 S2", "S1  S2", {}, 0),
        ("", "", {}, 1),
        ("S1", None, {}, INVALID),
        ("S1", [], {}, INVALID),
        ("1", 1, {}, INVALID),
    ],
)
def test_an_output_is_what_was_expected_sign_by_sign(
    output: str, wanted: Any, options: Mapping[str, Any], value: float | None
) -> None:
    assert measured("exact", output, expected={"output": wanted}, options=options).value == value


@pytest.mark.parametrize(
    ("output", "options", "value", "explanation"),
    [
        ("four", {"at_most": 4}, 1, "4 characters"),
        ("fives", {"at_most": 4}, 0, "5 characters, at most 4"),
        ("two words", {"at_least": 3, "unit": "words"}, 0, "2 words, at least 3"),
        ("two words", {"at_least": 2, "at_most": 2, "unit": "words"}, 1, "2 words"),
        ("", {"at_least": 1}, 0, "0 characters, at least 1"),
        ("黑麦面包", {"at_most": 4}, 1, "4 characters"),
    ],
)
def test_a_length_is_within_its_bounds(output: str, options: Mapping[str, Any], value: float, explanation: str) -> None:
    score = measured("length", output, options=options)
    assert (score.value, score.explanation) == (value, explanation)


@pytest.mark.parametrize(
    ("name", "trial", "options", "value"),
    [
        ("cost", {"cost_nanodollars": 2_500_000}, {}, 0.0025),
        ("cost", {"cost_nanodollars": 0}, {}, 0.0),
        ("cost", {"cost_nanodollars": None}, {}, INVALID),
        ("latency", {"seconds": 1.5}, {}, 1.5),
        ("latency", {"seconds": 1.5, "from_journal": True}, {}, INVALID),
        ("latency", {"seconds": 0.0}, {}, INVALID),
        ("tokens", {"tokens_in": 100, "tokens_out": 20}, {}, 120),
        ("tokens", {"tokens_in": 100, "tokens_out": 20}, {"of": "in"}, 100),
        ("tokens", {"tokens_in": 100, "tokens_out": 20}, {"of": "out"}, 20),
        ("tokens", {}, {}, INVALID),
    ],
)
def test_what_was_not_told_is_no_spending_of_nothing(
    name: str, trial: Mapping[str, Any], options: Mapping[str, Any], value: float | None
) -> None:
    score = measured(name, trial=trial, options=options)
    assert score.value == value
    assert (score.state, bool(score.explanation)) == (
        ("invalid", True) if value is None else ("valid", name == "tokens")
    )


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("contains", {"some": ["rye"]}, "it has no option 'some'; expected all, any, none"),
        ("contains", {"all": "rye"}, "all is 'rye', expected a list of texts"),
        ("contains", {"any": ["rye", 1]}, "any is ['rye', 1], expected a list of texts"),
        ("exact", {"fold": "yes"}, "fold is 'yes', expected true or false"),
        ("length", {}, "it has no bound; expected at_most or at_least"),
        ("length", {"at_most": "4"}, "at_most is '4', expected a whole number from 0 to 10000000"),
        ("length", {"at_most": True}, "at_most is True, expected a whole number from 0 to 10000000"),
        ("length", {"at_least": 5, "at_most": 4}, "at_least is 5, more than at_most, 4"),
        ("length", {"at_most": 4, "unit": "lines"}, "unit is 'lines', expected one of characters, words"),
        ("tokens", {"of": None}, "of is None, expected one of both, in, out"),
        ("cost", {"k": 1}, "it takes no options, and has k"),
        ("contains", {"all": ["rye"], "none": ["milk"]}, ""),
        ("length", {"at_most": 60, "unit": "words"}, ""),
    ],
)
def test_options_that_mean_nothing_are_told_with_what_was_expected(
    name: str, options: Mapping[str, Any], words: str
) -> None:
    assert metric_named(name).check_options(options) == words


def test_cheap_metrics_load_nothing_dear() -> None:
    script = (
        "import sys\n"
        "from evals.metrics import metric_named\n"
        "for name in ('contains', 'exact', 'length', 'cost', 'latency', 'tokens', 'recall_at_k', 'ndcg'):\n"
        "    metric_named(name)\n"
        "dear = {'numpy', 'scipy', 'pandas', 'sklearn', 'regex', 'simplemma', 'assistant.copywriting'}\n"
        "assert not dear & set(sys.modules), dear & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
