"""How many planted faults are found, and how many clean pieces are accused, by kind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.copywriting import check_pieces, check_receipts
from assistant.copywriting.linting import Binder, LintGround, lint_text
from evals.mutations.faults import Planted
from evals.mutations.originals import Original
from evals.targets.texts import as_text


@dataclass
class Measured:
    """Counts of one way to look."""

    planted: Counter[str] = field(default_factory=Counter)
    """By kind of fault."""
    found: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    """By channel and language."""
    accused: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)
    """Kind of fault and the text it is in."""
    wrongly: list[tuple[str, str]] = field(default_factory=list)
    """What was said of a clean text, and the text."""

    @property
    def recall(self) -> float:
        """Faults found over faults planted."""
        return self.found.total() / max(1, self.planted.total())

    @property
    def false_alarms(self) -> float:
        """Clean texts accused over clean texts."""
        return self.accused.total() / max(1, self.clean.total())


def measure_documents(clean: Sequence[Original], planted: Iterable[Planted]) -> Measured:
    """The checks on documents: a fault is found where its piece would need review."""
    measured = Measured()
    for original in clean:
        place = f"{original.frame.channel}/{original.frame.language}"
        measured.clean[place] += 1
        piece = original.piece
        reasons = [*piece.reasons, *(result.message for result in check_receipts(piece, original.frame.slots))]
        if reasons:
            measured.accused[place] += 1
            measured.wrongly.append(("; ".join(reasons), as_text(piece)))
    for fault in planted:
        if fault.piece is None:
            continue
        measured.planted[fault.kind] += 1
        found = [
            *fault.piece.reasons,
            *(result.message for result in check_receipts(fault.piece, fault.original.frame.slots)),
        ]
        if fault.kind == "near_duplicate":
            found += [results[0].message for results in check_pieces([fault.original.piece, fault.piece]).values()]
        if found:
            measured.found[fault.kind] += 1
        else:
            measured.missed.append((fault.kind, as_text(fault.piece)))
    return measured


def measure_texts(clean: Sequence[Original], planted: Iterable[Planted], ground: LintGround) -> Measured:
    """The linter on the same as plain text."""
    measured = Measured()
    binders: dict[tuple[str, str], Binder] = {}

    def lint(original: Original, text: str) -> list[str]:
        place = (original.frame.channel, original.frame.language)
        if place not in binders:
            binders[place] = Binder(_at(ground, *place))
        return [f"{f.check}: {f.message}" for f in lint_text(text, binders[place]).findings if f.severity == "error"]

    for original in clean:
        place = f"{original.frame.channel}/{original.frame.language}"
        measured.clean[place] += 1
        text = as_text(original.piece)
        if told := lint(original, text):
            measured.accused[place] += 1
            measured.wrongly.append(("; ".join(told), text))
    for fault in planted:
        if fault.text is None:
            continue
        measured.planted[fault.kind] += 1
        if lint(fault.original, fault.text):
            measured.found[fault.kind] += 1
        else:
            measured.missed.append((fault.kind, fault.text))
    return measured


def _at(ground: LintGround, channel: str, language: str) -> LintGround:
    return replace(ground, channel=channel, language=language)
