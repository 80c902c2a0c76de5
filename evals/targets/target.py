"""What a target is, and what all targets share."""

import importlib
import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from assistant.errors import ConfigError, unknown_name
from assistant.prompting import Prompt, load_prompt
from assistant.records import Outcome, Request
from assistant.workspace import Workspace
from evals.records import Answer, Case, Parameters, Suite, System

TARGETS: dict[str, str] = {
    # name -> module below evals.targets whose TARGET it is
    "line": "line",
    "piece": "piece",
    "persona": "persona",
    "prompt": "prompt",
    "routing": "routing",
    "retrieval": "retrieval",
    "segmentation": "segmentation",
}
WORKSPACE = "workspace"
"""What `from` says in the inputs of a case whose facts are a workspace's."""


@dataclass(frozen=True)
class Job:
    """One trial to be."""

    case: Case
    system: System
    sample: int
    seed: int
    prompts: Mapping[str, Prompt]
    """By base name, `copy/subject`."""
    ground: Any
    """What the target opened once for the run."""

    @property
    def key(self) -> str:
        """What the keys of its requests begin with."""
        return f"{self.system.system}|{self.case.case}|{self.sample}"

    @property
    def draw(self) -> int:
        """A seed of its own, 32 bits: another one for each case and sample, and the same for every system.

        Systems that are compared draw alike, so their difference is not that of their luck.
        """
        return zlib.crc32(f"{self.seed}/{self.case.case}/{self.sample}".encode())


class Target(Protocol):
    """From a case to requests, and from their outcomes to an answer."""

    @property
    def name(self) -> str:
        """As a suite names it."""

    @property
    def asks(self) -> bool:
        """Whether a chat model is asked; where not, a system's model is what the target says it is."""

    def check_case(self, case: Case) -> str:
        """What is wrong with a case, in words that end a sentence and name the key; empty where nothing is."""

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """Base names of the prompt files that a case needs."""

    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> AbstractContextManager[Any]:
        """What is opened once for a system of a run, `Job.ground`.

        Raises:
            AssistantError: something that the cases need is not there.
        """

    def requests(self, job: Job) -> list[Request]:
        """What a model is asked first; keys begin with the job's, and no two samples ask for the same answer."""

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """A second round, once; mostly empty."""

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The answer, from the outcomes of both rounds."""


def target_named(name: str) -> Target:
    """A target, imported when it is asked for.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in TARGETS:
        raise unknown_name("target", name, TARGETS)
    return cast(Target, importlib.import_module(f"evals.targets.{TARGETS[name]}").TARGET)


def resolve_prompts(names: Iterable[str], pins: str, override: Path | None) -> dict[str, Prompt]:
    """Prompts by base name: the pinned ones, and of the others that are needed the latest.

    Args:
        names: base names that are needed.
        pins: `copy/subject@1, copy/preheader+warmer`, as a system says.
        override: the workspace's prompt folder.

    Raises:
        ConfigError: there is no such prompt, or a name is pinned twice.
    """
    pinned = _pinned(pins)
    return {name: load_prompt(pinned.get(name, name), override) for name in dict.fromkeys((*names, *pinned))}


def stray_pins(names: Collection[str], pins: str) -> tuple[str, ...]:
    """Pins of prompts that nothing asks for: a system that differs from another in these alone does not differ."""
    return tuple(pin for base, pin in _pinned(pins).items() if base not in names)


def _pinned(pins: str) -> dict[str, str]:
    pinned: dict[str, str] = {}
    for pin in filter(None, map(str.strip, pins.split(","))):
        base = re.split("[@+]", pin)[0]
        if base in pinned:
            raise ConfigError(f"Prompt {base} is asked for as {pinned[base]} and as {pin}; keep one.")
        pinned[base] = pin
    return pinned


def with_parameters(request: Request, job: Job, parameters: Parameters, *, sample: int, key: str = "") -> Request:
    """A request of a trial.

    Args:
        request: as the house asks.
        job: whose it is.
        parameters: what the system sets; what it leaves unset stays.
        sample: index that no other sample of the case uses, so that none shares an answer.
        key: told behind the job's key.
    """
    told = parameters.model_dump(exclude_none=True, include={"temperature", "top_p", "max_tokens"})
    return request.model_copy(update={**told, "key": f"{job.key}|{key}", "sample": sample})


def lost(outcome: Outcome) -> bool:
    """Whether an answer never came; one that the model did not finish in its tokens has come, and is of no use."""
    return outcome.status in ("failed", "unsent") and not outcome.truncated


def unanswered(outcomes: Iterable[Outcome | None]) -> Answer | None:
    """The answer of a trial that lacks one it needs: failed or invalid; None where all are there.

    Args:
        outcomes: those that are needed; None where one never came.
    """
    told = list(outcomes)
    for outcome in told:
        if outcome is None or lost(outcome):
            return Answer(state="failed", error=(outcome.error if outcome else "") or "no answer came")
    for outcome in told:
        if outcome is not None and outcome.status != "ok":
            error = outcome.error or f"the answer is {outcome.status}"
            return Answer(state="invalid", output=outcome.text, error=error)
    return None


def unusable(outcomes: Collection[Outcome]) -> Answer | None:
    """The answer of a trial of many requests: failed where one was lost, invalid where none can be used; else None."""
    away = [outcome for outcome in outcomes if lost(outcome)]
    if away or not outcomes:
        return unanswered(away or [None])
    return None if any(outcome.status == "ok" for outcome in outcomes) else unanswered(outcomes)


def under_own_keys(job: Job, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """A trial's outcomes by what stands in their keys behind the job's."""
    begin = f"{job.key}|"
    return {key.removeprefix(begin): outcome for key, outcome in outcomes.items() if key.startswith(begin)}


def unknown_inputs(case: Case, known: Collection[str]) -> str:
    """What is wrong with the names of a case's inputs; empty where nothing is."""
    strange = sorted(set(case.inputs) - set(known))
    return f"inputs has {', '.join(map(repr, strange))}, expected {', '.join(sorted(known))}" if strange else ""


def from_workspace(case: Case) -> bool:
    """Whether the case's facts are a workspace's."""
    return case.inputs.get("from") == WORKSPACE


def workspace_of(suite: Suite, workspace: Workspace | None) -> Workspace:
    """The workspace, where cases need one.

    Raises:
        ConfigError: there is none.
    """
    if workspace is None:
        raise ConfigError(f"Suite {suite.suite} reads a workspace; run it in one, or name one with `--workspace DIR`.")
    return workspace
