"""What leaves the house: platforms' tables and templates, safe cells, a manifest that holds, the same bytes twice."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from scripted_writer import Writer

from assistant.campaigns import CampaignPlan, checksums, export_files, manifest_of, summarise, write_campaign
from assistant.copywriting import CHANNELS
from assistant.copywriting.dialects import DIALECTS, parse_back, resolve, safe_cell
from assistant.copywriting.slots import PieceSlots
from assistant.prompting import load_prompt
from assistant.records import Campaign, Piece, Span, Standing
from assistant.records.brands import BrandLook

LOOK = BrandLook()
EVERY = ("email", "sms", "push", "whatsapp", "google_rsa", "meta_ad", "landing")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A piece of each channel and angle for one segment, all approved."""
    from benchmarks.campaigns import plan_of

    plan: CampaignPlan = plan_of(8, 3)
    names = {CHANNELS[channel].prompt_of(line) for channel in EVERY for line in CHANNELS[channel].lines}
    wide = replace(
        plan,
        brief=plan.brief.model_copy(update={"channels": EVERY}),
        prompts={("en", name): load_prompt(f"copy/{name}") for name in names},
    )
    pieces = tuple(write_campaign(wide, Writer(), "test:writer", tmp_path_factory.mktemp("waves")))
    standing = Standing(state="approved", by="Ann", at="2026-03-01T10:00:00+00:00", reason="fine")
    return Campaign(
        campaign="bench",
        brief=wide.brief,
        model="test:writer",
        summary=summarise(pieces),
        pieces=pieces,
        approvals={piece.piece: standing for piece in pieces},
    )


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def files_of(campaign: Campaign, *dialects: str, products: int = 0) -> dict[str, bytes]:
    return export_files(campaign, campaign.pieces, [DIALECTS[name] for name in dialects], LOOK, products)


def of(campaign: Campaign, channel: str) -> list[Piece]:
    return [piece for piece in campaign.pieces if piece.channel == channel]


def test_search_ads_are_as_google_ads_editor_reads_them(campaign: Campaign) -> None:
    told = rows(files_of(campaign)["google_rsa.csv"])
    pieces = of(campaign, "google_rsa")
    assert len(told) == len(pieces)
    for row, piece in zip(told, pieces, strict=True):
        own = {field.field: field.text for field in piece.fields}
        assert row["Ad type"] == "Responsive search ad"
        assert row["Status"] == "Paused"
        assert (row["Campaign"], row["Ad Group"]) == ("bench", f"{piece.segment} {piece.arm}")
        headlines = [row[f"Headline {n}"] for n in range(1, 16) if row[f"Headline {n}"]]
        assert headlines == [own[f"headline_{n}"] for n in range(1, 5)]
        assert all(len(headline) <= 30 for headline in headlines)
        assert [row["Description 1"], row["Description 2"]] == [own["description_1"], own["description_2"]]
        assert dict(parse_qsl(urlsplit(row["Final URL"]).query))["utm_medium"] == "cpc"


def test_meta_s_ads_are_paused_and_named_by_their_piece(campaign: Campaign) -> None:
    told = rows(files_of(campaign)["meta_ad.csv"])
    assert [row["Ad Name"] for row in told] == [piece.piece for piece in of(campaign, "meta_ad")]
    assert {row["Ad Status"] for row in told} == {"PAUSED"}
    assert all(row["Body"] and row["Title"] and row["Link Description"] for row in told)


@pytest.mark.parametrize("name", DIALECTS)
def test_templates_of_every_channel_parse_back_to_the_piece(campaign: Campaign, name: str) -> None:
    files = files_of(campaign, name, products=3)
    dialect = DIALECTS[name]
    for channel in ("email", "sms", "push", "whatsapp", "landing"):
        told = json.loads(files[f"{name}/{channel}.json"])
        assert [row["piece"] for row in told] == [piece.piece for piece in of(campaign, channel)]
        for row, piece in zip(told, of(campaign, channel), strict=True):
            assert row["revision"] == piece.revision
            for field in piece.fields:
                markup = field.field in CHANNELS[channel].markup
                parts = resolve(field.spans, PieceSlots(piece.slots), markup=markup)
                assert parse_back(row[field.field], dialect, markup=markup) == parts
    for piece in of(campaign, "email"):
        assert f"{name}/email/{piece.piece}.html" in files
        assert f"{name}/email/{piece.piece}.txt" in files
        assert f"preview/{piece.piece}.eml" in files


def test_whatsapp_templates_number_their_variables_with_samples(campaign: Campaign) -> None:
    files = files_of(campaign, "whatsapp")
    told = json.loads(files[f"whatsapp/{of(campaign, 'whatsapp')[1].piece}.json"])
    body = told["fields"]["body"]
    assert "{{1}}" in body["text"]
    assert len(body["variables"]) == body["text"].count("{{")
    assert body["variables"][0] == {"tag": "first_name", "sample": "there"}


def test_a_cell_that_looks_like_a_formula_is_a_text(campaign: Campaign) -> None:
    hostile = "=HYPERLINK(1)"
    pieces = []
    for piece in campaign.pieces:
        first = piece.fields[0]
        spans = (Span(kind="text", text=hostile),)
        first = first.model_copy(update={"text": hostile, "spans": spans})
        pieces.append(piece.model_copy(update={"fields": (first, *piece.fields[1:])}))
    files = export_files(campaign, pieces, [DIALECTS["csv"]], LOOK)
    tables = [content for path, content in files.items() if path.endswith(".csv")]
    assert len(tables) == 7
    for content in tables:
        text = content.decode("utf-8-sig")
        assert f"'{hostile}" in text
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not [cell for cell in row if safe_cell(cell) != cell and not cell.startswith("'")]


def test_equal_pieces_give_equal_bytes_and_the_manifest_says_which(campaign: Campaign) -> None:
    names = ("klaviyo", "listmonk")
    files = files_of(campaign, *names)
    assert files == files_of(campaign, *names)
    told = json.loads(manifest_of(campaign, campaign.pieces, [DIALECTS[name] for name in names], files))
    assert told["files"] == {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    assert [piece["piece"] for piece in told["pieces"]] == [piece.piece for piece in campaign.pieces]
    assert {piece["approved_by"] for piece in told["pieces"]} == {"Ann"}
    for piece, own in zip(told["pieces"], campaign.pieces, strict=True):
        assert piece["revision"] == own.revision
        assert set(piece["receipts"]) == {slot.slot for slot in own.slots}
    assert [d["syntax"] for d in told["dialects"]] == [DIALECTS[name].label for name in names]


def test_checksums_are_as_sha256sum_reads_them(campaign: Campaign, tmp_path: Path) -> None:
    files = files_of(campaign, "csv")
    told = checksums({path: f"sha256:{hashlib.sha256(content).hexdigest()}" for path, content in files.items()})
    for line in told.decode().splitlines():
        digest, path = line.split("  ", 1)
        assert hashlib.sha256(files[path]).hexdigest() == digest
    assert told.count(b"\n") == len(files)
