"""Copy as spans: parsed from a writer's text, filled for a reader, measured at the worst case."""

import re
from collections.abc import Sequence

from assistant.copywriting.slots import PieceSlots
from assistant.records import Span

LINKS = frozenset({"link", "unsubscribe"})
"""Slots that hold an address; a label may stand before them, as in `[Unsubscribe]({unsubscribe})`."""
MERGE_TAGS = frozenset({"first_name"})
"""Slots that the sending platform fills for each customer."""

_SLOT = re.compile(
    r"(?:\[(?P<label>[^\[\]{}()\n]+)\]\(\{(?P<link>link|unsubscribe)\}\))|\{(?P<slot>[a-z_]+(?:\.[a-z_]+)?)\}"
)
_OPENERS = (".", "!", "?", "。", "！", "？", "¡", "¿")


def parse(text: str) -> tuple[Span, ...]:
    """Text with `{slots}`, `[labels]({link})` and line breaks as spans; a brace that is no slot stays in the text."""
    spans: list[Span] = []
    for at, part in enumerate(re.split(r"(\n)", text)):
        if at % 2:
            spans.append(Span(kind="break"))
            continue
        end = 0
        for match in _SLOT.finditer(part):
            if match.start() > end:
                spans.append(Span(kind="text", text=part[end : match.start()]))
            spans.append(_span(match))
            end = match.end()
        if end < len(part):
            spans.append(Span(kind="text", text=part[end:]))
    return tuple(spans)


def written(spans: Sequence[Span]) -> str:
    """The text that `parse` makes these spans of."""
    said = []
    for span in spans:
        if span.kind == "break":
            said.append("\n")
        elif span.kind == "link" and span.text:
            said.append(f"[{span.text}]({{{span.slot}}})")
        else:
            said.append(span.text or f"{{{span.slot}}}")
    return "".join(said)


def render(spans: Sequence[Span], slots: PieceSlots) -> str:
    """As a customer sees it: slots filled, a slot that opens a sentence with a capital."""
    return "".join(text for _, text in filled(spans, slots))


def render_worst(spans: Sequence[Span], slots: PieceSlots) -> str:
    """The text when every slot takes its longest value."""
    return "".join(text for _, text in filled(spans, slots, worst=True))


def filled(spans: Sequence[Span], slots: PieceSlots, *, worst: bool = False) -> list[tuple[Span, str]]:
    """Each span with what a customer sees of it.

    Raises:
        KeyError: a slot is none of the piece's.
    """
    text = ""
    shown: list[tuple[Span, str]] = []
    for span in spans:
        said = _said(span, slots, text, worst=worst)
        shown.append((span, said))
        text += said
    return shown


def opens_sentence(before: str) -> bool:
    """Whether the next word begins a sentence, after this text."""
    return not before.strip() or before.rstrip().endswith(_OPENERS) or before.endswith("\n")


def _span(match: re.Match[str]) -> Span:
    if match["link"]:
        return Span(kind="link", text=match["label"], slot=match["link"])
    slot = match["slot"]
    if slot in LINKS:
        return Span(kind="link", slot=slot)
    return Span(kind="merge" if slot in MERGE_TAGS else "slot", slot=slot)


def _said(span: Span, slots: PieceSlots, before: str, *, worst: bool) -> str:
    if span.kind == "text" or (span.kind == "link" and span.text):
        return span.text
    if span.kind == "break":
        return "\n"
    slot = slots[span.slot]
    value = slot.worst if worst else slot.value
    return value[:1].upper() + value[1:] if slot.kind == "product" and opens_sentence(before) else value
