"""Prompts x models down to segments x channels: where a system is good, and where it is not."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.reports import numbers
from evals.records import Case, MetricUse, System, Trial
from evals.reporting import figures
from evals.reporting.data import RunReport, mean_of

FEW = 5
"""From fewer cases than this a mean of a slice says little, and the page says so."""
STEPS = 5
_MOST_SENTENCES = 3


@dataclass(frozen=True)
class Column:
    """One system."""

    name: str
    system: System
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Cell:
    """One system on one slice."""

    value: str
    step: int
    """From 1, the worst of the table, to 5, the best; 0: nothing was scored."""
    cases: int
    few: bool
    said: str


@dataclass(frozen=True)
class Slice:
    """Cases of one segment on one channel."""

    segment: str
    channel: str
    cases: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """One metric over systems and slices."""

    metric: MetricUse
    columns: tuple[Column, ...]
    rows: tuple[Slice, ...]
    total: Slice
    low: str
    high: str
    """What the palest and the darkest step stand for."""
    says: tuple[str, ...]


Key = tuple[str, str]
Means = dict[tuple[Key, str], tuple[float | None, int]]


def matrices_of(report: RunReport) -> tuple[Matrix, ...]:
    """One matrix a metric, those that gate first; none where cases have neither segment nor channel."""
    slices = _slices(report.run.cases)
    columns = _columns(report)
    if len(slices) < 2 and len(columns) < 2:
        return ()
    ordered = sorted(report.run.metrics, key=lambda metric: not metric.gates)
    return tuple(_matrix(metric, slices, columns) for metric in ordered)


def _columns(report: RunReport) -> tuple[Column, ...]:
    """The run's systems, behind the baseline where that is of another run and its trials are at hand."""
    kept = (pair.baseline for pair in report.pairs if pair.baseline and pair.baseline.run != report.run.run)
    before = [Column(f"{own.run}#{own.system.system}", own.system, own.trials) for own in kept][:1]
    own = [Column(system.system, system, report.of(system.system)) for system in report.run.systems]
    return (*before, *own)


def _slices(cases: Iterable[Case]) -> dict[Key, set[str]]:
    """Segment and channel -> names of the cases."""
    told = list(cases)
    several = len({case.language for case in told}) > 1
    found: dict[Key, set[str]] = {}
    for case in told:
        channel = " ".join(filter(None, (case.channel, case.language if several else "")))
        found.setdefault((case.segment, channel), set()).add(case.case)
    # As the suite names them, segment by segment: sorted, S10 would stand before S2.
    segments, channels = (list(dict.fromkeys(key[part] for key in found)) for part in (0, 1))
    return dict(sorted(found.items(), key=lambda item: (segments.index(item[0][0]), channels.index(item[0][1]))))


def _matrix(metric: MetricUse, slices: dict[Key, set[str]], columns: tuple[Column, ...]) -> Matrix:
    by_case = {column.name: _case_means(column.trials, metric.label) for column in columns}
    means: Means = {
        (key, column.name): _mean_over(by_case[column.name], cases)
        for key, cases in slices.items()
        for column in columns
    }
    held = [mean for mean, _ in means.values() if mean is not None]
    low, high = (0.0, 1.0) if metric.kind == "proportion" else (min(held, default=0.0), max(held, default=0.0))
    rows = tuple(
        Slice(
            segment=key[0],
            channel=key[1],
            cases=len(cases),
            cells=tuple(_cell(metric, *means[key, column.name], low, high, column.name) for column in columns),
        )
        for key, cases in slices.items()
    )
    every = set().union(*slices.values())
    total = tuple(_cell(metric, *_mean_over(by_case[column.name], every), low, high, column.name) for column in columns)
    worst, best = (low, high) if metric.higher_is_better else (high, low)
    return Matrix(
        metric=metric,
        columns=columns,
        rows=rows,
        total=Slice("", "", len(every), total),
        low=figures.value(metric, worst),
        high=figures.value(metric, best),
        says=_says(metric, slices, means, [column.name for column in columns]),
    )


def _case_means(trials: Iterable[Trial], label: str) -> dict[str, float]:
    """Case -> mean over its samples, of cases with a valid score."""
    by_case: dict[str, list[Trial]] = {}
    for trial in trials:
        by_case.setdefault(trial.case, []).append(trial)
    return {case: mean for case, own in by_case.items() if (mean := mean_of(own, label)) is not None}


def _mean_over(means: dict[str, float], cases: set[str]) -> tuple[float | None, int]:
    """The mean over cases, and how many of them had a valid score."""
    told = [means[case] for case in sorted(cases) if case in means]
    return (sum(told) / len(told) if told else None), len(told)


def _cell(metric: MetricUse, mean: float | None, cases: int, low: float, high: float, system: str) -> Cell:
    if mean is None:
        return Cell("–", 0, 0, few=False, said=f"{system}: no valid score")
    share = (mean - low) / (high - low) if high > low else 0.5
    good = share if metric.higher_is_better else 1 - share
    value = figures.bare(metric, mean)
    few = cases < FEW
    said = f"{system}: {value} over {numbers.counted(cases, 'case')}{', which is few' if few else ''}"
    return Cell(value, min(STEPS, 1 + int(good * STEPS)), cases, few, said)


def _says(metric: MetricUse, slices: dict[Key, set[str]], means: Means, names: list[str]) -> tuple[str, ...]:
    """Where each further system lies furthest behind the first one, or where the only one is worst."""
    if len(slices) < 2:
        return ()
    first = names[0]
    sign = 1 if metric.higher_is_better else -1
    behind: list[tuple[float, str]] = []
    for name in names[1:]:
        gaps = [
            (sign * (mean - other), key, cases)
            for key in slices
            for mean, cases in (means[key, name],)
            for other, _ in (means[key, first],)
            if mean is not None and other is not None
        ]
        if gaps and min(gaps)[0] < 0:
            gap, key, cases = min(gaps)
            told = f"{figures.difference(metric, sign * gap)} over {numbers.counted(cases, 'case')}"
            behind.append(
                (
                    gap,
                    f"{name} is furthest behind {first} on {_named(key)}: {told}.",
                )
            )
    said = [sentence for _, sentence in sorted(behind)]
    if len(names) == 1:
        found = [
            (sign * mean, key, cases) for key in slices for mean, cases in (means[key, first],) if mean is not None
        ]
        if found and min(found)[0] < max(found)[0]:
            value, key, cases = min(found)
            told = figures.value(metric, sign * value)
            said.append(f"Worst on {_named(key)}: {told} over {numbers.counted(cases, 'case')}.")
    return tuple(said[:_MOST_SENTENCES])


def _named(key: Key) -> str:
    return ", ".join(filter(None, key)) or "cases without a segment"
