"""Tables that are sent round: every cell a text, edits found, a broken row named and the others read."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from assistant.campaigns import CampaignPlan, read_sheet, summarise, write_sheet
from assistant.campaigns.review_sheets import FIXED
from assistant.copywriting import CHANNELS, parse, written
from assistant.copywriting.dialects import safe_cell
from assistant.errors import ConfigError
from assistant.records import Brief, Campaign, Piece, Span

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "=cmd|' /C calc'!A0", "＝1+1")


def campaign_of(brief: Brief, pieces: tuple[Piece, ...]) -> Campaign:
    return Campaign(campaign="spring", brief=brief, model="m", summary=summarise(pieces), pieces=pieces)


@pytest.fixture
def campaign(plan: CampaignPlan, pieces: tuple[Piece, ...]) -> Campaign:
    return campaign_of(plan.brief, pieces)


def with_text(piece: Piece, text: str) -> Piece:
    first = piece.fields[0].model_copy(update={"spans": (Span(kind="text", text=text),), "text": text})
    return piece.model_copy(update={"fields": (first, *piece.fields[1:])})


def texts_of(piece: Piece) -> dict[str, str]:
    return {field.field: written(field.spans).strip() for field in piece.fields}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_written_is_read_back(campaign: Campaign, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"review.{kind}"
    path.write_bytes(write_sheet(campaign, campaign.pieces, path))
    rows, broken = read_sheet(path)
    assert broken == []
    assert [row.piece for row in rows] == [piece.piece for piece in campaign.pieces]
    for row, piece in zip(rows, campaign.pieces, strict=True):
        assert row.revision == piece.revision
        assert row.decision == row.reason == ""
        assert dict(row.texts) == texts_of(piece)


UNKIND = st.text(alphabet=st.sampled_from("ab {}=+-@\t'\n\"｡é;,"), min_size=1, max_size=12)


@settings(max_examples=60)
@given(UNKIND.filter(lambda text: text.strip() == text), st.sampled_from(["csv", "xlsx"]))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, plan: CampaignPlan, pieces: tuple[Piece, ...], text: str, kind: str
) -> None:
    piece = with_text(pieces[0], text)
    path = tmp_path_factory.mktemp("sheet") / f"review.{kind}"
    path.write_bytes(write_sheet(campaign_of(plan.brief, (piece,)), (piece,), path))
    (row,), broken = read_sheet(path)
    assert broken == []
    assert row.texts.get(piece.fields[0].field, "") == written(parse(text)).strip()


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_text_in_every_cell(campaign: Campaign, tmp_path: Path, formula: str) -> None:
    piece = with_text(campaign.pieces[0], formula)
    one = campaign_of(campaign.brief, (piece,))
    sheet = tmp_path / "review.xlsx"
    sheet.write_bytes(write_sheet(one, (piece,), sheet))
    book = load_workbook(sheet)
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None} <= {
        "s",
        "inlineStr",
    }
    told = write_sheet(one, (piece,), Path("review.csv")).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(told)):
        assert not [cell for cell in row if cell and safe_cell(cell) != cell and not cell.startswith("'")]


def edited(path: Path, change: dict[int, dict[str, str]]) -> None:
    """Change cells of lines of a CSV, by line and column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    for line, cells in change.items():
        for name, text in cells.items():
            table[line - 1][table[0].index(name)] = text
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)


def test_a_broken_row_is_named_and_the_others_are_read(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_bytes(write_sheet(campaign, campaign.pieces[:4], path))
    edited(path, {2: {"decision": "Approve"}, 3: {"decision": "maybe"}, 4: {"piece": ""}, 5: {"decision": "REJECTED"}})
    rows, broken = read_sheet(path)
    assert [row.decision for row in rows] == ["approved", "rejected"]
    first, second = broken
    assert "review.csv, line " in first
    assert first.endswith("column decision: 'maybe'; expected approve, reject or nothing.")
    assert second.endswith("column piece: it is empty; expected a piece's name.")


def test_a_row_of_too_many_cells_is_named(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_bytes(write_sheet(campaign, campaign.pieces[:2], path))
    path.write_bytes(path.read_bytes() + b"S1,a,b,approve,,,,,,,,,,,,,,,,,,,\r\n")
    rows, broken = read_sheet(path)
    assert len(rows) == 2
    assert "put a text with commas in quotes" in broken[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_spreadsheet_may_save_it_in_its_own_way(campaign: Campaign, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "review.csv"
    piece = with_text(campaign.pieces[0], "Crème fraîche für alle, schön günstig; jetzt")
    one = campaign_of(campaign.brief, (piece,))
    table = csv.reader(io.StringIO(write_sheet(one, (piece,), path).decode("utf-8-sig"), newline=""))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(table)
    path.write_bytes(out.getvalue().encode(encoding))
    (row,), broken = read_sheet(path)
    assert broken == []
    assert dict(row.texts) == texts_of(piece)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, "cannot be read"),
        ("empty.csv", b"", "is empty; expected the columns"),
        ("other.csv", b"a,b\r\n1,2\r\n", "has no column 'piece'; its columns are a, b"),
        ("torn.xlsx", b"PK\x03\x04 and no more", "is no workbook that can be read"),
    ],
)
def test_a_file_that_is_no_review_is_refused(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        read_sheet(tmp_path / name)


def test_another_suffix_is_refused(campaign: Campaign) -> None:
    with pytest.raises(ConfigError, match=r"review\.pdf is neither \.csv nor \.xlsx"):
        write_sheet(campaign, campaign.pieces, Path("review.pdf"))


def test_the_columns_for_a_reviewer_come_first(campaign: Campaign) -> None:
    header = write_sheet(campaign, campaign.pieces, Path("x.csv")).decode("utf-8-sig").splitlines()[0].split(",")
    assert tuple(header[: len(FIXED)]) == FIXED
    assert set(header[len(FIXED) :]) == {limit.field for name in ("email", "sms") for limit in CHANNELS[name].fields}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_libreoffice_opens_it_and_runs_nothing(campaign: Campaign, tmp_path: Path, kind: str) -> None:
    """The real program reads the table, saves it as its own, as CSV and as XLSX: no cell was taken for a formula."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    pieces = tuple(with_text(piece, formula) for piece, formula in zip(campaign.pieces, FORMULAS, strict=False))
    path = tmp_path / f"review.{kind}"
    path.write_bytes(write_sheet(campaign_of(campaign.brief, pieces), pieces, path))
    # Commas, double quotes and UTF-8 both ways; a person's own LibreOffice proposes that for such a file.
    told = ["--infilter=CSV:44,34,76"] if kind == "csv" else []
    for suffix, form in (("csv", "csv:Text - txt - csv (StarCalc):44,34,76"), ("xlsx", "xlsx"), ("fods", "fods")):
        subprocess.run(
            [program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", *told, "--convert-to", form,
             "--outdir", str(tmp_path / suffix), str(path)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    assert "table:formula" not in (tmp_path / "fods" / "review.fods").read_text(encoding="utf-8")
    for suffix in ("csv", "xlsx"):
        rows, broken = read_sheet(tmp_path / suffix / f"review.{suffix}")
        assert broken == []
        assert [row.piece for row in rows] == [piece.piece for piece in pieces]
        assert [dict(row.texts) for row in rows] == [texts_of(piece) for piece in pieces]
