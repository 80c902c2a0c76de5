"""The human control: what a careful person writes from the brief alone, with no model.

Every experiment needs something to beat, and a piece that no candidate could fill falls back on it.
"""

import re
from dataclasses import replace

from assistant.copywriting.angles import CONTROL
from assistant.copywriting.assembling import PieceFrame, make_piece
from assistant.copywriting.languages import language_named
from assistant.records import Brief, Piece

BY_HAND = "brief"
_IF_CODE = re.compile(r"\[([^\[\]]*)\]")


def control_lines(brief: Brief, language: str) -> dict[str, str]:
    """The control's own words, by line."""
    return {
        line: _IF_CODE.sub(r"\1" if brief.offer.code else "", text)
        for line, text in language_named(language).control.items()
    }


def control_piece(brief: Brief, frame: PieceFrame) -> Piece:
    """The control of a segment, channel and language."""
    lines = control_lines(brief, frame.language)
    return make_piece(replace(frame, variant=1), CONTROL, lines, dict.fromkeys(lines, BY_HAND), model=BY_HAND)
