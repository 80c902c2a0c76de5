"""What is concluded from runs."""

from typing import Literal

from pydantic import Field

from assistant.records import Record

Verdict = Literal["better", "worse", "undecided"]


class Summary(Record):
    """One metric of one system, with its interval."""

    system: str
    metric: str = Field(description="label")
    value: float | None = Field(description="mean over cases of the means over samples; None: no valid score")
    low: float | None
    high: float | None
    method: str
    cases: int
    clusters: int
    trials: int = Field(description="valid scores")
    invalid: int
    least: float | None = Field(default=None, description="if every invalid score of a proportion were 0")
    most: float | None = Field(default=None, description="if every one were 1")


class MetricVerdict(Record):
    """Two systems on one metric: the paired difference, candidate minus baseline."""

    metric: str
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float = Field(description="two-sided, of the clustered paired difference")
    p_holm: float = Field(description="after Holm's step-down over the metrics")
    p_mcnemar: float | None = Field(default=None, description="exact; only of proportions")
    p_permutation: float | None = None
    cases: int
    clusters: int
    margin: float = 0.0
    detectable: float | None = Field(default=None, description="smallest difference found in four of five such runs")
    higher_is_better: bool = True
    gates: bool = True
    verdict: Verdict
    why: str = Field(description="one sentence")
    shrunken: float | None = Field(
        default=None, description="of one among many candidates: the difference drawn to what the others show"
    )


class Comparison(Record):
    """Two systems, metric by metric."""

    baseline: str = Field(description="run and system")
    candidate: str
    metrics: tuple[MetricVerdict, ...]
    cases: int
    shared_cases_sha256: str
    cautions: tuple[str, ...] = ()


class GateResult(Record):
    """What a gate decided, and the hashes of what it judged."""

    verdict: Literal["pass", "regression", "undecided", "infrastructure"]
    exit_code: int = Field(description="0 pass, 1 regression, 3 undecided, 4 infrastructure")
    reasons: tuple[str, ...]
    comparison: Comparison | None
    baseline_sha256: str
    candidate_sha256: str
    suite_sha256: str
    judge_cards: dict[str, str] = Field(default_factory=dict)
