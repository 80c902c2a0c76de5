"""From a run to rows: one side of a comparison, and the values of a metric on its cases.

An invalid score and a failed trial are counted, and are never values.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field

from assistant.errors import unknown_name
from assistant.records import Record
from assistant.workspace import sha256_text
from evals.records import Case, MetricUse, Run, Score, System, Trial
from evals.runs import StoredRun, hash_trials

INFRASTRUCTURE = "infrastructure:"
"""How the reason of a score begins that is missing because a judge could not be reached."""


class Judged(Record):
    """A trial as statistics see it: its scores, and of its output the hash."""

    case: str
    sample: int = Field(ge=0)
    state: Literal["answered", "invalid", "failed"]
    output_sha256: str
    scores: tuple[Score, ...] = Field(default=(), description="without what they rest on")

    def score(self, label: str) -> Score | None:
        """The score of a metric by its label."""
        return next((score for score in self.scores if score.metric == label), None)


@dataclass(frozen=True)
class Side:
    """One system of one run."""

    run: Run
    system: System
    judged: tuple[Judged, ...]
    """Those of the run's cases and samples that the log holds, in the order of the cases."""
    trials_sha256: str
    """Of the whole run's log."""

    @property
    def name(self) -> str:
        """Run and system, as a command takes them."""
        return f"{self.run.run}#{self.system.system}"

    @cached_property
    def cases(self) -> dict[str, Case]:
        """By name, in the order of the suite."""
        return {case.case: case for case in self.run.cases}

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Case -> hash of all that it says."""
        return {case.case: case_sha256(case) for case in self.run.cases}

    @cached_property
    def uses(self) -> dict[str, MetricUse]:
        """Metrics by label."""
        return {use.label: use for use in self.run.metrics}

    @cached_property
    def by_case(self) -> dict[str, list[Judged]]:
        """Case -> its trials, in the order of the suite."""
        found: dict[str, list[Judged]] = {}
        for trial in self.judged:
            found.setdefault(trial.case, []).append(trial)
        return {name: found[name] for name in self.cases if name in found}

    @cached_property
    def rows(self) -> "dict[str, dict[str, CaseValues]]":
        """Label -> what `values_of` found once."""
        return {}

    @property
    def failed_share(self) -> float:
        """Share of trials that got no answer."""
        return _share(sum(trial.state == "failed" for trial in self.judged), len(self.judged))

    @property
    def is_whole(self) -> bool:
        """Whether every trial was had; those that failed were had as well, and are counted elsewhere."""
        if len(self.judged) < len(self.run.cases) * self.run.samples:
            return False
        lost = any(trial.state == "failed" or any(map(is_unreached, trial.scores)) for trial in self.judged)
        return bool(self.run.finished_at) or lost

    def unreached_share(self, label: str) -> float:
        """Share of trials whose judge could not be reached."""
        scores = [score for trial in self.judged if (score := trial.score(label)) is not None]
        return _share(sum(map(is_unreached, scores)), len(scores))

    def invalid_share(self, label: str) -> float:
        """Share of trials that were answered or could not be used and have no valid score of a metric."""
        rows = values_of(self, label).values()
        invalid = sum(row.invalid for row in rows)
        return _share(invalid, invalid + sum(len(row.values) for row in rows))


@dataclass(frozen=True)
class CaseValues:
    """One metric on one case."""

    case: str
    cluster: str
    values: Mapping[int, float]
    """Sample -> value, of valid scores."""
    invalid: int
    """Samples whose score is invalid or was not given."""
    failed: int

    @property
    def mean(self) -> float:
        """Over samples; asked only where there is a value."""
        return sum(self.values.values()) / len(self.values)


def values_of(side: Side, label: str) -> dict[str, CaseValues]:
    """A metric on each case of which there is a trial, in the order of the suite."""
    if label not in side.rows:
        side.rows[label] = {
            name: _case_values(side.cases[name], trials, label) for name, trials in side.by_case.items()
        }
    return side.rows[label]


def _case_values(case: Case, trials: Sequence[Judged], label: str) -> CaseValues:
    values: dict[int, float] = {}
    failed = 0
    for trial in trials:
        score = trial.score(label)
        if trial.state == "failed":
            failed += 1
        elif score is not None and score.value is not None:
            values[trial.sample] = score.value
    return CaseValues(case.case, case.group, values, len(trials) - failed - len(values), failed)


def side_of(stored: StoredRun, system: str = "") -> Side:
    """A side from a run on disk.

    Args:
        stored: the run.
        system: its name; empty: the first.

    Raises:
        ConfigError: the run has no such system.
    """
    known = {each.system: each for each in stored.run.systems}
    name = system or next(iter(known))
    if name not in known:
        raise unknown_name("system", name, known)
    judged = tuple(map(_judged, stored.of(name)))
    return Side(stored.run, known[name], judged, hash_trials(stored.trials))


def sides_of(stored: StoredRun) -> list[Side]:
    """All systems of a run, in its order."""
    return [side_of(stored, system.system) for system in stored.run.systems]


def case_sha256(case: Case) -> str:
    """`sha256:` over all that a case says; cases of one name and two contents are not compared."""
    return sha256_text(json.dumps(case.model_dump(mode="json"), sort_keys=True))


def is_unreached(score: Score) -> bool:
    """Whether a score is missing because a judge could not be reached."""
    return score.state == "invalid" and score.explanation.startswith(INFRASTRUCTURE)


def _judged(trial: Trial) -> Judged:
    # What a score rests on and why it is what it is are for readers of the run; the reason of an invalid one counts.
    scores = tuple(
        score.model_copy(update={"evidence": (), "explanation": score.explanation if score.value is None else ""})
        for score in trial.scores
    )
    return Judged(
        case=trial.case,
        sample=trial.sample,
        state=trial.state,
        output_sha256=sha256_text(trial.output),
        scores=scores,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
