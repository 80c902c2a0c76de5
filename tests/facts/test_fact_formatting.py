"""Numbers as a reader sees them."""

import datetime as dt

import pytest

from assistant.facts import format_date, format_money, format_percent, format_value
from assistant.records import Unit


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (186150, "USD", "$1,861.50"),
        (3120.4, "USD", "$31.20"),
        (500, "USD", "$5.00"),
        (0, "USD", "$0.00"),
        (123456789, "USD", "$1,234,567.89"),
        (-250, "USD", "-$2.50"),
        (999, "EUR", "€9.99"),
        (999, "GBP", "£9.99"),
        (1980, "JPY", "1,980 JPY"),
        (1980, "KRW", "1,980 KRW"),
        (1980, "CHF", "19.80 CHF"),
        (-1980, "SEK", "-19.80 SEK"),
    ],
)
def test_money(minor: float, currency: str, said: str) -> None:
    assert format_money(minor, currency) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0.0%"),
        (0.004, "0.4%"),
        (0.0941, "9.4%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (0.1, "10%"),
        (0.176, "18%"),
        (1, "100%"),
        (-0.05, "-5.0%"),
    ],
)
def test_percentages(share: float, said: str) -> None:
    assert format_percent(share) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (186150, Unit.MONEY, "$1,861.50"),
        (0.176, Unit.SHARE, "18%"),
        (0.071, Unit.RATIO, "+0.07"),
        (-0.2, Unit.RATIO, "-0.20"),
        (2469, Unit.CUSTOMERS, "2,469 customers"),
        (82.13, Unit.ORDERS, "82.1 orders"),
        (15.3, Unit.LINES, "15.3 products"),
        (2, Unit.ITEMS, "2.0 items"),
        (6.04, Unit.DAYS, "6.0 days"),
        (99.94, Unit.DAYS, "99.9 days"),
        (99.97, Unit.DAYS, "100 days"),
        (1234.5, Unit.DAYS, "1,234 days"),
        (131.2, Unit.COUNT, "131"),
    ],
)
def test_values_with_their_units(value: float, unit: Unit, said: str) -> None:
    assert format_value(value, unit, "USD") == said


def test_every_unit_can_be_said() -> None:
    for unit in Unit:
        assert format_value(3.0, unit, "EUR")


@pytest.mark.parametrize(("day", "said"), [(dt.date(2018, 1, 31), "January 31"), (dt.date(2018, 3, 1), "March 1")])
def test_days(day: dt.date, said: str) -> None:
    assert format_date(day) == said
