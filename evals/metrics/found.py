"""What the house's checks find in a trial: of a piece, of a line, of any text; for metrics that are made of them."""

from pydantic import ValidationError

from assistant.copywriting.linting import lint_text
from assistant.records import CheckResult, Piece
from evals.metrics.grounds import binder_of
from evals.metrics.metric import Subject

SHOWN = 3
"""Findings that an explanation quotes."""


def piece_of(subject: Subject) -> Piece | None:
    """The piece of the trial; None where it is none.

    Raises:
        ValidationError: what stands there is no `Piece`.
    """
    told = subject.trial.detail.get("piece")
    return None if told is None else Piece.model_validate(told)


def results_of(subject: Subject, *, brief: bool = True) -> list[CheckResult] | str:
    """Everything that the checks say of the output, warnings too; else why they cannot say it.

    A piece and a line bring their results with them, with what kept the model's candidates out. Any other text is held
    against what the case spells out.

    Args:
        subject: the trial.
        brief: whether a text without slots needs a brief to be held against.
    """
    detail = subject.trial.detail
    try:
        piece = piece_of(subject)
        if piece is not None:
            return _of_piece(piece)
        if "checks" in detail:
            checks = [CheckResult.model_validate(told) for told in detail["checks"]]
            return [*checks, *_reasons(detail.get("problems", ()), checks)]
    except ValidationError as error:
        return f"the trial's {error.title} cannot be read: {error.errors()[0]['msg']}"
    binder = binder_of(subject.case, brief=brief)
    if isinstance(binder, str):
        return binder
    return [
        CheckResult(check=one.check, field=one.field, severity=one.severity, message=one.message)
        for one in lint_text(subject.text, binder).findings
    ]


def told(results: list[CheckResult]) -> str:
    """Results in words: the checks' names, and what the first few say."""
    if not results:
        return ""
    names = ", ".join(dict.fromkeys(result.check for result in results))
    said = "; ".join(
        f"{result.field}: {result.message}" if result.field else result.message for result in results[:SHOWN]
    )
    return f"{names}: {said}"


def _of_piece(piece: Piece) -> list[CheckResult]:
    return [*piece.checks, *_reasons(piece.reasons, piece.checks)]


def _reasons(
    reasons: "tuple[str, ...] | list[str]", checks: "tuple[CheckResult, ...] | list[CheckResult]"
) -> list[CheckResult]:
    """Reasons for review that are no check's: `no_candidate, subject: ...`, `slots: ...`."""
    known = {f"{one.check}, {one.field}: {one.message}" for one in checks}
    known |= {f"{one.check}: {one.message}" for one in checks}
    further = []
    for reason in reasons:
        if reason not in known:
            name, _, message = reason.partition(":")
            check, _, _ = name.partition(",")
            further.append(CheckResult(check=check, field="", severity="error", message=message.strip() or reason))
    return further
