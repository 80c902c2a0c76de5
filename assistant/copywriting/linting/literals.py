"""What stands in a text word for word as it does in a source: names, addresses, terms, claims, products."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

from assistant.copywriting.brand import allowed_claims_in
from assistant.copywriting.linting.grounds import LintGround
from assistant.records.copy import SlotKind

_STARTS = regex.compile(r"(?<![\w-])\w+")
_SHORTEST_NAME = 3
# The last day of a month said in words.
_MONTH_END = {"en": "end of the month", "de": "Monatsende", "es": "fin de mes", "fr": "fin du mois", "zh": "月底"}


@dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    kind: SlotKind
    receipt: str


@dataclass(frozen=True)
class Place:
    """Where it stands in a text."""

    start: int
    end: int
    source: Source
    name: str = ""
    """Of a product: its name in the catalogue."""


class Literals:
    """Looks for the literals of one ground; what can be prepared is prepared once."""

    def __init__(self, ground: LintGround) -> None:
        self._ground = ground

    def places_in(self, text: str) -> list[Place]:
        """All of them in a text, none over another one; what comes first in the order of sources has its place."""
        places: list[Place] = []
        taken = bytearray(len(text))
        for start, end, source, name in self._candidates(text):
            if end > start and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                places.append(Place(start, end, source, name))
        return places

    def _candidates(self, text: str) -> Iterator[tuple[int, int, Source, str]]:
        ground = self._ground
        for start, end, claim in allowed_claims_in(text, ground.brand, ground.language, ground.market):
            yield start, end, Source("text", f"brand:claims:{claim}"), ""
        for said, source in self._sayings:
            edges = (r"(?<!\w)", r"(?!\w)") if said[:1].isalnum() and ground.language != "zh" else ("", "")
            for match in regex.finditer(edges[0] + regex.escape(said) + edges[1], text, regex.IGNORECASE):
                yield match.start(), match.end(), source, ""
        for start, end, name in self._products(text):
            yield start, end, Source("product", f"catalogue:{name}"), name

    def _products(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Names of products, the longest at each place; found through their first word, as there may be thousands."""
        folded = text.casefold()
        if len(folded) != len(text):
            folded = text.lower() if len(text.lower()) == len(text) else text
        spaced = self._ground.language != "zh"
        for match in _STARTS.finditer(folded) if spaced else regex.finditer(r"\S", folded):
            for name, said in self._by_start.get(match.group(), ()):
                end = match.start() + len(said)
                if not folded.startswith(said, match.start()):
                    continue
                plural = spaced and folded[end : end + 1] == "s"
                if not spaced or not folded[end + plural : end + plural + 1].isalnum():
                    yield match.start(), end + plural, name
                    break

    @cached_property
    def _sayings(self) -> list[tuple[str, Source]]:
        brief, brand = self._ground.brief, self._ground.brand
        said: list[tuple[str, Source]] = []
        if brief:
            said += [
                (brief.address, Source("address", "brief:address")),
                (brief.offer.terms, Source("text", "brief:offer.terms")),
                (brief.link, Source("url", "brief:link")),
                (brief.link.partition("://")[2].rstrip("/"), Source("url", "brief:link")),
                (brief.sender, Source("name", "brief:sender")),
            ]
            if brief.deadline.day == monthrange(brief.deadline.year, brief.deadline.month)[1]:
                said.append((_MONTH_END.get(self._ground.language, ""), Source("date", "brief:deadline")))
        said += [
            (text, Source("text", "brand:disclaimers"))
            for text in brand.disclaimers_for(self._ground.market, self._ground.channel, self._ground.language)
        ]
        said += [(name, Source("name", "brand:names")) for name in brand.names]
        return sorted(((text, source) for text, source in said if text), key=lambda pair: -len(pair[0]))

    @cached_property
    def _by_start(self) -> dict[str, list[tuple[str, str]]]:
        """First word, or first sign, of a product's name -> names and how they are looked for, the longest first."""
        names = set(self._ground.catalogue)
        if self._ground.brief:
            names |= {*self._ground.brief.products, *self._ground.brief.offer.products}
        found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in sorted(names, key=len, reverse=True):
            said = name.casefold().strip()
            first = _STARTS.match(said) if self._ground.language != "zh" else regex.match(r"\S", said)
            if first and len(said) >= (_SHORTEST_NAME if self._ground.language != "zh" else 2):
                found[first.group()].append((name, said))
        return dict(found)
