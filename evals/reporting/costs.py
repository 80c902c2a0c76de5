"""What the run took: money, time, tokens, and how much of it the journal had already."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm import dollars
from assistant.reports import numbers
from evals.records import Trial
from evals.reporting.data import RunReport


@dataclass(frozen=True)
class Cost:
    """One system, or all."""

    system: str
    trials: str
    answered: str
    invalid: str
    failed: str
    tokens_in: str
    tokens_out: str
    cost: str
    cost_each: str
    median: str
    """Seconds of a trial that was answered anew, half of them took less."""
    slow: str
    """Nineteen in twenty took less."""
    journal: str
    """Share of trials that the journal answered."""


def costs_of(report: RunReport) -> tuple[Cost, ...]:
    """One row a system, and one for all of them where there are several."""
    rows = [_cost(system.system, report.of(system.system)) for system in report.run.systems]
    return (*rows, _cost("all", list(report.trials.values()))) if len(rows) > 1 else tuple(rows)


def judges_cost(report: RunReport) -> str:
    """What judges cost beside; empty where none judged."""
    judged = any(metric.judge for metric in report.run.metrics)
    return dollars(report.run.counts.judge_cost_nanodollars) if judged else ""


def total_cost(trials: Sequence[Trial]) -> int | None:
    """Nanodollars; None where the price of some call is not known."""
    known = [trial.cost_nanodollars for trial in trials]
    return None if None in known else sum(cost or 0 for cost in known)


def _cost(system: str, trials: Sequence[Trial]) -> Cost:
    states = [trial.state for trial in trials]
    seconds = sorted(trial.seconds for trial in trials if not trial.from_journal and trial.state != "failed")
    total = total_cost(trials)
    return Cost(
        system=system,
        trials=numbers.count(len(trials)),
        answered=numbers.count(states.count("answered")),
        invalid=numbers.count(states.count("invalid")),
        failed=numbers.count(states.count("failed")),
        tokens_in=numbers.count(sum(trial.tokens_in for trial in trials)),
        tokens_out=numbers.count(sum(trial.tokens_out for trial in trials)),
        cost=dollars(total),
        cost_each="–" if total is None or not trials else dollars(total // len(trials)),
        median=numbers.duration(statistics.median(seconds)) if seconds else "–",
        slow=numbers.duration(seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]) if seconds else "–",
        journal=numbers.percent(sum(trial.from_journal for trial in trials) / len(trials)) if trials else "–",
    )
