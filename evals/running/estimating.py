"""What a run will take, before anything is sent."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from pydantic import Field

from assistant.llm import Estimate, Gateway
from assistant.records import Record, Request
from evals.records import Trial
from evals.running.planning import RECORDED, PlannedRun
from evals.runs import TRIALS_FILE, read_trials

LIKELY_OUTPUT = (
    "A sentence of about the length that such an output has, so that a judge's prompt is as long as it will be."
)
OpenGateway = Callable[[str], AbstractContextManager[Gateway]]


class RunEstimate(Record):
    """Calls of a run, by system and by judge."""

    trials: int
    standing: int = Field(description="trials that an earlier run of the same left in the log")
    systems: dict[str, Estimate] = Field(description="the first round; a repair or a jury's tie may add to it")
    judges: dict[str, Estimate] = Field(
        description="by metric; outputs that are not there yet are taken as one sentence"
    )

    @property
    def cost_nanodollars(self) -> int | None:
        """Of all together, at the most; None: the price of one is not known."""
        costs = [each.cost_nanodollars for each in (*self.systems.values(), *self.judges.values())]
        return None if None in costs else sum(cost or 0 for cost in costs)


def estimate_run(plan: PlannedRun, gateway: OpenGateway) -> RunEstimate:
    """Estimate a run; asks nobody.

    Args:
        plan: of the run.
        gateway: opens the way to a model by its name.
    """
    cases = {case.case: case for case in plan.suite.cases}
    log = read_trials(plan.place / TRIALS_FILE) if plan.started else {}
    keys = {system.system: plan.keys(system) for system in plan.suite.systems}
    standing = {key for found in keys.values() for key in found if key in log and log[key].state != "failed"}
    systems, judges = {}, {}
    for system in plan.suite.systems:
        missing = [key for key in keys[system.system] if key not in standing]
        if system.model.startswith(RECORDED) or not plan.target.asks or not missing:
            continue
        requests: list[Request] = []
        with plan.target.open(plan.suite, plan.workspace, system) as ground:
            for key in missing:
                requests += plan.target.requests(plan.job(cases[key.case], system, key.sample, ground))
        if requests:
            with gateway(system.model) as model:
                systems[system.system] = model.estimate(requests)
    for asked in plan.metrics:
        if asked.metric.requests is None:
            continue
        requests = []
        for system in plan.suite.systems:
            for key in keys[system.system]:
                trial = log.get(key) or Trial(**key._asdict(), state="answered", output=LIKELY_OUTPUT)
                subject = plan.subject(cases[key.case], trial, asked)
                requests += [
                    request.model_copy(update={"key": f"{key} {request.key}"})
                    for request in asked.metric.requests(subject)
                ]
        with gateway(asked.spec.judge) as model:
            judges[asked.label] = model.estimate(requests)
    return RunEstimate(trials=sum(map(len, keys.values())), standing=len(standing), systems=systems, judges=judges)
