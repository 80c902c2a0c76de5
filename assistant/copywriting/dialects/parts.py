"""A field with its facts filled in: what is left is text, merge tags, links and line breaks."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from assistant.copywriting.documents import filled
from assistant.copywriting.slots import PieceSlots
from assistant.records import Record, Span


class Part(Record):
    """One run of a resolved field."""

    kind: Literal["text", "merge", "link", "break"]
    text: str = Field(default="", description="the text; a merge tag's default; a link's label")
    tag: str = Field(default="", description="name of a merge tag, or of the merge tag that a link's address is")
    url: str = Field(default="", description="address of a link that is the same for everybody")


def resolve(spans: Sequence[Span], slots: PieceSlots, *, markup: bool) -> tuple[Part, ...]:
    """A field with its facts filled in, in its one canonical form.

    A plain field knows no links: an address stands in it as text, and a label with its address behind it.

    Args:
        spans: of the field.
        slots: of the piece.
        markup: whether the field is sent as HTML.
    """
    parts: list[Part] = []
    for span, shown in filled(spans, slots):
        if span.kind == "break":
            parts.append(Part(kind="break"))
        elif span.kind == "merge":
            parts.append(Part(kind="merge", tag=span.slot, text=slots[span.slot].value))
        elif span.kind == "link":
            parts += _link(span, slots, markup=markup)
        else:
            parts += _lines(shown)
    return canonical(parts)


def canonical(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring texts as one, empty ones left out: equal documents are equal."""
    joined: list[Part] = []
    for part in parts:
        if part.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1] = Part(kind="text", text=joined[-1].text + part.text)
        elif part.kind != "text" or part.text:
            joined.append(part)
    return tuple(joined)


def _link(span: Span, slots: PieceSlots, *, markup: bool) -> list[Part]:
    slot = slots[span.slot]
    if slot.merge:
        label = span.text or slot.value
        if markup:
            return [Part(kind="link", text=label, tag=span.slot)]
        return [*_lines(f"{label}: "), Part(kind="merge", tag=span.slot)]
    if markup:
        return [Part(kind="link", text=span.text or slot.value, url=slot.value)]
    return _lines(f"{span.text}: {slot.value}" if span.text else slot.value)


def _lines(text: str) -> list[Part]:
    """A value may hold line ends of its own."""
    parts: list[Part] = []
    for at, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if at:
            parts.append(Part(kind="break"))
        if line:
            parts.append(Part(kind="text", text=line))
    return parts
