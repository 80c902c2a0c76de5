"""Lines into a piece: what stands where in each channel, and the checks on it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from assistant.copywriting.checks import check_field
from assistant.copywriting.documents import parse, render, worst_length
from assistant.copywriting.slots import PieceSlots
from assistant.records import CheckResult, Field, Piece

# Field -> its text, made of the lines a writer gives; what is not in angle brackets is the house's.
LAYOUTS: dict[str, dict[str, str]] = {
    "email": {
        "subject": "<subject>",
        "preheader": "<preheader>",
        "body": "Hi {first_name},\n\n<opening>\n\n<offer>",
        "action": "<action>",
        "footer": "{sender}, {address}. {unsubscribe}",
    },
    "sms": {"text": "{sender}. <sms> {link} Reply STOP to opt out."},
}
LINES: dict[str, tuple[str, ...]] = {
    "email": ("subject", "preheader", "opening", "offer", "action"),
    "sms": ("sms",),
}


def field_of(channel: str, line: str) -> str:
    """The field that a line stands in."""
    return next(field for field, layout in LAYOUTS[channel].items() if f"<{line}>" in layout)


def make_piece(
    *,
    segment: str,
    channel: str,
    angle: str,
    lines: Mapping[str, str],
    written_by: Mapping[str, str],
    slots: PieceSlots,
    model: str,
    candidates: int = 0,
    repaired: bool = False,
    prompt_hashes: Mapping[str, str] | None = None,
    failures: Sequence[str] = (),
    found: Sequence[CheckResult] = (),
) -> Piece:
    """A checked piece.

    Args:
        segment: its id.
        channel: of `LAYOUTS`.
        angle: or `control`.
        lines: by part; parts of other channels are left alone.
        written_by: by part.
        slots: the piece's.
        model: the model's name.
        candidates: how many were chosen from.
        repaired: whether a second round was asked for.
        prompt_hashes: prompt id -> fingerprint.
        failures: why a line is not the model's, said by whoever chose; any makes the piece need review.
        found: what was seen while choosing, to be told beside the checks.
    """
    fields: list[Field] = []
    checks = list(found)
    for field, layout in LAYOUTS[channel].items():
        parts = [line for line in LINES[channel] if f"<{line}>" in layout]
        text = layout
        for line in parts:
            text = text.replace(f"<{line}>", lines[line])
        spans = parse(text)
        results = check_field(channel, field, spans, slots)
        checks += results
        known = not any(result.check == "unknown_slot" for result in results)
        fields.append(
            Field(
                field=field,
                spans=spans,
                text=render(spans, slots) if known else text,
                length=worst_length(spans, slots) if known else len(text),
                written_by=", ".join(dict.fromkeys(written_by[line] for line in parts)) or "house",
            )
        )
    used = {span.slot for field in fields for span in field.spans if span.kind == "slot"}
    reasons = (*failures, *(f"{r.check}, {r.field}: {r.message}" for r in checks if r.severity == "error"))
    status: Literal["ready", "needs_review"] = "needs_review" if reasons else "ready"
    return Piece(
        piece=f"{segment}-{channel}-{angle}",
        segment=segment,
        channel=channel,
        angle=angle,
        status=status,
        reasons=reasons,
        fields=tuple(fields),
        slots=tuple(slot for slot in slots.slots if slot.slot in used),
        checks=tuple(checks),
        candidates=candidates,
        repaired=repaired,
        model=model,
        prompt_hashes=dict(prompt_hashes or {}),
    )


def needs_review(piece: Piece, found: Sequence[CheckResult]) -> Piece:
    """The piece with what was found beside other pieces."""
    reasons = tuple(f"{r.check}: {r.message}" for r in found if r.severity == "error")
    return piece.model_copy(
        update={
            "checks": (*piece.checks, *found),
            "reasons": (*piece.reasons, *reasons),
            "status": "needs_review" if reasons else piece.status,
        }
    )
