"""Facts: none outside of a slot, each used as what it is, each the value that its source has."""

import re
from collections.abc import Sequence

import regex

from assistant.copywriting.checks.context import CheckContext, quoted, words_written
from assistant.copywriting.slots import PieceSlots
from assistant.records import CheckResult, Piece, Span

_FACT_SIGNS = regex.compile(
    r"[\p{N}\p{Sc}%‰％]+|https?|www\.|\w\.(?:com|net|org|de|fr|es|cn|io|shop|store|co)\b|@|\bRMB\b|\b(?:USD|EUR|GBP|CNY)\b"
)


def check_facts(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """No digit, sign of money, percent or address stands in a writer's own words."""
    found = [match.group() for match in _FACT_SIGNS.finditer(words_written(spans))]
    return [context.error("fact_outside_slot", f"{quoted(sorted(found))} stands outside a slot")] if found else []


def check_slot_use(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Whether the words beside a slot say what its fact is: `take JANUARY off` uses a code as a discount."""
    results = []
    for at, span in enumerate(spans):
        use = context.language.slot_uses.get(span.slot)
        if use is None:
            continue
        before = spans[at - 1].text.lower().rstrip() if at and spans[at - 1].kind == "text" else ""
        after = spans[at + 1].text.lower().lstrip() if at + 1 < len(spans) and spans[at + 1].kind == "text" else ""
        spaced = context.language.spaced
        introduced = [
            _ends_with(before.rstrip(" :,：，"), (*use.before, *use.also_before), spaced=spaced),
            _starts_with(after, (*use.after, *use.also_after), spaced=spaced),
        ]
        free = not use.before and not use.after
        # "Your code for {product} is here": what the verb agrees with stands before the product.
        bare = not _ends_with(before, use.unless_before, spaced=spaced)
        wrong = _ends_with(before, use.not_before, spaced=spaced) or (
            bare and _starts_with(after, use.not_after, spaced=spaced)
        )
        told = any(introduced) if use.both else sum(introduced) == 1
        if wrong or not (free or told):
            said = f"{before[-20:]} {{{span.slot}}}{after[:12]}".strip()
            results.append(context.error("slot_use", f"{said!r}: {use.reason}"))
    return results


def check_receipts(piece: Piece, expected: PieceSlots) -> tuple[CheckResult, ...]:
    """Whether each slot of a stored piece holds the value that its source has now.

    Args:
        piece: as it is stored.
        expected: made again from the brief, the fact sheet and the settings.
    """
    results = []
    sources = {slot.slot: slot for slot in expected.slots}
    for slot in piece.slots:
        source = sources.get(slot.slot)
        if source is None:
            message = f"{{{slot.slot}}} is {slot.value!r}, and there is no such fact"
        elif (slot.value, slot.receipt) != (source.value, source.receipt):
            message = f"{{{slot.slot}}} is {slot.value!r} of {slot.receipt}; {source.receipt} says {source.value!r}"
        else:
            continue
        results.append(CheckResult(check="receipt", field="", severity="error", message=message))
    for field in piece.fields:
        missing = {span.slot for span in field.spans if span.slot} - {slot.slot for slot in piece.slots}
        results += [
            CheckResult(check="unknown_slot", field=field.field, severity="error", message=f"there is no slot {slot!r}")
            for slot in sorted(missing)
        ]
    return tuple(results)


def _ends_with(text: str, words: Sequence[str], *, spaced: bool) -> bool:
    start = r"(?:^|\W)" if spaced else ""
    return any(re.search(rf"{start}{re.escape(word.lower())}$", text) for word in words)


def _starts_with(text: str, words: Sequence[str], *, spaced: bool) -> bool:
    end = r"\b" if spaced else ""
    return any(re.match(rf"{re.escape(word.lower())}{end}", text) for word in words)
