"""Lines into a piece: what stands where in each channel, and the checks on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.copywriting.channels import CHANNELS, FieldLimit
from assistant.copywriting.checks import CheckContext, check_field, check_piece
from assistant.copywriting.documents import parse, render, render_worst
from assistant.copywriting.languages import language_named
from assistant.copywriting.slots import PieceSlots
from assistant.records import BrandKit, CheckResult, Elements, Field, Piece, Span


@dataclass(frozen=True)
class PieceFrame:
    """All of a piece but its words."""

    segment: str
    channel: str
    language: str
    market: str
    slots: PieceSlots
    brand: BrandKit
    several_languages: bool = False
    variant: int = 1

    def piece(self, angle: str) -> str:
        """The id of the piece of an angle."""
        language = (self.language,) if self.several_languages else ()
        variant = (str(self.variant),) if self.variant > 1 else ()
        return "-".join((self.segment, self.channel, angle, *language, *variant))

    def context(self, field: str) -> CheckContext:
        """What the checks of a field may know."""
        return CheckContext(
            channel=CHANNELS[self.channel],
            field=field,
            language=language_named(self.language),
            market=self.market,
            slots=self.slots,
            brand=self.brand,
        )


def make_piece(
    frame: PieceFrame,
    angle: str,
    lines: Mapping[str, str],
    written_by: Mapping[str, str],
    *,
    model: str,
    elements: Elements | None = None,
    candidates: int = 0,
    repaired: bool = False,
    prompt_hashes: Mapping[str, str] | None = None,
    failures: Sequence[str] = (),
    found: Sequence[CheckResult] = (),
) -> Piece:
    """A checked piece.

    Args:
        frame: all but its words.
        angle: or `control`.
        lines: by name; lines of other channels are left alone.
        written_by: by line.
        model: the model's name.
        elements: what it is made of; None for the control.
        candidates: how many were chosen from.
        repaired: whether a second round was asked for.
        prompt_hashes: prompt id -> fingerprint.
        failures: why a line is not the model's, said by whoever chose; any makes the piece need review.
        found: what was seen while choosing, to be told beside the checks.
    """
    channel = CHANNELS[frame.channel]
    fields = []
    for limit in channel.fields:
        parts = [line for line in channel.lines if f"<{line}>" in limit.layout]
        by = ", ".join(dict.fromkeys(written_by[line] for line in parts)) or "house"
        spans = parse(laid_out(limit, lines, frame))
        fields.append(Field(field=limit.field, spans=spans, text="", length=0, written_by=by))
    piece = Piece(
        piece=frame.piece(angle),
        segment=frame.segment,
        channel=frame.channel,
        angle=angle,
        language=frame.language,
        variant=frame.variant,
        elements=elements,
        status="ready",
        reasons=(),
        fields=tuple(fields),
        slots=(),
        checks=(),
        candidates=candidates,
        repaired=repaired,
        model=model,
        prompt_hashes=dict(prompt_hashes or {}),
    )
    return checked(piece, frame, failures=failures, found=found)


def checked(
    piece: Piece, frame: PieceFrame, *, failures: Sequence[str] = (), found: Sequence[CheckResult] = ()
) -> Piece:
    """A piece with its fields filled, measured and checked again, from its spans alone.

    Args:
        piece: its spans are taken as they are.
        frame: where it stands, and its slots.
        failures: reasons to review it beside the checks'.
        found: results to tell beside the checks'.
    """
    checks = list(found)
    fields = []
    for field in piece.fields:
        results = check_field(field.spans, frame.context(field.field))
        checks += results
        known = not any(result.check == "unknown_slot" for result in results)
        raw = _raw(field.spans)
        text = render(field.spans, frame.slots) if known else raw
        length = longest(field.spans, frame) if known else len(raw)
        fields.append(field.model_copy(update={"text": text, "length": length}))
    used = {span.slot for field in fields for span in field.spans if span.slot}
    filled = piece.model_copy(
        update={
            "fields": tuple(fields),
            "slots": tuple(slot for slot in frame.slots.slots if slot.slot in used),
        }
    )
    checks += check_piece(filled, frame.context(""))
    reasons = (*failures, *(_reason(result) for result in checks if result.severity == "error"))
    status: Literal["ready", "needs_review"] = "needs_review" if reasons else "ready"
    return filled.model_copy(update={"checks": tuple(checks), "reasons": reasons, "status": status})


def laid_out(limit: FieldLimit, lines: Mapping[str, str], frame: PieceFrame) -> str:
    """A field's text: the layout with the writer's lines and the language's phrases in it."""
    text = limit.layout
    language = language_named(frame.language)
    for name in ("terms", "disclaimer"):
        text = text.replace(f"<{name}>", f" {{{name}}} " if name in frame.slots else "")
    for name, said in {**language.phrases, **lines}.items():
        if f"<{name}>" in text:
            text = text.replace(f"<{name}>", "" if name.startswith("opt_out") and _no_way_out(name, frame) else said)
    if "address" not in frame.slots:
        text = text.replace(", {address}", "")
    joined = "\n".join(" ".join(line.split(" ")).strip() for line in text.split("\n"))
    return joined.replace("  ", " ").removesuffix("[]({unsubscribe})")


def longest(spans: Sequence[Span], frame: PieceFrame) -> int:
    """A field's length at the worst case, in its channel's measure."""
    measure = CHANNELS[frame.channel].length
    return max(measure(render(spans, frame.slots)), measure(render_worst(spans, frame.slots)))


def needs_review(piece: Piece, found: Sequence[CheckResult]) -> Piece:
    """The piece with what was found beside other pieces."""
    reasons = tuple(_reason(result) for result in found if result.severity == "error")
    return piece.model_copy(
        update={
            "checks": (*piece.checks, *found),
            "reasons": (*piece.reasons, *reasons),
            "status": "needs_review" if reasons else piece.status,
        }
    )


def _no_way_out(name: str, frame: PieceFrame) -> bool:
    return name == "opt_out_keyword" and "opt_out" not in frame.slots


def _reason(result: CheckResult) -> str:
    return f"{result.check}, {result.field}: {result.message}" if result.field else f"{result.check}: {result.message}"


def _raw(spans: Sequence[Span]) -> str:
    signs = {"text": "{text}", "break": "\n"}
    return "".join(signs.get(span.kind, "{{{slot}}}").format(text=span.text, slot=span.slot) for span in spans)
