"""A campaign: a brief, the pieces written for it, and what it took."""

from pydantic import Field

from assistant.records.base import Record
from assistant.records.briefs import Brief
from assistant.records.copy import Piece


class CampaignSummary(Record):
    """Counts worth a line."""

    pieces: int
    ready: int
    needs_review: int
    controls: int = Field(description="pieces among them that no model wrote")
    reasons: dict[str, int] = Field(description="check -> pieces that need review because of it")


class Campaign(Record):
    """What a campaign's folder holds."""

    campaign: str
    brief: Brief
    model: str
    summary: CampaignSummary
    pieces: tuple[Piece, ...]
    cautions: dict[str, str] = Field(
        default_factory=dict, description="segment below the bar -> why; its pieces are not exported unless forced"
    )
