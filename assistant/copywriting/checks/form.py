"""Leftovers of a model's own syntax, and text that is no sentence."""

from collections.abc import Sequence

import regex

from assistant.copywriting.checks.context import SLOT, CheckContext, quoted, words_written
from assistant.copywriting.documents import render
from assistant.records import CheckResult, Span

_TAGS = regex.compile(
    r"""
    \{\{.*?\}\} | \{%.*?%\} | \*\|.*?\|\* | %%.*?%% | \$\{.*?\} | \{[\w.$\ ]+\}   # merge tags of many systems
    | <\s*/?\s*[a-z][^<>]{0,80}> | &(?:\w{2,8}|\#\d{1,6});                          # HTML
    | \[(?:first|last|your|customer|company|brand|product|insert|discount|name|code|link|vorname|nombre|prénom
        |produit|producto|produkt|姓名|产品)[^\[\]]{0,30}\]                            # holes to fill
    | \[\w[^\[\]\n]{0,40}\]\([^()\s]+\) | (?<!\w)(?:\*\*|__)\S | ^\s{0,3}\#{1,6}\s | ^```  # Markdown
    | \\n | \\t | \\u[0-9a-f]{4}                                                    # escapes
    """,
    regex.IGNORECASE | regex.MULTILINE | regex.VERBOSE,
)
_MARKUP = regex.compile(r"[<>{}\[\]|\\*_#`~^]|\n\n\n")
_STRAY = regex.compile(r" {2}|\s[.,!?:;]|[,:;]{2}|[,:;-]\s*$|\.\.(?!\.)|^[^\p{L}\p{N}\p{So}¡¿\"“„«'(\[【《「+$€£¥]")
_REPEATED = regex.compile(r"[!?！？]{2,}|([.,:;$€£%*])\1{1,}(?<!\.\.\.)")
_CAPITALS = regex.compile(r"\b\p{Lu}[\p{Lu}'’-]+\b")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")
MOST_CAPITALS = 0.3


def check_markup(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Tags that nobody rendered, Markdown, HTML."""
    text = words_written(spans)
    found = [match.group() for match in _TAGS.finditer(text)]
    if not context.linted:
        found += [match.group() for match in _MARKUP.finditer(text)]
    return [context.error("markup", f"{quoted(found)} is markup or a broken slot")] if found else []


def check_punctuation(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Stray or doubled punctuation."""
    results = []
    # A line may end with a comma, as a greeting does; a text may not.
    shown = render(spans, context.slots).replace("\n", " ").replace("  ", " ")
    if context.language.blank_before:
        shown = regex.sub(rf" ([{regex.escape(context.language.blank_before)}])", r"\1", shown)
    stray = _STRAY.search(shown)
    if stray:
        near = shown[max(0, stray.start() - 20) : stray.end() + 10]
        results.append(context.error("punctuation", f"stray or doubled punctuation or blanks in {near!r}"))
    text = words_written(spans)
    if any(sentence.count(":") > 1 for sentence in regex.split(r"[.!?\n]", text)):
        results.append(context.error("punctuation", "two colons in one sentence"))
    if sum(text.count(sign) for sign in "!！") > 1:
        results.append(context.warning("exclamation", "more than one exclamation mark"))
    return results


def check_capitals(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Words in capitals that shout; marks that are repeated."""
    text = words_written(spans)
    words = regex.findall(r"\p{L}{2,}", text)
    loud = [word for word in _CAPITALS.findall(text) if word not in context.language.known_names]
    results = []
    if len(loud) > 1 and len(loud) > MOST_CAPITALS * len(words):
        results.append(context.error("capitals", f"{quoted(loud)}: most of it is in capitals"))
    elif loud and context.channel.advert:
        results.append(context.error("capitals", f"{quoted(loud)}: an advert may not shout"))
    elif len(loud) > 1:
        results.append(context.warning("capitals", f"{quoted(loud)} in capitals"))
    repeated = [match.group() for match in _REPEATED.finditer(text)]
    if repeated:
        told = context.error if context.channel.advert or not context.linted else context.warning
        results.append(told("punctuation", f"{quoted(repeated)} is repeated punctuation"))
    return results


def check_emoji(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Emoji where a channel has no room for them, or too many."""
    found = _EMOJI.findall(words_written(spans).replace(SLOT, ""))
    if found and context.channel.advert and context.channel.name == "google_rsa":
        return [context.error("emoji", f"{quoted(found)}: Google's adverts take no emoji")]
    if len(found) > 2:
        return [context.warning("emoji", f"{len(found)} emoji: {quoted(found)}")]
    return []
