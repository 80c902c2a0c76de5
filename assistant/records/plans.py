"""What a campaign would take, told before anything is spent."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class PlannedBlock(Record):
    """The pieces of one segment, channel and language."""

    segment: str
    channel: str
    language: str
    customers: int | None = Field(description="of the segment; unset where its fact sheet does not say")
    pieces: int = Field(description="that a model writes")
    controls: int


class ModelEstimate(Record):
    """What one model would take for it."""

    model: str
    calls: int = Field(description="about; repairs among them")
    known: int = Field(description="requests among them that the journal answers")
    tokens_in: int = Field(description="about")
    tokens_out: int = Field(description="about")
    cost_nanodollars: int | None = Field(description="about; unset: the price is not known")
    most_nanodollars: int | None = Field(description="if every answer is as long as it may be and every line repaired")
    seconds: float
    basis: Literal["journal", "assumed"] = Field(
        description="what lengths and times were taken from: calls that this model has answered, or the prompts' own "
        "examples and rough figures"
    )


class CampaignEstimate(Record):
    """A plan."""

    campaign: str
    pieces: int = Field(description="that a model writes")
    controls: int = Field(description="that the brief writes")
    customers: int | None = Field(description="in the segments written for, each once; unset where unknown")
    blocks: tuple[PlannedBlock, ...]
    models: tuple[ModelEstimate, ...]
    sampled: int = Field(description="pieces whose requests were made to estimate all of them")
