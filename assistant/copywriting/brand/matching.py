"""Terms of the brand kit in a text."""

from functools import lru_cache

import regex

from assistant.records import BrandKit

# What a word of a language takes on at its end without becoming another one.
_ENDINGS = {"en": "(?:s|es)?", "de": "(?:e|s|n|en|er|es|em)?", "es": "(?:s|es)?", "fr": "(?:s|e|es|x)?"}


def banned_in(text: str, kit: BrandKit, language: str) -> list[tuple[str, int, int, str]]:
    """Banned terms in a text: term, start, end, and why."""
    return [
        (banned.term, match.start(), match.end(), banned.reason)
        for banned in kit.banned
        if banned.language in ("", language)
        for match in _pattern(banned.term, language, inflected=True).finditer(text)
    ]


def missing_required(text: str, kit: BrandKit, channel: str, language: str, market: str) -> list[str]:
    """Terms that the text must hold and does not."""
    return [
        required.term
        for required in kit.required
        if required.channel in ("", channel)
        and required.language in ("", language)
        and required.market in ("", market)
        and not _pattern(required.term, language, inflected=False).search(text)
    ]


def allowed_claims_in(text: str, kit: BrandKit, language: str, market: str) -> list[tuple[int, int, str]]:
    """Claims with proof in a text, in order and none over another: start, end, and the proof."""
    found: list[tuple[int, int, str]] = []
    for claim in sorted(kit.claims, key=lambda claim: -len(claim.text)):
        if (claim.markets and market not in claim.markets) or (claim.languages and language not in claim.languages):
            continue
        for match in _pattern(claim.text, language, inflected=False).finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), claim.substantiation))
    return sorted(found)


@lru_cache(maxsize=2000)
def _pattern(term: str, language: str, *, inflected: bool) -> "regex.Pattern[str]":
    words = r"\s+".join(regex.escape(word) for word in term.split())
    if language == "zh":
        return regex.compile(words, regex.IGNORECASE)
    ending = _ENDINGS.get(language, "") if inflected and term[-1:].isalpha() else ""
    return regex.compile(rf"(?<![\w-]){words}{ending}(?![\w-])", regex.IGNORECASE)
