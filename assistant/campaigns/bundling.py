"""A campaign as one archive that holds all it was made of, and making it again from that archive alone.

The archive is a ZIP of JSON, in an order and with a date of its own, so that equal campaigns give equal bytes. It
holds no customer: fact sheets are aggregates, and who gets what is drawn at export.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pydantic import ValidationError

from assistant.campaigns.exporting import checksums
from assistant.campaigns.ledger import apply_ledger
from assistant.campaigns.planning import CampaignPlan, Selection
from assistant.campaigns.reviewing import BY_HAND, edit_piece
from assistant.campaigns.running import Ask, write_again, write_campaign
from assistant.config import Settings
from assistant.copywriting import PieceFrame, written
from assistant.errors import DataError
from assistant.llm import call_hash
from assistant.prompting import Prompt
from assistant.records import (
    BrandKit,
    Brief,
    Campaign,
    Document,
    FactSheet,
    LedgerEntry,
    Outcome,
    Persona,
    Piece,
    Record,
    Request,
)
from assistant.records.bundles import About, BundledCall

RecordT = TypeVar("RecordT", bound=Record)
SUMS = "SHA256SUMS"
ANEW = 1000
"""Between the seeds of a piece's versions, more than the samples of one."""
LARGEST = 2 << 30
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A campaign and all it was made of."""

    campaign: Campaign
    """Without its pieces."""
    plan: CampaignPlan
    pieces: tuple[Piece, ...]
    """As they were written."""
    ledger: tuple[LedgerEntry, ...]
    calls: Mapping[str, Outcome]
    """By what was asked."""
    personas: tuple[Persona, ...] = ()
    documents: tuple[Document, ...] = ()
    versions: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Replayed:
    """A campaign made again."""

    pieces: tuple[Piece, ...]
    """As they are now, edits and further versions in their places."""
    differing: tuple[str, ...]
    """Pieces that came out otherwise; empty where every byte is the same."""

    @property
    def lines(self) -> bytes:
        """The pieces as `pieces.jsonl` has them."""
        return as_lines(self.pieces)


def as_lines(records: Iterable[Record]) -> bytes:
    """Records, one a line."""
    return "".join(record.model_dump_json() + "\n" for record in records).encode()


def replay(bundle: Bundle) -> Replayed:
    """Write every piece again from a bundle, without a model."""
    model = bundle.campaign.model

    def ask(requests: list[Request]) -> Iterable[Outcome]:
        for request in requests:
            known = bundle.calls.get(call_hash(model, "", request))
            if known is None:
                # It was asked and never answered.
                yield Outcome(key=request.key, sample=request.sample, status="failed", error="not in the bundle")
            else:
                yield known.model_copy(update={"key": request.key, "sample": request.sample})

    with TemporaryDirectory() as waves:
        made = tuple(write_campaign(bundle.plan, ask, model, Path(waves)))
    entries = []
    now = {piece.piece: piece for piece in made}
    times: dict[str, int] = {}
    for entry in bundle.ledger:
        if entry.made is not None and entry.made.piece in now:
            name = entry.made.piece
            again = _made_again(bundle, entry, now, times.get(name, 0), ask)
            times[name] = times.get(name, 0) + 1
            entries.append(entry.model_copy(update={"made": again}))
            if now[name].revision == entry.before:
                now[name] = again
        else:
            entries.append(entry)
    pieces, _ = apply_ledger(made, entries)
    expected, _ = apply_ledger(bundle.pieces, bundle.ledger)
    before = {piece.piece: piece for piece in expected}
    after = {piece.piece: piece for piece in pieces}
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not differing and [*before] != [*after]:
        differing = [name for name, other in zip(before, after, strict=True) if name != other]
    return Replayed(pieces, tuple(differing))


def _made_again(bundle: Bundle, entry: LedgerEntry, now: Mapping[str, Piece], times: int, ask: Ask) -> Piece:
    """An edit applied again, or a further version chosen again from the model's answers."""
    made = entry.made
    assert made is not None
    if any(field.written_by == BY_HAND for field in made.fields) and made.candidates == now[made.piece].candidates:
        texts = {field.field: written(field.spans) for field in made.fields if field.written_by == BY_HAND}
        frame = frames_of(bundle.plan, {made.piece})[made.piece]
        return edit_piece(now[made.piece], frame, texts, list(now.values()))
    jobs = [
        replace(job, note=entry.reason, seed=job.seed + ANEW * (1 + times))
        for job in bundle.plan.selected(Selection(pieces=frozenset({made.piece})))
    ]
    others = [piece for piece in now.values() if piece.piece != made.piece]
    return write_again(jobs, ask, bundle.campaign.model, others)[0]


def frames_of(plan: CampaignPlan, names: Iterable[str] = ()) -> dict[str, PieceFrame]:
    """Where pieces stand, and their slots, by name; those of controls too."""
    wanted = set(names)
    frames: dict[str, PieceFrame] = {}
    for job in plan:
        for name, frame in (
            (job.piece, job.frame),
            (replace(job.frame, variant=1).piece("control"), replace(job.frame, variant=1)),
        ):
            if not wanted or name in wanted:
                frames.setdefault(name, frame)
    return frames


def pack(bundle: Bundle) -> bytes:
    """The archive."""
    plan = bundle.plan
    about = About(
        campaign=bundle.campaign.campaign,
        model=bundle.campaign.model,
        occasions=dict(plan.occasions),
        longest_first_names=dict(plan.longest_first_names),
        prompts=_prompt_ids(plan),
        versions=dict(bundle.versions or {}),
    )
    calls = [BundledCall(asked=asked, outcome=outcome) for asked, outcome in sorted(bundle.calls.items())]
    files: dict[str, bytes] = {
        "about.json": _json(about),
        "brief.json": _json(plan.brief),
        "brand.json": _json(plan.brand),
        "settings.json": plan.settings.model_dump_json(indent=1, by_alias=True).encode() + b"\n",
        "campaign.json": _json(bundle.campaign.model_copy(update={"pieces": (), "standings": {}, "approvals": {}})),
        "pieces.jsonl": as_lines(bundle.pieces),
        "ledger.jsonl": as_lines(bundle.ledger),
        "calls.jsonl": as_lines(calls),
        "documents.jsonl": as_lines(bundle.documents),
        **{f"facts/{sheet.segment}.json": _json(sheet) for sheet in plan.sheets},
        **{f"personas/{persona.segment}.json": _json(persona) for persona in bundle.personas},
        **{f"prompts/{prompt.id}.json": _json(prompt) for prompt in plan.prompts.values()},
    }
    files[SUMS] = checksums({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in sorted(files.items()):
            info = zipfile.ZipInfo(path, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def unpack(path: Path) -> Bundle:
    """A bundle from its archive; nothing of it is written to disk.

    Raises:
        DataError: the file is no bundle, a part of it is absent, or is not what its checksum says.
    """
    files = _files(path)

    def one(name: str, record: type[RecordT]) -> RecordT:
        try:
            return record.model_validate_json(files[name])
        except KeyError:
            raise DataError(f"{path} lacks {name}; bundle the campaign again.") from None
        except ValidationError as error:
            told = str(error).splitlines()[0]
            raise DataError(f"{path}: {name} cannot be read ({told}); bundle the campaign again.") from None

    def lines(name: str, record: type[RecordT]) -> tuple[RecordT, ...]:
        try:
            return tuple(record.model_validate_json(line) for line in files.get(name, b"").splitlines())
        except ValidationError as error:
            told = str(error).splitlines()[0]
            raise DataError(f"{path}: {name} cannot be read ({told}); bundle the campaign again.") from None

    about = one("about.json", About)
    prompts = {
        (language, name): one(f"prompts/{prompt}.json", Prompt)
        for language, names in about.prompts.items()
        for name, prompt in names.items()
    }
    brief = one("brief.json", Brief)
    sheets = {name: one(name, FactSheet) for name in files if name.startswith("facts/")}
    order = [f"facts/{segment}.json" for segment in about.occasions]
    plan = CampaignPlan(
        brief=brief,
        sheets=[sheets[name] for name in order if name in sheets],
        occasions=about.occasions,
        prompts=prompts,
        settings=one("settings.json", Settings),
        brand=one("brand.json", BrandKit),
        longest_first_names=about.longest_first_names,
    )
    return Bundle(
        campaign=one("campaign.json", Campaign),
        plan=plan,
        pieces=lines("pieces.jsonl", Piece),
        ledger=lines("ledger.jsonl", LedgerEntry),
        calls={call.asked: call.outcome for call in lines("calls.jsonl", BundledCall)},
        personas=tuple(one(name, Persona) for name in sorted(files) if name.startswith("personas/")),
        documents=lines("documents.jsonl", Document),
        versions=about.versions,
    )


def _files(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST:
                raise DataError(f"{path} holds more than {LARGEST >> 30} GB; expected a campaign's bundle.")
            files = {info.filename: archive.read(info) for info in archive.infolist()}
    except FileNotFoundError:
        raise DataError(f"{path} is not there; expected a bundle, see `assistant campaign bundle`.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path} is no bundle ({error}); expected what `assistant campaign bundle` wrote.") from None
    if SUMS not in files:
        raise DataError(f"{path} has no {SUMS}; expected what `assistant campaign bundle` wrote.")
    lines = [line.partition("  ") for line in files[SUMS].decode(errors="replace").splitlines()]
    told = {name: digest for digest, _, name in lines}
    for name, content in files.items():
        if name != SUMS and told.get(name) != hashlib.sha256(content).hexdigest():
            raise DataError(f"{path}: {name} is not what its checksum says; it was altered after it was bundled.")
    return files


def _prompt_ids(plan: CampaignPlan) -> dict[str, dict[str, str]]:
    ids: dict[str, dict[str, str]] = {}
    for (language, name), prompt in sorted(plan.prompts.items()):
        ids.setdefault(language, {})[name] = prompt.id
    return ids


def _json(record: Record) -> bytes:
    return (json.dumps(record.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n").encode()
