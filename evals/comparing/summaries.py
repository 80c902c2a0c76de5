"""Each metric of each system, with its interval."""

import math
from collections.abc import Sequence

from evals.comparing.tables import CaseValues, Side, sides_of, values_of
from evals.records import MetricUse, Summary
from evals.runs import StoredRun
from evals.statistics import Interval, bootstrap_interval, wilson_interval


def summarise(stored: StoredRun) -> list[Summary]:
    """Every metric of every system of a run, in the run's order."""
    return [summary for side in sides_of(stored) for summary in summaries_of(side)]


def summaries_of(side: Side) -> list[Summary]:
    """Every metric of one system."""
    return [summary_of(side, use) for use in side.run.metrics]


def summary_of(side: Side, use: MetricUse) -> Summary:
    """One metric of one system, at 95%.

    A case's value is the mean over its samples; the metric's is the mean over cases. Proportions have Wilson's
    interval with an effective number of cases by clusters, other metrics the clustered bootstrap, which keeps its level
    where values are skewed, as lengths and costs are. `least` and `most` are
    what a proportion would be if every invalid score were 0, or 1: what is not known cannot lie outside of them.
    """
    rows = list(values_of(side, use.label).values())
    told = [row for row in rows if row.values]
    interval = _interval(told, use)
    least, most = _bounds(rows) if use.kind == "proportion" else (None, None)
    return Summary(
        system=side.system.system,
        metric=use.label,
        value=interval.estimate if interval else None,
        low=_finite(interval.low) if interval else None,
        high=_finite(interval.high) if interval else None,
        method=interval.method if interval else "no valid score",
        cases=len(told),
        clusters=len({row.cluster for row in told}),
        trials=sum(len(row.values) for row in told),
        invalid=sum(row.invalid for row in rows),
        least=least,
        most=most,
    )


def _interval(told: Sequence[CaseValues], use: MetricUse) -> Interval | None:
    if not told:
        return None
    means = [row.mean for row in told]
    clusters = [row.cluster for row in told]
    if use.kind == "mean":
        return bootstrap_interval(means, clusters)
    # A case counts once, however many samples it has: they are more of the same, not more cases.
    return wilson_interval(min(sum(means), len(means)), len(means), clusters=clusters, values=means)


def _bounds(rows: Sequence[CaseValues]) -> tuple[float | None, float | None]:
    asked = [row for row in rows if row.values or row.invalid]
    if not asked:
        return None, None
    sizes = [len(row.values) + row.invalid for row in asked]
    sums = [sum(row.values.values()) for row in asked]
    least = sum(total / size for total, size in zip(sums, sizes, strict=True)) / len(asked)
    most = sum((total + row.invalid) / size for total, row, size in zip(sums, asked, sizes, strict=True)) / len(asked)
    return least, most


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
