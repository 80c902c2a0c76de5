import pytest

from assistant.reports.axes import Spot, axis_of, line, unit_axis
from assistant.reports.shades import STEPS, shade


def test_an_axis_holds_every_value_and_has_round_ticks() -> None:
    axis = axis_of([-0.011, 0.052], lambda value: f"{value:g}")
    assert [tick.text for tick in axis.ticks] == ["-0.02", "0", "0.02", "0.04", "0.06"]
    places = [axis.at(value) for value in (-0.011, 0.0, 0.052)]
    assert places == sorted(places)
    assert all(axis.ticks[0].at < place < axis.ticks[-1].at for place in places)


def test_an_axis_without_values_or_with_nothing_but_zeros_still_has_two_ends() -> None:
    for values in ([], [0.0, 0.0], [float("nan")]):
        axis = axis_of(values, str)
        assert axis.high > axis.low
        assert axis.at(0.0) == axis.ticks[0].at


def test_what_lies_outside_is_drawn_at_the_end_it_passed() -> None:
    axis = unit_axis()
    assert (axis.at(-3.0), axis.at(7.0)) == (axis.ticks[0].at, axis.ticks[-1].at)
    assert axis.at(float("nan")) == axis.ticks[0].at
    assert axis.at(float("inf")) == axis.ticks[-1].at


def test_a_mark_has_its_interval_around_it_and_none_where_there_is_none() -> None:
    mark = unit_axis().mark(0.5, 0.25, 0.75)
    assert mark.low < mark.at == 50.0 < mark.high
    alone = unit_axis().mark(0.5)
    assert alone.low == alone.at == alone.high


def test_a_line_goes_through_its_spots() -> None:
    assert line([Spot(0, 100), Spot(12.5, 50), Spot(100, 0)]) == "M0 1000L125 500L1000 0"


@pytest.mark.parametrize(
    ("value", "most", "level"), [(0, 10, 0), (-1, 10, 0), (0.01, 10, 1), (2, 10, 1), (2.1, 10, 2), (10, 10, STEPS),
                                 (12, 10, STEPS), (3, 0, 0)],
)  # fmt: skip
def test_a_shade_is_never_none_for_something_and_never_more_than_the_most(
    value: float, most: float, level: int
) -> None:
    assert shade(value, most) == level
