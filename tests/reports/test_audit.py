"""The audit: each piece with what it rests on, who decided, what is demanded and met; data stays text."""

import re
from pathlib import Path

import pytest
from hostile import PAYLOADS, hostile
from page_tree import Tree
from playwright.sync_api import BrowserContext
from test_report_browser import DESK, FAINT_TEXT, PHONE, context, opened

from assistant.records import BrandKit, CheckResult, LedgerEntry, Standing
from assistant.reports import AuditData, ReportData, render_audit
from assistant.reports.audit import Demand

__all__ = ["context"]

AT = "2017-10-01T09:30:00+00:00"


@pytest.fixture(scope="module")
def data(shop: ReportData) -> AuditData:
    """Two pieces approved, one of them although a check found something; one rejected; one edited."""
    campaign = shop.campaigns[0]
    first, second, _, fourth = campaign.pieces[:4]
    late = next(piece for piece in campaign.pieces if piece.status == "needs_review")
    approvals = {
        first.piece: Standing(state="approved", by="Ann Arbor", at=AT),
        late.piece: Standing(state="approved", by="Bo Law", at=AT, reason="Our longest name is no customer's."),
    }
    standings = {
        **approvals,
        second.piece: Standing(state="rejected", by="Bo Law", at=AT, reason="Too plain."),
    }
    ledger = (
        LedgerEntry(at=AT, by=campaign.model, state="checked", pieces={first.piece: first.revision}),
        LedgerEntry(at=AT, by="Ann Arbor", state="approved", pieces={first.piece: first.revision}),
        LedgerEntry(at=AT, by="Bo Law", state="rejected", pieces={second.piece: second.revision}, reason="Too plain."),
        LedgerEntry(at=AT, by="Ann Arbor", state="checked", pieces={}, made=fourth, before="0123"),
        LedgerEntry(at=AT, by="Bo Law", state="approved", pieces={late.piece: late.revision}, reason="Longest name."),
    )
    return AuditData(
        title=shop.title,
        currency=shop.currency,
        as_of=shop.as_of,
        campaign=campaign.model_copy(update={"approvals": approvals, "standings": standings}),
        sheets=shop.sheets,
        ledger=ledger,
        demands=(
            Demand(channel="email", demands=("sender", "address", "opt_out"), source="CAN-SPAM"),
            Demand(channel="sms", demands=("sender", "opt_out"), source="TCPA"),
        ),
        brand=BrandKit(),
    )


@pytest.fixture(scope="module")
def page(data: AuditData) -> str:
    return render_audit(data)


def test_every_piece_stands_there_once_with_its_words_and_its_revision(data: AuditData, page: str) -> None:
    articles = [article.text for article in Tree(page).all("article", class_="signed")]
    assert len(articles) == len(data.campaign.pieces)
    for piece, text in zip(data.campaign.pieces, articles, strict=True):
        assert text.startswith(f"{piece.piece} ")
        assert piece.revision in text
        for field in piece.fields:
            assert not [word for word in re.findall(r"\w+", field.text) if word not in text]


def test_every_value_leads_to_its_receipt_which_is_there(page: str) -> None:
    tree = Tree(page)
    ids = {element.attributes["id"] for element in tree.all() if element.attributes.get("id")}
    targets = [a.attributes["href"] for a in tree.all("a") if str(a.attributes.get("href", "")).startswith("#")]
    assert targets
    assert {str(target)[1:] for target in targets} <= ids
    claims = tree.all("article", class_="claim")
    assert any("fact:S1.F16" in claim.text and "SELECT" in claim.text for claim in claims)
    assert any("brief:offer.amount" in claim.text for claim in claims)


def test_who_decided_what_and_why_is_told(data: AuditData, page: str) -> None:
    decided = Tree(page).one("section", id="decided").text
    assert re.search(r"Ann Arbor 1 0 1 0 2017-10-01 09:30 UTC", decided)
    assert re.search(r"Bo Law 1 1 0 0 2017-10-01 09:30 UTC", decided)
    checks = Tree(page).one("section", id="checks").text
    late = next(piece for piece in data.campaign.pieces if piece.status == "needs_review")
    assert f"{late.piece} {late.reasons[0]} Bo Law Our longest name is no customer's." in checks
    assert Tree(page).one("header", class_="opening").text.count("May go out 2") == 1


def test_what_the_law_demands_is_counted(page: str) -> None:
    told = Tree(page).one("section", id="disclosures").text
    assert "E-mail A way to opt out CAN-SPAM 15 of 15" in told
    assert "SMS The sender is named TCPA 5 of 5" in told


def test_a_demand_that_a_piece_misses_is_not_counted(data: AuditData) -> None:
    first, *rest = data.campaign.pieces
    missing = CheckResult(check="missing_opt_out", field="", severity="error", message="a way to opt out is missing")
    pieces = (first.model_copy(update={"checks": (missing,)}), *rest)
    told = Tree(render_audit(data.model_copy(update={"campaign": data.campaign.model_copy(update={"pieces": pieces})})))
    assert "A way to opt out CAN-SPAM 14 of 15" in told.one("section", id="disclosures").text


def test_only_what_goes_out_can_be_asked_for(data: AuditData) -> None:
    tree = Tree(render_audit(data, leaving_only=True))
    assert len(tree.all("article", class_="signed")) == 2
    assert "Only pieces that are approved or exported are shown." in tree.one("header", class_="opening").text


def test_the_same_data_gives_the_same_page_without_a_script(data: AuditData, page: str) -> None:
    assert render_audit(data) == page
    assert "<script" not in page
    assert "script-src 'none'" in Tree(page).all("meta")[1].attributes["content"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_element_or_attribute_comes_from_a_text(data: AuditData, payload: str) -> None:
    keep = frozenset({"channel", "at", "made_at"})
    calm = Tree(render_audit(hostile(data, "x", keep)))  # type: ignore[arg-type]
    tree = Tree(render_audit(hostile(data, payload, keep)))  # type: ignore[arg-type]
    assert tree.shape == calm.shape


@pytest.mark.browser
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_fits_is_readable_and_asks_for_nothing(
    context: BrowserContext,
    page: str,
    tmp_path: Path,
    size: tuple[int, int],
    colours: str,
) -> None:
    file = tmp_path / "audit.html"
    file.write_text(page, encoding="utf-8")
    seen = opened(context, file, size, colours)
    width, inner = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= inner == size[0]
    assert seen.page.evaluate(FAINT_TEXT) == []
    assert seen.complaints == []
    assert seen.requests == [file.as_uri()]
    seen.page.close()
