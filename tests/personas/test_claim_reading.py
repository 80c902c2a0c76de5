"""Sentences are read as predicates where every word can be decided, and are hypotheses where one cannot."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.features import BASE_FEATURES
from assistant.personas import Vocabulary, contradictions, predicate_of
from assistant.personas.quantities import quantities
from assistant.prompting import load_prompt
from assistant.records import Predicate

WORDS = Vocabulary(
    metrics=(*(feature.name for feature in BASE_FEATURES), "department: Produce"),
    products={name.lower(): name for name in ("Candy bars", "2% milk", "Oat milk", "Green tea", "Rye bread")},
    campaigns=("Type A", "Type D"),
    attributes={"age_band": ("25-34", "45-54"), "kids": ("0", "1", "2", "3+")},
    currency="USD",
)

# sentence -> metric, statistic, where, comparator, threshold
READ: dict[str, tuple[str, str, dict[str, Any] | None, str, float | str]] = {
    "They order more often than others.": ("frequency", "mean", None, ">", "others"),
    "They order less often than other customers": ("frequency", "mean", None, "<", "others"),
    "They order as often as others.": ("frequency", "mean", None, "about", "others"),
    "They spend more than $50 per order.": ("basket_value_minor", "mean", None, ">", 5000.0),
    "They spend at most 1,250.50 dollars.": ("monetary_minor", "mean", None, "<=", 125050.0),
    "The typical customer spends more than $50 per order.": ("basket_value_minor", "median", None, ">", 5000.0),
    "Half of them use coupons.": ("coupon_share", "share", {"above": 0.0}, "about", 0.5),
    "At most 3 in 10 of them use coupons.": ("coupon_share", "share", {"above": 0.0}, "<=", 0.3),
    "Most shop in the evening.": ("evening_share", "share", {"above": 0.5}, ">", 0.5),
    "They mostly shop in the evening.": ("evening_share", "mean", None, ">", 0.5),
    "Most orders come in the evening.": ("evening_share", "mean", None, ">", 0.5),
    "More than half of them spend over $50 per order": ("basket_value_minor", "share", {"above": 5000.0}, ">", 0.5),
    "A larger share of their orders is placed on Sunday than for others.": (
        "sunday_share", "mean", None, ">", "others"
    ),
    "They order more recently than others.": ("recency_days", "mean", None, "<", "others"),
    "They last ordered more than 2 weeks ago.": ("recency_days", "mean", None, ">", 14.0),
    "70% of them have bought 2% milk.": ("has_bought:2% milk", "share", None, "about", 0.7),
    "23% of them have bought rye bread, less than the 70% of other customers.": (
        "has_bought:Rye bread", "share", None, "<", "others"
    ),
    "More of them have bought candy bars than others.": ("has_bought:Candy bars", "share", None, ">", "others"),
    "They buy candy bars: it makes up 0.5% of what they buy, more than the 0.2% of other customers.": (
        "buys:Candy bars", "share", None, ">", "others"
    ),
    "Most of them are 45-54 years old.": ("customer: age_band", "share", {"one_of": ("45-54",)}, ">", 0.5),
    "Half of them have children.": ("customer: kids", "share", {"one_of": ("1", "2", "3+")}, "about", 0.5),
    "They spend a larger share of their money on produce than others.": (
        "department: Produce", "mean", None, ">", "others"
    ),
}  # fmt: skip

# sentence -> a part of the reason
NOT_READ = {
    "They are busy families.": "busy, families",
    "They love wine.": "love",
    "They order more often than others because they trust us.": "because",
    "Their income is high.": "income",
    "They have 3 dogs.": "nothing that is measured",
    "They order often.": "neither how much nor how it compares",
    "They do not use coupons.": "not",
    "They never order more than others.": "never",
    "They order twice as often as others.": "twice",
    "They spend 10% more than others.": "how much more or less",
    "They order 3 more times than others.": "how much more or less",
    "They spend over €50 per order.": "EUR",
    "They order more than others and spend less.": "and",
    "They order more often than their neighbours.": "neighbours",
    "They order much more often than others.": "much",
    "They order more in the evening than others.": "a count or a share",
    "They buy more candy bars than others.": "a count or a share",
    "They order 12 times. They spend $50.": "more than one sentence",
    "They order more than 30% per order": "counts",
    "他们经常下单": "nothing that is measured",
    "They order mo\u202ere often than others": "sign",
    "": "nothing that is measured",
}


@pytest.mark.parametrize("text", READ)
def test_a_sentence_that_can_be_decided_is_read(text: str) -> None:
    reading = predicate_of(text, "S1", WORDS)
    assert reading.predicate is not None, reading.reasons
    own = reading.predicate
    where = None if own.where is None else own.where.model_dump(exclude_none=True)
    assert (own.metric, own.statistic, where, own.comparator) == READ[text][:4]
    assert own.threshold == (READ[text][4] if isinstance(READ[text][4], str) else pytest.approx(READ[text][4]))
    assert own.population == "S1"
    # What is read from a sentence is what the sentence says.
    assert contradictions(text, own, WORDS) == ()


@pytest.mark.parametrize("text", NOT_READ)
def test_a_sentence_that_goes_further_is_a_hypothesis_with_the_reason(text: str) -> None:
    reading = predicate_of(text, "S1", WORDS)
    assert reading.predicate is None
    assert NOT_READ[text] in " ".join(reading.reasons)
    assert reading.reasons


def test_age_and_children_are_hypotheses_where_the_shop_does_not_know_them() -> None:
    bare = Vocabulary(WORDS.metrics, WORDS.products, WORDS.campaigns, {}, "USD")
    for text in ("Half of them have children.", "Most of them are 45-54 years old."):
        assert predicate_of(text, "S1", WORDS).predicate is not None
        assert predicate_of(text, "S1", bare).predicate is None


def test_every_worked_example_of_the_prompt_is_read_but_for_words_that_nothing_decides() -> None:
    left: set[str] = set()
    for shot in load_prompt("persona/claim").shots:
        text = shot.assistant.replace("{value}", "12").replace("{others}", "11").replace(" 12 of", " 12% of")
        if shot.tags[0] in ("when", "tenure_days", "categories_bought"):
            continue
        reading = predicate_of(_with_units(text, shot.tags[0]), "S1", WORDS)
        if reading.predicate is None:
            left |= set(" ".join(reading.reasons).partition(": ")[2].split(", "))
        else:
            assert reading.predicate.metric.partition(":")[0] == shot.tags[0]
    assert left <= {"often", "like", "know", "well"}


def _with_units(text: str, metric: str) -> str:
    """The numbers as facts show them."""
    if metric in ("monetary_minor", "basket_value_minor"):
        return text.replace("12", "$12").replace("11", "$11")
    if metric in ("recency_days", "days_between_orders"):
        return text.replace("12", "12 days").replace("11", "11 days")
    if metric in ("frequency", "basket_lines"):
        noun = "orders" if metric == "frequency" else "products"
        return text.replace("12", f"12 {noun}").replace("11", f"11 {noun}")
    return text.replace("12%", "12").replace("12", "12%").replace("11", "11%")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = predicate_of(text, "S1", WORDS)
    assert (reading.predicate is None) == bool(reading.reasons)


PHRASE = st.sampled_from(
    [
        "they order", "they spend", "they use coupons", "half of them", "most", "more than", "less than", "others",
        "other customers", "in the evening", "$50", "per order", "12%", "a share", "of their orders", "at least",
        "three times", "candy bars", "have bought", "last ordered", "ago", "5 days", "and", "not", "twice", "kids",
    ]
)  # fmt: skip


@given(st.lists(PHRASE, min_size=2, max_size=7).map(" ".join))
def test_what_is_read_is_always_what_the_sentence_says(text: str) -> None:
    reading = predicate_of(text, "S1", WORDS)
    if reading.predicate is not None:
        assert not {"not", "and", "twice"} & set(text.split())
        assert contradictions(text, reading.predicate, WORDS) == ()


EVENING = Predicate.model_validate(
    {
        "metric": "evening_share", "statistic": "mean", "population": "S1", "comparator": ">", "threshold": "others",
        "unit": "share",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Evening shoppers.", ""),
        ("A larger share of their orders is placed in the evening than for others.", ""),
        ("A smaller share of their orders is placed in the evening than for others.", "its words say"),
        ("Evening shoppers with dogs.", "does not decide: dogs"),
        ("Lonely evening shoppers.", "does not decide: lonely"),
        ("They use coupons.", "does not say what"),
        ("Happy evening shoppers.", "does not tell: happy"),
        ("All of them shop in the evening.", "does not decide: all"),
        ("Each of them shops in the evening.", "does not decide: each"),
        ("They always shop in the evening.", "does not decide: always"),
    ],
)
def test_a_sentence_beside_a_predicate_must_say_no_more_than_it(text: str, reason: str) -> None:
    against = contradictions(text, EVENING, WORDS)
    assert bool(against) == bool(reason), against
    assert reason in " ".join(against)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more than $50 per order", [(5000.0, "money", "value", ">")]),
        ("2.9 days ago, less than the 26.4 days of other customers", [
            (2.9, "days", "value", None), (26.4, "days", "others", "<")]),
        ("half of them", [(0.5, "share", "people", None)]),
        ("half of their orders", [(0.5, "share", "value", None)]),
        ("two thirds of these customers", [(2 / 3, "share", "people", None)]),
        ("1 in 4 of them", [(0.25, "share", "people", None)]),
        ("1.8 times as much", [(1.8, "times", "value", None)]),
        ("12 per order", [(12.0, "plain", "value", None)]),
        ("1,234.5 usd", [(123450.0, "money", "value", None)]),
        ("at most five", [(5.0, "plain", "value", "<=")]),
    ],
)  # fmt: skip
def test_numbers_are_told_with_their_bounds_and_whom_they_speak_of(
    text: str, expected: list[tuple[float, str, str, str | None]]
) -> None:
    found, _ = quantities(text, "USD", 100)
    told = [(pytest.approx(own.value), own.kind, own.role, own.bound) for own in found]
    assert [(value, *rest) for value, *rest in expected] == told
