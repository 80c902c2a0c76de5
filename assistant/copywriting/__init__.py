"""Copy: channels and their limits, documents with slots, languages, the checks, and the writing between them."""

from assistant.copywriting.angles import ANGLES, CONTROL, angle_named, elements_of
from assistant.copywriting.assembling import PieceFrame, checked, make_piece, needs_review
from assistant.copywriting.channels import CHANNELS, Channel, FieldLimit, channel_named, sms_parts
from assistant.copywriting.checks import (
    CheckContext,
    NearDuplicates,
    check_field,
    check_piece,
    check_pieces,
    check_receipts,
    described_checks,
)
from assistant.copywriting.checks.law import demands_of, known_markets, law_of
from assistant.copywriting.control import control_piece
from assistant.copywriting.documents import parse, render, written
from assistant.copywriting.languages import known_languages, language_named
from assistant.copywriting.slots import ENGLISH, PieceSlots, Product, piece_slots, products_for
from assistant.copywriting.writing import (
    CopyJob,
    Said,
    check_line,
    copy_requests,
    line_requests,
    problems,
    repair_requests,
    write_pieces,
)

__all__ = [
    "ANGLES",
    "CHANNELS",
    "CONTROL",
    "ENGLISH",
    "Channel",
    "CheckContext",
    "CopyJob",
    "FieldLimit",
    "NearDuplicates",
    "PieceFrame",
    "PieceSlots",
    "Product",
    "Said",
    "angle_named",
    "channel_named",
    "check_field",
    "check_line",
    "check_piece",
    "check_pieces",
    "check_receipts",
    "checked",
    "control_piece",
    "copy_requests",
    "demands_of",
    "described_checks",
    "elements_of",
    "known_languages",
    "known_markets",
    "language_named",
    "law_of",
    "line_requests",
    "make_piece",
    "needs_review",
    "parse",
    "piece_slots",
    "problems",
    "products_for",
    "render",
    "repair_requests",
    "sms_parts",
    "write_pieces",
    "written",
]
