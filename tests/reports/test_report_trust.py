"""Whether to trust it: the certificate, the cautions it leads to, drift and lifetime value."""

import re

import pytest
from page_tree import Tree
from report_grocer_trust import BELOW, drift, lifetime

from assistant.records import ColumnModel, Persona, Segment
from assistant.records.certificates import Certificate, Interval, Migration, Shift, Verdict
from assistant.records.lifetime import LifetimeReport
from assistant.reports import ReportData, render_report
from assistant.reports.cautions import cautions_of
from assistant.reports.drift import moved_of
from assistant.reports.holdout import stamp_of, worth_of
from assistant.reports.lifetime import expected_of
from assistant.reports.trust import trust_of


@pytest.fixture(scope="module")
def tree(page_text: str) -> Tree:
    return Tree(page_text)


def certified(shop: ReportData) -> Certificate:
    assert shop.certificate is not None
    return shop.certificate


def section(shop: ReportData, anchor: str, **update: object) -> str:
    return Tree(render_report(shop.model_copy(update=update))).one("section", id=anchor).text


# The certificate


def test_the_certificate_opens_with_its_sentence_and_says_how_each_segment_fared(shop: ReportData, tree: Tree) -> None:
    said = tree.one("section", id="trust").text
    assert said.startswith(f"Do the segments hold? {certified(shop).summary} Certified 4 of 5 segments above the bar")
    assert "S4 Quick-trip, low-spending shoppers ✓ certified 0.91 0.88 to 0.94 0.88 0.34 785 32%" in said
    assert f"S5 Lapsing, infrequent shoppers ! below the bar {BELOW} 0.69 0.48 to 0.86" in said
    assert "drawn anew 50 times" in said


def test_a_jaccard_lies_on_its_axis_beside_the_bar(shop: ReportData) -> None:
    trust = trust_of(shop.segmentation, certified(shop))
    fine, poor = trust.held[0].mark, trust.held[4].mark
    assert fine is not None
    assert poor is not None
    assert poor.low < poor.at < trust.bar < poor.high
    assert trust.bar < fine.low < fine.at < fine.high
    assert trust.bar == trust.axis.ticks[3].at  # 0.75


def test_each_target_has_both_predictions_its_gain_its_verdict_and_its_sentence(shop: ReportData, tree: Tree) -> None:
    said = tree.one("section", id="trust").text
    assert "orders = not told from chance +0.4 −0.1 to +0.9 64.1% 64.5%" in said
    assert "spend as it is ! explains less −0.6 −1.1 to −0.2 50.1% 49.5%" in said
    assert "who orders with a coupon ? cannot be said not measured – – –" in said
    assert all(target.sentence in said for target in certified(shop).targets)
    worth = worth_of(certified(shop))
    assert worth is not None
    crossing = {row.label: row.mark.low < worth.zero < row.mark.high for row in worth.headlines if row.mark}
    assert crossing == {
        "spend, the largest one percent cut": False, "orders": True, "who redeems a coupon of a campaign": False,
    }  # fmt: skip
    assert len(worth.others) == 2


def test_a_gain_of_hardly_anything_is_not_rounded_to_none(shop: ReportData) -> None:
    target = (
        certified(shop)
        .targets[0]
        .model_copy(update={"gain": Interval(value=0.0002, low=-0.0001, high=0.0006), "verdict": Verdict.NOTHING})
    )
    worth = worth_of(certified(shop).model_copy(update={"targets": (target,)}))
    assert worth is not None
    assert (worth.headlines[0].gain, worth.headlines[0].interval) == ("+0.02", "−0.01 to +0.1")
    assert stamp_of(Verdict.NOTHING).kind == "off"


def test_earlier_days_are_shown_each_on_their_own_and_as_the_method_over_time(tree: Tree) -> None:
    said = tree.one("section", id="trust").text
    assert "kept back after July 3, 2017 and April 4, 2017" in said
    assert "July 3, 2017 2,430 0 0.25 0.5 0.75 1 " not in said
    assert "July 3, 2017 2,430 0.71 0.52" in said
    assert "April 4, 2017 spend as it is 2,311 50.1% 40.1% 49.5% −0.6" in said


def test_without_a_certificate_only_the_search_for_segments_is_told(shop: ReportData) -> None:
    said = section(shop, "trust", certificate=None)
    assert "These segments have no certificate" in said
    assert "S5 Lapsing, infrequent shoppers 0.69 479 19%" in said
    assert "drawn anew 20 times" in said
    assert "certified" not in said
    assert "what happens next" not in said


def test_brought_segments_say_that_no_resample_can_find_them_again(shop: ReportData) -> None:
    segments = tuple(
        one.model_copy(update={"jaccard": None, "rule": "plan is gold"}) for one in shop.segmentation.segments
    )
    brought = shop.segmentation.model_copy(
        update={"model": ColumnModel(column="plan", levels=("gold",)), "trials": (), "segments": segments}
    )
    unmeasured = tuple(
        own.model_copy(update={"jaccard": None, "ari": None, "silhouette": None}) for own in certified(shop).segments
    )
    certificate = certified(shop).model_copy(
        update={
            "ari": None, "silhouette": None, "segments": unmeasured, "targets": (), "scores": (), "over_time": (),
            "stability_note": "the segments were brought along", "holdout_note": "there is no earlier cutoff",
        }
    )  # fmt: skip
    page = Tree(render_report(shop.model_copy(update={"segmentation": brought, "certificate": certificate})))
    said = page.one("section", id="trust").text
    assert "Stability was not measured: the segments were brought along." in said
    assert "The shop brought these segments along, so no number of segments had to be chosen." in said
    assert "not measured –" in said
    assert "Do they say what happens next? there is no earlier cutoff" in said
    card = page.one("article", id="segment-1").text
    assert "Who belongs: plan is gold" in card
    assert "Jaccard" not in card


# Cautions


def test_a_segment_below_the_bar_says_so_at_its_card_its_persona_and_each_of_its_pieces(
    shop: ReportData, tree: Tree
) -> None:
    words = BELOW[0].upper() + BELOW[1:] + "."
    banners = [banner.text for banner in tree.all("div", class_="banner")]
    pieces = sum(piece.segment == "S5" for piece in shop.campaigns[0].pieces)
    assert banners.count(f"! Segment below the bar {words}") == pieces == 4
    assert banners.count(f"! Persona of a segment below the bar {words}") == 1
    assert sum(banner.startswith(f"! Below the bar {words}") for banner in banners) == 1
    assert len(banners) == pieces + 2
    assert words in tree.one("article", id="segment-5").text
    assert "below the bar" not in tree.one("article", id="segment-1").text


def test_a_certificate_that_passes_lifts_what_an_older_fact_sheet_says(shop: ReportData) -> None:
    fine = tuple(own.model_copy(update={"certified": True, "reasons": ()}) for own in certified(shop).segments)
    lifted = shop.model_copy(update={"certificate": certified(shop).model_copy(update={"segments": fine})})
    assert cautions_of(lifted) == {}
    # What was written under the caution keeps it.
    assert "below the bar" in Tree(render_report(lifted)).one("article", id="campaign-1-piece-17").text


def test_a_caution_reaches_pieces_and_personas_that_were_written_before_it(shop: ReportData) -> None:
    before = shop.model_copy(
        update={
            "personas": tuple(one.model_copy(update={"caution": ""}) for one in shop.personas),
            "sheets": tuple(one.model_copy(update={"caution": ""}) for one in shop.sheets),
            "campaigns": tuple(one.model_copy(update={"cautions": {}}) for one in shop.campaigns),
        }
    )
    assert len(Tree(render_report(before)).all("div", class_="banner")) == 6
    assert cautions_of(before.model_copy(update={"certificate": None})) == {}


def test_an_audience_has_a_card_and_its_facts_can_be_reached(shop: ReportData) -> None:
    first = shop.segmentation.segments[0]
    audience = Segment(
        **first.model_dump() | {"segment": "A1", "name": "Wine lovers", "rule": "bought wine", "jaccard": None}
    )
    facts = tuple(
        fact.model_copy(update={"fact": f"A1.{fact.fact[3:]}", "segment": "A1"}) for fact in shop.sheets[0].facts
    )
    sheet = shop.sheets[0].model_copy(update={"segment": "A1", "facts": facts})
    own = shop.personas[0]
    claims = tuple(
        claim.model_copy(update={"facts": tuple(f"A1.{fact[3:]}" for fact in claim.facts)}) for claim in own.claims
    )
    persona = Persona(**own.model_dump() | {"segment": "A1", "claims": claims})
    told = {"sheets": (*shop.sheets, sheet), "personas": (*shop.personas, persona)}
    page = Tree(render_report(shop.model_copy(update={**told, "audiences": (audience,)})))
    assert "Wine lovers" in page.one("article", id="segment-6").text
    assert "#fact-A1.F16" in {link.attributes["href"] for link in page.all("a")}
    # Without a card there is nothing to link to.
    page = Tree(render_report(shop.model_copy(update=told)))
    links = {link.attributes["href"][1:] for link in page.all("a")}
    assert links <= {element.attributes.get("id") for element in page.elements}


# Drift


def test_migration_says_where_customers_went_under_the_same_rules_and_into_todays(tree: Tree) -> None:
    said = tree.one("section", id="moved").text
    assert (
        "? watch From July 3, 2017 to October 1, 2017: 2,398 customers are in both versions; 39 came and 11 went."
        in said
    )
    assert "S1 374, 16% → 15% of all 83% 310 11% 40 3.2% 12" in said
    assert "S2 290 21% 61 52% 150" in said
    assert "ARI of 0.78" in said
    assert len(tree.all("td", class_="stayed")) == 10


def test_an_index_is_drawn_against_its_marks_and_read_in_the_records_words(tree: Tree) -> None:
    moved = moved_of(drift(), {"recency_days": "days since the last order"})
    first, second, third = moved.shifts[:3]
    assert (first.name, first.level, second.level, third.level) == ("days since the last order", 2, 1, 0)
    assert third.to < moved.marks[0].at < second.to < moved.marks[1].at < first.to
    assert len(moved.calm) == 2
    said = tree.one("section", id="moved").text
    assert "days since the last order large shift 0.31" in said
    assert "share of orders with a coupon some shift 0.14" in said


def test_what_a_refit_would_say_again_is_not_said_twice(shop: ReportData) -> None:
    same = drift().model_copy(update={"refit": drift().frozen})
    said = section(shop, "moved", drift=same)
    assert "Into today’s segments" not in said


def test_customers_in_no_segment_have_a_row_of_their_own_and_nobody_at_all_is_said_so() -> None:
    loose = Migration(rows=("S1", ""), columns=("S1", ""), counts=((3, 1), (0, 0)), ari=0.2)
    few = drift().model_copy(update={"frozen": loose, "refit": loose, "customers": 4, "came": 0, "went": 2})
    moved = moved_of(few, {})
    assert [row.segment for row in moved.frozen.rows] == ["S1", "no segment"]
    assert [cell.share for cell in moved.frozen.rows[1].cells] == ["–", "–"]
    assert moved.people == "4 customers are in both versions; 2 went. So few say little about where customers move."
    nobody = drift().model_copy(update={"customers": 0, "features": (), "segments": drift().segments})
    assert moved_of(nobody, {}).frozen_says.startswith("No customer is in both versions")


def test_an_index_beyond_all_bounds_stays_in_its_frame() -> None:
    wild = drift().model_copy(update={"features": (Shift(name="x", psi=9.4, chance=0.1, reading="large shift"),)})
    (row,) = moved_of(wild, {}).shifts
    assert 90 < row.to <= 100


def test_a_first_version_has_nothing_to_have_moved_from(shop: ReportData) -> None:
    page = Tree(render_report(shop.model_copy(update={"drift": None})))
    assert not page.all("section", id="moved")
    assert "#moved" not in {link.attributes["href"] for link in page.all("a")}


# Lifetime value


def test_the_forecast_in_force_is_named_with_its_reasons_and_its_scores(tree: Tree) -> None:
    said = tree.one("section", id="worth").text
    assert said.startswith("Can orders to come be foretold? In force: BG/NBD.")
    assert all(reason in said for reason in lifetime().reasons)
    assert "days since the last order at most 30 1 ✓ recent" in said
    assert "BG/NBD in force 6.741 +0.199 (+0.110 to +0.290) −3.0% 31%" in said
    assert "same rate as so far 6.940 +4.1% 31%" in said
    assert "Gamma-Gamma, rows before October 1, 2017 p 6.25, q 3.74, v 1,544" in said
    assert "78% of customers ordered within the interval of BG/NBD" in said


def test_calibration_is_drawn_and_told_and_small_groups_are_hollow(tree: Tree) -> None:
    expected = expected_of(lifetime())
    plot = expected.calibration
    assert plot is not None
    assert [one.few for one in plot.bins] == [True, *[False] * 7]
    assert [spot.y for spot in plot.actual] == sorted((spot.y for spot in plot.actual), reverse=True)
    assert len(re.findall(r"[ML]", plot.model_line)) == len(plot.bins)
    said = tree.one("section", id="worth").text
    assert "BG/NBD lies nearer to what happened than the naive forecast (same rate as so far) in 6 of 7 groups" in said
    assert (
        "furthest off for those with 7+ repeat purchases: 20.80 orders a customer expected, 21.90 made, too few" in said
    )
    assert len(tree.all("circle", class_="few")) == 1


@pytest.mark.parametrize(("method", "said"), [
    ("same_rate", "what a customer will order is taken to be the same rate as so far"),
    ("same_window", "a customer is taken to order as many as in the days before"),
])  # fmt: skip
def test_a_naive_forecast_says_that_no_model_is_in_force(shop: ReportData, method: str, said: str) -> None:
    poor = LifetimeReport(
        **lifetime().model_dump()
        | {"method": method, "holdout": None, "fits": (), "spend": None, "reasons": ("There are too few customers.",)}
    )
    needs = tuple(need.model_copy(update={"met": False}) for need in poor.requirements)
    told = section(shop, "worth", lifetime=poor.model_copy(update={"requirements": needs}))
    assert f"No model of buying is in force: {said}" in told
    assert "There are too few customers." in told
    assert "! too few" in told
    assert "! too long ago" in told
    assert "Forecast and outcome" not in told


def test_groups_too_small_to_tell_a_forecast_from_luck_are_said_to_be() -> None:
    report = lifetime()
    assert report.holdout is not None
    tiny = tuple(one.model_copy(update={"customers": 3}) for one in report.holdout.calibration)
    told = expected_of(report.model_copy(update={"holdout": report.holdout.model_copy(update={"calibration": tiny})}))
    assert told.calibration is not None
    assert told.calibration.sentences == ("No group of customers is large enough to tell a forecast from luck.",)
    bare = expected_of(report.model_copy(update={"holdout": report.holdout.model_copy(update={"calibration": ()})}))
    assert bare.calibration is None
