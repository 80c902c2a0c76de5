"""What the values of a column are stored as, where a shop has words of its own for them."""

from collections.abc import Sequence

from assistant.data.contracts import EVENTS
from assistant.data.layouts.looks import said
from assistant.data.layouts.names import value_words, words_of

_PLAIN = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "1", "0"})
_YES_OR_NO = frozenset({"email_opt_in", "sms_opt_in", "push_opt_in", "private_brand"})


def said_values(field: str, values: Sequence[str]) -> dict[str, str]:
    """Value as given -> value as stored, for events and for yes and no; empty where they are stored as they are."""
    own = list(dict.fromkeys(said(values)))
    if field == "event":
        return _events(own)
    if field in _YES_OR_NO and any(words_of(value) not in _PLAIN for value in own):
        stored = value_words("boolean")
        return {
            spelling: name for name, words in stored.items() for word in words for spelling in _spellings(word, own)
        }
    return {}


def _events(own: Sequence[str]) -> dict[str, str]:
    """The events of the first rows by their words; beside them the words for what only later rows may say."""
    meant = {word: event for event, words in value_words("events").items() for word in words}
    meant |= {words_of(event): event for event in EVENTS}
    seen = {value: meant[words_of(value)] for value in own if words_of(value) in meant}
    if not seen:
        return {}
    later = {spelling: event for word, event in meant.items() for spelling in _spellings(word, own)}
    lower = {value.casefold() for value in seen}
    return {**seen, **{value: event for value, event in later.items() if value not in lower}}


def _spellings(word: str, own: Sequence[str]) -> list[str]:
    """How this file would write a word: with spaces, or with the line or the dash that its values have."""
    joins = {join for value in own for join in ("_", "-") if join in value} or {" "}
    return [word.replace(" ", join) for join in sorted(joins)]
