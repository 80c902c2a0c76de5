"""A capital inside a sentence is a name, and a name is a fact."""

from collections.abc import Sequence

import regex

from assistant.copywriting.checks.context import CheckContext, quoted, words_written
from assistant.copywriting.checks.words import without_allowed
from assistant.copywriting.documents import opens_sentence
from assistant.copywriting.languages import is_word
from assistant.records import CheckResult, Span

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}'’&-]*")
_POSSESSIVE = regex.compile(r"['’]s?$")
_SENTENCE = regex.compile(r"[^.!?。！？\n]+")
# After these a sentence goes on, and a name follows.
_TITLED = regex.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Sra|Mme|Mlle)\.$")
# A headline with a capital on most words says nothing by a capital.
_TITLE_SHARE = 0.8
_SHORT = 4


def check_names(spans: Sequence[Span], context: CheckContext) -> list[CheckResult]:
    """Names that are neither a slot's nor allowed by the brand kit.

    In a language that writes nouns with a capital, and in a line that gives most words one, a word is a name where
    the language does not know it.
    """
    if not context.language.spaced:
        return []
    text = without_allowed(words_written(spans), context)
    known = _known(context)
    strange = []
    for sentence in _SENTENCE.finditer(text):
        words = list(_WORD.finditer(sentence.group()))
        ended = text[sentence.end() : sentence.end() + 1] in (".", "!")
        title = context.linted and not ended and _is_title(words, context.language.function_words)
        for word in words:
            said = _POSSESSIVE.sub("", word.group())
            if not said[0].isupper() or said in known or said.casefold() in known:
                continue
            before = text[: sentence.start() + word.start()]
            if _opens(before):
                continue
            if (title or context.language.nouns_with_capital or said.isupper()) and is_word(
                said, context.language.code
            ):
                continue
            strange.append(said)
    return [context.error("proper_noun", f"{quoted(strange)}: a name from nowhere")] if strange else []


def _opens(before: str) -> bool:
    bare = before.rstrip(" \"'“„«(*•")
    if _TITLED.search(bare):
        return False
    return opens_sentence(bare) or bare.endswith((":", "：")) or before.endswith(("- ", "– ", "— ", "• "))


def _known(context: CheckContext) -> frozenset[str]:
    """Words of slots, of the brand's names and of the language that may have a capital."""
    said = [slot.value for slot in context.slots.slots] + list(context.brand.names)
    words = {word.group() for text in said for word in _WORD.finditer(text)}
    return frozenset({*words, *(word.casefold() for word in words), *context.language.known_names})


def _is_title(words: Sequence["regex.Match[str]"], functions: frozenset[str]) -> bool:
    """Whether a line gives each word of meaning a capital; the first one has it anyhow."""
    told = [word.group() for word in words[1:] if len(word.group()) >= _SHORT and word.group().lower() not in functions]
    return bool(told) and sum(word[0].isupper() for word in told) >= _TITLE_SHARE * len(told)
