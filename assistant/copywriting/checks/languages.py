"""The language of a text is the language asked for; long text is easy enough to read."""

from collections.abc import Sequence

from assistant.copywriting.checks.context import SLOT, CheckContext, words_written
from assistant.copywriting.languages import language_of, reading_ease
from assistant.records import CheckResult, Span

HARD = 30.0


def check_language(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Whether the words are of the language asked for, where there are enough to tell."""
    text = words_written(spans).replace(SLOT, " ")
    wanted = context.language.code
    found = language_of(text)
    if found and found != wanted:
        return [context.error("language", f"{text.strip()[:40]!r} is {found}, not {wanted}")]
    return []


def check_reading_ease(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """A warning where a long text is hard to read."""
    ease = reading_ease(words_written(spans).replace(SLOT, " x "), context.language.code)
    if ease is not None and ease < HARD:
        return [context.warning("reading_ease", f"reading ease {ease:.0f}; below {HARD:.0f} is for specialists")]
    return []
