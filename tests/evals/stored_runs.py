"""Runs with scores that a test states, written as the harness writes them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from evals.records import Case, Gate, MetricUse, Run, RunCounts, Score, System, Trial, TrialKey, invalid, scored
from evals.runs import TRIALS_FILE, TrialLog, hash_trials, write_run

Value = float | str | None
"""A valid score, the reason of an invalid one, or None where the metric says nothing of the trial."""
Values = Mapping[str, Sequence[Sequence[Value]]]
"""Label -> for each case, the value of each sample."""


def a_metric(label: str, kind: Literal["proportion", "mean"] = "proportion", **more: Any) -> MetricUse:
    """A metric as a run used it: higher is better and it gates, unless told otherwise."""
    return MetricUse.model_validate(
        {"label": label, "metric": label, "version": 1, "kind": kind, "higher_is_better": True, "gates": True} | more
    )


def some_cases(count: int, clusters: Sequence[str] = (), **more: Any) -> tuple[Case, ...]:
    """Cases `case 000`, `case 001`, ... with a briefing each; without clusters each is its own."""
    return tuple(
        Case(
            case=f"case {number:03}",
            cluster=clusters[number] if clusters else "",
            inputs={"task": f"Announce offer {number}."},
            **more,
        )
        for number in range(count)
    )


def make_run(
    folder: Path,
    systems: Mapping[str, Values],
    *,
    metrics: Sequence[MetricUse],
    clusters: Sequence[str] = (),
    cases: Sequence[Case] = (),
    gate: Gate | None = None,
    wording: str = "",
    failed: Collection[tuple[str, int]] = (),
    finished: bool = True,
    **head: Any,
) -> Path:
    """Write a run and say where it lies.

    Args:
        folder: where to; made where it is absent.
        systems: name -> label -> for each case, the value of each sample.
        metrics: those of the labels, as the run used them.
        clusters: of each case, where `cases` are not given.
        cases: in the order of the values.
        gate: of the suite.
        wording: a word that all outputs hold; two runs of equal wording have equal outputs.
        failed: case number and sample of trials that got no answer, in every system.
        finished: whether the run came to its end.
        head: further fields of `Run`.
    """
    first = next(iter(next(iter(systems.values())).values()))
    count, samples = len(first), max(len(row) for row in first)
    chosen = tuple(cases) or some_cases(count, clusters)
    trials: dict[TrialKey, Trial] = {}
    with TrialLog(folder / TRIALS_FILE) as log:
        for system, values in systems.items():
            for at, case in enumerate(chosen):
                for sample in range(samples):
                    lost = (at, sample) in failed
                    trial = Trial(
                        system=system,
                        case=case.case,
                        sample=sample,
                        state="failed" if lost else "answered",
                        output="" if lost else f"Copy {wording} for {case.case}, take {sample}, by {system}.",
                        error="No answer came within 60 s." if lost else "",
                        tokens_in=100,
                        tokens_out=20,
                        seconds=0.5,
                        scores=() if lost else _scores(values, at, sample),
                    )
                    log.add(trial)
                    trials[trial.key] = trial
    told: dict[str, Any] = {
        "run": f"{folder.name}-0123abcd",
        "suite": "small",
        "target": "prompt",
        "suite_sha256": "sha256:" + "5" * 64,
        "samples": samples,
        "seed": 7,
        "cases": chosen,
        "systems": tuple(
            System(system=name, prompt=name, prompt_hash=f"sha256:{wording}", model="scripted") for name in systems
        ),
        "metrics": tuple(metrics),
        "gate": gate or Gate(),
        "created_at": "2026-01-01T00:00:00Z",
        "finished_at": "2026-01-01T00:01:00Z" if finished else "",
        "counts": RunCounts(trials=len(trials), answered=len(trials), failed=len(failed) * len(systems)),
        "trials_sha256": hash_trials(trials) if finished else "",
    }
    write_run(folder, Run(**(told | head)))
    return folder


def _scores(values: Values, at: int, sample: int) -> tuple[Score, ...]:
    """The scores of one trial, those that are told."""
    scores = []
    for label, rows in values.items():
        value = rows[at][sample] if sample < len(rows[at]) else None
        if isinstance(value, str):
            scores.append(invalid(label, 1, value))
        elif value is not None:
            scores.append(scored(label, 1, value, "as the test states"))
    return tuple(scores)
