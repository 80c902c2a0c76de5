"""What a text is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.records import BrandKit, Brief, FactSheet


@dataclass(frozen=True)
class CatalogueEntry:
    """What the catalogue knows of the products of one name."""

    name: str
    prices_minor: frozenset[int] = frozenset()
    """Minor units; empty where it tells none."""
    words: str = ""
    """All its own words, lower case: what a text may repeat of it."""


@dataclass(frozen=True)
class LintGround:
    """The sources of facts, and where the text stands."""

    channel: str
    language: str = "en"
    market: str = "US"
    currency: str = "USD"
    brief: Brief | None = None
    brand: BrandKit = field(default_factory=BrandKit)
    catalogue: Mapping[str, CatalogueEntry] = field(default_factory=dict)
    """By name."""
    sheet: FactSheet | None = None
    """Of the segment that the text is for."""
