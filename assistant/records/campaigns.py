"""A campaign: a brief, the pieces written for it, where each of them stands, and what it took."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record
from assistant.records.briefs import Brief
from assistant.records.copy import Piece

PieceState = Literal["planned", "drafted", "checked", "needs_review", "approved", "rejected", "exported"]
"""Where a piece stands.

planned: to be written; drafted: the model has answered; checked: nothing is wrong with it, it waits for approval;
needs_review: a check has found something; approved, rejected: by a person; exported: out of the house.
"""


class CampaignSummary(Record):
    """Counts worth a line."""

    pieces: int
    ready: int
    needs_review: int
    controls: int = Field(description="pieces among them that no model wrote")
    reasons: dict[str, int] = Field(description="check -> pieces that need review because of it")


class Standing(Record):
    """Where one piece stands, and who put it there."""

    state: PieceState
    by: str = Field(default="", description="a person's name, or the model's; empty: the checks")
    at: str = Field(default="", description="ISO 8601, UTC; empty: when it was written")
    reason: str = Field(default="", description="why it was rejected, or approved although it needed review")


class LedgerEntry(Record):
    """One line of a campaign's ledger: what became of some of its pieces."""

    at: str = Field(description="ISO 8601, UTC")
    by: str = Field(description="a person's name, or the model's")
    state: PieceState
    pieces: dict[str, str] = Field(description="piece -> its revision; empty where it has no words yet")
    reason: str = ""
    made: Piece | None = Field(default=None, description="the piece as it was edited, or written anew")
    before: str = Field(default="", description="the revision that `made` takes the place of")


class Campaign(Record):
    """What a campaign's folder holds."""

    campaign: str
    brief: Brief
    model: str
    segmentation: int = Field(default=0, ge=0, description="version that its segments are of; 0: not noted")
    summary: CampaignSummary
    pieces: tuple[Piece, ...] = Field(
        default=(), description="on disk one a line of `pieces.jsonl`, so that none is held while all are written"
    )
    cautions: dict[str, str] = Field(
        default_factory=dict, description="segment below the bar -> why; its pieces are not exported unless forced"
    )
    standings: dict[str, Standing] = Field(default_factory=dict, description="by piece; from `ledger.jsonl`")
    approvals: dict[str, Standing] = Field(
        default_factory=dict, description="by piece that is approved or exported: who let it out"
    )

    @property
    def states(self) -> dict[str, int]:
        """How many pieces stand where."""
        counts: dict[str, int] = {}
        for piece in self.pieces:
            state = self.state_of(piece)
            counts[state] = counts.get(state, 0) + 1
        return counts

    def state_of(self, piece: Piece) -> PieceState:
        """Where a piece stands."""
        known = self.standings.get(piece.piece)
        if known:
            return known.state
        return "checked" if piece.status == "ready" else "needs_review"
