"""What a run can find, told before it is paid for."""

import math
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import AssistantError
from evals.records import MetricUse, Run
from evals.running.planning import PlannedRun
from evals.runs import RUN_FILE, StoredRun
from evals.statistics import Spread, detectable_difference, spread_of_pilot, spread_of_proportion


def expected(plan: PlannedRun) -> list[str]:
    """One line a metric that gates: the difference between two systems that is found in four of five such runs.

    The spread is that of the latest run of the suite with two systems, where there is one; of a proportion it is
    assumed otherwise, and of a mean nothing is said.
    """
    if len(plan.suite.systems) < 2:
        return []
    pilot = _pilot(plan)
    return [line for use in plan.uses if use.gates and (line := _line(plan, use, pilot))]


def _line(plan: PlannedRun, use: MetricUse, pilot: StoredRun | None) -> str:
    spread = _spread(use, pilot)
    groups = [case.group for case in plan.suite.cases]
    clusters = len(set(groups))
    if spread is None:
        return f"{use.label}: what can be found is known after a first run"
    if clusters < 2:
        return f"{use.label}: nothing can be found with one cluster (brief x segment); add cases of others"
    least = detectable_difference(
        clusters=clusters,
        cases=len(groups),
        samples=plan.suite.samples,
        sd_between=spread.sd_between,
        sd_within=spread.sd_within,
        sd_case=spread.sd_case,
        cluster_sizes=[groups.count(name) for name in sorted(set(groups))],
    )
    told = (
        "too little varies to say" if not least or math.isinf(least) else f"differences from {least:.3f} on are found"
    )
    return f"{use.label}: {told} in four of five such runs ({spread.source})"


def _spread(use: MetricUse, pilot: StoredRun | None) -> Spread | None:
    if pilot is not None:
        rows = list(_pairs(pilot, use))
        if len({row[0] for row in rows}) > 1:
            return spread_of_pilot(rows)
    return spread_of_proportion() if use.kind == "proportion" else None


def _pairs(pilot: StoredRun, use: MetricUse) -> Iterator[tuple[str, str, int, float, float]]:
    """Cluster, case, sample and both systems' values, where both are valid."""
    before, after = (system.system for system in pilot.run.systems[:2])
    groups = {case.case: case.group for case in pilot.run.cases}
    others = {(trial.case, trial.sample): trial for trial in pilot.of(after)}
    for trial in pilot.of(before):
        other = others.get((trial.case, trial.sample))
        one, two = trial.score(use.label), other.score(use.label) if other else None
        if one and two and one.version == two.version == use.version and None not in (one.value, two.value):
            yield groups[trial.case], trial.case, trial.sample, float(one.value or 0), float(two.value or 0)


def _pilot(plan: PlannedRun) -> StoredRun | None:
    """The latest finished run of the suite with two systems; one that cannot be read is no pilot."""
    found: list[tuple[str, StoredRun]] = []
    for head in plan.folder.glob(f"{plan.suite.suite}-*/{RUN_FILE}"):
        stored = _read(head.parent)
        if stored is not None and stored.run.finished_at and len(stored.run.systems) > 1:
            found.append((stored.run.finished_at, stored))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _read(folder: Path) -> StoredRun | None:
    try:
        head = Run.model_validate_json((folder / RUN_FILE).read_bytes())
        return StoredRun(folder) if len(head.systems) > 1 else None
    except (AssistantError, ValueError, OSError):
        return None
