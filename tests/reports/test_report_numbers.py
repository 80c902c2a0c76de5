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


def test_what_is_unknown_is_a_dash_and_what_is_nothing_has_no_sign() -> None:
    assert [numbers.index(value) for value in (0.944, None, float("nan"), -0.031)] == ["0.94", "–", "–", "−0.03"]
    assert [numbers.percent(share) for share in (0.18, 0.0, -0.031, None)] == ["18%", "0%", "−3.1%", "–"]
    assert [numbers.change(share) for share in (0.041, -0.03, 0.0)] == ["+4.1%", "−3.0%", "0%"]
    assert [numbers.points(share) for share in (0.014, -0.0002, 0.0, None)] == ["+1.4", "−0.02", "0.00", "–"]
    assert [numbers.tenths(share) for share in (0.5716, -0.01, None)] == ["57.2%", "−1.0%", "–"]


def test_counts_agree_with_their_nouns() -> None:
    assert [numbers.counted(n, "customer") for n in (0, 1, 1204)] == ["0 customers", "1 customer", "1,204 customers"]
    assert numbers.counted(2, "child", "children") == "2 children"
    assert [numbers.listed(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_months_and_days_that_are_none_are_left_alone() -> None:
    assert (numbers.month("2017-03"), numbers.month("spring")) == ("Mar 2017", "spring")
    assert (numbers.date("2017-10-01"), numbers.date("soon")) == ("October 1, 2017", "soon")
