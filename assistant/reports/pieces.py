"""Pieces of copy, laid out as their channel would show them, with every value tied to its receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.copywriting import CHANNELS
from assistant.records import Campaign, Field, Piece, PieceState, Slot, Standing
from assistant.reports.cautions import sentence
from assistant.reports.receipts import Panel, Receipts

Place = Literal["subject", "preheader", "body", "action", "footer"]

# A field's place on the card; any other field is shown in the body, in the order it comes.
_PLACES: dict[str, Place] = {
    "subject": "subject",
    "preheader": "preheader",
    "action": "action",
    "footer": "footer",
}
DECIDED = ("approved", "rejected", "exported")
_LABELS = {"action": "call to action"}


@dataclass(frozen=True)
class Part:
    """A run of text, or a value with its receipt and the number of its footnote."""

    text: str
    panel: Panel | None = None
    note: int = 0
    merge: bool = False


@dataclass(frozen=True)
class Written:
    """One field: paragraphs of parts."""

    place: Place
    label: str
    paragraphs: tuple[tuple[Part, ...], ...]
    length: int
    written_by: str


@dataclass(frozen=True)
class Card:
    """One piece; `notes` are its receipts in the order they appear."""

    piece: Piece
    anchor: str
    fields: tuple[Written, ...]
    notes: tuple[Panel, ...]
    sender: Panel
    caution: str
    """Why its segment is below the bar, as the campaign was told; empty: nothing was said."""
    state: PieceState
    decided: Standing | None
    """Who approved, rejected or exported it; None where nobody has decided."""

    @property
    def channel_title(self) -> str:
        """The channel as a reader calls it."""
        known = CHANNELS.get(self.piece.channel)
        return known.title if known else self.piece.channel

    @property
    def control(self) -> bool:
        """Whether the brief wrote it, without a model."""
        return self.piece.angle == "control"

    def at(self, place: str) -> tuple[Written, ...]:
        """The fields that stand at a place of the card."""
        return tuple(field for field in self.fields if field.place == place)


@dataclass(frozen=True)
class Group:
    """The pieces of one segment."""

    segment: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Sheet:
    """One campaign and what its pieces can be filtered by."""

    campaign: Campaign
    anchor: str
    groups: tuple[Group, ...]
    choices: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Name of the filter, its label, its values."""

    @property
    def ready_share(self) -> float:
        """Pieces that are ready over all; 0 for an empty campaign."""
        return self.campaign.summary.ready / self.campaign.summary.pieces if self.campaign.summary.pieces else 0.0

    @property
    def unready(self) -> tuple[Card, ...]:
        """Cards that need review, and nobody has decided about them."""
        return tuple(card for group in self.groups for card in group.cards if card.state == "needs_review")


def lay_out(campaign: Campaign, number: int, receipts: Receipts) -> Sheet:
    """Lay out all pieces of a campaign, segment by segment in the order they first come.

    Args:
        campaign: the campaign as it is stored.
        number: its number on the page, from which element ids are made.
        receipts: asked for the receipt of every slot.
    """
    anchor = f"campaign-{number}"
    groups: dict[str, list[Card]] = {}
    for index, piece in enumerate(campaign.pieces, start=1):
        card = _card(piece, f"{anchor}-piece-{index}", campaign, receipts)
        groups.setdefault(piece.segment, []).append(card)
    choices = (
        ("segment", "Segment", _distinct(piece.segment for piece in campaign.pieces)),
        ("channel", "Channel", _distinct(piece.channel for piece in campaign.pieces)),
        ("angle", "Angle", _distinct(piece.angle for piece in campaign.pieces)),
        ("status", "Status", _distinct(piece.status for piece in campaign.pieces)),
    )
    return Sheet(campaign, anchor, tuple(Group(segment, tuple(cards)) for segment, cards in groups.items()), choices)


def _card(piece: Piece, anchor: str, campaign: Campaign, receipts: Receipts) -> Card:
    panels = {slot.slot: receipts.of_slot(slot, campaign.brief) for slot in piece.slots}
    slots = {slot.slot: slot for slot in piece.slots}
    notes: list[str] = []
    fields = tuple(_written(field, slots, panels, notes) for field in piece.fields)
    brief = campaign.brief
    sender = Slot(slot="sender", value=brief.sender, worst=brief.sender, receipt="brief:sender")
    caution = sentence(campaign.cautions.get(piece.segment, ""))
    notes_shown = tuple(panels[name] for name in notes)
    state, standing = campaign.state_of(piece), campaign.standings.get(piece.piece)
    return Card(
        piece=piece,
        anchor=anchor,
        fields=fields,
        notes=notes_shown,
        sender=receipts.of_slot(sender, brief),
        caution=caution,
        state=state,
        decided=standing if state in DECIDED else None,
    )


def _written(field: Field, slots: dict[str, Slot], panels: dict[str, Panel], notes: list[str]) -> Written:
    """Lay out a field; `notes` is the piece's list of slots seen so far and grows."""
    paragraphs: list[list[Part]] = [[]]
    at = 0
    for span in field.spans:
        if span.kind == "break":
            at += 1
            paragraphs.append([])
        elif span.kind == "text":
            at += len(span.text)
            paragraphs[-1].append(Part(span.text))
        elif span.kind == "link" and span.text and span.slot in slots:
            # A link's label is the writer's; where it leads is in its receipt.
            at += len(span.text)
            merge = slots[span.slot].merge
            paragraphs[-1].append(Part(span.text, panels[span.slot], _note(span.slot, notes), merge))
        elif span.slot in slots:
            slot = slots[span.slot]
            # The field's text is what a customer sees: a value that opens a sentence has a capital there.
            seen = field.text[at : at + len(slot.value)]
            shown = seen if seen.casefold() == slot.value.casefold() else slot.value
            at += len(slot.value)
            paragraphs[-1].append(Part(shown, panels[span.slot], _note(span.slot, notes), slot.merge))
        else:
            # A slot that the piece does not define has no value; its name in braces is what would be sent.
            at += len(span.slot) + 2
            paragraphs[-1].append(Part(f"{{{span.slot}}}"))
    return Written(
        place=_PLACES.get(field.field, "body"),
        label=_LABELS.get(field.field, field.field.replace("_", " ")),
        paragraphs=tuple(tuple(parts) for parts in paragraphs if parts),
        length=field.length,
        written_by=field.written_by,
    )


def _note(slot: str, notes: list[str]) -> int:
    """The number of a slot's footnote; `notes` grows where it is a new one."""
    if slot not in notes:
        notes.append(slot)
    return notes.index(slot) + 1


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
