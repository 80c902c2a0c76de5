"""The records that stages hand to one another: frozen, validated, JSON in and out.

A field's unit stands in its description. Money is integer minor units of the shop's currency (cents);
shares are fractions of one; days are calendar days.
"""

from assistant.records.base import Record, Unit
from assistant.records.briefs import Brief, Offer
from assistant.records.campaigns import Campaign, CampaignSummary
from assistant.records.copy import (
    CheckResult,
    Field,
    Piece,
    Slot,
    Span,
)
from assistant.records.documents import Document, Hit
from assistant.records.facts import Fact, FactSheet
from assistant.records.manifests import Manifest
from assistant.records.models import Message, Outcome, Request
from assistant.records.personas import Claim, Persona
from assistant.records.segments import KTrial, Segment, Segmentation, Trait

__all__ = [
    "Brief",
    "Campaign",
    "CampaignSummary",
    "CheckResult",
    "Claim",
    "Document",
    "Fact",
    "FactSheet",
    "Field",
    "Hit",
    "KTrial",
    "Manifest",
    "Message",
    "Offer",
    "Outcome",
    "Persona",
    "Piece",
    "Record",
    "Request",
    "Segment",
    "Segmentation",
    "Slot",
    "Span",
    "Trait",
    "Unit",
]
