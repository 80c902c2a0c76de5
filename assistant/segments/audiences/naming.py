"""Which of the shop's names a few words of a phrase mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.errors import DataError
from assistant.segments.audiences.catalogue import KINDS, Catalogue, Kind, folded, suggestion
from assistant.segments.audiences.words import Word

_LONGEST = 12
_MOST = 50


@dataclass(frozen=True)
class Named:
    """What words mean."""

    kind: Kind
    names: tuple[str, ...]
    """The shop's spellings."""
    words: int
    """How many words of the phrase they took."""


@dataclass(frozen=True)
class Naming:
    """Names looked up word by word, singular and plural alike."""

    catalogue: Catalogue

    def find(self, words: Sequence[Word], plain: int, kinds: Sequence[Kind] = KINDS) -> Named | None:
        """What the words at the head mean.

        A name in quotation marks is that name. Otherwise the longest run of words that is a name of the shop counts,
        with the names whose last words they are (`wine` is also `Imported wine`, a list such as `Dips and cheese` is
        no cheese); else the categories, departments, brands and then products that hold the words.

        Args:
            words: from the name's first word to the end of the phrase.
            plain: how many of them stand before the next word of the grammar: beyond these only a whole name counts.
            kinds: what may be meant, in order of preference.

        Raises:
            DataError: the words fit more products than a rule should list.
        """
        if not words:
            return None
        if words[0].quoted:
            exact = ((kind, self.catalogue.exact(kind, words[0].text)) for kind in kinds)
            return next((Named(kind, names, 1) for kind, names in exact if names), None)
        for count in range(min(_LONGEST, len(words)), 0, -1):
            # A comma is part of no name's end.
            key = _key(" ".join(word.text for word in words[:count])) if _key(words[count - 1].text) else ""
            for kind in kinds if key else ():
                names = self._keys[kind].get(key)
                if names:
                    return Named(kind, self._with_endings(kind, key, names), count)
        for count in range(min(plain, _LONGEST), 0, -1):
            key = _key(" ".join(word.text for word in words[:count]))
            for kind in kinds if key else ():
                names = tuple(name for name, own in self._flat[kind] if f" {key} " in f" {own} ")
                if len(names) > _MOST:
                    raise DataError(
                        f"{key!r} stands in the names of {len(names):,} of the shop's products; name one of them in "
                        "quotation marks, or a category."
                    )
                if names:
                    return Named(kind, names, count)
        return None

    def hint(self, word: str) -> str:
        """What could have been meant by a word that is no name."""
        return suggestion(word, (*self.catalogue.categories, *self.catalogue.departments, *self.catalogue.brands))

    def _with_endings(self, kind: Kind, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
        if kind not in ("category", "department"):
            return names
        ending = (
            name for name, own in self._flat[kind] if own.endswith(f" {key}") and not re.search(r", | and ", name)
        )
        return (*names, *ending)

    @cached_property
    def _flat(self) -> dict[Kind, list[tuple[str, str]]]:
        return {kind: [(name, _key(name)) for name in self.catalogue.names(kind)] for kind in KINDS}

    @cached_property
    def _keys(self) -> dict[Kind, dict[str, tuple[str, ...]]]:
        found: dict[Kind, dict[str, tuple[str, ...]]] = {kind: {} for kind in KINDS}
        for kind, names in self._flat.items():
            for name, key in names:
                found[kind][key] = (*found[kind].get(key, ()), name)
        return found


def _key(text: str) -> str:
    """Words without punctuation and without their plural."""
    return " ".join(_singular(word) for word in re.findall(r"[^\W_]+(?:['’.&-][^\W_]+)*", folded(text)))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "toes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
