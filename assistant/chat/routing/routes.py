"""What the router knows, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.chat.tools import TOOLS
from assistant.records.chat import Language


@dataclass(frozen=True)
class Lexicon:
    """What names mean in this workspace."""

    segments: Mapping[str, str] = field(default_factory=dict)
    """Id -> name, in the order in which people count them."""
    metrics: Mapping[str, str] = field(default_factory=dict)
    """Metric -> label, over all fact sheets."""
    products: tuple[str, ...] = ()
    """Distinct names."""
    campaigns: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    briefs: tuple[str, ...] = ()
    angles: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Segment -> customers; for `the smallest group`."""
    spend: Mapping[str, int] = field(default_factory=dict)
    """Segment -> spend of a customer, in minor units; for `our top spenders`."""


@dataclass(frozen=True)
class Route:
    """A tool to call."""

    tool: str
    arguments: dict[str, Any]
    """Only those that were said, or are known from before."""
    language: Language = "en"
    confidence: float = 1.0
    """From 0 to 1."""


@dataclass(frozen=True)
class Clarify:
    """A question back, in the person's language."""

    question: str
    options: tuple[Route, ...] = ()
    """What may have been meant, at most three."""
    language: Language = "en"


@dataclass(frozen=True)
class Context:
    """What was spoken of before; all may be empty."""

    tool: str = ""
    """The one last called."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments."""
    segments: tuple[str, ...] = ()
    """Most recent first."""
    piece: str = ""
    campaign: str = ""
    options: tuple[Route, ...] = ()
    """Of a question that was just asked."""


ARGUMENTS: dict[str, tuple[str, ...]] = {name: tuple(tool.arguments.model_fields) for name, tool in TOOLS.items()}
"""Tool -> the arguments it takes."""
