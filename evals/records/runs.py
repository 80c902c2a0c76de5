"""A run: what was asked, of whom, judged by what. Its trials lie beside it in a log."""

from typing import Any, Literal

from pydantic import Field

from assistant.records import Record
from evals.records.suites import Case, Gate, System


class MetricUse(Record):
    """A metric as a run used it."""

    label: str
    metric: str
    version: int
    basis: str = Field(default="", description="`sha256:` over the code and word lists it rests on beside its own")
    kind: Literal["proportion", "mean"] = Field(description="proportion: every value is 0 or 1")
    higher_is_better: bool
    unit: str = ""
    description: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    judge: str = Field(default="", description="model that judged; empty: nobody did")
    judge_card: str = Field(default="", description="`sha256:` of the card that says how far it can be trusted")
    gates: bool = Field(description="whether it may decide; no metric of a judge without a card that holds may")


class RunCounts(Record):
    """What became of the trials."""

    trials: int = 0
    answered: int = 0
    invalid: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_nanodollars: int | None = Field(default=0, description="unset: the price of some call is not known")
    judge_cost_nanodollars: int | None = 0
    seconds: float = Field(default=0.0, description="of the models, summed")
    from_journal: int = 0


class Run(Record):
    """A run's head, `run.json`; the log beside it is `trials.jsonl`."""

    run: str = Field(description="suite name, and the first digits of the hash of all that can change a result")
    suite: str
    description: str = ""
    target: str
    suite_sha256: str
    samples: int
    seed: int
    epoch: int = Field(default=0, description="a further epoch shares no answer with the others")
    cases: tuple[Case, ...]
    systems: tuple[System, ...]
    metrics: tuple[MetricUse, ...]
    gate: Gate = Gate()
    created_at: str = Field(description="UTC")
    finished_at: str = Field(default="", description="UTC; empty: the run was stopped, and the same command goes on")
    program: str = Field(default="", description="version of this software")
    counts: RunCounts = RunCounts()
    notes: dict[str, Any] = Field(default_factory=dict, description="set-wide figures of metrics, by label")
    trials_sha256: str = Field(default="", description="of the log's trials, sorted by key; set when finished")
