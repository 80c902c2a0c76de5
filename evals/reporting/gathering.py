"""From runs on disk to all that a report of one shows."""

from collections.abc import Sequence
from pathlib import Path

from evals.comparing import Side, compare_all, gate, side_of, summarise
from evals.records import Comparison, GateResult
from evals.reporting.cards import cards_of
from evals.reporting.data import Outputs, Pair, RunReport
from evals.reporting.spread import spreads_of
from evals.runs import StoredRun


def gather(
    stored: StoredRun,
    *,
    systems: Sequence[str] = (),
    baseline: Side | None = None,
    baseline_run: StoredRun | None = None,
    baseline_sha256: str = "",
    cards: Sequence[Path] = (),
) -> RunReport:
    """Everything that is concluded from a run.

    Args:
        stored: the run.
        systems: those that are held against a baseline; none named: all of them but the baseline itself.
        baseline: what they are held against, by the gate's rule; None: the run's first system, and no gate.
        baseline_run: the run that the baseline is of, for its outputs; None: they are not kept.
        baseline_sha256: of the baseline's file.
        cards: folders where judges' cards lie.
    """
    sides = [side_of(stored, system.system) for system in stored.run.systems]
    first = baseline or sides[0]
    others = [side for side in sides if side.system.system in systems] if systems else sides
    if baseline is None:
        others = [side for side in others if side.system.system != first.system.system]
    kept = outputs_of(baseline_run if baseline else stored, first)
    pairs = tuple(
        Pair(
            candidate=Outputs(stored.run.run, side.system, tuple(stored.of(side.system.system))),
            baseline=kept,
            comparison=comparison,
            gate=_gated(first, side, baseline_sha256) if baseline else None,
        )
        for side, comparison in zip(others, compare_all(first, others), strict=True)
    )
    return RunReport(
        run=stored.run,
        trials=stored.trials,
        summaries=tuple(summarise(stored)),
        pairs=pairs,
        cards=cards_of(stored.run, cards),
        spreads=spreads_of(stored.run, stored.trials.values()),
        detectable=_detectable([pair.comparison for pair in pairs]),
    )


def outputs_of(stored: StoredRun | None, side: Side) -> Outputs | None:
    """What a side wrote, where its run is at hand."""
    if stored is None:
        return None
    return Outputs(stored.run.run, side.system, tuple(stored.of(side.system.system)))


def _gated(baseline: Side, candidate: Side, sha256: str) -> GateResult:
    return gate(baseline, candidate, baseline_sha256=sha256)


def _detectable(comparisons: Sequence[Comparison]) -> dict[str, float]:
    """Of each metric the largest over the pairs: what holds of all of them."""
    found: dict[str, float] = {}
    for comparison in comparisons:
        for verdict in comparison.metrics:
            if verdict.detectable is not None:
                found[verdict.metric] = max(found.get(verdict.metric, 0.0), verdict.detectable)
    return found
