"""A run from its plan: trials answered and scored as they come, then judged, then looked at together.

Every trial is in the log before the next is counted. A killed run goes on where it was: trials in the log are not
asked again, and answers in the journal cost nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from assistant.errors import ModelError
from assistant.records import Outcome, Request
from assistant.workspace import read_record
from evals.asking import INFRASTRUCTURE
from evals.metrics import Subject
from evals.records import Answer, Case, Run, RunCounts, Score, System, Trial, TrialKey, invalid
from evals.running.answering import Backend, Recorded, took
from evals.running.planning import EPOCH, RECORDED, Asked, PlannedRun
from evals.runs import RUN_FILE, TRIALS_FILE, TrialLog, hash_trials, read_trials, with_scores, write_run
from evals.targets import Job

WAVE = 256
"""Trials whose requests are sent together; what is held at once, so memory does not grow with the run."""


OpenBackend = Callable[[str], AbstractContextManager[Backend]]


@contextmanager
def nobody(model_name: str) -> Iterator[Backend]:
    """Who answers a run that asks no model.

    Raises:
        ModelError: a model is asked after all.
    """
    raise ModelError(f"{model_name} is asked, and nobody was opened to answer.")
    yield


class Listener(Protocol):
    """Whom to tell as a run goes on."""

    def stage_started(self, stage: str) -> None:
        """A part has begun."""

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """How far it is."""

    def stage_note(self, stage: str, text: str) -> None:
        """One line."""


class Silent:
    """Tells nobody."""

    def stage_started(self, stage: str) -> None:
        """See `Listener`."""

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """See `Listener`."""

    def stage_note(self, stage: str, text: str) -> None:
        """See `Listener`."""


def run_suite(
    plan: PlannedRun,
    backend: OpenBackend,
    *,
    now: Callable[[], dt.datetime],
    program: str = "",
    listener: Listener | None = None,
) -> Run:
    """Run what is missing of a plan and finish its head.

    Args:
        plan: of the run.
        backend: opens what answers for a model's name.
        now: tells when it began and ended.
        program: version of this software.
        listener: told of the progress.

    Returns:
        The head; trials that failed are counted, have no score, and are asked for again by the same call.
    """
    told = listener or Silent()
    head = _head(plan, now, program)
    write_run(plan.place, head)
    path = plan.place / TRIALS_FILE
    trials = read_trials(path)
    with TrialLog(path) as log:
        for system in plan.suite.systems:
            _answer(plan, system, backend, trials, log, told)
        costs = [_judge(plan, asked, backend, trials, log, told) for asked in plan.metrics if asked.metric.requests]
        notes = _together(plan, trials, log)
    meant = {key: trials[key] for system in plan.suite.systems for key in plan.keys(system) if key in trials}
    counts = _count(meant.values(), None if None in costs else sum(cost or 0 for cost in costs))
    lost = counts.failed + sum(map(_unreached, meant.values()))
    broken = lost > plan.suite.gate.max_failed * len(meant)
    head = head.model_copy(
        update={
            "counts": counts,
            "notes": notes,
            # A run with holes is not finished: the same call asks for what is missing.
            "finished_at": "" if broken else now().isoformat(timespec="seconds"),
            "trials_sha256": hash_trials(trials),
        }
    )
    write_run(plan.place, head)
    return head


def _head(plan: PlannedRun, now: Callable[[], dt.datetime], program: str) -> Run:
    suite = plan.suite
    begun = read_record(plan.place / RUN_FILE, Run).created_at if plan.started else ""
    return Run(
        run=plan.name,
        suite=suite.suite,
        description=suite.description,
        target=suite.target,
        suite_sha256=suite.sha256,
        samples=suite.samples,
        seed=suite.seed,
        epoch=plan.epoch,
        cases=suite.cases,
        systems=suite.systems,
        metrics=plan.uses,
        gate=suite.gate,
        created_at=begun or now().isoformat(timespec="seconds"),
        program=program,
    )


def _answer(
    plan: PlannedRun,
    system: System,
    backend: OpenBackend,
    trials: dict[TrialKey, Trial],
    log: TrialLog,
    listener: Listener,
) -> None:
    """All trials of a system that are missing or failed."""
    keys = plan.keys(system)
    pure = [asked for asked in plan.metrics if asked.metric.measure]
    missing = [key for key in keys if not _stands(trials.get(key), pure)]
    stage = f"eval {system.system}"
    listener.stage_started(stage)
    if not missing:
        return
    cases = {case.case: case for case in plan.suite.cases}
    done = len(keys) - len(missing)
    for trial in _trials(plan, system, missing, cases, backend):
        scored = _scored(plan, cases[trial.case], trial, pure)
        trials[scored.key] = scored
        log.add(scored)
        done += 1
        listener.stage_progress(stage, done, len(keys))


def _stands(trial: Trial | None, pure: Sequence[Asked]) -> bool:
    if trial is None or trial.state == "failed":
        return False
    versions = {score.metric: score.version for score in trial.scores}
    return all(versions.get(asked.label) == asked.metric.version for asked in pure)


def _trials(
    plan: PlannedRun, system: System, missing: Sequence[TrialKey], cases: Mapping[str, Case], backend: OpenBackend
) -> Iterator[Trial]:
    if system.model.startswith(RECORDED):
        recorded = Recorded(system.model.removeprefix(RECORDED))
        for key in missing:
            yield _trial(key, recorded.answer(key), {})
        return
    with plan.target.open(plan.suite, plan.workspace, system) as ground:
        jobs = {key: plan.job(cases[key.case], system, key.sample, ground) for key in missing}
        # The house's own router is a model that is asked nothing.
        if not plan.target.asks or not plan.target.requests(jobs[missing[0]]):
            for key, job in jobs.items():
                yield _trial(key, plan.target.read(job, {}), {})
            return
        with backend(system.model) as model:
            for start in range(0, len(missing), WAVE):
                wave = {key: jobs[key] for key in missing[start : start + WAVE]}
                yield from _wave(plan, wave, model)


def _wave(plan: PlannedRun, jobs: Mapping[TrialKey, Job], model: Backend) -> Iterator[Trial]:
    """Ask for the first round of some trials and, where the target wants one, the second; each as it is whole."""
    target = plan.target
    requests = {key: target.requests(job) for key, job in jobs.items()}
    heard: dict[TrialKey, dict[str, Outcome]] = {key: {} for key in jobs}
    second: dict[TrialKey, list[Request]] = {}
    for key in _whole(requests, heard, model):
        again = target.again(jobs[key], heard[key])
        if again:
            second[key] = again
        else:
            yield _trial(key, target.read(jobs[key], heard[key]), heard[key])
    if second:
        for key in _whole(second, heard, model):
            yield _trial(key, target.read(jobs[key], heard[key]), heard[key])


def _whole(
    requests: Mapping[TrialKey, Sequence[Request]], heard: Mapping[TrialKey, dict[str, Outcome]], model: Backend
) -> Iterator[TrialKey]:
    """Trials as the last of their outcomes comes; those that ask for nothing come first."""
    owners = {request.key: key for key, asked in requests.items() for request in asked}
    left = {key: len(asked) for key, asked in requests.items()}
    yield from (key for key, count in left.items() if not count)
    for outcome in model.complete([request for asked in requests.values() for request in asked]):
        key = owners[outcome.key]
        heard[key][outcome.key] = outcome
        left[key] -= 1
        if not left[key]:
            yield key


def _trial(key: TrialKey, answer: Answer, outcomes: Mapping[str, Outcome]) -> Trial:
    return Trial(
        system=key.system,
        case=key.case,
        sample=key.sample,
        state=answer.state,
        output=answer.output,
        detail=answer.detail,
        error=answer.error,
        **took(outcomes),
    )


def _scored(plan: PlannedRun, case: Case, trial: Trial, pure: Sequence[Asked]) -> Trial:
    if trial.state == "failed":
        return trial
    return trial.model_copy(update={"scores": tuple(_score(plan, case, trial, asked) for asked in pure)})


def _score(plan: PlannedRun, case: Case, trial: Trial, asked: Asked) -> Score:
    metric = asked.metric
    assert metric.measure is not None
    if trial.state != "answered":
        return invalid(asked.label, metric.version, f"the answer cannot be used: {trial.error}")
    try:
        return _labelled(metric.measure(plan.subject(case, trial, asked)), asked)
    except Exception as error:  # a metric's failure is a finding about the metric, and loses no trial
        return invalid(asked.label, metric.version, f"the metric failed: {type(error).__name__}: {error}")


def _labelled(score: Score, asked: Asked) -> Score:
    return score if score.metric == asked.label else score.model_copy(update={"metric": asked.label})


def _judge(
    plan: PlannedRun,
    asked: Asked,
    backend: OpenBackend,
    trials: dict[TrialKey, Trial],
    log: TrialLog,
    listener: Listener,
) -> int | None:
    """Have a model judge what it has not judged; what that cost, in nanodollars."""
    metric = asked.metric
    assert metric.requests is not None
    assert metric.read is not None
    cases = {case.case: case for case in plan.suite.cases}
    keys = [key for system in plan.suite.systems for key in plan.keys(system) if key in trials]
    subjects: dict[TrialKey, Subject] = {}
    for key in keys:
        trial = trials[key]
        if trial.state == "failed" or _judged(trial.score(asked.label), metric.version):
            continue
        if trial.state == "invalid":
            score = invalid(asked.label, metric.version, f"the answer cannot be used: {trial.error}")
            trials[key] = with_scores(trial, (score,))
            log.add_scores(key, (score,))
            continue
        subjects[key] = plan.subject(cases[key.case], trial, asked)
    stage = f"eval {asked.label} judged by {asked.spec.judge}"
    listener.stage_started(stage)
    if not subjects:
        return 0
    cost: int | None = 0
    done = 0
    with backend(asked.spec.judge) as model:
        waiting = list(subjects)
        for start in range(0, len(waiting), WAVE):
            wave = waiting[start : start + WAVE]
            requests = {key: _requests_of_judge(key, metric.requests(subjects[key]), plan.epoch) for key in wave}
            heard: dict[TrialKey, dict[str, Outcome]] = {key: {} for key in wave}
            for key in _whole(requests, heard, model):
                outcomes = {name.partition("\n")[2]: outcome for name, outcome in heard[key].items()}
                costs = took(outcomes)["cost_nanodollars"]
                cost = None if cost is None or costs is None else cost + costs
                score = _labelled(metric.read(subjects[key], outcomes), asked)
                trials[key] = with_scores(trials[key], (score,))
                log.add_scores(key, (score,))
                done += 1
                listener.stage_progress(stage, done, len(subjects))
    return cost


def _requests_of_judge(key: TrialKey, requests: Any, epoch: int) -> list[Request]:
    """A judge's requests, their keys unique in the run; another epoch or sample is judged anew."""
    return [
        request.model_copy(
            update={
                "key": f"{key.system}|{key.case}|{key.sample}\n{request.key}",
                "sample": request.sample + epoch * EPOCH,
            }
        )
        for request in requests
    ]


def _judged(score: Score | None, version: int) -> bool:
    if score is None or score.version != version:
        return False
    return not (score.state == "invalid" and score.explanation.startswith(INFRASTRUCTURE))


def _together(plan: PlannedRun, trials: dict[TrialKey, Trial], log: TrialLog) -> dict[str, Any]:
    """Metrics of all trials of a system together: their scores into the log, their figures returned by label."""
    cases = {case.case: case for case in plan.suite.cases}
    notes: dict[str, Any] = {}
    for asked in plan.metrics:
        metric = asked.metric
        if metric.measure_all is None:
            continue
        for system in plan.suite.systems:
            keys = [key for key in plan.keys(system) if key in trials and trials[key].state == "answered"]
            subjects = [plan.subject(cases[key.case], trials[key], asked) for key in keys]
            scores = metric.measure_all(subjects)
            for at, key in enumerate(keys):
                score = scores.get(at) or invalid(asked.label, metric.version, "it says nothing of this one")
                score = _labelled(score, asked)
                if trials[key].score(asked.label) != score:
                    trials[key] = with_scores(trials[key], (score,))
                    log.add_scores(key, (score,))
            if metric.notes is not None:
                notes.setdefault(asked.label, {})[system.system] = dict(metric.notes(subjects, scores))
    return notes


def _unreached(trial: Trial) -> bool:
    return any(score.state == "invalid" and score.explanation.startswith(INFRASTRUCTURE) for score in trial.scores)


def _count(trials: Any, judge_cost: int | None) -> RunCounts:
    trials = list(trials)
    costs = [trial.cost_nanodollars for trial in trials]
    states = [trial.state for trial in trials]
    return RunCounts(
        trials=len(trials),
        answered=states.count("answered"),
        invalid=states.count("invalid"),
        failed=states.count("failed"),
        tokens_in=sum(trial.tokens_in for trial in trials),
        tokens_out=sum(trial.tokens_out for trial in trials),
        cost_nanodollars=None if None in costs else sum(cost or 0 for cost in costs),
        judge_cost_nanodollars=judge_cost,
        seconds=sum(trial.seconds for trial in trials),
        from_journal=sum(trial.from_journal for trial in trials),
    )
