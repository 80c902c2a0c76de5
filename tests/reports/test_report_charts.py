import re

import pytest

from assistant.records import KTrial, Segmentation
from assistant.reports import ReportData
from assistant.reports.heatmap import heat_rows, level, split
from assistant.reports.projection import HEIGHTS, WIDTH, project
from assistant.reports.stability import stability_of


def dots(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h0", path)]


def test_every_customer_is_one_dot_inside_the_frame(shop: ReportData) -> None:
    drawn = project(shop.points, {f"S{n}": n for n in range(1, 6)})
    placed = [dot for cloud in drawn.clouds for dot in dots(cloud.path)]
    assert len(placed) == drawn.points == len(shop.points)
    assert all(0 <= x <= WIDTH and 0 <= y <= drawn.height for x, y in placed)


def test_one_unit_is_as_long_across_as_up_and_up_is_up() -> None:
    drawn = project([(0, 0, "S1"), (10, 0, "S2"), (0, 5, "S3")], {"S1": 1, "S2": 2, "S3": 3})
    (origin,), (right,), (up,) = (dots(cloud.path) for cloud in drawn.clouds)
    assert right[0] - origin[0] == pytest.approx(2 * (origin[1] - up[1]), abs=2)
    assert right[1] == origin[1] > up[1]


def test_no_segment_is_painted_over_another(shop: ReportData) -> None:
    drawn = project(shop.points, {f"S{n}": n for n in range(1, 6)})
    order = [cloud.segment for cloud in drawn.clouds]
    assert order[:5] == order[5:10] == ["S1", "S2", "S3", "S4", "S5"]


def test_a_far_customer_is_drawn_on_the_edge_and_counted() -> None:
    cloud = [(x / 1000, x % 7, "S1") for x in range(2000)]
    near, far = project(cloud, {"S1": 1}), project([*cloud, (500.0, 3.0, "S1")], {"S1": 1})
    assert (near.outside, far.outside) == (0, 1)
    assert abs(far.tags[0].x - near.tags[0].x) < 10


@pytest.mark.parametrize(("up", "height"), [(1.0, HEIGHTS[0]), (5.5, 600), (10.0, HEIGHTS[-1]), (90.0, HEIGHTS[-1])])
def test_the_frame_is_as_flat_as_the_cloud(up: float, height: int) -> None:
    drawn = project([(0, 0, "S1"), (10, up, "S1")], {"S1": 1})
    assert drawn.height == height
    assert all(0 <= y <= height for cloud in drawn.clouds for _, y in dots(cloud.path))


def test_a_single_point_and_none_at_all_are_drawn_without_fuss() -> None:
    assert project([(3.0, 3.0, "S1")], {"S1": 1}).tags[0].x == 50
    assert project([], {"S1": 1}).clouds == ()
    assert project([(0.0, 0.0, "S9")], {"S1": 1}).points == 0


def test_colour_grows_with_the_effect_and_keeps_its_sign() -> None:
    assert [level(e) for e in (-3.0, -0.5, -0.19, 0.0, 0.2, 0.79, 0.8, 1.2, 1.8)] == [-5, -2, 0, 0, 1, 2, 3, 4, 5]


def test_rows_of_the_heat_map_are_ordered_by_what_separates_most(shop: ReportData) -> None:
    rows = heat_rows(shop.segmentation.segments, "USD")
    assert rows[0].label == "share of orders with a coupon"
    assert [cell.effect for cell in rows[0].cells if cell] == ["+0.1", "+2.4", "−0.3", "−0.5", "−0.4"]


def test_a_feature_that_a_segment_lacks_leaves_its_cell_empty(shop: ReportData) -> None:
    first, second, *_ = shop.segmentation.segments
    rows = heat_rows((first.model_copy(update={"traits": first.traits[:1]}), second), "USD")
    assert sum(row.cells[0] is None for row in rows) == len(rows) - 1


def test_features_that_hardly_tell_segments_apart_are_split_off(shop: ReportData) -> None:
    rows = heat_rows(shop.segmentation.segments, "USD")
    telling, rest = split(rows)
    assert (*telling, *rest) == rows
    assert [row.label for row in rest] == [
        "share of spend on the shop’s own brand",
        "share of orders from nine in the evening to five in the morning",
    ]
    assert split(rest) == (rest, ())


def trials(segmentation: Segmentation, *passed: int) -> Segmentation:
    def mark(trial: KTrial) -> KTrial:
        return trial.model_copy(update={"passed": trial.k in passed})

    return segmentation.model_copy(update={"trials": tuple(mark(trial) for trial in segmentation.trials)})


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ((2, 3, 5), "5 is the largest number tried that passed"),
        ((2, 5, 6), "5 passed; so did 2, 6."),
        ((2, 3), "5 did not pass the tests of stability and size; 2, 3 did."),
        ((), "No number tried passed the tests of stability and size; with 5"),
    ],
)
def test_the_choice_of_k_is_explained_as_it_was_made(shop: ReportData, passed: tuple[int, ...], said: str) -> None:
    stability = stability_of(trials(shop.segmentation, *passed))
    assert stability.why.startswith(said)
    assert [row.trial.k for row in stability.trials if row.chosen] == [5]
