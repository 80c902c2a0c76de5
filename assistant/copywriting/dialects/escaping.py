"""Text that looks like a platform's own syntax, made to arrive as text; and back.

Where a platform can print a literal, each sign of its syntax is printed as one. Where it cannot, a word joiner
(U+2060), which no reader sees, stands before and behind each. Both ways each sign of the syntax is written in one way
only, so the way back is plain.
"""

import html

import regex

from assistant.copywriting.dialects.dialect import Dialect

JOINER = "\u2060"


def escape_text(text: str, dialect: Dialect, *, markup: bool) -> str:
    """Text as it stands in a template."""
    written = dialect.literal or f"{JOINER}SIGN{JOINER}"
    pieces = regex.split(f"({_signs(dialect)})", text)
    return "".join(
        written.replace("SIGN", piece) if at % 2 else html.escape(piece) if markup else piece
        for at, piece in enumerate(pieces)
    )


def unescape_text(text: str, dialect: Dialect, *, markup: bool) -> str:
    """The text that `escape_text` made a template's text of."""
    before, after = map(regex.escape, (dialect.literal or f"{JOINER}SIGN{JOINER}").split("SIGN"))
    pieces = regex.split(f"{before}({_signs(dialect)}){after}", text)
    return "".join(piece if at % 2 or not markup else html.unescape(piece) for at, piece in enumerate(pieces))


def _signs(dialect: Dialect) -> str:
    return f"[{regex.escape(dialect.signs)}]"
