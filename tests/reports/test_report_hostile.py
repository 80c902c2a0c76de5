"""Names, sentences and ids are data: whatever they say, the page's elements and attributes stay the same."""

import pytest
from hostile import PAYLOADS, hostile
from page_tree import Tree

from assistant.reports import ReportData, render_report

# Once with the names of fields as they are, so that the mail's head and button show hostile text too.
KEEPS = [frozenset(), frozenset({"field"})]


@pytest.fixture(scope="module", params=KEEPS, ids=["all texts", "known fields"])
def keep(request: pytest.FixtureRequest) -> frozenset[str]:
    return request.param


@pytest.fixture(scope="module")
def calm(shop: ReportData, keep: frozenset[str]) -> Tree:
    return Tree(render_report(hostile(shop, "x", keep)))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_element_or_attribute_comes_from_a_text(
    shop: ReportData, keep: frozenset[str], calm: Tree, payload: str
) -> None:
    tree = Tree(render_report(hostile(shop, payload, keep)))
    assert tree.shape == calm.shape
    shown = tree.one("main").text + tree.one("title").text
    assert shown.count(" ".join(payload.split())) > 1000


def test_the_shape_would_tell_of_a_single_text_that_was_not_escaped(shop: ReportData) -> None:
    page = render_report(hostile(shop, "<b>x</b>"))
    leaking = page.replace("&lt;b&gt;x&lt;/b&gt;", "<b>x</b>", 1)
    assert len(Tree(leaking).shape) == len(Tree(page).shape) + 1


def test_a_texts_braces_are_never_evaluated(shop: ReportData) -> None:
    page = render_report(hostile(shop, "{{7*7}}"))
    assert "Complete Journey Grocers{{7*7}}" in page
    assert "Complete Journey Grocers49" not in page
