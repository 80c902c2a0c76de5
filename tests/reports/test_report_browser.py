"""The page as Chromium shows it: at two widths, light and dark, by mouse and by keyboard, and printed."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hostile import PAYLOADS, hostile
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from assistant.reports import ReportData, render_report, write_quality_page

pytestmark = pytest.mark.browser

PHONE, DESK = (390, 844), (1280, 900)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Contrast of every visible run of text with the nearest ground behind it, WCAG 2.2 relative luminance.
FAINT_TEXT = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("svg, script")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    const words = `${ratio.toFixed(2)} ${element.className} ${walker.currentNode.data.trim()}`;
    if (ratio < (large ? 3 : 4.5)) faint.push(words);
  }
  return [...new Set(faint)];
}"""


@dataclass
class Opened:
    """A page, and what it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the PATH, and CI has to see the page")
        pytest.skip("no Chromium on the PATH")
    with sync_playwright() as playwright:
        profile = tmp_path_factory.mktemp("profile")
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=path, headless=True, args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(page_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_text, encoding="utf-8")
    return path


def opened(context: BrowserContext, file: Path, size: tuple[int, int] = DESK, colours: str = "light") -> Opened:
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    seen = Opened(page)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(file.as_uri())
    return seen


@pytest.fixture
def desk(context: BrowserContext, file: Path) -> Iterator[Opened]:
    seen = opened(context, file)
    yield seen
    seen.page.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_fits_is_readable_and_asks_for_nothing(
    context: BrowserContext, file: Path, size: tuple[int, int], colours: str
) -> None:
    seen = opened(context, file, size, colours)
    seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    width, inner = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= inner == size[0]
    assert seen.page.evaluate(FAINT_TEXT) == []
    ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) > 380) == (colours == "light")
    for slot in ("#segment-1 .receipt-key", "#campaign-1 .slot"):
        seen.page.locator(slot).first.click()
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert seen.page.evaluate(FAINT_TEXT) == []
        seen.page.keyboard.press("Escape")
    assert seen.complaints == []
    assert seen.requests == [file.as_uri()]
    seen.page.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_of_the_datas_quality_fits_and_is_readable(
    context: BrowserContext, shop: ReportData, tmp_path: Path, size: tuple[int, int], colours: str
) -> None:
    assert shop.quality is not None
    file = tmp_path / "quality.html"
    write_quality_page(file, shop.quality, shop.title)
    seen = opened(context, file, size, colours)
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.page.evaluate(FAINT_TEXT) == []
    assert seen.page.locator(".refusals").is_visible()
    assert seen.complaints == []
    assert seen.requests == [file.as_uri()]
    seen.page.close()


def test_the_reader_of_faint_text_sees_some_when_there_is_some(desk: Opened) -> None:
    desk.page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    assert "Complete Journey Grocers" in desk.page.evaluate(FAINT_TEXT)[0]


def test_a_slot_opens_its_receipt_with_the_facts_sentence(desk: Opened, shop: ReportData) -> None:
    slot = desk.page.locator("#campaign-1-piece-1 .mail-body .slot", has_text="Baby food")
    panel = desk.page.locator(f"#{slot.get_attribute('popovertarget')}")
    assert not panel.is_visible()
    slot.click()
    assert panel.is_visible()
    assert shop.sheets[0].facts[15].sentence in panel.inner_text()
    panel.get_by_role("button", name="Close receipt").click()
    assert not panel.is_visible()


def test_a_receipt_can_be_opened_read_and_closed_by_keyboard(desk: Opened) -> None:
    slot = desk.page.locator("#campaign-1-piece-1 .mail-body .slot").first
    slot.focus()
    desk.page.keyboard.press("Enter")
    panel = desk.page.locator("[popover]:popover-open")
    assert "Maximilian-Alexander" in panel.inner_text()
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Close receipt"
    desk.page.keyboard.press("Escape")
    assert panel.count() == 0
    assert slot.evaluate("(one) => one === document.activeElement")


def test_only_one_receipt_is_open_at_a_time(desk: Opened) -> None:
    slots = desk.page.locator("#campaign-1-piece-1 .mail-body .slot")
    slots.nth(0).click()
    slots.nth(1).click()
    assert desk.page.locator(".receipt:visible").count() == 1


def test_the_link_in_a_receipt_unfolds_the_facts_table_each_time(desk: Opened) -> None:
    row = desk.page.locator("[id='fact-S1.F16']")
    for _ in range(2):
        desk.page.locator("#campaign-1-piece-1 .slot", has_text="Baby food").first.click()
        desk.page.locator("[popover]:popover-open a").click()
        expect(row).to_be_focused()
        assert row.evaluate(
            "(one) => { const b = one.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight }"
        )
        assert desk.page.locator("[popover]:popover-open").count() == 0
        desk.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false })")


def test_a_filter_hides_pieces_and_their_empty_groups(desk: Opened) -> None:
    pieces, groups = desk.page.locator(".piece:visible"), desk.page.locator(".pieces-of:visible")
    assert (pieces.count(), groups.count()) == (20, 5)
    desk.page.get_by_label("Channel").select_option("sms")
    assert (pieces.count(), groups.count()) == (5, 5)
    desk.page.get_by_label("Status").select_option("needs_review")
    assert (pieces.count(), groups.count()) == (1, 1)
    assert desk.page.locator(".filters output").inner_text() == "1 of 20 shown"
    desk.page.get_by_role("button", name="Show all").click()
    assert pieces.count() == 20


def test_a_link_to_a_piece_that_is_filtered_away_brings_it_back(desk: Opened) -> None:
    desk.page.locator("select[data-filter=segment]").select_option("S1")
    assert not desk.page.locator("#campaign-1-piece-10").is_visible()
    desk.page.locator("#review a", has_text="S3-email-treat").click()
    desk.page.locator("#campaign-1-piece-10").wait_for(state="visible")


def test_the_legend_brings_one_segment_out_and_lets_it_go(desk: Opened) -> None:
    key = desk.page.locator(".legend-key").nth(1)
    key.click()
    assert key.get_attribute("aria-pressed") == "true"
    assert set(desk.page.locator(".cloud.picked").evaluate_all("(all) => all.map((one) => one.dataset.segment)")) == {
        "S2"
    }
    key.click()
    assert desk.page.locator(".map.focused, .picked").count() == 0


def test_the_heat_map_reads_out_means_and_is_walked_with_arrows(desk: Opened) -> None:
    cells, readout = desk.page.locator(".heat td"), desk.page.locator("#heat-readout")
    assert desk.page.locator(".heat").first.locator("td[tabindex='0']").count() == 1
    cells.first.focus()
    desk.page.keyboard.press("ArrowRight")
    assert readout.inner_text().startswith(
        "share of orders with a coupon: 15% in S2, 5.2% among all others, effect +2.4"
    )
    desk.page.keyboard.press("ArrowDown")
    assert "days since the last order" in readout.inner_text()
    assert desk.page.locator(".heat").first.locator("td[tabindex='0']").count() == 1


def test_text_in_pictures_keeps_its_size_on_a_phone(context: BrowserContext, file: Path) -> None:
    seen = opened(context, file, PHONE)
    for words in (".cloud-tag", ".tick", ".ticks text", ".spot-text"):
        heights = seen.page.locator(words).evaluate_all(
            "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 11, words
    seen.page.close()


def test_a_mark_lies_where_its_axis_says(desk: Opened) -> None:
    def middle(which: str) -> float:
        box = desk.page.locator(which).first.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2

    bar = middle("#trust .held tbody .limit")
    assert bar == pytest.approx(middle("#trust .held .ticks text:nth-child(4)"), abs=2)
    assert middle("#trust .held tr.below circle") < bar < middle("#trust .held tbody tr:first-child circle")


def test_a_segment_below_the_bar_is_seen_to_be_wherever_it_is_spoken_of(desk: Opened) -> None:
    for place in ("#segment-5 > header", "#segment-5 .claims", "#campaign-1-piece-17", "#campaign-1-piece-20"):
        banner = desk.page.locator(place).locator(".banner")
        expect(banner).to_be_visible()
        assert "Its mean Jaccard is 0.69, and 0.75 is the bar." in banner.inner_text()
    assert desk.page.locator("#segment-1 .banner").count() == 0


def test_on_a_phone_the_grid_keeps_its_names_for_those_who_listen(context: BrowserContext, file: Path) -> None:
    seen = opened(context, file, PHONE)
    cell = seen.page.locator(".grid td", has_text="244")
    assert "Champions" in cell.inner_text()
    box = cell.locator(".tier-name").bounding_box()
    assert box is not None
    assert box["width"] <= 1
    assert cell.locator(".tier-number").is_visible()
    # The verdict is beside the name, not beyond the edge.
    verdict = seen.page.locator(".held .below .mark").bounding_box()
    assert verdict is not None
    assert verdict["x"] + verdict["width"] <= PHONE[0]
    seen.page.close()


def test_the_contents_lead_to_the_section_by_keyboard(desk: Opened) -> None:
    contents = desk.page.get_by_role("navigation", name="In this report")
    contents.get_by_role("link", name="Do the segments hold?").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#trust-title")).to_be_in_viewport()


def test_without_scripts_everything_is_shown_and_receipts_still_open(file: Path, context: BrowserContext) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(file.as_uri())
    assert page.locator(".piece:visible").count() == 20
    assert page.locator(".filters:visible, .readout:visible").count() == 0
    assert page.locator("section:visible").count() == page.locator("section").count()
    assert page.locator(".banner:visible").count() == 6
    page.locator("#campaign-1-piece-1 .slot", has_text="Baby food").first.click()
    assert page.locator(".receipt:visible").count() == 1
    plain.close()


def test_print_shows_facts_and_receipts_and_hides_controls(desk: Opened, shop: ReportData) -> None:
    note, fact = desk.page.locator("#campaign-1-piece-1 .notes"), desk.page.locator("[id='fact-S1.F16']")
    assert not note.is_visible()
    assert not fact.is_visible()
    desk.page.emulate_media(media="print", color_scheme="dark")
    # A4 less its margins at 96 pixels an inch.
    desk.page.set_viewport_size({"width": 673, "height": 1000})
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert note.is_visible()
    assert fact.is_visible()
    assert "fact:S1.F16" in note.inner_text()
    assert shop.sheets[0].facts[15].sentence in note.inner_text()
    assert desk.page.locator(".filters:visible, .contents:visible, .receipt:visible, .readout:visible").count() == 0
    assert desk.page.locator(".piece:visible").count() == 20
    assert desk.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert desk.page.evaluate(FAINT_TEXT) == []


def test_the_policy_stops_a_script_and_a_style_that_are_not_the_pages_own(
    context: BrowserContext, page_text: str, tmp_path: Path
) -> None:
    file = tmp_path / "tampered.html"
    own = "document.title = 'owned'"
    bad = f'<script>{own}</script><img src=x onerror="{own}"><style>*{{color:red}}</style>'
    file.write_text(page_text.replace("</main>", f"{bad}</main>"), encoding="utf-8")
    seen = opened(context, file)
    assert seen.page.title().startswith("Complete Journey Grocers")
    assert seen.page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"
    assert sum("Content Security Policy" in text for text in seen.complaints) >= 3
    seen.page.close()


def test_hostile_texts_are_shown_and_do_nothing(context: BrowserContext, shop: ReportData, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    # HTML folds line ends in an attribute, so an id with one is no target of a link.
    payload = "".join(text for name, text in PAYLOADS.items() if name != "line ends")
    file.write_text(render_report(hostile(shop, payload, frozenset({"field"}))), encoding="utf-8")
    seen = opened(context, file, PHONE)
    assert seen.complaints == []
    assert seen.requests == [file.as_uri()]
    assert seen.page.locator("img").count() == 0
    assert "<script>alert(1)</script>" in seen.page.locator("h1").inner_text()
    seen.page.locator("#campaign-1 .mail-body .slot").nth(1).click()
    seen.page.locator("[popover]:popover-open a").click()
    expect(seen.page.locator(".facts tr:focus")).to_be_visible()
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.page.close()
