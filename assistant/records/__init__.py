"""The records that stages hand to one another: frozen, validated, JSON in and out.

A field's unit stands in its description. Money is integer minor units of the shop's currency (cents);
shares are fractions of one; days are calendar days.
"""

from assistant.records.base import Record, Unit
from assistant.records.brands import BrandKit
from assistant.records.briefs import Brief, Offer
from assistant.records.campaigns import Campaign, CampaignSummary, LedgerEntry, PieceState, Standing
from assistant.records.copy import (
    CheckResult,
    Elements,
    Field,
    Piece,
    Slot,
    Span,
)
from assistant.records.curves import Cohort, CohortRetention, Concentration
from assistant.records.documents import Document, Hit
from assistant.records.facts import Fact, FactSheet
from assistant.records.manifests import Manifest
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping, TableName
from assistant.records.models import Message, Outcome, Price, Request, Status, Tool, ToolCall
from assistant.records.personas import Claim, Persona
from assistant.records.plans import CampaignEstimate, ModelEstimate, PlannedBlock
from assistant.records.predicates import Comparator, Evaluation, Predicate, Statistic, Where
from assistant.records.recipients import Arm, Overrun, RecipientCounts, RecipientPlan, RecipientReport
from assistant.records.recommendations import (
    BoughtAgain,
    BoughtTogether,
    ComesBack,
    ItemModelName,
    ListKind,
    MethodName,
    MethodScore,
    PopularWith,
    Reason,
    Recommendation,
    RecommendationReport,
    RecommenderFit,
    Suits,
)
from assistant.records.rfm import Breaks, RfmCell, RfmGrid, RfmModel, RfmTier, ScoreRange, TierRule, TierTable
from assistant.records.segment_models import (
    CUSTOMER_PREFIX,
    ColumnModel,
    GaussianModel,
    KMeansModel,
    Scaling,
    SegmentModel,
)
from assistant.records.segments import (
    DensityAnalysis,
    KTrial,
    Lift,
    Method,
    Segment,
    Segmentation,
    SegmentCounts,
    SurrogateTree,
    Trait,
    TreeCondition,
    TreeRule,
)

__all__ = [
    "CUSTOMER_PREFIX",
    "Arm",
    "BoughtAgain",
    "BoughtTogether",
    "BrandKit",
    "Breaks",
    "Brief",
    "Campaign",
    "CampaignEstimate",
    "CampaignSummary",
    "CheckResult",
    "Claim",
    "Cohort",
    "CohortRetention",
    "ColumnModel",
    "ComesBack",
    "Comparator",
    "Concentration",
    "DensityAnalysis",
    "Document",
    "Elements",
    "Evaluation",
    "Fact",
    "FactSheet",
    "Field",
    "FieldSource",
    "GaussianModel",
    "Hit",
    "ItemModelName",
    "KMeansModel",
    "KTrial",
    "LedgerEntry",
    "Lift",
    "ListKind",
    "Manifest",
    "Message",
    "Method",
    "MethodName",
    "MethodScore",
    "ModelEstimate",
    "Offer",
    "Outcome",
    "Overrun",
    "Persona",
    "Piece",
    "PieceState",
    "PlannedBlock",
    "PopularWith",
    "Predicate",
    "Price",
    "Reason",
    "RecipientCounts",
    "RecipientPlan",
    "RecipientReport",
    "Recommendation",
    "RecommendationReport",
    "RecommenderFit",
    "Record",
    "Request",
    "RfmCell",
    "RfmGrid",
    "RfmModel",
    "RfmTier",
    "Scaling",
    "ScoreRange",
    "Segment",
    "SegmentCounts",
    "SegmentModel",
    "Segmentation",
    "Slot",
    "SourceLayout",
    "Span",
    "Standing",
    "Statistic",
    "Status",
    "Suits",
    "SurrogateTree",
    "TableMapping",
    "TableName",
    "TierRule",
    "TierTable",
    "Tool",
    "ToolCall",
    "Trait",
    "TreeCondition",
    "TreeRule",
    "Unit",
    "Where",
]
