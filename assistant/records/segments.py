"""Segments and how they were found."""

from pydantic import Field

from assistant.records.base import Record, Unit


class Trait(Record):
    """One feature of a segment beside the same feature of all other customers."""

    feature: str
    label: str = Field(description="the feature in a reader's words")
    unit: Unit
    value: float = Field(description="mean over the segment's customers")
    others: float = Field(description="mean over all other customers")
    effect: float = Field(description="standardised difference: (value - others) / pooled standard deviation")


class Segment(Record):
    """A group of customers."""

    segment: str = Field(description="id, `S1` for the largest revenue share")
    name: str
    customers: int
    customer_share: float
    revenue_minor: int = Field(description="minor units")
    revenue_share: float
    jaccard: float = Field(description="mean bootstrap Jaccard over the resamples; 1 is perfectly stable")
    traits: tuple[Trait, ...] = Field(description="all features, strongest absolute effect first")


class KTrial(Record):
    """How one number of clusters fared."""

    k: int
    jaccards: tuple[float, ...] = Field(description="mean bootstrap Jaccard of each cluster")
    smallest_share: float = Field(description="customers of the smallest cluster over all")
    silhouette: float = Field(description="mean over a sample of at most 5,000 customers")
    passed: bool


class Segmentation(Record):
    """The frozen result of a fit: enough to assign a customer without fitting again."""

    as_of: str = Field(description="ISO date; no row of that day or later was seen")
    seed: int
    resamples: int
    features: tuple[str, ...] = Field(description="columns the distance is measured on")
    logged: tuple[bool, ...] = Field(description="log1p first, per feature")
    centre: tuple[float, ...] = Field(description="subtracted, per feature")
    scale: tuple[float, ...] = Field(description="divided by, per feature")
    centroids: tuple[tuple[float, ...], ...] = Field(description="(k, features), scaled units, in segment order")
    trials: tuple[KTrial, ...]
    segments: tuple[Segment, ...]
    explained: tuple[float, float] = Field(description="variance shares of the two axes of the projection")
