"""What copy is held to, small and named. Generation, review, the linter and the report use the same ones.

Text is judged span by span: what a slot holds comes from data and is not the writer's; what stands in a text span is,
and must hold no fact.
"""

from collections.abc import Mapping, Sequence

from assistant.copywriting.checks.adverts import check_advert, check_headlines
from assistant.copywriting.checks.context import CheckContext
from assistant.copywriting.checks.facts import check_facts, check_receipts, check_slot_use
from assistant.copywriting.checks.form import check_capitals, check_emoji, check_markup, check_punctuation
from assistant.copywriting.checks.languages import check_language, check_reading_ease
from assistant.copywriting.checks.law import check_law
from assistant.copywriting.checks.lengths import check_length
from assistant.copywriting.checks.names import check_names
from assistant.copywriting.checks.nearness import NearDuplicates, check_pieces
from assistant.copywriting.checks.repetition import check_preheader, check_repetition
from assistant.copywriting.checks.words import check_brand, check_words
from assistant.records import CheckResult, Piece, Span

__all__ = [
    "FIELD_CHECKS",
    "LINTED_CHECKS",
    "CheckContext",
    "NearDuplicates",
    "check_field",
    "check_fields",
    "check_piece",
    "check_pieces",
    "check_receipts",
    "described_checks",
]

FIELD_CHECKS = (
    check_length,
    check_facts,
    check_words,
    check_brand,
    check_slot_use,
    check_names,
    check_repetition,
    check_markup,
    check_punctuation,
    check_capitals,
    check_emoji,
    check_language,
    check_reading_ease,
    check_advert,
)
"""What is said of one field alone."""

# Whoever wrote a text elsewhere may repeat a word and open with a dash; a fact, a claim or a name is held to the same.
LINTED_CHECKS = (
    check_length,
    check_words,
    check_brand,
    check_names,
    check_markup,
    check_capitals,
    check_emoji,
    check_language,
    check_reading_ease,
    check_advert,
)
"""Those that hold for text written elsewhere; its facts are bound by the linter."""


def check_field(spans: Sequence[Span], context: CheckContext) -> tuple[CheckResult, ...]:
    """Everything that can be said of one field alone.

    Args:
        spans: the parsed text.
        context: channel, field, language, market, slots, brand kit.
    """
    unknown = sorted({span.slot for span in spans if span.slot and span.slot not in context.slots})
    if unknown:
        # Nothing else can be measured while a slot has no value.
        return (context.error("unknown_slot", f"there is no slot {', '.join(map(repr, unknown))}"),)
    checks = LINTED_CHECKS if context.linted else FIELD_CHECKS
    return tuple(result for check in checks for result in check(spans, context))


def check_piece(piece: Piece, context: CheckContext) -> tuple[CheckResult, ...]:
    """What can be said of a piece's fields beside each other."""
    return (*check_fields({field.field: field.text for field in piece.fields}, context), *check_law(piece, context))


def check_fields(texts: Mapping[str, str], context: CheckContext) -> tuple[CheckResult, ...]:
    """What can be said of fields beside each other, by their filled texts."""
    return (*check_preheader(texts, context), *check_headlines(texts, context))


def described_checks() -> dict[str, str]:
    """What every piece is held to: a check's name -> what it looks at, in the words of its docstring."""
    checks = (*FIELD_CHECKS, check_preheader, check_headlines, check_law, check_pieces)
    return {
        check.__name__.removeprefix("check_"): (check.__doc__ or "").partition("\n")[0].replace("`", "")
        for check in checks
    }
