"""Any prompt file, rendered with a case's values and asked once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from assistant.errors import ConfigError
from assistant.prompting import Prompt
from assistant.records import Outcome, Request
from assistant.workspace import Workspace
from evals.records import Answer, Case, Suite, System
from evals.targets.target import Job, unanswered, unknown_inputs, with_parameters

TEMPERATURE = 0.5
MAX_TOKENS = 256
INPUTS = frozenset({"values", "prompt"})


class PromptTarget:
    """`inputs.values` are the prompt's variables; `inputs.prompt` names it, unless the system pins just one."""

    name = "prompt"
    asks = True

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        if strange := unknown_inputs(case, INPUTS):
            return strange
        values = case.inputs.get("values", {})
        if not isinstance(values, dict):
            return f"inputs.values is {values!r}, expected variables with their values"
        nested = [name for name, value in values.items() if isinstance(value, dict | list) or value is None]
        if nested:
            return f"inputs.values.{nested[0]} is {values[nested[0]]!r}, expected a text"
        named = case.inputs.get("prompt", "")
        return "" if isinstance(named, str) else f"inputs.prompt is {named!r}, expected a name such as persona/name"

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        named = case.inputs.get("prompt")
        return (named,) if named else ()

    @contextmanager
    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> Iterator[None]:
        """See `Target`."""
        yield None

    def requests(self, job: Job) -> list[Request]:
        """See `Target`.

        Raises:
            ConfigError: it is not clear which prompt is meant, or its variables are others.
        """
        prompt = _prompt(job)
        values = {name: str(value) for name, value in job.case.inputs.get("values", {}).items()}
        request = Request(
            key="",
            messages=prompt.render(values),
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
            max_tokens=MAX_TOKENS,
            temperature=TEMPERATURE,
            seed=job.draw,
        )
        return [with_parameters(request, job, job.system.parameters, sample=job.sample, key="answer")]

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The model's text as it came."""
        outcome = outcomes.get(f"{job.key}|answer")
        lacking = unanswered([outcome])
        if lacking is not None or outcome is None:
            return lacking or Answer(state="failed", error="no answer came")
        return Answer(state="answered", output=outcome.text)


def _prompt(job: Job) -> Prompt:
    named = job.case.inputs.get("prompt")
    if named:
        return job.prompts[named]
    if len(job.prompts) != 1:
        raise ConfigError(
            f"Case {job.case.case!r} of system {job.system.system!r} names no prompt; write inputs.prompt, or pin one "
            "prompt in the system."
        )
    return next(iter(job.prompts.values()))


TARGET = PromptTarget()
