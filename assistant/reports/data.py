"""What a report is made of: the records of all stages, and nothing else."""

import datetime as dt

from pydantic import Field

from assistant.records import (
    Campaign,
    CohortRetention,
    Concentration,
    Document,
    FactSheet,
    Persona,
    Record,
    RfmGrid,
    Segment,
    Segmentation,
)
from assistant.records.certificates import Certificate, Drift
from assistant.records.lifetime import LifetimeReport
from assistant.records.quality import DataQuality


class Counts(Record):
    """How much data the report rests on."""

    households: int
    order_lines: int
    products: int
    first_day: dt.date = Field(description="day of the earliest order line")
    last_day: dt.date = Field(description="day of the latest order line")


class StageRun(Record):
    """One stage of the pipeline and when it was made."""

    stage: str
    seconds: float = Field(description="wall time of the run that made the artefact")
    made_at: str = Field(description="ISO 8601, UTC")
    kept: bool = Field(description="made by an earlier run and still valid, so it was not made again")


class ReportData(Record):
    """Everything one report shows; rendering reads no clock, file or setting beside it."""

    title: str = Field(description="the shop, as the reader knows it")
    as_of: dt.date = Field(description="no row of that day or later was seen")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all money")
    counts: Counts
    segmentation: Segmentation
    audiences: tuple[Segment, ...] = Field(default=(), description="groups by rule that are shown beside the segments")
    sheets: tuple[FactSheet, ...]
    personas: tuple[Persona, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    documents: tuple[Document, ...] = Field(default=(), description="those that a claim or a slot refers to")
    points: tuple[tuple[float, float, str], ...] = Field(
        default=(), description="x, y on the two axes of the projection and the segment; no ids"
    )
    rfm: RfmGrid | None = Field(default=None, description="else the segmentation's own grid, where it has one")
    concentration: Concentration | None = None
    cohorts: CohortRetention | None = None
    certificate: Certificate | None = Field(default=None, description="of the segmentation")
    drift: Drift | None = Field(default=None, description="none where there is no earlier version")
    lifetime: LifetimeReport | None = None
    quality: DataQuality | None = None
    stages: tuple[StageRun, ...] = ()
    versions: dict[str, str] = Field(default_factory=dict, description="package -> version")
