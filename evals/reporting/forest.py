"""Paired differences from a baseline, one line a metric."""

from dataclasses import dataclass

from assistant.reports import numbers
from assistant.reports.axes import Axis, Mark, axis_of
from evals.records import MetricUse, MetricVerdict
from evals.reporting import figures
from evals.reporting.data import Pair, RunReport


@dataclass(frozen=True)
class Branch:
    """One metric of a pair."""

    verdict: MetricVerdict
    sign: str
    kind: str
    mark: Mark
    zero: float
    """Where no difference lies, in percent."""
    margin: float | None
    """Where the tolerated loss ends; unset where none is tolerated."""
    axis: Axis
    difference: str
    interval: str
    baseline: str
    candidate: str
    p: str
    p_holm: str
    shrunken: str
    """Drawn to what the other candidates show, so that the best of many is not overstated; empty where there is one."""
    others: str
    """Further tests of the same difference, in words."""
    detectable: str
    direction: str
    said: str


@dataclass(frozen=True)
class Forest:
    """One system against another."""

    pair: Pair
    anchor: str
    title: str
    against: str
    branches: tuple[Branch, ...]
    counts: tuple[tuple[str, int], ...]
    """Verdict -> metrics that have it, of those that gate."""
    cautions: tuple[str, ...]


def forests_of(report: RunReport) -> tuple[Forest, ...]:
    """One forest a pair."""
    return tuple(_forest(report, pair, number) for number, pair in enumerate(report.pairs, start=1))


def _forest(report: RunReport, pair: Pair, number: int) -> Forest:
    metrics = report.metrics
    ordered = sorted(pair.comparison.metrics, key=lambda verdict: not verdict.gates)
    branches = tuple(_branch(metrics[own.metric], own) for own in ordered if own.metric in metrics)
    gating = [branch.verdict.verdict for branch in branches if branch.verdict.gates]
    return Forest(
        pair=pair,
        anchor=f"pair-{number}",
        title=pair.candidate.system.system,
        against=against(report, pair),
        branches=branches,
        counts=tuple((name, gating.count(name)) for name in ("worse", "undecided", "better")),
        cautions=pair.comparison.cautions,
    )


def against(report: RunReport, pair: Pair) -> str:
    """The baseline's name: its system alone where it is of the same run, else run and system."""
    same = pair.baseline is not None and pair.baseline.run == report.run.run
    return pair.baseline.system.system if same and pair.baseline else pair.comparison.baseline


def difference_axis(metric: MetricUse, ends: list[float]) -> Axis:
    """An axis that holds differences, with nothing in the middle of it where they lie on both sides."""
    widest = max([abs(end) for end in ends] or [0.0])
    around = (-widest, 0.0, widest) if widest else (-1.0, 0.0, 1.0)
    return axis_of(ends, lambda at: figures.difference_tick(metric, at), around=around, steps=4)


def _branch(metric: MetricUse, own: MetricVerdict) -> Branch:
    # A loss lies on the other side where lower is better.
    tolerated = (-own.margin if own.higher_is_better else own.margin) if own.margin else None
    axis = difference_axis(metric, [own.low, own.difference, own.high, *([tolerated] if tolerated else [])])
    difference = figures.difference(metric, own.difference)
    interval = figures.difference_interval(metric, own.low, own.high)
    tests = (
        ("exact McNemar", own.p_mcnemar),
        ("permutation of clusters", own.p_permutation),
    )
    return Branch(
        verdict=own,
        sign=figures.SIGNS[own.verdict],
        kind=figures.KINDS[own.verdict],
        mark=axis.mark(own.difference, own.low, own.high),
        zero=axis.at(0.0),
        margin=None if tolerated is None else axis.at(tolerated),
        axis=axis,
        difference=difference,
        interval=interval,
        baseline=figures.value(metric, own.baseline),
        candidate=figures.value(metric, own.candidate),
        p=figures.probability(own.p),
        p_holm=figures.probability(own.p_holm),
        shrunken="" if own.shrunken is None else figures.difference(metric, own.shrunken),
        others=", ".join(f"{name} p {figures.probability(p)}" for name, p in tests if p is not None),
        detectable="" if own.detectable is None else figures.difference(metric, own.detectable).removeprefix("+"),
        direction="higher is better" if own.higher_is_better else "lower is better",
        said=f"{own.metric}: {difference}, 95% interval {interval}, {own.verdict}",
    )


def verdict_of(forest: Forest) -> tuple[str, str, str]:
    """The pair's word in all: a kind of mark, a word, and a sentence."""
    gate = forest.pair.gate
    counts = dict(forest.counts)
    told = numbers.listed([f"{count} {name}" for name, count in forest.counts if count]) or "none"
    sentence = f"Of the metrics that gate: {told}."
    if gate:
        kind = {"pass": "good", "regression": "warn", "undecided": "off", "infrastructure": "warn"}[gate.verdict]
        return kind, gate.verdict, " ".join((sentence, *gate.reasons))
    if counts["worse"]:
        return "warn", "worse", sentence
    if counts["better"] and not counts["undecided"]:
        return "good", "better", sentence
    return "off", "undecided", sentence
