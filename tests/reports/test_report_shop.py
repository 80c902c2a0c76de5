"""The pictures of the shop on the whole: revenue, cohorts, recency and frequency."""

import pytest
from page_tree import Tree
from report_grocer_shop import cohorts, concentration, grid

from assistant.records import Cohort, CohortRetention, Concentration, RfmGrid
from assistant.reports import ReportData, render_report
from assistant.reports.cohorts import COLUMNS, ROWS, retention_of
from assistant.reports.concentration import curve_of
from assistant.reports.rfm import grid_of


@pytest.fixture(scope="module")
def tree(page_text: str) -> Tree:
    return Tree(page_text)


def emptied(shown: RfmGrid, *kept: tuple[int, int], customers: int = 1) -> RfmGrid:
    """The grid with `customers` in the kept cells and nobody elsewhere."""
    cells = tuple(
        cell.model_copy(update={"customers": customers * ((cell.recency, cell.frequency) in kept), "revenue_minor": 0})
        for cell in shown.cells
    )
    return shown.model_copy(update={"cells": cells})


# Recency and frequency


def test_the_grid_is_a_table_with_the_most_frequent_on_top_and_the_most_recent_at_the_right(tree: Tree) -> None:
    section = tree.one("section", id="recency")
    assert "244 customers, 20% of revenue" in section.text
    laid = grid_of(grid())
    assert laid is not None
    assert [score for score, _ in laid.rows] == [5, 4, 3, 2, 1]
    assert [[cell.recency for cell in cells] for _, cells in laid.rows] == [[1, 2, 3, 4, 5]] * 5
    assert laid.rows[0][1][4].tiers == ("Champions", "Loyal")
    assert (laid.rows[0][1][4].level, laid.rows[4][1][4].level) == (5, 1)


def test_the_grid_says_which_tier_brings_most_and_whom_to_win_back(tree: Tree) -> None:
    section = tree.one("section", id="recency").text
    assert "“Loyal” brings the most: 19% of customers with an order, 31% of revenue." in section
    # 16 + 31 + 44 + 72 of 2,469.
    assert (
        "At the upper left, 163 customers (6.6% of all, 10% of revenue) score high for how often they ordered"
        in section
    )
    assert "3 customers without an order have no scores." in section


def test_a_tier_is_numbered_as_the_list_of_tiers_is() -> None:
    laid = grid_of(grid())
    assert laid is not None
    numbered = {line.number: line.tier for line in laid.tiers}
    assert all(numbered[cell.number] == cell.tiers[0] for _, cells in laid.rows for cell in cells)


def test_one_customer_is_a_grid_that_says_how_little_it_says() -> None:
    laid = grid_of(emptied(grid(), (1, 5)))
    assert laid is not None
    said = " ".join(laid.sentences)
    assert "At the upper left, 1 customer (100% of all) scores high" in said
    assert "brings the most" not in said
    assert "With 1 customer the scores say little." in said
    assert sum(cell.level > 0 for _, cells in laid.rows for cell in cells) == 1


def test_an_upper_left_without_anybody_is_said_to_be_empty() -> None:
    laid = grid_of(emptied(grid(), (5, 5), customers=40))
    assert laid is not None
    assert laid.sentences == ("The upper left is empty: nobody who orders often has stayed away for long.",
                              "3 customers without an order have no scores.")  # fmt: skip


def test_the_segmentations_own_grid_is_shown_where_the_report_has_none(shop: ReportData) -> None:
    own = shop.model_copy(
        update={"rfm": None, "segmentation": shop.segmentation.model_copy(update={"grid": emptied(grid(), (3, 3))})}
    )
    assert "With 1 customer" in Tree(render_report(own)).one("section", id="recency").text


# Concentration


def test_the_curve_runs_from_nobody_to_everybody_and_marks_the_top_tenth(tree: Tree) -> None:
    laid = curve_of(concentration(2469))
    assert laid is not None
    assert laid.line.startswith("M0 1000L10 ")
    assert laid.line.endswith("L1000 0")
    assert (laid.tenth.x, laid.tenth.y) == (10.0, pytest.approx(100 - 35.4, abs=0.2))
    assert "The most valuable tenth, 247 customers, brings 35% of revenue; half of it comes from 15% of customers." in (
        tree.one("section", id="revenue").text
    )
    assert any("top tenth: 35%" in text.text for text in tree.all("text", class_="spot-text"))


@pytest.mark.parametrize(
    ("customers", "top", "said"),
    [
        (2000, 0.11, "Revenue is spread almost evenly"),
        (2000, 0.62, "The shop lives on few customers"),
        (1, 1.0, "With 1 customer the curve says little."),
        (19, 0.3, "With 19 customers the curve says little."),
    ],
)
def test_the_curve_is_read_with_care(customers: int, top: float, said: str) -> None:
    curve = Concentration(customers=customers, points=((0.0, 0.0), (1.0, 1.0)), top_tenth=top, half=0.4)
    laid = curve_of(curve)
    assert laid is not None
    assert any(sentence.startswith(said) for sentence in laid.sentences)


# Cohorts


def test_cohorts_too_small_to_read_are_hatched_and_said_to_be(tree: Tree) -> None:
    rows = tree.all("tr", class_="few")
    assert [row.text.split(" too")[0] for row in rows] == ["Aug 2017 15 ,", "Sep 2017 9 ,"]
    assert "Hatched: 2 cohorts of fewer than 20 customers" in tree.one("section", id="returning").text


def test_a_cohort_of_any_age_is_told_from_new_customers() -> None:
    laid = retention_of(cohorts(), "2017-01")
    assert laid is not None
    assert any(said.startswith("The data begin in Jan 2017") for said in laid.sentences)
    other = retention_of(cohorts(), "2016-12")
    assert other is not None
    assert not any("The data begin" in said for said in other.sentences)
    # Nor does it set the scale: the highest of the others is the darkest.
    assert laid.rows[1].cells[0] is not None
    assert laid.rows[1].cells[0].level == 5
    assert laid.scale[-1] == "more"


def test_all_cohorts_together_are_weighted_by_customers_who_are_old_enough() -> None:
    two = CohortRetention(
        cohorts=(
            Cohort(month="2017-01", customers=300, retained=(0.5, 0.4)),
            Cohort(month="2017-02", customers=100, retained=(0.1,)),
        )
    )
    laid = retention_of(two, "2016-01")
    assert laid is not None
    assert [cell.text for cell in laid.overall] == ["40%", "40%"]
    assert laid.rows[1].cells[1] is None
    assert laid.sentences[0] == (
        "Of 400 customers whose first order is a whole month past, 40% ordered in the month after it."
    )


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (0.2, "came back less in the month after: 20% against 40%"),
        (0.41, "as often as those before, as far as can be told"),
    ],
)
def test_newer_customers_are_compared_only_where_the_difference_is_clear(late: float, said: str) -> None:
    four = CohortRetention(
        cohorts=tuple(
            Cohort(month=f"2017-0{month}", customers=200, retained=(0.4 if month < 3 else late,))
            for month in range(1, 5)
        )
    )
    laid = retention_of(four, "2016-01")
    assert laid is not None
    assert said in laid.sentences[-1]


def test_a_long_past_is_cut_to_what_a_page_holds_and_said_to_be() -> None:
    months = [f"{2010 + place // 12}-{place % 12 + 1:02d}" for place in range(40)]
    long = CohortRetention(
        cohorts=tuple(
            Cohort(month=month, customers=50, retained=(0.3,) * (39 - place)) for place, month in enumerate(months)
        )
    )
    laid = retention_of(long, months[0])
    assert laid is not None
    assert (len(laid.rows), laid.months, laid.left_out) == (ROWS, min(COLUMNS, 23), 16)
    assert laid.scale == ()  # all shares are equal


def test_a_shop_without_customers_or_without_a_whole_month_shows_nothing(shop: ReportData) -> None:
    none = CohortRetention(cohorts=(Cohort(month="2017-09", customers=5, retained=()),))
    nobody = Concentration(customers=0, points=(), top_tenth=0.0, half=0.0)
    assert retention_of(none, "2017-09") is None
    assert curve_of(nobody) is None
    assert grid_of(emptied(grid())) is None
    bare = shop.model_copy(update={"rfm": emptied(grid()), "cohorts": none, "concentration": nobody})
    tree = Tree(render_report(bare))
    assert not {"recency", "returning", "revenue"} & {section.attributes.get("id") for section in tree.all("section")}
    assert {link.attributes["href"][1:] for link in tree.all("a")} <= {e.attributes.get("id") for e in tree.elements}
