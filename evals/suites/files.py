"""What a suite's file may say."""

from typing import Any

from pydantic import Field

from assistant.records import Record
from evals.records import Case, Gate, MetricSpec, Parameters
from evals.records.suites import NAME, Target


class Matrix(Record):
    """Every brief x segment x channel x language x angle is a case."""

    briefs: tuple[str, ...] = ("",)
    segments: tuple[str, ...] = ("",)
    channels: tuple[str, ...] = ("",)
    languages: tuple[str, ...] = ("en",)
    angles: tuple[str, ...] = ("",)


class PromptSet(Record):
    """Prompts that are tried together: a pin for each prompt that is not the latest."""

    name: str = ""
    pins: tuple[str, ...] = Field(min_length=1, description="copy/subject@1, or a fork copy/subject+warmer")

    @property
    def label(self) -> str:
        """Its name in tables."""
        return self.name or ", ".join(self.pins)


class SuiteFile(Record):
    """What a suite's file may say."""

    suite: str = Field(pattern=NAME)
    description: str = ""
    target: Target
    samples: int = Field(default=1, ge=1, le=1000)
    seed: int = Field(default=7, ge=0)
    inputs: dict[str, Any] = Field(default_factory=dict, description="of all cases; a case's own come first")
    briefs: dict[str, dict[str, Any]] = Field(default_factory=dict)
    segments: dict[str, dict[str, Any]] = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    cases_from: str = Field(default="", description="a JSONL file of further cases, beside the suite")
    matrix: Matrix | None = None
    prompts: tuple[PromptSet, ...] = ()
    models: tuple[str, ...] = ()
    parameters: tuple[Parameters, ...] = ()
    metrics: tuple[MetricSpec, ...] = Field(min_length=1)
    gate: Gate = Gate()
