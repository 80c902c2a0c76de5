"""What was read, in the report and on a page of its own."""

from pathlib import Path

import pytest
from hostile import PAYLOADS, hostile
from page_tree import Tree
from report_grocer_files import quality

from assistant.errors import WorkspaceError
from assistant.records.quality import DataQuality
from assistant.reports import ReportData, render_quality_page, render_report, write_quality_page
from assistant.reports.quality import quality_of


@pytest.fixture(scope="module")
def page() -> Tree:
    return Tree(render_quality_page(quality(), "Complete Journey Grocers"))


def only(shown: DataQuality, **update: object) -> DataQuality:
    """The same with nothing but its first file, changed."""
    return shown.model_copy(update={"sources": (shown.sources[0].model_copy(update=update),)})


def test_the_page_says_where_every_row_went(page: Tree) -> None:
    said = page.one("section", id="data").text
    assert (
        "1,566,800 rows of 2 files were read (a row that feeds two tables counts for each), and 99.8% were taken."
        in said
    )
    assert (
        "312 rows went to quarantine and are in no table. The commonest reason: wrong type in column Lineitem price"
        in (said)
    )
    assert (
        "2,600 rows repeated an earlier one and counted once; 88 rows are no part of the table and passed over." in said
    )
    assert "orders_export_2017.csv as orders, which came to 1,469,307 rows" in said
    assert "1,472,000 1,469,000 99.7% 312 88 2,600" in said


def test_reasons_come_with_column_count_and_examples_and_the_commonest_first(page: Tree) -> None:
    rows = [row.text for row in page.all("tr") if "line " in row.text]
    assert rows[0].startswith("wrong type Lineitem price a number such as 12.50 200 line 17 =HYPERLINK(")
    assert rows[1] == "rule broken Lineitem quantity a whole number of at least 1 112 line 812 0 line 9,044 -3"
    said = page.one("section", id="data").text
    assert "Passed over: the order was cancelled (80), a gift card (8)." in said
    assert "Assumed encoding Windows-1252, as the bytes are no UTF-8" in said


def test_signs_that_nobody_could_see_are_shown(page: Tree) -> None:
    assert "␀␀" in page.one("section", id="data").text
    assert "\x00" not in render_quality_page(quality(), "x")


def test_a_bar_is_as_long_as_its_parts_and_has_none_for_nothing() -> None:
    bands = quality_of(quality()).shown[0].bands
    assert [band.fate for band in bands] == ["taken", "duplicates", "passed", "refused"]
    assert sum(band.width for band in bands) == pytest.approx(100, abs=0.05)
    assert [band.x for band in bands] == sorted(band.x for band in bands)
    assert all(band.width >= 1 for band in bands)  # 88 rows of a million can still be seen
    assert [band.fate for band in quality_of(quality()).shown[1].bands] == ["taken"]


def test_checks_that_found_something_come_first(page: Tree) -> None:
    said = page.one("section", id="data").text
    found = said.index("4,100 order lines name an unknown product 0.3%")
    assert found < said.index("9 days in a row without an order") < said.index("0 order lines lie in the future")


def test_columns_say_what_is_missing_and_nothing_that_names_a_person(page: Tree) -> None:
    rows = [row.text for row in page.all("tr")]
    assert "order_id 0% 155,848 31198 to 41655" in rows
    assert "coupon_minor 82% 212 0" in rows
    assert "email 81% 469" in rows


def test_the_page_unfolds_what_the_report_folds(shop: ReportData, page: Tree) -> None:
    folds = page.all("details")
    assert folds
    assert all("open" in fold.attributes for fold in folds)
    report = Tree(render_report(shop))
    assert report.one("section", id="data").text == page.one("section", id="data").text
    assert not [fold for fold in report.all("details") if "open" in fold.attributes]


def test_the_page_has_the_look_of_the_report_and_no_script(shop: ReportData, page: Tree) -> None:
    assert page.one("style").words == Tree(render_report(shop)).one("style").words
    assert not page.all("script")
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"rows_read": 0, "taken": 0, "quarantined": 0, "duplicates": 0, "passed_over": {}}, ["No row was read."]),
        ({"rows_read": 1, "taken": 1, "quarantined": 0, "duplicates": 0, "passed_over": {}},
         ["1 row of 1 file was read, and it was taken.", "No row was refused."]),
        ({"rows_read": 3, "taken": 0, "quarantined": 1, "duplicates": 1, "passed_over": {"a total": 1}, "refusals": ()},
         ["3 rows of 1 file were read, and none was taken.", "1 row went to quarantine and is in no table.",
          "1 row repeated an earlier one and counted once; 1 row is no part of the table and passed over."]),
        ({"rows_read": 9, "taken": 2, "quarantined": 0, "duplicates": 0, "refusals": (),
          "passed_over": {"a further row of the same product": 5, "a total": 2}},
         ["4 rows of 1 file were read, and 50% were taken.", "No row was refused.",
          "2 rows are no part of the table and passed over.", "5 further rows named a customer or a product again."]),
        ({"rows_read": 99_999, "taken": 99_998, "quarantined": 1, "duplicates": 0, "passed_over": {}, "refusals": ()},
         ["99,999 rows of 1 file were read, and 99.9% were taken.", "1 row went to quarantine and is in no table."]),
    ],
)  # fmt: skip
def test_counts_are_said_as_they_are(update: dict[str, object], said: list[str]) -> None:
    assert list(quality_of(only(quality(), **update)).sentences) == said


def test_nothing_at_all_is_a_page_too() -> None:
    tree = Tree(render_quality_page(DataQuality(sources=(), tables=(), checks=()), "Nobody’s"))
    assert "No row was read." in tree.one("section", id="data").text
    assert not tree.all("table")


def test_a_file_a_day_is_folded_after_a_dozen() -> None:
    many = quality().model_copy(update={"sources": quality().sources[2:] * 40})
    laid = quality_of(many)
    assert (len(laid.shown), len(laid.folded)) == (12, 28)
    assert "28 more files" in Tree(render_quality_page(many, "x")).one("section", id="data").text


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_element_or_attribute_comes_from_a_file(payload: str) -> None:
    calm = Tree(render_quality_page(_with(quality(), "x"), "x"))
    tree = Tree(render_quality_page(_with(quality(), payload), "x"))
    assert tree.shape == calm.shape


def _with(shown: DataQuality, payload: str) -> DataQuality:
    return hostile(shown, payload)  # type: ignore[arg-type, return-value]


def test_the_page_is_written_whole_and_a_place_that_cannot_be_is_named(tmp_path: Path) -> None:
    path = tmp_path / "data" / "quality.html"
    write_quality_page(path, quality(), "Grocers")
    assert path.read_text(encoding="utf-8") == render_quality_page(quality(), "Grocers")
    assert [entry.name for entry in path.parent.iterdir()] == ["quality.html"]
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"could not be written to .*quality\.html"):
        write_quality_page(tmp_path / "file" / "quality.html", quality(), "Grocers")
