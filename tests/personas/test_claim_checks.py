"""A sentence is held to its fact: the number, what it counts, the direction, and nothing beside it."""

import pytest

from assistant.personas import check_claim, fill_claim
from assistant.records import Fact, Unit


def fact(metric: str, direction: str, label: str = "a label", topic: str = "price", display: str = "12%") -> Fact:
    return Fact.model_validate(
        {
            "fact": "S1.F01",
            "segment": "S1",
            "topic": topic,
            "metric": metric,
            "label": label,
            "value": 0.12,
            "unit": Unit.SHARE,
            "display": display,
            "others": 0.06,
            "others_display": "6.0%",
            "ratio": 2.0,
            "direction": direction,
            "sentence": "s",
            "source": "s",
        }
    )


COUPON = fact("coupon_share", "higher")
NIGHT = fact("night_share", "lower", "share of orders from nine in the evening to five in the morning", topic="when")
BUYS = fact("buys:Hot dog buns", "higher", topic="products")
ORDERS = fact("frequency", "higher", topic="cadence", display="161 orders")
SAME = fact("coupon_share", "same")

SUPPORTED = [
    (COUPON, "They use a coupon in {value} of their orders, more than the {others} of other customers."),
    (COUPON, "A coupon comes with {value} of their orders, above the {others} of others."),
    (SAME, "They use a coupon in {value} of their orders, about the same as the {others} of other customers."),
    (
        NIGHT,
        "They place {value} of their orders from nine in the evening to five in the morning, less than the {others} "
        "of other customers.",
    ),
    (BUYS, "They buy hot dog buns: it makes up {value} of what they buy, more than the {others} of other customers."),
    (ORDERS, "They place {value} each, more than the {others} of other customers."),
]

UNSUPPORTED = [
    (COUPON, "They use a coupon in {value} of their orders, less than the {others} of other customers.", "higher"),
    (SAME, "They use a coupon in {value} of their orders, more than the {others} of other customers.", "same"),
    (COUPON, "They use a coupon in {value} of their orders, more than or about the same as {others}.", "higher"),
    (COUPON, "They use a coupon in {value} of their orders.", "compares"),
    (COUPON, "They spend {value} of their money here, more than the {others} of others.", "counts"),
    (COUPON, "They use a coupon in many orders, more than others.", "exactly once"),
    (COUPON, "They use a coupon in 12% of their orders, more than the {others} of others.", "exactly once"),
    (COUPON, "They use a coupon in {value} of their 161 orders, more than the {others} of others.", "slot"),
    (COUPON, "Half of them use a coupon in {value} of their orders, more than the {others} of others.", "in words"),
    (COUPON, "Busy families use a coupon in {value} of their orders, more than the {others} of others.", "not tell"),
    (COUPON, "They use a coupon in {value} of their weekly orders, more than the {others} of others.", "span of time"),
    (COUPON, "They love a coupon in {value} of their orders, more than the {others} of others.", "not tell"),
    (COUPON, "On weekends they use a coupon in {value} of their orders, more than the {others} of others.", "else"),
    (BUYS, "They buy soda: it makes up {value} of what they buy, more than the {others} of others.", "name"),
    (BUYS, "They redeem {value} on hot dog buns they buy, more than the {others} of others.", "else"),
]


@pytest.mark.parametrize(("one", "text"), SUPPORTED)
def test_a_sentence_that_says_its_fact_is_supported(one: Fact, text: str) -> None:
    assert check_claim(text, one) == ()


@pytest.mark.parametrize(("one", "text", "reason"), UNSUPPORTED)
def test_a_sentence_that_says_something_else_is_refused_with_the_reason(one: Fact, text: str, reason: str) -> None:
    reasons = check_claim(text, one)
    assert reasons
    assert any(reason in said for said in reasons), reasons


def test_numbers_are_filled_in_as_a_reader_sees_them() -> None:
    filled = fill_claim("In {value}, more than {others}.", COUPON)
    assert filled == "In 12%, more than 6.0%."
