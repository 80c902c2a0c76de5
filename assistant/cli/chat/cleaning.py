"""What data and models write, made harmless to a terminal.

A product's name may hold an escape sequence that renames the window or hides a price; a model may repeat it.
"""

import re
import unicodedata

_STRINGS = re.compile(r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\n]*?(?:\x07|\x1b\\|\x9c)")
"""Window titles, links and the like: all up to their end is for the terminal, nothing for a reader."""
_SEQUENCES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?")
_TURNED = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows, so that a text reads other than it is."""


def clean(text: str) -> str:
    """The text without escape sequences, control characters and marks of direction; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\t", " ")
    text = _SEQUENCES.sub("", _STRINGS.sub("", text))
    return "".join(_shown(sign) for sign in text)


def clean_line(text: str) -> str:
    """The same in one line."""
    return " ".join(clean(text).split())


def _shown(sign: str) -> str:
    if sign == "\n":
        return sign
    if sign in ("\u2028", "\u2029", "\x85"):
        return "\n"
    kind = unicodedata.category(sign)
    if kind == "Cs":
        # Half of a pair cannot be written out in UTF-8.
        return "\ufffd"
    return "" if kind == "Cc" or sign in _TURNED else sign
