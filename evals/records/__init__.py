"""What the harness reads and writes: suites, cases, systems, trials, scores, runs, verdicts."""

from evals.records.runs import MetricUse, Run, RunCounts
from evals.records.scores import Evidence, Score, invalid, scored
from evals.records.suites import Case, Gate, MetricSpec, Parameters, Suite, System
from evals.records.trials import Answer, Trial, TrialKey
from evals.records.verdicts import Comparison, GateResult, MetricVerdict, Summary, Verdict

__all__ = [
    "Answer",
    "Case",
    "Comparison",
    "Evidence",
    "Gate",
    "GateResult",
    "MetricSpec",
    "MetricUse",
    "MetricVerdict",
    "Parameters",
    "Run",
    "RunCounts",
    "Score",
    "Suite",
    "Summary",
    "System",
    "Trial",
    "TrialKey",
    "Verdict",
    "invalid",
    "scored",
]
