"""Two runs of a campaign, piece by piece, and why pieces differ."""

from collections.abc import Iterator

from assistant.campaigns.bundling import Bundle
from assistant.campaigns.ledger import apply_ledger
from assistant.campaigns.planning import CampaignPlan
from assistant.campaigns.reviewing import BY_HAND
from assistant.copywriting import written
from assistant.records import FactSheet, Piece
from assistant.records.bundles import PieceChange, Reason


def compare(first: Bundle, second: Bundle) -> tuple[PieceChange, ...]:
    """What became of each piece.

    A reason is something that a piece was made of and that differs: the brief, the brand kit, the data (of its segment:
    the facts, the occasion, the longest first name), the model, a prompt file, the seed; or that a person edited it or
    had it written again.
    """
    ones, states = apply_ledger(first.pieces, first.ledger)
    others, later = apply_ledger(second.pieces, second.ledger)
    before, after = ({piece.piece: piece for piece in pieces} for pieces in (ones, others))
    found = []
    for name in {**before, **after}:
        if name not in after or name not in before:
            change = "only in the first" if name in before else "only in the second"
            found.append(PieceChange(piece=name, change=change))
            continue
        one, other = before[name], after[name]
        told = {
            old.field: (written(old.spans), written(new.spans))
            for old, new in zip(one.fields, other.fields, strict=False)
            if old.spans != new.spans
        } or {
            old.field: (old.text, new.text)
            for old, new in zip(one.fields, other.fields, strict=False)
            if old.text != new.text
        }
        same = one.revision == other.revision
        found.append(
            PieceChange(
                piece=name,
                change="same" if same else "changed",
                reasons=() if same else tuple(_reasons(first, second, one, other)) or ("chance",),
                fields=told,
                states=(states[name].state, later[name].state),
            )
        )
    return tuple(found)


def _reasons(first: Bundle, second: Bundle, one: Piece, other: Piece) -> Iterator[Reason]:
    mine, theirs = first.plan, second.plan
    if mine.brief != theirs.brief:
        yield "brief"
    if mine.brand != theirs.brand:
        yield "brand"
    if _data(mine, one.segment) != _data(theirs, one.segment):
        yield "data"
    if first.campaign.model != second.campaign.model:
        yield "model"
    if one.prompt_hashes != other.prompt_hashes:
        yield "prompt"
    if mine.settings.models.seed != theirs.settings.models.seed:
        yield "seed"
    hands = [[field.field for field in piece.fields if field.written_by == BY_HAND] for piece in (one, other)]
    if hands[0] or hands[1]:
        yield "edited"
    again = [
        sum(entry.made is not None and entry.made.piece == one.piece for entry in run.ledger) for run in (first, second)
    ]
    if again[0] != again[1] and not (hands[0] or hands[1]):
        yield "written again"


def _data(plan: CampaignPlan, segment: str) -> tuple[FactSheet | None, str | None, int | None]:
    """All that a piece takes from the shop's rows."""
    sheet = next((sheet for sheet in plan.sheets if sheet.segment == segment), None)
    return sheet, plan.occasions.get(segment), plan.longest_first_names.get(segment)
