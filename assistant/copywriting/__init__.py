"""Copy: channels and their limits, documents with slots, the checks, and the writing between them."""

from assistant.copywriting.angles import ANGLES, Angle, angle_named
from assistant.copywriting.assembling import LINES, needs_review
from assistant.copywriting.channels import CHANNELS, Channel, FieldLimit, sms_parts
from assistant.copywriting.checks import check_field, check_pieces
from assistant.copywriting.control import control_piece
from assistant.copywriting.documents import parse, render, worst_length
from assistant.copywriting.slots import PieceSlots, piece_slots, products_for
from assistant.copywriting.writing import CopyJob, copy_requests, repair_requests, write_pieces

__all__ = [
    "ANGLES",
    "CHANNELS",
    "LINES",
    "Angle",
    "Channel",
    "CopyJob",
    "FieldLimit",
    "PieceSlots",
    "angle_named",
    "check_field",
    "check_pieces",
    "control_piece",
    "copy_requests",
    "needs_review",
    "parse",
    "piece_slots",
    "products_for",
    "render",
    "repair_requests",
    "sms_parts",
    "worst_length",
    "write_pieces",
]
