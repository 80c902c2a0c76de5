"""What a check may know."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.copywriting.channels import Channel
from assistant.copywriting.languages import Language
from assistant.copywriting.slots import PieceSlots
from assistant.records import BrandKit, CheckResult, Span

SLOT = "\ue000"
"""Stands for a slot in the text that patterns are looked for in; a sign of nobody's, so no pattern holds it."""


@dataclass(frozen=True)
class CheckContext:
    """Where a text stands, and what it is held to."""

    channel: Channel
    field: str
    language: Language
    market: str
    slots: PieceSlots
    brand: BrandKit
    linted: bool = False
    """Whether a person or another tool wrote it: ordinary words that a model is not trusted with are left alone."""

    def error(self, check: str, message: str) -> CheckResult:
        """What makes a piece need review."""
        return CheckResult(check=check, field=self.field, severity="error", message=message)

    def warning(self, check: str, message: str) -> CheckResult:
        """What somebody should look at."""
        return CheckResult(check=check, field=self.field, severity="warning", message=message)


def words_written(spans: Sequence[Span]) -> str:
    """The writer's own text: each slot as one strange sign, labels of links as they are."""
    shown = {"text": "", "break": "\n", "slot": SLOT, "merge": SLOT, "link": SLOT}
    return "".join(span.text or shown[span.kind] for span in spans)


def quoted(words: Sequence[str]) -> str:
    """`'one', 'two'`, each once."""
    return ", ".join(map(repr, dict.fromkeys(words)))
