"""Copy as spans: parsed from a writer's text, filled for a reader, measured at the worst case."""

import re
from collections.abc import Sequence

from assistant.copywriting.slots import PieceSlots
from assistant.records import Span

_SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_OPENERS = (".", "!", "?")


def parse(text: str) -> tuple[Span, ...]:
    """Text with `{slots}` and line breaks as spans; a brace that is no slot stays in the text."""
    spans: list[Span] = []
    for at, part in enumerate(re.split(r"(\n)", text)):
        if at % 2:
            spans.append(Span(kind="break"))
            continue
        end = 0
        for match in _SLOT.finditer(part):
            if match.start() > end:
                spans.append(Span(kind="text", text=part[end : match.start()]))
            spans.append(Span(kind="slot", slot=match.group(1)))
            end = match.end()
        if end < len(part):
            spans.append(Span(kind="text", text=part[end:]))
    return tuple(spans)


def render(spans: Sequence[Span], slots: PieceSlots) -> str:
    """As a customer sees it: slots filled, a slot that opens a sentence with a capital."""
    return _fill(spans, slots, worst=False)


def worst_length(spans: Sequence[Span], slots: PieceSlots) -> int:
    """Characters when every slot takes its longest value."""
    return max(len(_fill(spans, slots, worst=True)), len(_fill(spans, slots, worst=False)))


def render_worst(spans: Sequence[Span], slots: PieceSlots) -> str:
    """The text when every slot takes its longest value."""
    return _fill(spans, slots, worst=True)


def _fill(spans: Sequence[Span], slots: PieceSlots, *, worst: bool) -> str:
    text = ""
    for span in spans:
        if span.kind == "text":
            text += span.text
        elif span.kind == "break":
            text += "\n"
        else:
            value = slots[span.slot].worst if worst else slots[span.slot].value
            text += value[:1].upper() + value[1:] if opens_sentence(text) and span.slot == "product" else value
    return text


def opens_sentence(before: str) -> bool:
    """Whether the next word begins a sentence, after this text."""
    return not before.strip() or before.rstrip().endswith(_OPENERS) or before.endswith("\n")
