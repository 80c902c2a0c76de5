"""What a reviewer may do with a piece: approve, reject, edit. The checks are run again on whatever is edited."""

import difflib
from collections.abc import Mapping, Sequence

from assistant.copywriting import CHANNELS, NearDuplicates, PieceFrame, checked, needs_review, parse, written
from assistant.errors import ConfigError
from assistant.records import Piece

BY_HAND = "hand"
ACCEPTABLE = frozenset(
    {
        "capitals",
        "emoji",
        "headline",
        "language",
        "near_duplicate",
        "no_candidate",
        "proper_noun",
        "punctuation",
        "repetition",
    }
)
"""Checks that a person may overrule, with a reason: they judge how a text reads. What judges its facts, its length or
what the law demands is not overruled; the text is edited instead."""


def refusal(piece: Piece, reason: str) -> str:
    """Why a piece may not be approved; empty where it may.

    Args:
        piece: as it is now.
        reason: the reviewer's, for passing what the checks did not.
    """
    if piece.status == "ready":
        return ""
    failed = {result.check for result in piece.checks if result.severity == "error"}
    failed |= {told.partition(":")[0].partition(",")[0] for told in piece.reasons}
    hard = sorted(failed - ACCEPTABLE)
    if hard:
        told = next(told for told in piece.reasons if told.partition(":")[0].partition(",")[0] in hard)
        return f"{piece.piece} fails {', '.join(hard)} ({told}); edit it, or write it again"
    if not reason:
        return f"{piece.piece} needs review ({'; '.join(piece.reasons)}); say why it may pass with --reason"
    return ""


def edit_piece(piece: Piece, frame: PieceFrame, texts: Mapping[str, str], others: Sequence[Piece] = ()) -> Piece:
    """A piece with other words, checked again; what was said of the choice of a line that stays is still said.

    Args:
        piece: as it is now.
        frame: where it stands, and its slots.
        texts: field -> its text, with `{slots}` and `[labels]({link})`; fields that are left out stay.
        others: the campaign's other pieces.

    Raises:
        ConfigError: it has no such field, or a text is empty.
    """
    known = [field.field for field in piece.fields]
    for name, text in texts.items():
        if name not in known:
            raise ConfigError(f"{piece.piece} has no field {name!r}; it has {', '.join(known)}.")
        if not text.strip():
            raise ConfigError(f"The {name} of {piece.piece} is empty; expected its words.")
    fields = [
        field.model_copy(update={"spans": parse(texts[field.field].strip()), "written_by": BY_HAND})
        if field.field in texts and texts[field.field].strip() != written(field.spans)
        else field
        for field in piece.fields
    ]
    left = {new.field for old, new in zip(piece.fields, fields, strict=True) if old is new}
    edited = checked(
        piece.model_copy(update={"fields": tuple(fields)}),
        frame,
        failures=[reason for reason in piece.reasons if _field_of_failure(piece, reason) in left],
        found=[result for result in piece.checks if result.check == "worked_example" and result.field in left],
    )
    near = NearDuplicates()
    near.check([other for other in others if other.piece != piece.piece])
    across = near.check([edited])
    return needs_review(edited, across[edited.piece]) if edited.piece in across else edited


def _field_of_failure(piece: Piece, reason: str) -> str:
    """The field of a line that no candidate stood for; empty where a reason is another one."""
    check, _, rest = reason.partition(", ")
    line = rest.partition(":")[0]
    channel = CHANNELS[piece.channel]
    return channel.field_of(line) if check == "no_candidate" and line in channel.lines else ""


def changes(before: Piece, after: Piece) -> list[tuple[str, str, str]]:
    """What was changed.

    Returns:
        For each field whose words differ its name and both texts, with slots in braces.
    """
    return [
        (old.field, written(old.spans), written(new.spans))
        for old, new in zip(before.fields, after.fields, strict=True)
        if written(old.spans) != written(new.spans)
    ]


def diff_words(before: str, after: str) -> str:
    """Two texts as one: `[-gone-]` and `{+new+}`, word by word."""
    old, new = before.split(" "), after.split(" ")
    told = []
    for kind, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            told.append(" ".join(old[a:b]))
            continue
        if a < b:
            told.append(f"[-{' '.join(old[a:b])}-]")
        if c < d:
            told.append(f"{{+{' '.join(new[c:d])}+}}")
    return " ".join(told)


HEADING = "== {} =="


def to_editor(piece: Piece, frame: PieceFrame) -> str:
    """A piece as a text file to edit: a heading and the words of each field, below what may be used."""
    slots = [f"#   {{{slot.slot}}}  {slot.value}" for slot in frame.slots.slots]
    reasons = [f"# ! {reason}" for reason in piece.reasons]
    lines = [
        f"# {piece.piece}: change the words below the headings; lines that begin with # are left out.",
        "# Facts are slots, and stand in braces:",
        *slots,
        *reasons,
    ]
    for field in piece.fields:
        lines += ["", HEADING.format(field.field), written(field.spans)]
    return "\n".join(lines) + "\n"


def from_editor(text: str, piece: Piece) -> dict[str, str]:
    """The fields of an edited text file.

    Raises:
        ConfigError: a heading is missing, or is none of the piece's; the message names the line.
    """
    headings = {HEADING.format(field.field): field.field for field in piece.fields}
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            continue
        if line.startswith("== ") and line.rstrip().endswith(" =="):
            if line.rstrip() not in headings:
                raise ConfigError(
                    f"Line {number} of the edited text is {line.rstrip()!r}; expected one of "
                    f"{', '.join(map(repr, headings))}."
                )
            current = found.setdefault(headings[line.rstrip()], [])
        elif current is not None:
            current.append(line.rstrip())
    missing = [heading for heading, field in headings.items() if field not in found]
    if missing:
        raise ConfigError(f"The edited text has no line {missing[0]!r}; put it back, with the field's words below it.")
    return {field: "\n".join(lines).strip() for field, lines in found.items()}
