"""English phrases as TOML, or a message that names the words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DataError
from assistant.segments.audiences import Catalogue, audience_to_toml, check_rule, parse_phrase, read_audience

CATALOGUE = Catalogue(
    categories=(
        "Bread", "Bread, buns and rolls", "Dips and wine", "Frozen pizza and snacks", "Imported wine", "New age drinks",
        "Toys", "Wine",
    ),
    departments=("Deli", "Dairy"),
    brands=("Acme",),
    products=("Beef steaks", "Pork steaks", "Rye bread", "Wine glass", *(f"Ring number {at}" for at in range(60))),
    features=("recency_days", "frequency", "monetary_minor", "tenure_days"),
    attributes=("age_band", "kids", "email_opt_in"),
    segments=("S1",),
)  # fmt: skip
# Two lines a case: the phrase, and its rule as TOML.
CASES = [
    tuple(line.strip() for line in case.strip().splitlines())
    for case in Path(__file__).with_name("phrases.txt").read_text(encoding="utf-8").split("\n\n")
]


def rule_of(phrase: str) -> str:
    """The TOML of a phrase without its name, on one line."""
    toml = audience_to_toml(parse_phrase(phrase, CATALOGUE)).split("\n", 1)[1]
    return " ".join(toml.split()).replace("[ ", "[").replace(", ]", "]")


@pytest.mark.parametrize(("phrase", "rule"), CASES)
def test_a_phrase_is_read_as_its_rule(phrase: str, rule: str) -> None:
    assert rule_of(phrase) == rule


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("", "The phrase is empty; understood are: bought NAME"),
        ("likes dogs", "'likes dogs' cannot be read; understood are: bought NAME"),
        ("bought toys and likes dogs a lot", "'likes dogs a lot' cannot be read"),
        ("bought toys with a coupon", "'with a coupon' cannot be read"),
        ("bought wien", "The shop has no product, category, department or brand called 'wien'; did you mean 'Wine'?"),
        ('bought "imported"', "The shop has no product, category, department or brand called 'imported'"),
        ("bought ring", "'ring' stands in the names of 60 of the shop's products"),
        ("bought", "There is no name behind 'bought'"),
        ("not", "The phrase ends too soon"),
        ("bought toys and", "The phrase ends too soon"),
        ("ordered in 0 days", "0 days is no time that can be counted"),
        ("ordered fewer than 0 times", "no number of times"),
        ("spent at least 0", "0 is no amount that somebody can spend"),
        ("top 200 percent", "200 is no percentage"),
        ("ordered in 999 years", "The phrase: ordered.within_days: input should be less than or equal to 36500"),
        ("spent over 99999999999999999", "The phrase: ordered.at_least_minor: input should be less than"),
        ("bought toys " * 50, "The phrase is 600 characters long; expected at most 500"),
    ],
)
def test_what_cannot_be_read_is_named(phrase: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_phrase(phrase, CATALOGUE)
    assert message in str(caught.value)


def test_the_minor_units_are_those_of_the_currency() -> None:
    yen = parse_phrase("spent at least 1500", CATALOGUE, minor_units=1)
    assert yen.ordered is not None
    assert yen.ordered.at_least_minor == 1500


def test_the_name_is_the_phrase_on_one_short_line() -> None:
    assert parse_phrase("  bought \n\u202e toys ", CATALOGUE).name == "Bought toys"
    assert len(parse_phrase(f"searched for {'x' * 100}", CATALOGUE).name) <= 80
    long = parse_phrase(" and ".join(["bought toys"] * 20), CATALOGUE)
    assert len(long.name) <= 80
    assert long.name.endswith(" ...")


def test_a_segment_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(DataError, match=r"There is no segment 'bought'; known: S1\."):
        parse_phrase("segment bought", CATALOGUE)


KNOWN = """
bought wine toys , and or but not never in the last 60 days 3 times ordered spent over $20 on top 10% by spend used a
coupon quiet for new segment S1 kids is 2 browsed searched added cart to "rye bread" '; drop -- \u202e [[ {
"""
WORDS = st.sampled_from(KNOWN.split())


@given(st.lists(WORDS, max_size=12))
def test_any_words_are_a_rule_of_known_names_or_an_error(words: list[str]) -> None:
    try:
        audience = parse_phrase(" ".join(words), CATALOGUE)
    except DataError:
        return
    check_rule(audience, CATALOGUE)
    assert read_audience(audience_to_toml(audience)) == audience
