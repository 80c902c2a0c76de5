"""What a report is made of: the records of all stages, and nothing else."""

import datetime as dt

from pydantic import Field

from assistant.records import Campaign, Document, FactSheet, Persona, Record, Segmentation


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
    sheets: tuple[FactSheet, ...]
    personas: tuple[Persona, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    documents: tuple[Document, ...] = Field(default=(), description="those that a claim or a slot refers to")
    points: tuple[tuple[float, float, str], ...] = Field(
        default=(), description="x, y on the two axes of the projection and the segment; no ids"
    )
    stages: tuple[StageRun, ...] = ()
    versions: dict[str, str] = Field(default_factory=dict, description="package -> version")
