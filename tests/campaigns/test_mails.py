"""E-mails as they are sent: HTML that holds no more than the piece, a plain part, links that are counted, pictures."""

import email
import os
import shutil
import struct
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.campaigns import CampaignPlan
from assistant.campaigns.mail import as_eml, mail_of, preview_mails, with_utm
from assistant.copywriting import PieceSlots
from assistant.copywriting.dialects import DIALECTS, compile_piece, merge_tag, resolve
from assistant.errors import MissingPackage
from assistant.records import Piece
from assistant.records.brands import BrandLook

LOOK = BrandLook()
HOSTILE = (
    "<script>alert(1)</script>",
    '" onload=alert(1) x="',
    "{{ evil }} {% evil %} *|EVIL|* %%evil%% [[head]] qz0001zq",
    "</title></style><mj-raw>",
)


def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def test_the_page_says_what_the_piece_says(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK)
    own = {field.field: field.text for field in mail.fields}
    page = soup(made.html)
    words = " ".join(page.get_text(" ", strip=True).split())
    for field in ("body", "action", "footer"):
        for line in own[field].split("\n"):
            assert " ".join(line.split()) in words or not line.strip(), line
    assert made.subject == own["subject"]
    assert made.preheader == own["preheader"]
    assert own["preheader"] in words
    for line in own["body"].splitlines():
        assert " ".join(line.split()) in " ".join(made.text.split())
    assert page.html is not None
    assert page.html["lang"] == mail.language
    assert page.title is not None
    assert page.title.string == plan.brief.sender


def test_the_button_and_the_plain_part_lead_to_a_link_that_is_counted(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK)
    link = next(a["href"] for a in soup(made.html).find_all("a") if a.get_text(strip=True) == mail.fields[3].text)
    told = dict(parse_qsl(urlsplit(str(link)).query))
    assert told == {
        "utm_source": "corner-grocery",
        "utm_medium": "email",
        "utm_campaign": "bench",
        "utm_content": mail.piece,
    }
    assert f": {link}\n" in made.text


def test_it_is_dark_where_the_reader_is_and_small_enough_not_to_be_clipped(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK, products=10)
    assert "@media (prefers-color-scheme: dark)" in made.html
    assert soup(made.html).find("meta", attrs={"name": "color-scheme"}) is not None
    assert len(made.html.encode()) < 102 * 1024  # Gmail hides what comes after


def test_a_logo_has_the_shop_s_name_for_whoever_does_not_see_it(plan: CampaignPlan, mail: Piece) -> None:
    look = BrandLook(logo="https://example.com/logo.png?a=1&b=2")
    (image,) = soup(mail_of(mail, plan.brief, look).html).find_all("img")
    assert image["alt"] == plan.brief.sender
    assert image["src"] == look.logo


def test_lines_of_the_plain_part_are_short_but_for_addresses(plan: CampaignPlan, pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        if piece.channel == "email":
            made = mail_of(piece, plan.brief, LOOK)
            assert not [line for line in made.text.splitlines() if len(line) > 76 and "://" not in line]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_a_shop_is_called_becomes_markup_or_a_merge_tag(
    plan: CampaignPlan, mail: Piece, name: str, hostile: str
) -> None:
    slots = tuple(slot if slot.merge else slot.model_copy(update={"value": hostile}) for slot in mail.slots)
    brief = plan.brief.model_copy(update={"sender": hostile})
    dialect = DIALECTS[name]
    calm = mail_of(mail, plan.brief, LOOK, dialect)
    made = mail_of(mail.model_copy(update={"slots": slots}), brief, LOOK, dialect)
    tags = [tag.name for tag in soup(calm.html).find_all(True)]
    assert [tag.name for tag in soup(made.html).find_all(True)] == tags
    for syntax in ("{{ evil }}", "{% evil %}", "*|EVIL|*", "%%evil%%"):
        if set(syntax) & set(dialect.signs):
            for part in (made.html, made.text, made.subject, made.preheader):
                assert syntax not in part
    assert "[[" not in calm.html
    assert "<mj-" not in calm.html
    assert "qz00" not in calm.html


def test_a_preview_shows_products_as_text(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK, products=3, shown=["<b>Bread</b>", "Milk"])
    page = soup(made.html)
    words = page.get_text(" ", strip=True)
    assert "<b>Bread</b> Milk Product 3" in " ".join(words.split())
    assert "- <b>Bread</b>\n- Milk\n- Product 3" in made.text


@pytest.mark.parametrize("name", DIALECTS)
def test_merge_tags_come_through_to_the_byte(plan: CampaignPlan, mail: Piece, name: str) -> None:
    dialect = DIALECTS[name]
    made = mail_of(mail, plan.brief, LOOK, dialect, products=2)
    for number in (1, 2):
        assert merge_tag(f"product_{number}", "", dialect, markup=True) in made.html
        assert merge_tag(f"product_{number}", "", dialect, markup=False) in made.text
    greeting = next(
        part
        for field in mail.fields
        for part in resolve(field.spans, PieceSlots(mail.slots), markup=True)
        if part.kind == "merge"
    )
    tag = merge_tag(greeting.tag, greeting.text, dialect, markup=True)
    assert tag in compile_piece(mail, dialect)["body"]
    assert tag in made.html
    way_out = merge_tag("unsubscribe", "", dialect, markup=True)
    assert f'href="{way_out}"' in made.html


LINKS = st.text(alphabet=st.sampled_from("ab/?=&#%{}|*é~[]"), max_size=25)


@settings(max_examples=200)
@given(LINKS)
def test_a_link_keeps_what_it_had_and_is_no_merge_tag(rest: str) -> None:
    try:
        link = with_utm(f"https://example.com/{rest}", source="A b", medium="email", campaign="c", content="p")
    except ValueError:
        return  # no address at all
    parts, before = urlsplit(link), urlsplit(f"https://example.com/{rest}")
    assert (parts.scheme, parts.netloc) == ("https", "example.com")
    kept = parse_qsl(before.query, keep_blank_values=True)
    assert parse_qsl(parts.query, keep_blank_values=True)[: len(kept)] == kept
    assert dict(parse_qsl(parts.query))["utm_source"] == "a-b"
    assert not [sign for sign in ("{", "}", "|", "%%") if sign in link]
    assert with_utm(link, source="A b", medium="email", campaign="c", content="p") == link


def test_utm_parameters_of_its_own_are_replaced() -> None:
    link = with_utm("https://e.com/a?x=1&utm_source=old#top", source="Shop", medium="sms", campaign="c", content="p")
    assert link == "https://e.com/a?x=1&utm_source=shop&utm_medium=sms&utm_campaign=c&utm_content=p#top"


def test_a_message_holds_both_parts_and_is_the_same_again(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK)
    raw = as_eml(made, plan.brief.sender)
    assert raw == as_eml(made, plan.brief.sender)
    message = email.message_from_bytes(raw, policy=default)
    assert message["subject"] == made.subject
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in message.iter_parts())
    assert text.replace("\r\n", "\n") == made.text
    assert html.replace("\r\n", "\n").strip() == made.html.strip()


def test_a_sender_cannot_add_a_header(plan: CampaignPlan, mail: Piece) -> None:
    made = mail_of(mail, plan.brief, LOOK)
    message = email.message_from_bytes(as_eml(made, 'Shop"\r\nBcc: x@example.com'), policy=default)
    assert message["bcc"] is None


@pytest.mark.browser
def test_pictures_are_taken_at_both_widths_light_and_dark(plan: CampaignPlan, mail: Piece, tmp_path: Path) -> None:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the PATH, and CI has to see the e-mail")
        pytest.skip("no Chromium on the PATH")
    steps: list[tuple[int, int]] = []
    made = mail_of(mail, plan.brief, BrandLook(logo="https://example.com/logo.png"), products=3)
    written = preview_mails([made], tmp_path, lambda done, total: steps.append((done, total)), program)
    assert [path.name for path in written] == [
        f"{mail.piece}-{width}-{scheme}.png" for width in ("desktop", "phone") for scheme in ("dark", "light")
    ]
    assert steps == [(n, 4) for n in (1, 2, 3, 4)]
    sizes = {path.name.split("-")[-2]: struct.unpack(">II", path.read_bytes()[16:24]) for path in written}
    assert sizes["phone"][0] == 390
    assert sizes["desktop"][0] == 1280
    assert len({path.read_bytes() for path in written}) == 4


def test_without_a_browser_it_is_said_what_to_install(plan: CampaignPlan, mail: Piece, tmp_path: Path) -> None:
    with pytest.raises(MissingPackage, match="This needs a browser; type `pip install"):
        preview_mails([mail_of(mail, plan.brief, LOOK)], tmp_path, browser=str(tmp_path / "no-browser"))
