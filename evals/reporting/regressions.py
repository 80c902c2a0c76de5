"""The cases on which a system lost most, with both outputs beside one another."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.records import Case, Evidence, MetricUse, Score, Trial
from evals.reporting import figures
from evals.reporting.data import MEASURED_BESIDE, Pair, RunReport, mean_of, values_of
from evals.reporting.differences import Part, word_differences

MOST = 6
"""Cases shown of a pair."""
MOST_OF_EACH = 3
"""The same where there are several pairs."""


@dataclass(frozen=True)
class ScoreShown:
    """A metric's word on one output."""

    label: str
    value: str
    explanation: str
    evidence: tuple[Evidence, ...]
    invalid: bool
    lost: bool
    """Whether the candidate lost on this metric here."""


@dataclass(frozen=True)
class Output:
    """One side of a case."""

    system: str
    sample: int
    parts: tuple[Part, ...]
    scores: tuple[ScoreShown, ...]
    kept: bool
    """Whether the output is there to be shown."""


@dataclass(frozen=True)
class Regression:
    """One case."""

    case: Case
    lost: tuple[tuple[str, str, str, str], ...]
    """Metric, baseline's mean, candidate's mean and the difference, of those it lost on, the heaviest first."""
    baseline: Output
    candidate: Output


@dataclass(frozen=True)
class Regressions:
    """The worst cases of a pair."""

    pair: Pair
    anchor: str
    shown: tuple[Regression, ...]
    lost: int
    """Cases that lost on some metric."""
    cases: int


@dataclass(frozen=True)
class Loss:
    """How far one case fell on one metric."""

    metric: MetricUse
    baseline: float
    candidate: float
    weight: float
    """In standard deviations of the differences of all cases, so that metrics can be set side by side."""
    gates: bool


def regressions_of(report: RunReport) -> tuple[Regressions, ...]:
    """One list a pair whose baseline kept its trials."""
    return tuple(
        _of_pair(report, pair, number) for number, pair in enumerate(report.pairs, start=1) if pair.baseline is not None
    )


def losses_of(report: RunReport, pair: Pair) -> dict[str, list[Loss]]:
    """Case -> its losses, heaviest first; cases in the order of their heaviest, those of gating metrics first."""
    assert pair.baseline is not None
    before, after = pair.baseline.by_case, pair.candidate.by_case
    gating = {own.metric for own in pair.comparison.metrics if own.gates}
    found: dict[str, list[Loss]] = {}
    for metric in report.run.metrics:
        if metric.metric in MEASURED_BESIDE:
            continue
        sign = 1 if metric.higher_is_better else -1
        both = {
            case: (first, second)
            for case in before.keys() & after.keys()
            if (first := mean_of(before[case], metric.label)) is not None
            and (second := mean_of(after[case], metric.label)) is not None
        }
        scale = statistics.pstdev([second - first for first, second in both.values()]) if both else 0.0
        for case, (first, second) in both.items():
            if sign * (second - first) < 0:
                weight = abs(second - first) / (scale or abs(second - first))
                found.setdefault(case, []).append(Loss(metric, first, second, weight, metric.label in gating))
    if gating:
        # What cannot decide is told of beside what can, and makes no case of its own.
        found = {case: losses for case, losses in found.items() if any(loss.gates for loss in losses)}
    for losses in found.values():
        losses.sort(key=_heaviest)
    return dict(sorted(found.items(), key=lambda item: (*_heaviest(item[1][0]), -len(item[1]), item[0])))


def _heaviest(loss: Loss) -> tuple[bool, float]:
    return not loss.gates, -loss.weight


def _of_pair(report: RunReport, pair: Pair, number: int) -> Regressions:
    assert pair.baseline is not None
    losses = losses_of(report, pair)
    before, after = pair.baseline.by_case, pair.candidate.by_case
    shown = tuple(
        _regression(report, pair, report.cases[case], losses[case], before[case], after[case])
        for case in list(losses)[: MOST if len(report.pairs) == 1 else MOST_OF_EACH]
        if case in report.cases
    )
    return Regressions(pair, f"worst-{number}", shown, len(losses), len(before.keys() & after.keys()))


def _regression(
    report: RunReport, pair: Pair, case: Case, losses: list[Loss], before: Sequence[Trial], after: Sequence[Trial]
) -> Regression:
    assert pair.baseline is not None
    metric = losses[0].metric
    first, second = _typical(before, metric.label), _worst(after, metric)
    gone, come = word_differences(first.output, second.output)
    lost = {loss.metric.label for loss in losses}
    return Regression(
        case=case,
        lost=tuple(
            (
                loss.metric.label,
                figures.value(loss.metric, loss.baseline),
                figures.value(loss.metric, loss.candidate),
                figures.difference(loss.metric, loss.candidate - loss.baseline),
            )
            for loss in losses
        ),
        baseline=Output(
            pair.baseline.system.system, first.sample, gone, shown(report, first, lost, fell=False), bool(first.output)
        ),
        candidate=Output(
            pair.candidate.system.system,
            second.sample,
            come,
            shown(report, second, lost, fell=True),
            bool(second.output),
        ),
    )


def _typical(trials: Sequence[Trial], label: str) -> Trial:
    """The trial whose value is nearest to the mean of its side: neither its best nor its worst."""
    mean = statistics.fmean(values_of(trials, label))
    return min(trials, key=lambda trial: _rank(trial, label, lambda value: abs(value - mean)))


def _worst(trials: Sequence[Trial], metric: MetricUse) -> Trial:
    """The trial that the loss is seen in."""
    sign = 1 if metric.higher_is_better else -1
    return min(trials, key=lambda trial: _rank(trial, metric.label, lambda value: sign * value))


def _rank(trial: Trial, label: str, of: Callable[[float], float]) -> tuple[float, int]:
    """Where a trial stands; one without a valid score stands last."""
    score = trial.score(label)
    value = score.value if score else None
    return (float("inf") if value is None else of(value)), trial.sample


def shown(report: RunReport, trial: Trial, lost: set[str], *, fell: bool) -> tuple[ScoreShown, ...]:
    """The scores of a trial in the order of the suite, those that were lost on first; `fell` marks them."""
    metrics = report.metrics
    order = {label: at for at, label in enumerate(metrics)}
    kept = sorted(
        (score for score in trial.scores if score.metric in metrics),
        key=lambda score: (score.metric not in lost, order[score.metric]),
    )
    return tuple(_shown(metrics[score.metric], score, fell and score.metric in lost) for score in kept)


def _shown(metric: MetricUse, score: Score, lost: bool) -> ScoreShown:
    return ScoreShown(
        label=metric.label,
        value="invalid" if score.value is None else single(metric, score.value),
        explanation=score.explanation,
        evidence=score.evidence,
        invalid=score.state == "invalid",
        lost=lost,
    )


def single(metric: MetricUse, value: float) -> str:
    """A value of one trial; a proportion's is yes or no."""
    if metric.kind == "proportion" and value in (0.0, 1.0):
        return "yes" if value else "no"
    return figures.value(metric, value)
