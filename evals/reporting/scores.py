"""Every system on every metric, with its interval and with what could not be scored."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.reports import numbers
from assistant.reports.axes import Axis, Mark, axis_of, unit_axis
from evals.records import MetricUse, Summary
from evals.reporting import figures
from evals.reporting.confusion import figures_of
from evals.reporting.data import RunReport


@dataclass(frozen=True)
class Scored:
    """One system on a metric."""

    system: str
    value: str
    interval: str
    mark: Mark | None
    bounds: Mark | None
    """From all invalid scores being 0 to all being 1; unset where none is invalid."""
    bounds_text: str
    invalid: str
    """Share and number of invalid scores; empty where there is none."""
    cases: str
    clusters: str
    method: str
    said: str
    """The row in words, for who does not see the picture."""


@dataclass(frozen=True)
class ScoredMetric:
    """One metric over all systems."""

    metric: MetricUse
    anchor: str
    axis: Axis
    rows: tuple[Scored, ...]
    direction: str
    description: str
    judged: str
    """What a model's judgement is good for here; empty where no model judged."""
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """System and figures of its whole set, such as its chance level."""


def scores_of(report: RunReport) -> tuple[ScoredMetric, ...]:
    """All metrics in the order of the suite, those that gate first."""
    noted = figures_of(report)
    ordered = sorted(report.run.metrics, key=lambda metric: not metric.gates)
    return tuple(
        _metric(
            metric,
            at,
            [summary for summary in report.summaries if summary.metric == metric.label],
            tuple((system, told) for label, system, told in noted if label == metric.label),
        )
        for at, metric in enumerate(ordered, start=1)
    )


def value_axis(metric: MetricUse, values: Iterable[float]) -> Axis:
    """From 0 to 1 for a proportion, else what holds the values and 0."""
    if metric.kind == "proportion":
        bare = unit_axis()
        ticks = tuple(
            type(tick)(tick.at, f"{share:.0%}") for tick, share in zip(bare.ticks, (0, 0.25, 0.5, 0.75, 1), strict=True)
        )
        return Axis(bare.low, bare.high, ticks)
    return axis_of(values, lambda number: figures.tick(metric, number))


def sentence(text: str) -> str:
    """Words as a sentence of their own."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _metric(
    metric: MetricUse,
    number: int,
    summaries: list[Summary],
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...],
) -> ScoredMetric:
    ends = [
        end
        for summary in summaries
        for end in (summary.value, summary.low, summary.high, summary.least, summary.most)
        if end is not None
    ]
    axis = value_axis(metric, ends)
    judged = ""
    if metric.judge:
        judged = f"Judged by {metric.judge}"
        judged += ", whose card holds" if metric.gates else ", which has no card that holds: it reports and never gates"
    return ScoredMetric(
        metric=metric,
        anchor=f"metric-{number}",
        axis=axis,
        rows=tuple(_scored(metric, summary, axis) for summary in summaries),
        direction="higher is better" if metric.higher_is_better else "lower is better",
        description=sentence(metric.description),
        judged=judged,
        notes=notes,
    )


def _scored(metric: MetricUse, summary: Summary, axis: Axis) -> Scored:
    value = figures.value(metric, summary.value)
    interval = figures.interval(metric, summary.low, summary.high)
    total = summary.trials + summary.invalid
    invalid = f"{numbers.tenths(summary.invalid / total)} ({summary.invalid} of {total})" if summary.invalid else ""
    bounded = bool(summary.invalid) and summary.least is not None and summary.most is not None
    bounds = axis.mark(summary.value or 0.0, summary.least, summary.most) if bounded else None
    bounds_text = figures.interval(metric, summary.least, summary.most) if bounded else ""
    said = f"{summary.system}: {value}"
    said += f", 95% interval {interval}" if interval else ""
    said += f", {invalid} invalid" if invalid else ""
    return Scored(
        system=summary.system,
        value=value,
        interval=interval,
        mark=None if summary.value is None else axis.mark(summary.value, summary.low, summary.high),
        bounds=bounds,
        bounds_text=bounds_text,
        invalid=invalid,
        cases=numbers.count(summary.cases),
        clusters=numbers.count(summary.clusters),
        method=summary.method,
        said=said,
    )
