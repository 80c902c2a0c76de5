"""Everything that a report of a run shows; drawing it reads no clock, file or setting beside it."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evals.records import Case, Comparison, GateResult, MetricUse, Run, Summary, System, Trial, TrialKey

MEASURED_BESIDE = frozenset({"cost", "latency", "tokens"})
"""Metrics that say nothing of what was written: their worst cases are not shown side by side."""


@dataclass(frozen=True)
class Outputs:
    """What one system wrote in one run."""

    run: str
    system: System
    trials: tuple[Trial, ...]

    @property
    def by_case(self) -> dict[str, list[Trial]]:
        """Case -> its trials, in the order of their samples."""
        found: dict[str, list[Trial]] = {}
        for trial in self.trials:
            found.setdefault(trial.case, []).append(trial)
        return found


@dataclass(frozen=True)
class Pair:
    """A system held against another, which may be of another run or of a baseline file that keeps no outputs."""

    candidate: Outputs
    baseline: Outputs | None
    comparison: Comparison
    gate: GateResult | None = None


@dataclass(frozen=True)
class CardRow:
    """A figure of a judge's card."""

    what: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class CardShown:
    """A judge's card as it is shown: how far what it says can be trusted."""

    judge: str
    metrics: tuple[str, ...]
    """Labels of the metrics that it judged in this run."""
    may_gate: bool
    why: str
    rows: tuple[CardRow, ...]
    sha256: str


@dataclass(frozen=True)
class Spread:
    """Where the differences between the values of a metric come from, as shares that add up to 1."""

    metric: str
    shares: tuple[tuple[str, float], ...]
    """Source -> share: case, sample, and wording, or system where models differ too; only those that were varied."""
    advice: str


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """A run with what was concluded from it."""

    run: Run
    trials: Mapping[TrialKey, Trial]
    summaries: tuple[Summary, ...]
    pairs: tuple[Pair, ...] = ()
    cards: tuple[CardShown, ...] = ()
    spreads: tuple[Spread, ...] = ()
    detectable: Mapping[str, float] = field(default_factory=dict)
    """Label -> the smallest paired difference that four of five such runs would find."""
    hashes: tuple[tuple[str, str], ...] = ()
    """What else was judged: a name, and its `sha256:`."""

    @property
    def cases(self) -> dict[str, Case]:
        """Cases by name, in the order of the suite."""
        return {case.case: case for case in self.run.cases}

    @property
    def metrics(self) -> dict[str, MetricUse]:
        """Metrics by label, in the order of the suite."""
        return {metric.label: metric for metric in self.run.metrics}

    def of(self, system: str) -> tuple[Trial, ...]:
        """A system's trials in the order of the cases, sample by sample."""
        keys = (TrialKey(system, case.case, sample) for case in self.run.cases for sample in range(self.run.samples))
        return tuple(self.trials[key] for key in keys if key in self.trials)


def values_of(trials: Iterable[Trial], label: str) -> list[float]:
    """The valid values of a metric."""
    scores = (trial.score(label) for trial in trials)
    return [score.value for score in scores if score is not None and score.value is not None]


def mean_of(trials: Iterable[Trial], label: str) -> float | None:
    """The mean of the valid values of a metric; None where there is none."""
    values = values_of(trials, label)
    return statistics.fmean(values) if values else None
