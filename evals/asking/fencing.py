"""The fence around judged text: every line of it begins with a bar, so no text can step out of its own lines.

A closing mark could be guessed or copied, and a nonce would make no two prompts alike, so that nothing could be
journalled. A mark at the beginning of every line needs no closing: what is not behind a bar was not in the text.
"""

import re

BAR = "| "
EMPTY = "(no text)"
_CONTROL = re.compile(r"<(?=\||/?s>|(?:start|end)_of_turn>|(?:bos|eos|pad|unk)>|</?SYS>>)|\[(?=/?INST\])")
"""Marks of chat formats, as `<|im_end|>`, `</s>` or `[INST]`, which a server might take for its own."""
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Characters that no reader sees: controls, and marks that hide or turn text."""


def fenced(text: str) -> str:
    """A text as lines that begin with a bar; whatever ends a line for anybody ends it here.

    Marks of chat formats are broken by a space, and characters that nobody sees are left out.
    """
    lines = _UNSEEN.sub("", text).splitlines() or [EMPTY]
    return "\n".join(BAR + _CONTROL.sub(lambda match: f"{match[0]} ", line) for line in lines)


def outside(prompt: str) -> str:
    """What of a prompt stands outside of all fences."""
    return "\n".join(line for line in prompt.split("\n") if not line.startswith(BAR.rstrip()))
