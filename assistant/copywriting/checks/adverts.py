"""Rules of advertising platforms: Google's editorial policy on responsive search ads, above all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import regex

from assistant.copywriting.checks.context import SLOT, CheckContext, words_written
from assistant.records import CheckResult, Span

# A headline is shown beside any other one or alone: it may not begin or end in the middle of a thought.
_LEANS = {
    "en": (
        "and|but|or|so|because|which|that|then|also|plus|nor",
        "and|or|but|with|for|of|to|the|a|an|your|our|in|on|at|by|from|until",
    ),
    "de": (
        "und|aber|oder|weil|sondern|denn|also|dass",
        "und|oder|mit|für|von|zu|der|die|das|ein|eine|dein|deine|unser|in|auf|bis|bei",
    ),
    "es": ("y|e|pero|o|porque|que|pues|también", "y|o|con|para|de|a|el|la|los|las|un|una|tu|en|por|hasta"),
    "fr": (
        "et|mais|ou|car|que|donc|aussi",
        "et|ou|avec|pour|de|à|le|la|les|un|une|votre|en|par|jusqu'au|du|des",
    ),
    "zh": ("和|但|或|因为|而且|以及", "和|或|与|的|在|从|给"),
}
_OPEN_ENDS = (",", ":", "...", "…", "-", "，", "：")
_WORD = regex.compile(r"\p{L}[\p{L}\p{N}'’]*")


def check_advert(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """An exclamation mark in a headline; a headline that needs another one beside it."""
    if not context.channel.advert or not context.field.startswith("headline"):
        return []
    text = words_written(spans).replace(SLOT, "x")
    results = []
    if any(sign in text for sign in "!！"):
        results.append(context.error("headline", f"{text!r} has an exclamation mark"))
    first, last = _LEANS.get(context.language.code, _LEANS["en"])
    end = r"\b" if context.language.spaced else ""
    begins = regex.match(rf"\W*(?:{first}){end}", text, regex.IGNORECASE)
    ends = regex.search(rf"{end}(?:{last})\W*$", text, regex.IGNORECASE) or text.rstrip().endswith(_OPEN_ENDS)
    if begins or ends:
        results.append(context.error("headline", f"{text!r} does not stand alone"))
    return results


def check_headlines(texts: Mapping[str, str], context: CheckContext) -> list[CheckResult]:
    """Headlines and descriptions that say the same; more than one exclamation mark in an advert."""
    if not context.channel.advert:
        return []
    results = []
    for kind in ("headline", "description"):
        same: defaultdict[str, list[str]] = defaultdict(list)
        for field, text in texts.items():
            if field.startswith(kind):
                same[" ".join(_WORD.findall(text.casefold()))].append(field)
        results += [
            CheckResult(check="headline", field=fields[1], severity="error", message=f"it says what {fields[0]} says")
            for fields in same.values()
            if len(fields) > 1
        ]
    marks = sum(text.count(sign) for text in texts.values() for sign in "!！")
    if marks > 1:
        message = f"{marks} exclamation marks in an advert; at most one"
        results.append(CheckResult(check="punctuation", field="", severity="error", message=message))
    return results
