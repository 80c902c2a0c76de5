"""What leaves the house: approved pieces in the dialects of sending platforms, with a manifest and checksums.

Nothing here knows the time, so that the same pieces give the same bytes.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.campaigns.mail import as_eml, mail_of, with_utm
from assistant.copywriting import CHANNELS
from assistant.copywriting.dialects import Dialect, compile_piece, dialect_named, number_tags, safe_cell
from assistant.records import Brief, Campaign, Piece
from assistant.records.brands import BrandLook

Files = dict[str, bytes]
GOOGLE = "google_rsa"
META = "meta_ad"
EMAIL = "email"
WHATSAPP = "whatsapp"
_RSA_HEADLINES = 15
_RSA_DESCRIPTIONS = 4


def export_files(
    campaign: Campaign,
    pieces: Sequence[Piece],
    dialects: Sequence[Dialect],
    look: BrandLook,
    products: int = 0,
    shown: Mapping[str, Sequence[str]] | None = None,
) -> Files:
    """All files of an export but its manifest, by path.

    Args:
        campaign: whose pieces these are.
        pieces: approved ones.
        dialects: of the platforms; adverts have formats of their own and need none.
        look: of the brand kit.
        products: recommended products that the recipient file has columns for.
        shown: by segment, products that a preview shows in their place.
    """
    brief = campaign.brief
    files: Files = {}
    messages = [piece for piece in pieces if not CHANNELS[piece.channel].advert]
    for dialect in dialects:
        files |= _templates(messages, brief, dialect, look, products)
    adverts = {GOOGLE: google_ads_editor, META: meta_ads}
    for channel, table in adverts.items():
        own = [piece for piece in pieces if piece.channel == channel]
        if own:
            files[f"{channel}.csv"] = table(brief, own)
    for piece in messages:
        if piece.channel == EMAIL:
            mail = mail_of(piece, brief, look, products=products, shown=(shown or {}).get(piece.segment, ()))
            files[f"preview/{piece.piece}.eml"] = as_eml(mail, brief.sender)
    return files


def manifest_of(campaign: Campaign, pieces: Sequence[Piece], dialects: Sequence[Dialect], files: Files) -> bytes:
    """What an export holds and who let it out, as JSON."""
    told = {
        "campaign": campaign.campaign,
        "model": campaign.model,
        "brief": hashlib.sha256(campaign.brief.model_dump_json().encode()).hexdigest(),
        "dialects": [{"dialect": d.name, "syntax": d.label, "source": d.source} for d in dialects],
        "pieces": [
            {
                "piece": piece.piece,
                "revision": piece.revision,
                "segment": piece.segment,
                "channel": piece.channel,
                "language": piece.language,
                "arm": piece.arm,
                "elements": piece.elements.model_dump() if piece.elements else None,
                "approved_by": approval[0],
                "approved_at": approval[1],
                "reason": approval[2],
                "receipts": {slot.slot: slot.receipt for slot in piece.slots},
            }
            for piece in pieces
            for approval in [_approval(campaign, piece)]
        ],
        "files": {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def checksums(files: Mapping[str, str]) -> bytes:
    """Path -> hash as `sha256sum --check` reads them."""
    return "".join(f"{digest.removeprefix('sha256:')}  {path}\n" for path, digest in sorted(files.items())).encode()


def google_ads_editor(brief: Brief, pieces: Sequence[Piece]) -> bytes:
    """Responsive search ads as Google Ads Editor imports them, paused (its help: CSV file columns)."""
    header = [
        "Campaign", "Ad Group", "Ad type",
        *(f"Headline {n}" for n in range(1, _RSA_HEADLINES + 1)),
        *(f"Description {n}" for n in range(1, _RSA_DESCRIPTIONS + 1)),
        "Path 1", "Path 2", "Final URL", "Status",
    ]  # fmt: skip
    rows = []
    for piece in pieces:
        own = {field.field: field.text for field in piece.fields}
        rows.append(
            [
                brief.campaign,
                f"{piece.segment} {piece.arm}" + (f" {piece.language}" if len(brief.languages) > 1 else ""),
                "Responsive search ad",
                *(own.get(f"headline_{n}", "") for n in range(1, _RSA_HEADLINES + 1)),
                *(own.get(f"description_{n}", "") for n in range(1, _RSA_DESCRIPTIONS + 1)),
                own.get("path_1", ""),
                own.get("path_2", ""),
                _tracked(brief, piece, "cpc", "google"),
                "Paused",
            ]
        )
    return _csv(header, rows)


def meta_ads(brief: Brief, pieces: Sequence[Piece]) -> bytes:
    """Adverts with the columns of Meta's bulk import; syntax unverified."""
    header = ["Campaign Name", "Ad Set Name", "Ad Name", "Body", "Title", "Link Description", "Link", "Ad Status"]
    rows = []
    for piece in pieces:
        own = {field.field: field.text for field in piece.fields}
        texts = [own["primary_text"], own["headline"], own["description"]]
        link = _tracked(brief, piece, "paid_social", "meta")
        rows.append([brief.campaign, f"{piece.segment} {piece.arm}", piece.piece, *texts, link, "PAUSED"])
    return _csv(header, rows)


def _templates(pieces: Sequence[Piece], brief: Brief, dialect: Dialect, look: BrandLook, products: int) -> Files:
    """One platform's templates: a table of each channel's, HTML and text of e-mails, JSON of WhatsApp's."""
    files: Files = {}
    for channel in dict.fromkeys(piece.channel for piece in pieces):
        own = [piece for piece in pieces if piece.channel == channel]
        rows = [{**_named(piece), **compile_piece(piece, dialect)} for piece in own]
        files[f"{dialect.name}/{channel}.json"] = _json(rows)
        header = list(rows[0])
        files[f"{dialect.name}/{channel}.csv"] = _csv(header, ([row[name] for name in header] for row in rows))
        for piece in own:
            if channel == EMAIL:
                mail = mail_of(piece, brief, look, dialect, products=products)
                files[f"{dialect.name}/email/{piece.piece}.html"] = mail.html.encode()
                files[f"{dialect.name}/email/{piece.piece}.txt"] = mail.text.encode()
            elif channel == WHATSAPP and dialect.name == WHATSAPP:
                files[f"{dialect.name}/{piece.piece}.json"] = _json(_whatsapp(piece))
    return files


def _whatsapp(piece: Piece) -> dict[str, object]:
    """A message template with numbered variables and a sample of each, as Meta asks for."""
    compiled = compile_piece(piece, dialect_named(WHATSAPP))
    fields = {name: number_tags(text).model_dump(mode="json") for name, text in compiled.items()}
    return {**_named(piece), "fields": fields}


def _named(piece: Piece) -> dict[str, str]:
    return {
        "piece": piece.piece,
        "segment": piece.segment,
        "arm": piece.arm,
        "language": piece.language,
        "revision": piece.revision,
    }


def _tracked(brief: Brief, piece: Piece, medium: str, source: str) -> str:
    return with_utm(brief.link, source=source, medium=medium, campaign=brief.campaign, content=piece.piece)


def _approval(campaign: Campaign, piece: Piece) -> tuple[str, str, str]:
    standing = campaign.approvals.get(piece.piece)
    return (standing.by, standing.at, standing.reason) if standing else ("", "", "")


def _json(told: object) -> bytes:
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(_safe(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(row: Sequence[str]) -> Iterator[str]:
    return (safe_cell(cell) for cell in row)
