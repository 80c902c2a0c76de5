"""A suite: cases, systems, metrics and a gate."""

from typing import Any, Literal

from pydantic import Field

from assistant.records import Record

NAME = r"^[a-z0-9][a-z0-9_-]{0,59}$"

Target = Literal["line", "piece", "persona", "prompt", "routing", "retrieval", "segmentation"]
"""What is run on a case.

line: one line of copy, as the product asks for it; piece: a whole piece with candidates, checks and repair;
persona: a persona's claims; prompt: any prompt file rendered with the case's values; routing: a chat's turn to a tool;
retrieval: a query to ranked documents; segmentation: a shop's rows to segments.
"""


class Case(Record):
    """One thing to be done, and what is known of doing it right."""

    case: str = Field(pattern=r"^[^\s/][^\n/]{0,119}$", description="unique in its suite")
    segment: str = ""
    brief: str = Field(default="", description="the brief's campaign name")
    channel: str = ""
    language: str = "en"
    angle: str = ""
    cluster: str = Field(
        default="",
        description="cases of one cluster are not independent; empty: brief x segment, else the case",
    )
    inputs: dict[str, Any] = Field(default_factory=dict, description="what the target needs, JSON")
    expected: dict[str, Any] = Field(default_factory=dict, description="labels that metrics hold the output against")
    sources: tuple[str, ...] = Field(default=(), description="texts that the output may rest on")

    @property
    def group(self) -> str:
        """The cluster of its statistics."""
        joined = " x ".join(part for part in (self.brief, self.segment) if part)
        return self.cluster or joined or self.case


class Parameters(Record):
    """Settings of a model; what is unset is the target's own."""

    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, gt=0)
    candidates: int | None = Field(default=None, ge=1, le=32, description="of a piece: answers a line is chosen from")

    @property
    def label(self) -> str:
        """Those that are set, in words; empty where none is."""
        told = self.model_dump(exclude_none=True)
        return ", ".join(f"{name} {value:g}" for name, value in told.items())


class System(Record):
    """One way to do all cases: a prompt, a model and its parameters."""

    system: str = Field(description="its name in tables; unique in the run")
    prompt: str = Field(default="", description="as `assistant prompts list` names it; empty: needs none")
    prompt_hash: str = Field(default="", description="`sha256:` over the fingerprints of all prompt files it uses")
    model: str = Field(default="", description="as settings name it; `recorded:FILE` for outputs had elsewhere")
    parameters: Parameters = Parameters()


class MetricSpec(Record):
    """A metric as a suite asks for it."""

    metric: str = Field(pattern=NAME)
    name: str = Field(default="", description="what tables call it; empty: the metric's name")
    judge: str = Field(default="", description="model that judges; only of metrics that need one")
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name in tables."""
        return self.name or self.metric


class Gate(Record):
    """When a change may pass."""

    metrics: tuple[str, ...] = Field(default=(), description="labels that gate; empty: all that may")
    margin: dict[str, float] = Field(
        default_factory=dict, description="label -> loss that is tolerated; unset: 0.05, of a mean 0.2 sd"
    )
    alpha: float = Field(default=0.05, gt=0, lt=0.5, description="false alarms, over all metrics together")
    max_invalid: float = Field(default=0.1, ge=0, le=1, description="share of invalid scores beyond which none passes")
    max_failed: float = Field(default=0.0, ge=0, le=1, description="share of trials lost to infrastructure, borne")
    require_calibrated: bool = Field(default=True, description="a judge without a card that holds never gates")


class Suite(Record):
    """A suite as it was read, with its cases and prompts spelt out."""

    suite: str = Field(pattern=NAME)
    description: str = ""
    target: Target
    samples: int = Field(default=1, ge=1, le=1000, description="times each system does each case")
    seed: int = Field(default=7, ge=0)
    cases: tuple[Case, ...] = Field(min_length=1)
    systems: tuple[System, ...] = Field(min_length=1)
    metrics: tuple[MetricSpec, ...] = Field(min_length=1)
    gate: Gate = Gate()
    path: str = Field(default="", description="the file it was read from")
    sha256: str = Field(default="", description="of that file")
