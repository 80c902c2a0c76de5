"""A campaign's pieces from its jobs: one batch, one repair, the controls, the checks across pieces."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from assistant.copywriting import (
    CopyJob,
    check_pieces,
    control_piece,
    copy_requests,
    needs_review,
    repair_requests,
    write_pieces,
)
from assistant.records import Brief, Campaign, CampaignSummary, Outcome, Piece, Request

Ask = Callable[[list[Request]], Iterable[Outcome]]


def write_campaign(
    brief: Brief, jobs: Sequence[CopyJob], ask: Ask, model: str, cautions: Mapping[str, str]
) -> Campaign:
    """Write all pieces.

    Args:
        brief: the order.
        jobs: what a model writes; one control a segment and channel is added to them.
        ask: sends requests and yields an outcome for each, in any order.
        model: the model's name.
        cautions: segment below the bar -> why.

    Returns:
        The campaign: for each segment and channel the control first, then the angles in the brief's order.
    """
    outcomes = {outcome.key: outcome for outcome in ask([r for job in jobs for r in copy_requests(job)])}
    repairs = [request for job in jobs for request in repair_requests(job, outcomes)]
    if repairs:
        outcomes |= {outcome.key: outcome for outcome in ask(repairs)}
    written = write_pieces(jobs, outcomes, model)
    pieces: list[Piece] = []
    controlled: set[str] = set()
    for job, piece in zip(jobs, written, strict=True):
        control = control_piece(brief, job.frame)
        if control.piece not in controlled:
            controlled.add(control.piece)
            pieces.append(control)
        pieces.append(piece)
    across = check_pieces(pieces)
    pieces = [needs_review(piece, across[piece.piece]) if piece.piece in across else piece for piece in pieces]
    return Campaign(
        campaign=brief.campaign,
        brief=brief,
        model=model,
        summary=summarise(pieces),
        pieces=tuple(pieces),
        cautions=dict(cautions),
    )


def summarise(pieces: Sequence[Piece]) -> CampaignSummary:
    """Counts of a campaign."""
    reasons: Counter[str] = Counter()
    for piece in pieces:
        # "length, subject: 71 characters..." -> "length", once a piece.
        reasons.update({reason.partition(":")[0].partition(",")[0] for reason in piece.reasons})
    ready = sum(piece.status == "ready" for piece in pieces)
    return CampaignSummary(
        pieces=len(pieces),
        ready=ready,
        needs_review=len(pieces) - ready,
        controls=sum(piece.angle == "control" for piece in pieces),
        reasons=dict(reasons.most_common()),
    )
