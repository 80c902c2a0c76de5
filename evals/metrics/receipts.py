"""Whether every fact in the output has a source that says it."""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from assistant.copywriting import PieceSlots, check_receipts, parse
from assistant.copywriting.linting import lint_text
from assistant.records import CheckResult, Piece, Slot, Span
from evals.metrics.found import piece_of, results_of, told
from evals.metrics.grounds import binder_of
from evals.metrics.metric import Metric, Subject
from evals.records import Evidence, Score, invalid, scored

NAME, VERSION = "receipts", 1
OF_FACTS = frozenset(
    {"fact_outside_slot", "unknown_slot", "slot_use", "number_in_words", "claim_in_numbers", "time", "receipt",
     "wrong_date", "wrong_use", "offer_changed", "offer_scope", "offer_in_words"}
)  # fmt: skip
"""Checks that say of a number, a price, a date or a code that no source says it, or not so."""
_SLOTS = TypeAdapter(tuple[Slot, ...])


def measure(subject: Subject) -> Score:
    """1 where each number, price, date, percentage and code of the output is bound to a source that has this value.

    A piece: each slot holds what its source says, and no fact stands outside of one. A line: the same of its text. Any
    other text: each fact that the linter finds is one of the brief, the catalogue or the brand kit of the case. The
    evidence is the facts that were bound.
    """
    detail = subject.trial.detail
    try:
        piece = piece_of(subject)
        if piece is None and "written" not in detail:
            return _of_text(subject)
        if "slots" not in detail:
            return invalid(NAME, VERSION, "the trial does not tell the slots that it may use")
        slots = PieceSlots(_SLOTS.validate_python(detail["slots"]))
    except ValidationError as error:
        return invalid(NAME, VERSION, f"the trial's {error.title} cannot be read: {error.errors()[0]['msg']}")
    results = results_of(subject)
    if isinstance(results, str):
        return invalid(NAME, VERSION, results)
    spans = _spans(piece, str(detail.get("written", "")))
    wrong = [result for result in results if result.severity == "error" and result.check in OF_FACTS]
    wrong += check_receipts(piece, slots) if piece else _unknown(spans, slots)
    return _scored(wrong, tuple(_bound(spans, piece.slots if piece else slots.slots)))


def _of_text(subject: Subject) -> Score:
    binder = binder_of(subject.case)
    if isinstance(binder, str):
        return invalid(NAME, VERSION, binder)
    report = lint_text(subject.text, binder)
    wrong = [
        CheckResult(check=one.check, field=one.field, severity="error", message=one.message)
        for one in report.findings
        if one.severity == "error" and (one.check in OF_FACTS or one.check.startswith("unsupported_"))
    ]
    bound = tuple(Evidence(claim=one.quote, source=one.quote, place=one.receipt) for one in report.bound)
    return _scored(wrong, bound)


def _scored(wrong: Sequence[CheckResult], bound: tuple[Evidence, ...]) -> Score:
    once = list(dict.fromkeys(wrong))
    return scored(NAME, VERSION, not once, told(once) or f"{len(bound)} facts, each with its source", bound)


def _spans(piece: Piece | None, written: str) -> list[Span]:
    return [span for field in piece.fields for span in field.spans] if piece else list(parse(written))


def _unknown(spans: Sequence[Span], slots: PieceSlots) -> list[CheckResult]:
    strange = sorted({span.slot for span in spans if span.slot and span.slot not in slots})
    return [
        CheckResult(check="unknown_slot", field="", severity="error", message=f"there is no slot {slot!r}")
        for slot in strange
    ]


def _bound(spans: Sequence[Span], slots: Sequence[Slot]) -> "list[Evidence]":
    used = {span.slot for span in spans}
    return [Evidence(claim=slot.value, source=slot.value, place=slot.receipt) for slot in slots if slot.slot in used]


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=True,
    rests_on=("assistant.copywriting",),
    description="every number, price, date, percentage and code has a source that says it",
    measure=measure,
)
