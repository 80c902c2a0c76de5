"""The human control: what a careful person writes from the brief alone, with no model.

Every experiment needs something to beat, and a piece that no candidate could fill falls back on it.
"""

from assistant.copywriting.angles import CONTROL
from assistant.copywriting.assembling import make_piece
from assistant.copywriting.slots import PieceSlots
from assistant.records import Brief, Piece

BY_HAND = "brief"


def control_lines(brief: Brief) -> dict[str, str]:
    """The control's own words, by part: `subject`, `preheader`, `opening`, `offer`, `action`, `sms`."""
    code = " with {offer.code}" if brief.offer.code else ""
    return {
        "subject": "{offer.discount} off {product}",
        "preheader": "Valid until {offer.deadline}.",
        "opening": "Our offer for you: {product} for less.",
        "offer": f"Save {{offer.discount}}{code} until {{offer.deadline}}.",
        "action": "See the offer",
        "sms": f"{{offer.discount}} off {{product}}{code} until {{offer.deadline}}.",
    }


def control_piece(brief: Brief, segment: str, channel: str, slots: PieceSlots) -> Piece:
    """The control of a segment and channel."""
    lines = control_lines(brief)
    return make_piece(
        segment=segment,
        channel=channel,
        angle=CONTROL,
        lines=lines,
        written_by=dict.fromkeys(lines, BY_HAND),
        slots=slots,
        model=BY_HAND,
    )
