"""Where the differences between scores come from, metric by metric."""

from collections.abc import Iterable

from evals.records import MetricUse, Run, Trial
from evals.reporting.data import MEASURED_BESIDE, Spread
from evals.statistics import split_variance


def spreads_of(run: Run, trials: Iterable[Trial]) -> tuple[Spread, ...]:
    """The split of every metric of what was written; of one whose values are all the same there is none."""
    told = list(trials)
    found = (_spread(run, use, told) for use in run.metrics if use.metric not in MEASURED_BESIDE)
    return tuple(spread for spread in found if spread is not None)


def _spread(run: Run, use: MetricUse, trials: list[Trial]) -> Spread | None:
    rows = [
        (trial.case, trial.system, trial.sample, use.judge, score.value)
        for trial in trials
        for score in (trial.score(use.label),)
        if score is not None and score.value is not None
    ]
    if len({row[0] for row in rows}) < 2:
        return None
    split = split_variance(rows)
    varied = (
        ("case", split.case, True),
        ("sample", split.sample, run.samples > 1),
        # What differs between systems is more than the wording where their models do.
        (_between_systems(run), split.wording, len(run.systems) > 1),
    )
    total = sum(part for _, part, told in varied if told)
    if total <= 0:
        return None
    return Spread(use.label, tuple((name, part / total) for name, part, told in varied if told), split.advice)


def _between_systems(run: Run) -> str:
    settings = {(system.model, system.parameters.label) for system in run.systems}
    return "wording" if len(settings) == 1 else "system"
