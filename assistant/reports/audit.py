"""A campaign for those who sign it: its pieces, what each value rests on, disclosures, checks, and who decided."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.copywriting import CHANNELS, described_checks
from assistant.records import (
    BrandKit,
    Campaign,
    FactSheet,
    LedgerEntry,
    Manifest,
    Piece,
    PieceState,
    Record,
    Standing,
)
from assistant.reports.page import AUDIT_STYLES, render_page
from assistant.reports.pieces import Card, lay_out
from assistant.reports.receipts import Panel, Receipts

LEAVING: tuple[PieceState, ...] = ("approved", "exported")
_DEMANDED = {
    "sender": "The sender is named",
    "address": "The sender’s postal address",
    "opt_out": "A way to opt out",
    "terms": "The terms of the offer, word for word",
    "disclaimer": "The brand’s disclaimer, word for word",
}


class Demand(Record):
    """What the law of the campaign's market wants in the messages of one channel."""

    channel: str
    demands: tuple[Literal["sender", "address", "opt_out"], ...]
    source: str


class AuditData(Record):
    """Everything that an audit shows; rendering reads no clock, file or setting beside it."""

    title: str
    """The shop, as the reader knows it."""
    currency: str
    as_of: dt.date
    """No row of that day or later was seen."""
    campaign: Campaign
    """With its pieces, where each stands and who let it out."""
    sheets: tuple[FactSheet, ...]
    ledger: tuple[LedgerEntry, ...]
    demands: tuple[Demand, ...]
    brand: BrandKit
    manifest: Manifest | None = None
    """Of the run that wrote the pieces."""


@dataclass(frozen=True)
class Event:
    """One thing that became of a piece."""

    at: str
    by: str
    what: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One piece."""

    card: Card
    state: PieceState
    approval: Standing | None
    overruled: tuple[str, ...]
    """What a check found in it that a person passed all the same."""
    history: tuple[Event, ...]


@dataclass(frozen=True)
class Claim:
    """A value with its receipt, and in how many pieces it stands."""

    panel: Panel
    pieces: int


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    errors: int
    """Pieces with an error."""
    remarks: int
    """Pieces with nothing worse than a remark."""


@dataclass(frozen=True)
class Disclosure:
    """One demand, and how many messages of a channel meet it."""

    channel: str
    what: str
    words: str
    source: str
    met: int
    pieces: int


@dataclass(frozen=True)
class Decider:
    """A person, and what they decided."""

    name: str
    approved: int
    rejected: int
    edited: int
    exported: int
    first: str
    last: str


def render_audit(data: AuditData, *, leaving_only: bool = False) -> str:
    """The audit as one HTML document that needs no network and no script; the same data gives the same text.

    Args:
        data: what is shown.
        leaving_only: only pieces that are approved or exported.
    """
    campaign = data.campaign
    if leaving_only:
        kept = tuple(piece for piece in campaign.pieces if campaign.state_of(piece) in LEAVING)
        campaign = campaign.model_copy(update={"pieces": kept})
    receipts = Receipts(data.currency, data.as_of, data.sheets)
    histories = _histories(data.ledger)
    sheet = lay_out(campaign, 1, receipts)
    entries = [
        _entry(card, campaign, histories.get(card.piece.piece, [])) for group in sheet.groups for card in group.cards
    ]
    pieces = campaign.pieces
    return render_page(
        "audit.html",
        styles=AUDIT_STYLES,
        data=data,
        campaign=campaign,
        entries=entries,
        states=campaign.states,
        claims=_claims([entry.card for entry in entries], receipts.panels),
        disclosures=list(_disclosures(data, pieces)),
        checks=described_checks(),
        findings=_findings(pieces),
        deciders=_deciders(data.ledger),
        prompts=sorted({prompt for piece in pieces for prompt in piece.prompt_hashes.items()}),
        leaving=sum(entry.state in LEAVING for entry in entries),
        overruled=[entry for entry in entries if entry.overruled],
        leaving_only=leaving_only,
    )


def _entry(card: Card, campaign: Campaign, history: list[Event]) -> Entry:
    piece = card.piece
    state = campaign.state_of(piece)
    return Entry(
        card=card,
        state=state,
        approval=campaign.approvals.get(piece.piece),
        overruled=piece.reasons if state in LEAVING else (),
        history=tuple(history),
    )


def _histories(ledger: Iterable[LedgerEntry]) -> dict[str, list[Event]]:
    """Piece -> what became of it, oldest first."""
    found: dict[str, list[Event]] = {}
    for entry in ledger:
        if entry.made is not None:
            hands = [field.field for field in entry.made.fields if field.written_by == "hand"]
            what = f"edited: {', '.join(hands)}" if hands else "written again"
            what += f", revision {entry.made.revision}, {entry.state.replace('_', ' ')}"
            found.setdefault(entry.made.piece, []).append(Event(entry.at, entry.by, what, entry.reason))
        for name, revision in entry.pieces.items():
            what = entry.state.replace("_", " ") + (f", revision {revision}" if revision else "")
            found.setdefault(name, []).append(Event(entry.at, entry.by, what, entry.reason))
    return found


def _claims(cards: Iterable[Card], panels: Iterable[Panel]) -> list[Claim]:
    """Facts first, then the brief's, then what is filled per customer."""
    used = Counter(note.anchor for card in cards for note in card.notes)
    kinds = ("missing", "fact", "query", "document", "brief", "customer")
    claims = [Claim(panel, used[panel.anchor]) for panel in panels if used[panel.anchor]]
    return sorted(claims, key=lambda claim: kinds.index(claim.panel.kind))


def _disclosures(data: AuditData, pieces: Iterable[Piece]) -> Iterator[Disclosure]:
    brief = data.campaign.brief
    by_channel: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_channel.setdefault(piece.channel, []).append(piece)
    told = {demand.channel: demand for demand in data.demands}
    for channel, own in by_channel.items():
        title = CHANNELS[channel].title
        wanted: list[tuple[str, str, str]] = []
        if channel in told:
            wanted += [(demand, "", told[channel].source) for demand in told[channel].demands]
        if brief.offer.terms:
            wanted.append(("terms", brief.offer.terms, "the brief"))
        for language in brief.languages:
            texts = data.brand.disclaimers_for(brief.market, channel, language)
            wanted += [("disclaimer", text, "the brand kit") for text in texts]
        for demand, words, source in dict.fromkeys(wanted):
            missing = sum(any(result.check == f"missing_{demand}" for result in piece.checks) for piece in own)
            yield Disclosure(title, _DEMANDED[demand], words, source, len(own) - missing, len(own))


def _findings(pieces: Iterable[Piece]) -> list[Finding]:
    errors: Counter[str] = Counter()
    remarks: Counter[str] = Counter()
    for piece in pieces:
        failed = {result.check for result in piece.checks if result.severity == "error"}
        errors.update(failed)
        remarks.update({result.check for result in piece.checks} - failed)
    return [Finding(name, errors[name], remarks[name]) for name in sorted({*errors, *remarks})]


def _deciders(ledger: Iterable[LedgerEntry]) -> list[Decider]:
    counts: dict[str, Counter[str]] = {}
    times: dict[str, list[str]] = {}
    for entry in ledger:
        edited = entry.made is not None
        if not edited and entry.state not in ("approved", "rejected", "exported"):
            continue
        own = counts.setdefault(entry.by, Counter())
        own["edited" if edited else entry.state] += 1 if edited else len(entry.pieces)
        times.setdefault(entry.by, []).append(entry.at)
    return [
        Decider(
            name=name,
            **{what: own[what] for what in ("approved", "rejected", "edited", "exported")},
            first=min(times[name]),
            last=max(times[name]),
        )
        for name, own in counts.items()
    ]
