"""Limits of the channel, at the worst case of every slot."""

from collections.abc import Sequence

from assistant.copywriting.channels import is_gsm, sms_parts
from assistant.copywriting.checks.context import CheckContext
from assistant.copywriting.documents import render, render_worst
from assistant.records import CheckResult, Span

MOST_PARTS = 10


def check_length(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Whether a field is within its limits (`channels.toml` has them, with their sources)."""
    limit = next((limit for limit in context.channel.fields if limit.field == context.field), None)
    if limit is None:
        return []
    texts = (render(spans, context.slots), render_worst(spans, context.slots))
    if not texts[0].strip():
        return [context.error("empty", "there is no text")]
    length = max(map(context.channel.length, texts))
    what = {"width": "places", "characters": "characters", "sms": "characters"}[context.channel.measure]
    if length > limit.at_most:
        return [context.error("length", f"{length} {what} with the longest values; at most {limit.at_most}")]
    low, high = limit.aim
    results = []
    if not low <= length <= high:
        results.append(context.warning("length_aim", f"{length} {what} with the longest values; aim: {low}-{high}"))
    if context.channel.measure == "sms":
        results += _parts(max(texts, key=sms_parts), context)
    return results


def _parts(text: str, context: CheckContext) -> list[CheckResult]:
    parts = sms_parts(text)
    if parts > MOST_PARTS:
        return [context.error("sms_parts", f"{parts} parts with the longest values; at most {MOST_PARTS}")]
    if parts == 1:
        return []
    strange = next((sign for sign in text if not is_gsm(sign)), "")
    why = f"; {strange!r} is not in GSM-7, so a part holds 67 and not 153" if strange else ""
    return [context.warning("sms_parts", f"{parts} parts with the longest values, one is cheaper{why}")]
