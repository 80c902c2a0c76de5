"""Approved pieces out of the house: one folder, whole or not at all, the same bytes for the same pieces."""

import json
import shutil
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.campaigns import checksums, export_files, manifest_of
from assistant.campaigns.mail import mail_of, preview_mails
from assistant.campaigns.recipients import Sources, write_recipients
from assistant.campaigns.recipients.limits import FilledField
from assistant.campaigns.recipients.sources import ADDRESS
from assistant.copywriting import CHANNELS, PieceSlots
from assistant.copywriting.dialects import Dialect, resolve
from assistant.errors import ConfigError, DataError
from assistant.pipeline.campaign_files import load_campaign
from assistant.pipeline.pipeline import Pipeline
from assistant.records import Arm, Campaign, Piece, RecipientPlan, RecipientReport
from assistant.records.recommendations import SegmentOffers
from assistant.workspace import read_record, sha256_file, write_atomic

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
ISSUED = "issued.csv"


@dataclass(frozen=True)
class RecipientOptions:
    """How recipient files are made; see `RecipientPlan`."""

    wanted: bool = True
    suffix: str = ".csv"
    language: str = ""
    holdout: float = 0.0
    products: int = 3
    first: str = "new"
    match_by: str = "address"
    assume_consent: tuple[str, ...] = ()
    max_messages: int | None = None
    cap_days: int = 7
    suppression: Path | None = None
    sends: Path | None = None
    codes: Path | None = None


@dataclass(frozen=True)
class Exported:
    """What was exported."""

    folder: Path
    pieces: tuple[str, ...]
    held: tuple[str, ...]
    """Pieces that nobody has approved."""
    files: dict[str, str]
    """Path -> `sha256:...`."""
    changed: bool
    """Whether anything in it differs from what lay there before."""
    recipients: RecipientReport | None = field(default=None)


def export_campaign(
    pipeline: Pipeline,
    name: str,
    dialects: Sequence[Dialect],
    out: Path | None,
    by: str,
    options: RecipientOptions,
    *,
    below_bar: bool = False,
    previews: bool = False,
    browser: str | None = None,
) -> Exported:
    """Write an export, and note in the ledger which pieces have left.

    Args:
        pipeline: of the workspace, which is held for writing.
        name: of the campaign.
        dialects: of the platforms.
        out: the folder; None: `export` in the campaign's.
        by: who exports.
        options: of the recipient files.
        below_bar: whether pieces for segments below the bar of their certificate go out too.
        previews: whether pictures of the e-mails are taken.
        browser: that takes them; None: Playwright's own.

    Raises:
        ConfigError: nothing is approved, the folder holds something else, or the segments are no more what they were
            when the pieces were written.
        DataError: recipients cannot be drawn, or a field is too long for some of them.
    """
    campaign = load_campaign(pipeline.workspace, name)
    home = pipeline.workspace.campaigns / name
    pieces = _leaving(campaign, below_bar=below_bar)
    folder = out or home / "export"
    _refuse_other(folder, name)
    brand = pipeline.campaigning().brand()
    personal = [piece for piece in pieces if piece.channel in ADDRESS] if options.wanted else []
    if personal:
        _refuse_other_segments(pipeline, campaign)
        if options.products:
            pipeline.recommendations()
    pipeline.listener.stage_started("export")
    _remove_leftovers(folder)
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    aside.mkdir(parents=True)
    try:
        report = _recipients(pipeline, campaign, personal, aside, options) if personal else None
        columns = options.products if report else 0
        shown = _offered(pipeline, {piece.segment for piece in pieces}, options.first) if columns else {}
        if previews:
            mails = [
                mail_of(p, campaign.brief, brand.look, products=columns, shown=shown.get(p.segment, ()))
                for p in pieces
                if p.channel == "email"
            ]
            preview_mails(mails, aside / "preview", _telling(pipeline), browser)
        files = export_files(campaign, pieces, dialects, brand.look, columns, shown)
        hashes = _write(aside, {**files, MANIFEST: manifest_of(campaign, pieces, dialects, files)})
        changed = not (folder / SUMS).exists() or (folder / SUMS).read_bytes() != (aside / SUMS).read_bytes()
        issued = aside / "recipients" / ISSUED
        if options.codes and issued.exists():
            write_atomic(home / ISSUED, issued.read_bytes())
        _swap(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    leaving = {piece.piece: piece.revision for piece in pieces if campaign.state_of(piece) != "exported"}
    if leaving:
        campaigning = pipeline.campaigning()
        campaigning.record(name, [campaigning.entry(by, "exported", pieces=leaving)])
    out_now = {piece.piece for piece in pieces}
    return Exported(
        folder=folder,
        pieces=tuple(out_now),
        held=tuple(piece.piece for piece in campaign.pieces if piece.piece not in out_now),
        files=hashes,
        changed=changed,
        recipients=report,
    )


def _offered(pipeline: Pipeline, segments: Collection[str], first: str) -> dict[str, tuple[str, ...]]:
    """What previews show in the place of a customer's own recommendations: the segment's."""
    found = {}
    for segment in sorted(segments):
        path = pipeline.paths.offers / f"{segment}.json"
        if path.exists():
            offers = sorted(read_record(path, SegmentOffers).offers, key=lambda offer: offer.kind != first)
            found[segment] = tuple(dict.fromkeys(offer.name for offer in offers))
    return found


def _write(aside: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files beside those that lie there, and the checksums of them all.

    Returns:
        Path -> hash.
    """
    for path, content in files.items():
        target = aside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    paths = [path for path in sorted(aside.rglob("*")) if path.is_file()]
    hashes = {path.relative_to(aside).as_posix(): sha256_file(path) for path in paths}
    (aside / SUMS).write_bytes(checksums(hashes))
    return hashes


def _leaving(campaign: Campaign, *, below_bar: bool) -> list[Piece]:
    approved = [piece for piece in campaign.pieces if campaign.state_of(piece) in ("approved", "exported")]
    if not approved:
        raise ConfigError(
            f"Nothing of {campaign.campaign} is approved; type `assistant campaign review {campaign.campaign}`."
        )
    low = sorted({piece.segment for piece in approved if piece.segment in campaign.cautions})
    if below_bar:
        return approved
    leaving = [piece for piece in approved if piece.segment not in low]
    if not leaving:
        raise ConfigError(
            f"All approved pieces are for segments below the bar of their certificate ({', '.join(low)}); say "
            "--below-bar to let them out."
        )
    return leaving


def _refuse_other(folder: Path, name: str) -> None:
    if not folder.exists():
        return
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["campaign"] == name:
            return
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ConfigError(f"{folder} holds something else than an export of {name}; name another folder with --out.")


def _refuse_other_segments(pipeline: Pipeline, campaign: Campaign) -> None:
    """After another fit S1 may be other customers than those that a piece for S1 speaks to."""
    now = pipeline.segmentation().version
    if campaign.segmentation not in (0, now):
        raise ConfigError(
            f"{campaign.campaign} was written for version {campaign.segmentation} of the segments, and version {now} "
            "is in force: the same names are other customers. Run the campaign again, then review and export it."
        )


def _remove_leftovers(folder: Path) -> None:
    """What an export that was killed has left beside the folder; the workspace is held for writing.

    A kill between the two renames of a swap leaves the export before it under another name; it is put back.
    """
    if not folder.parent.exists():
        return
    for old in folder.parent.glob(f".{folder.name}.old-*"):
        if not folder.exists():
            old.rename(folder)
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


def _swap(aside: Path, folder: Path) -> None:
    """Put the new folder where the old one was; at every moment one of the two lies there whole."""
    if folder.exists():
        old = folder.with_name(f".{folder.name}.old-{uuid.uuid4().hex[:8]}")
        folder.rename(old)
        try:
            aside.rename(folder)
        except OSError:
            old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        aside.rename(folder)


def _recipients(
    pipeline: Pipeline, campaign: Campaign, pieces: Sequence[Piece], aside: Path, options: RecipientOptions
) -> RecipientReport:
    languages = tuple(dict.fromkeys(piece.language for piece in pieces))
    language = options.language or languages[0]
    if language not in languages:
        raise ConfigError(f"No approved piece is in {language!r}; there are {', '.join(languages)}.")
    own = [piece for piece in pieces if piece.language == language]
    plan = RecipientPlan.model_validate(
        {
            "campaign": campaign.campaign,
            "seed": pipeline.settings.models.seed,
            "starts": campaign.brief.starts,
            "segments": tuple(dict.fromkeys(piece.segment for piece in own)),
            "channels": tuple(dict.fromkeys(piece.channel for piece in own)),
            "arms": tuple(
                Arm(segment=p.segment, channel=p.channel, arm=p.arm, piece=p.piece, language=p.language) for p in own
            ),
            **{
                name: getattr(options, name)
                for name in ("holdout", "products", "first", "match_by", "assume_consent", "max_messages", "cap_days")
            },
        }
    )
    paths = pipeline.paths
    issued = pipeline.workspace.campaigns / campaign.campaign / ISSUED
    sources = Sources(
        members=paths.assignments,
        customers=pipeline.workspace.data / "customers.parquet",
        audiences={path.stem: path for path in sorted(paths.audiences.glob("*.parquet"))},
        recommended=paths.recommended if paths.recommended.exists() else None,
        suppression=options.suppression,
        sends=options.sends,
        codes=options.codes,
        issued=issued if issued.exists() else None,
    )
    folder = aside / "recipients"
    folder.mkdir()
    report = write_recipients(
        plan,
        sources,
        folder,
        suffix=options.suffix,
        fields=[measured for piece in own for measured in _measured(piece)],
        on_step=lambda done, total, note: pipeline.listener.stage_progress("export", done, total, note),
    )
    if report.overruns:
        first = report.overruns[0]
        raise DataError(
            f"The {first.field} of {first.piece} is too long for {first.recipients:,} recipients, such as "
            f"{first.customer_id}: {first.longest} characters, at most {first.at_most}; edit it, then export again."
        )
    return report


def _measured(piece: Piece) -> list[FilledField]:
    slots = PieceSlots(piece.slots)
    found = []
    for told in piece.fields:
        parts = [
            ("first_name", part.text) if part.kind == "merge" else ("text", "\n" if part.kind == "break" else part.text)
            for part in resolve(told.spans, slots, markup=False)
        ]
        limit = CHANNELS[piece.channel].limit(told.field).at_most
        found.append(FilledField(piece.piece, piece.channel, told.field, limit, tuple(parts)))  # type: ignore[arg-type]
    return found


def _telling(pipeline: Pipeline) -> Callable[[int, int], None]:
    return lambda done, total: pipeline.listener.stage_progress("export", done, total, "pictures")
