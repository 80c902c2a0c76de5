"""Segments and how they were found."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record, Unit
from assistant.records.rfm import RfmGrid
from assistant.records.segment_models import SegmentModel

Method = Literal["kmeans", "gmm", "rfm", "column"]


class Trait(Record):
    """One feature of a segment beside the same feature of all other customers."""

    feature: str
    label: str = Field(description="the feature in a reader's words")
    unit: Unit
    value: float = Field(description="mean over the segment's customers")
    others: float = Field(description="mean over all other customers")
    effect: float = Field(description="standardised difference: (value - others) / pooled standard deviation")


class Lift(Record):
    """What a segment spends more of its money on than customers do on the whole."""

    feature: str
    label: str = Field(description="the feature in a reader's words")
    value: float = Field(description="share of spend, mean over the segment's customers")
    overall: float = Field(description="the same over all customers")
    lift: float = Field(description="value / overall")


class Segment(Record):
    """A group of customers."""

    segment: str = Field(description="id, `S1` for the largest revenue share")
    name: str
    rule: str = Field(default="", description="who belongs to it in words, where a rule decides; else empty")
    customers: int
    customer_share: float = Field(description="of the customers that have a segment")
    revenue_minor: int = Field(description="minor units")
    revenue_share: float
    jaccard: float | None = Field(
        description="mean bootstrap Jaccard over the resamples, 1 is perfectly stable; none where nothing was fitted"
    )
    traits: tuple[Trait, ...] = Field(description="all features, strongest absolute effect first")
    lifts: tuple[Lift, ...] = Field(default=(), description="strongest first; of departments and categories")


class KTrial(Record):
    """How one number of clusters fared."""

    k: int
    jaccards: tuple[float, ...] = Field(description="mean bootstrap Jaccard of each cluster")
    smallest_share: float = Field(description="customers of the smallest cluster over all")
    silhouette: float = Field(description="mean over a sample of at most 5,000 customers")
    passed: bool


class TreeCondition(Record):
    """Between two values of a feature; one of them may be open."""

    feature: str
    label: str = Field(description="the feature in a reader's words")
    unit: Unit
    above: float | None = Field(default=None, description="more than this, in the feature's unit")
    at_most: float | None = Field(default=None, description="this or less, in the feature's unit")


class TreeRule(Record):
    """Customers for whom all conditions hold, and the segment that most of them are in."""

    segment: str
    conditions: tuple[TreeCondition, ...] = Field(description="all of them hold; none: every customer")
    customers: int
    right: float = Field(description="share of these customers who are in the segment")


class SurrogateTree(Record):
    """A few rules in the features' own units that say roughly who is in which segment.

    They are a reading aid: assignment goes by the model, and `accuracy` says how far the rules can be trusted.
    """

    rules: tuple[TreeRule, ...] = Field(description="by segment, the one with most customers first")
    accuracy: float = Field(description="share of held-out customers whose segment the rules tell")
    majority_share: float = Field(description="what naming the largest segment for everybody would get right")
    folds: int = Field(description="of the cross-validation behind `accuracy`")
    customers: int = Field(description="the rules were learnt from")


class DensityAnalysis(Record):
    """What HDBSCAN sees. It leaves customers out and cannot be frozen, so it is no segmentation."""

    customers: int = Field(description="looked at, a sample where there are many")
    features: tuple[str, ...]
    min_cluster_size: int = Field(description="customers")
    clusters: int
    shares: tuple[float, ...] = Field(description="of the customers in each cluster, largest first")
    noise_share: float = Field(description="of the customers in no cluster")


class Segmentation(Record):
    """The frozen result of a fit: enough to assign a customer without fitting again."""

    version: int = Field(default=1, ge=1, description="counts the segmentations of a workspace")
    as_of: str = Field(description="ISO date; no row of that day or later was seen")
    seed: int
    resamples: int
    min_jaccard: float = Field(default=0.75, description="every segment's mean bootstrap Jaccard must reach it")
    min_share: float = Field(default=0.03, description="customers of the smallest segment must reach it")
    min_group_size: int = Field(default=20, description="customers; a smaller segment is not written for")
    model: SegmentModel
    features: tuple[str, ...] = Field(description="columns the map is drawn on, and distance measured where it is")
    trials: tuple[KTrial, ...] = Field(description="empty where rules decide and no number was chosen")
    segments: tuple[Segment, ...]
    unassigned: int = Field(default=0, description="customers of the table who lack what a segment is told by")
    explained: tuple[float, float] = Field(description="variance shares of the two axes of the projection")
    grid: RfmGrid | None = Field(default=None, description="all customers by recency and frequency score")
    tree: SurrogateTree | None = None

    @property
    def method(self) -> Method:
        """How the segments were made."""
        return self.model.method


class SegmentCounts(Record):
    """How many customers an assignment put where."""

    customers: int
    unassigned: int = Field(description="without a segment: they lack what one is told by, such as an order")
    segments: dict[str, int] = Field(description="segment -> customers; every segment, those with none too")
