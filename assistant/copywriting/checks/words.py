"""Words that copy must not say, of the language and of the brand."""

from collections.abc import Sequence

from assistant.copywriting.brand import (
    allowed_claims_in,
    banned_in,
    missing_required,
    voice_findings,
)
from assistant.copywriting.checks.context import SLOT, CheckContext, quoted, words_written
from assistant.records import CheckResult, Span


def check_words(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Claims, urgency, offers, times and the like that no fact supports; what the brand kit allows is left out."""
    text = without_allowed(words_written(spans), context)
    results = []
    for kind in context.language.forbidden:
        patterns = [kind.patterns, None if context.linted and not kind.linted else kind.words]
        found = [match.group().lower() for pattern in patterns if pattern for match in pattern.finditer(text)]
        if found:
            message = f"{quoted(found)}: {kind.reason}"
            told = context.error if kind.severity == "error" else context.warning
            results.append(told(kind.check, message.replace(SLOT, "...")))
    return results


def check_brand(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """What the brand kit bans and asks for, and how the brand speaks."""
    text = words_written(spans)
    code = context.language.code
    results = [
        context.error("banned_term", f"{term!r} is banned by the brand kit{f': {reason}' if reason else ''}")
        for term, _, _, reason in banned_in(text, context.brand, code)
    ]
    results += [
        context.warning("voice", message.replace(SLOT, "...")) for message in voice_findings(text, context.brand, code)
    ]
    return results


def check_required(text: str, context: CheckContext) -> list[CheckResult]:
    """Terms that the brand kit wants in every message of the channel."""
    missing = missing_required(text, context.brand, context.channel.name, context.language.code, context.market)
    return [context.error("required_term", f"{term!r} is missing; the brand kit asks for it") for term in missing]


def without_allowed(text: str, context: CheckContext) -> str:
    """The text with each claim that the brand kit allows as one strange sign."""
    for start, end, _ in reversed(allowed_claims_in(text, context.brand, context.language.code, context.market)):
        text = f"{text[:start]}{SLOT}{text[end:]}"
    return text
