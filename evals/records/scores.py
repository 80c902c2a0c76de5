"""What a metric says of one trial."""

from typing import Literal

from pydantic import Field

from assistant.records import Record


class Evidence(Record):
    """One thing a score rests on: where in the output, and where in the source."""

    claim: str = Field(description="the part of the output that is judged, word for word")
    source: str = Field(default="", description="the part of the source that supports it; empty: none was found")
    place: str = Field(default="", description="which source: a fact, a slot, a document, a field")
    value: float | None = Field(default=None, description="of this part alone")


class Score(Record):
    """A metric's word on one trial. An invalid score has no value and is never counted as one."""

    metric: str
    version: int = Field(ge=1, description="of the metric; scores of two versions are not compared")
    state: Literal["valid", "invalid"]
    value: float | None = Field(description="None where invalid; a proportion's is 0 or 1")
    explanation: str = Field(default="", description="why, in one sentence; where invalid, the reason")
    evidence: tuple[Evidence, ...] = ()


def scored(
    metric: str, version: int, value: float, explanation: str = "", evidence: tuple[Evidence, ...] = ()
) -> Score:
    """A valid score."""
    return Score(
        metric=metric,
        version=version,
        state="valid",
        value=float(value),
        explanation=explanation,
        evidence=evidence,
    )


def invalid(metric: str, version: int, reason: str) -> Score:
    """No score, and why."""
    return Score(metric=metric, version=version, state="invalid", value=None, explanation=reason)
