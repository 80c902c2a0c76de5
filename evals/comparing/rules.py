"""What a gate goes by: which metrics decide, what loss of each is tolerated, and whether a change loosens that."""

from statistics import pstdev

from evals.comparing.tables import Side, values_of
from evals.records import MetricUse, Run

DEFAULT_MARGIN = 0.05
"""Loss of a proportion that is tolerated where the suite states none: five in a hundred."""
SMALL_EFFECT = 0.2
"""The same of a mean, in standard deviations of the baseline over its cases: what Cohen (1988) calls small."""


def may_gate(run: Run, use: MetricUse) -> bool:
    """Whether a metric may decide: none of a judge without a card does, whatever a run's head says of it."""
    uncalibrated = bool(use.judge) and not use.judge_card
    return use.gates and not (uncalibrated and run.gate.require_calibrated)


def gating(run: Run) -> list[str]:
    """Labels of the metrics that decide, in the order of the suite: those that its gate names and that may."""
    wanted = run.gate.metrics or [use.label for use in run.metrics]
    return [use.label for use in run.metrics if use.label in wanted and may_gate(run, use)]


def margin_of(side: Side, label: str) -> float:
    """The loss of a metric that a side's suite tolerates, in the metric's unit.

    A suite that says nothing tolerates 0.05 of a proportion and 0.2 standard deviations of a mean; one that says 0
    tolerates nothing.
    """
    stated = side.run.gate.margin.get(label)
    if stated is not None:
        return stated
    if side.uses[label].kind == "proportion":
        return DEFAULT_MARGIN
    means = [row.mean for row in values_of(side, label).values() if row.values]
    return SMALL_EFFECT * pstdev(means) if means else 0.0


def loosened(baseline: Run, candidate: Run) -> list[str]:
    """What a candidate's suite would let pass that the baseline's does not, a sentence each."""
    old, new = baseline.gate, candidate.gate
    found = []
    kept = set(gating(candidate))
    for label in gating(baseline):
        if label not in kept:
            found.append(f"{label} gates in the baseline's suite and does not in the candidate's")
            continue
        before, after = old.margin.get(label), new.margin.get(label)
        # What is not stated is a default, and one of a mean depends on the run: any change there is shown.
        if before != after and (before is None or after is None or after > before):
            found.append(f"the margin of {label} goes from {_stated(before)} to {_stated(after)}")
    for name in ("max_invalid", "max_failed"):
        if getattr(new, name) > getattr(old, name):
            found.append(f"{name} goes from {getattr(old, name):g} to {getattr(new, name):g}")
    if new.alpha < old.alpha:
        found.append(f"alpha goes from {old.alpha:g} to {new.alpha:g}, which finds fewer regressions")
    if old.require_calibrated and not new.require_calibrated:
        found.append("judges without a card that holds may decide")
    return found


def _stated(margin: float | None) -> str:
    return "unstated" if margin is None else f"{margin:g}"
