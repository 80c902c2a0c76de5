import datetime as dt

from assistant.reports import numbers


def test_an_effect_has_a_sign_unless_it_rounds_to_nothing() -> None:
    assert [numbers.effect(value) for value in (2.44, -0.85, 0.04, -0.04)] == ["+2.4", "−0.8", "0.0", "0.0"]


def test_durations_are_said_in_the_unit_a_person_would_use() -> None:
    assert [numbers.duration(s) for s in (0.42, 9.96, 59.4, 59.6, 184.7)] == [
        "0.4 s", "10 s", "59 s", "1 min 00 s", "3 min 05 s",
    ]  # fmt: skip


def test_dates_name_the_month_and_a_text_that_is_no_time_is_left_alone() -> None:
    assert numbers.day(dt.date(2017, 10, 1)) == "October 1, 2017"
    assert numbers.moment("2025-03-01T09:00:05Z") == "March 1, 2025, 09:00 UTC"
    assert numbers.moment("yesterday") == "yesterday"
