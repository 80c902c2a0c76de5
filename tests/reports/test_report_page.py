import base64
import hashlib
import re
from pathlib import Path

import pytest
from page_tree import Tree
from report_grocer import grocer
from report_grocer_shop import grid
from report_grocer_trust import certificate

from assistant.errors import WorkspaceError
from assistant.records import Cohort, CohortRetention, Concentration, Slot
from assistant.reports import ReportData, render_report, write_report


@pytest.fixture(scope="module")
def tree(page_text: str) -> Tree:
    return Tree(page_text)


def with_slot(shop: ReportData, receipt: str) -> ReportData:
    """The shop with a single piece whose only slot has that receipt."""
    campaign = shop.campaigns[0]
    piece = campaign.pieces[0]
    slot = Slot(slot="offer.discount", value="20%", worst="20%", receipt=receipt)
    kept = campaign.model_copy(update={"pieces": (piece.model_copy(update={"slots": (slot,)}),)})
    return shop.model_copy(update={"campaigns": (kept,)})


def test_the_header_says_what_this_is_and_of_when(tree: Tree) -> None:
    header = tree.one("header", class_="opening").text
    for words in ("Complete Journey Grocers", "2,469", "1,469,307", "92,331", "as of October 1, 2017"):
        assert words in header


def test_sections_come_in_reading_order(tree: Tree) -> None:
    ids = [section.attributes.get("id") for section in tree.all("section") if "id" in section.attributes]
    assert ids == [
        "data",
        "revenue",
        "returning",
        "recency",
        "map", "shares", "apart", "segments",
        "trust", "moved", "worth",
        "copy", "review",
        "making", "reading",
    ]  # fmt: skip


def test_the_contents_name_every_section_by_its_heading(tree: Tree) -> None:
    contents = tree.one("nav", class_="toc").text
    for section in tree.all("section"):
        if "id" in section.attributes:
            assert tree.one("h2", id=f"{section.attributes['id']}-title").text in contents
            assert f"#{section.attributes['id']}" in {link.attributes["href"] for link in tree.all("a")}


def test_every_id_is_unique_and_every_link_and_button_finds_its_target(tree: Tree) -> None:
    ids = [element.attributes["id"] for element in tree.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    targets = [e.attributes["popovertarget"] for e in tree.all("button") if "popovertarget" in e.attributes]
    links = [link.attributes["href"] for link in tree.all("a")]
    labels = [e.attributes["aria-labelledby"] for e in tree.elements if "aria-labelledby" in e.attributes]
    assert len(targets) > 100
    assert all(href.startswith("#") for href in links)
    assert {*targets, *labels, *(href[1:] for href in links)} <= set(ids)


def test_every_slot_of_every_piece_opens_a_receipt(shop: ReportData, tree: Tree) -> None:
    spans = [s for c in shop.campaigns for p in c.pieces for f in p.fields for s in f.spans if s.slot]
    opened = tree.all("button", class_="slot")
    assert len(opened) == len(spans) + len(shop.campaigns[0].pieces)  # and the sender of each piece


def test_a_fact_receipt_shows_the_fact_its_comparison_and_its_source(shop: ReportData, tree: Tree) -> None:
    fact = shop.sheets[0].facts[15]
    panel = next(p for p in tree.all("aside", class_="receipt") if "{product}" in p.text and fact.fact in p.text)
    for words in (fact.sentence, fact.source, "3.08×", "2.93× to 3.23×", "All other customers 7.8%", "baby food"):
        assert words in panel.text
    assert f"#fact-{fact.fact}" in {link.attributes["href"] for link in tree.all("a")}


def test_a_brief_receipt_shows_the_field_and_a_merge_tag_says_who_fills_it(tree: Tree) -> None:
    panels = [panel.text for panel in tree.all("aside", class_="receipt")]
    assert any("Field offer.amount As written there 20" in text for text in panels)
    assert any("Maximilian-Alexander" in text and "sending platform" in text for text in panels)


def test_equal_receipts_share_a_panel(shop: ReportData, tree: Tree) -> None:
    assert sum("Field offer.amount" in panel.text for panel in tree.all("aside", class_="receipt")) == 1


@pytest.mark.parametrize("receipt", ["fact:S9.F99", "brief:offer.colour", "brief:products.3", "weather", ""])
def test_a_receipt_that_leads_nowhere_is_shown_as_missing(shop: ReportData, receipt: str) -> None:
    tree = Tree(render_report(with_slot(shop, receipt)))
    panel = tree.one("aside", class_="missing")
    assert "No receipt found" in panel.text
    assert receipt in panel.text
    assert tree.all("button", class_="unbound")


def test_a_list_of_the_brief_can_be_pointed_into(shop: ReportData) -> None:
    data = with_slot(shop, "brief:products.1")
    brief = data.campaigns[0].brief.model_copy(update={"products": ("Milk", "Oat drink")})
    data = data.model_copy(update={"campaigns": (data.campaigns[0].model_copy(update={"brief": brief}),)})
    assert "As written there Oat drink" in Tree(render_report(data)).one("div", class_="panels").text


def test_the_same_field_of_two_briefs_has_two_receipts(shop: ReportData) -> None:
    first = shop.campaigns[0]
    offer = first.brief.offer.model_copy(update={"amount": 35})
    second = first.model_copy(update={"campaign": "again", "brief": first.brief.model_copy(
        update={"campaign": "again", "offer": offer})})  # fmt: skip
    panels = Tree(render_report(shop.model_copy(update={"campaigns": (first, second)}))).all("aside")
    said = [re.search(r"Field offer.amount As written there (\d+)", panel.text) for panel in panels]
    assert [match.group(1) for match in said if match] == ["20", "35"]


def test_a_slot_that_the_piece_does_not_define_is_shown_as_it_would_be_sent(shop: ReportData) -> None:
    pieces = tuple(piece.model_copy(update={"slots": ()}) for piece in shop.campaigns[0].pieces[:1])
    bare = shop.campaigns[0].model_copy(update={"pieces": pieces})
    tree = Tree(render_report(shop.model_copy(update={"campaigns": (bare,)})))
    assert "{offer.discount} off what you always buy" in tree.one("div", class_="subject").text


def test_a_field_reads_as_a_customer_sees_it(shop: ReportData, tree: Tree) -> None:
    piece = shop.campaigns[0].pieces[0]
    card = tree.one("article", id="campaign-1-piece-1")
    assert "Baby food2 and the rest of your list, until October 83." in "".join(card.words)
    assert "baby food2 is on the shelf" in "".join(card.words)
    body = "".join(word for word in card.words if not word.strip().isdigit())
    for field in piece.fields:
        for line in filter(None, field.text.split("\n")):
            assert line in body


def test_claims_are_marked_and_refused_sentences_are_kept_with_reasons(tree: Tree) -> None:
    card = tree.one("article", id="segment-1").text
    assert "They come every few days, fill half the till and rarely wait for an offer. ✓ verified S1.F01 S1.F02" in card
    assert "Some of them cook for a family. ? hypothesis S1.F06 – No fact says" in card.replace("No fact", "– No fact")
    assert "Refused: 2 sentences" in card
    assert "They are young urban professionals. No fact speaks of age or place." in card


def test_revenue_is_written_in_the_shops_currency(shop: ReportData) -> None:
    euro = Tree(render_report(shop.model_copy(update={"currency": "EUR"})))
    assert "€2,057,494.12" in euro.one("article", id="segment-1").text


def test_pieces_that_need_review_say_why_where_they_stand_and_in_the_summary(tree: Tree) -> None:
    reason = "subject is 71 characters at its longest, 60 are allowed"
    piece = tree.one("article", id="campaign-1-piece-10")
    assert "needs review" in piece.text
    assert f"Needs review because {reason}" in piece.text
    review = tree.one("section", id="review").text
    assert review.startswith("What needs review 2 pieces did not pass")
    assert f"S3-email-treat {reason}" in review


def test_controls_say_that_no_model_wrote_them(shop: ReportData, tree: Tree) -> None:
    controls = tree.all("article", data_angle="control")
    assert len(controls) == 5
    assert all("written from the brief, no model" in control.text for control in controls)
    assert "no model" not in tree.one("article", id="campaign-1-piece-1").text


def test_kept_stages_are_told_from_those_that_ran(tree: Tree) -> None:
    making = tree.one("section", id="making").text
    assert "segments 32 s kept, made March 1, 2025, 09:00 UTC" in making
    assert "personas 3 min 05 s made March 1, 2025" in making


def test_terms_are_explained(tree: Tree) -> None:
    terms = tree.one("dl", class_="glossary").text
    assert all(term in terms for term in ("Jaccard", "Silhouette", "Effect", "Interval"))


def test_a_shop_with_segments_only_makes_a_whole_page(shop: ReportData) -> None:
    nothing = dict.fromkeys(("sheets", "personas", "campaigns", "documents", "points", "stages"), ())
    measured = dict.fromkeys(("rfm", "concentration", "cohorts", "certificate", "drift", "lifetime", "quality"))
    bare = shop.model_copy(update={**nothing, **measured, "versions": {}})
    tree = Tree(render_report(bare))
    shown = [section.attributes["id"] for section in tree.all("section") if "id" in section.attributes]
    assert shown == ["shares", "apart", "segments", "trust", "making", "reading"]
    assert [part.attributes["id"] for part in tree.all("div", class_="part")] == [
        "part-segments", "part-trust", "part-about",
    ]  # fmt: skip
    assert "No persona has been written" in tree.one("article", id="segment-1").text
    assert {link.attributes["href"][1:] for link in tree.all("a")} <= {e.attributes.get("id") for e in tree.elements}


def test_the_page_names_nothing_outside_itself(page_text: str, tree: Tree) -> None:
    loading = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "style"}
    assert not [e for e in tree.elements if loading & set(e.attributes)]
    assert [e.attributes["href"] for e in tree.all("link")] == ["data:,"]
    style = tree.one("style").text
    assert "@import" not in style
    assert "url(" not in style


def test_the_policy_lists_the_hash_of_the_one_script_and_the_one_style(page_text: str, tree: Tree) -> None:
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page_text, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text.group(1).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_the_same_records_make_the_same_page(shop: ReportData, page_text: str) -> None:
    again = ReportData.model_validate_json(shop.model_dump_json())
    assert render_report(again) == page_text


def test_eight_segments_and_ninety_pieces_stay_under_two_megabytes() -> None:
    shop = grocer(repeat=5)
    segments = shop.segmentation.segments
    more = tuple(
        segment.model_copy(update={"segment": f"S{index + 1}", "name": f"{segment.name}, group {index}"})
        for index, segment in enumerate((*segments, *segments[:3]))
    )
    sheets = tuple(
        shop.sheets[index % 5].model_copy(
            update={
                "segment": segment.segment,
                "facts": tuple(
                    fact.model_copy(update={"fact": fact.fact.replace(fact.segment, segment.segment)})
                    for fact in shop.sheets[index % 5].facts
                ),
            }
        )
        for index, segment in enumerate(more)
    )
    points = tuple((x, y, f"S{index % 8 + 1}") for index, (x, y, _) in enumerate(shop.points[:2469]))
    campaign = shop.campaigns[0].model_copy(update={"pieces": shop.campaigns[0].pieces[:90]})
    data = shop.model_copy(
        update={
            "segmentation": shop.segmentation.model_copy(update={"segments": more}),
            "sheets": sheets,
            "points": points,
            "campaigns": (campaign,),
        }
    )
    page = render_report(data)
    tree = Tree(page)
    assert len(tree.all("article", class_="piece")) == 90
    assert len(tree.all("article", class_="segment")) == 8
    assert len(page.encode()) < 2_000_000


def test_the_grocers_page_with_all_its_pictures_stays_under_a_megabyte(page_text: str) -> None:
    assert len(page_text.encode()) < 1_000_000


def test_a_report_is_written_whole_and_leaves_nothing_aside(shop: ReportData, page_text: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    write_report(path, shop)
    write_report(path, shop)
    assert path.read_text(encoding="utf-8") == page_text
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(shop: ReportData, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"could not be written to .*report\.html"):
        write_report(tmp_path / "file" / "report.html", shop)


def test_a_shop_with_one_customer_makes_a_whole_page_that_claims_little(shop: ReportData) -> None:
    alone = shop.segmentation.segments[0].model_copy(
        update={"customers": 1, "customer_share": 1.0, "revenue_share": 1.0, "jaccard": None, "traits": (), "lifts": ()}
    )
    cells = tuple(
        cell.model_copy(update={"customers": int(cell.recency == cell.frequency == 3)}) for cell in grid().cells
    )
    own = certificate((1.0,) * 5, (1.0,) * 5, 1)
    one = shop.model_copy(
        update={
            "segmentation": shop.segmentation.model_copy(update={"segments": (alone,), "trials": (), "tree": None}),
            "sheets": (), "personas": (), "campaigns": (), "documents": (), "points": ((0.0, 0.0, "S1"),),
            "rfm": grid().model_copy(update={"cells": cells, "tiers": (), "unscored": 0}),
            "concentration": Concentration(
                customers=1, points=((0.0, 0.0), (1.0, 1.0)), top_tenth=1.0, half=0.5
            ),
            "cohorts": CohortRetention(cohorts=(Cohort(month="2017-01", customers=1, retained=(1.0, 0.0)),)),
            "certificate": own.model_copy(update={"segments": own.segments[4:], "targets": (), "scores": ()}),
            "drift": None, "lifetime": None, "quality": None,
        }
    )  # fmt: skip
    tree = Tree(render_report(one))
    shown = [section.attributes["id"] for section in tree.all("section") if "id" in section.attributes]
    assert shown == [
        "revenue",
        "returning",
        "recency",
        "map",
        "shares",
        "apart",
        "segments",
        "trust",
        "making",
        "reading",
    ]
    assert "With 1 customer the curve says little." in tree.one("section", id="revenue").text
    assert "Of 1 customer whose first order is a whole month past" in tree.one("section", id="returning").text
    assert "Hatched: 1 cohort of fewer than 20" in tree.one("section", id="returning").text
    assert "Certified 0 of 1" in tree.one("section", id="trust").text
