"""Who answers: a gateway, a target that asks nobody, or outputs that were had elsewhere."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypedDict

from pydantic import Field, ValidationError

from assistant.errors import ConfigError
from assistant.records import Outcome, Record, Request
from evals.records import Answer, TrialKey
from evals.runs import RUN_FILE, StoredRun


class Backend(Protocol):
    """What answers requests: `assistant.llm.Gateway` does."""

    def complete(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """One outcome for each request, in any order."""


class RecordedLine(Record):
    """One output of a JSONL file."""

    case: str
    sample: int = Field(default=0, ge=0)
    system: str = ""
    output: str
    detail: dict[str, object] = Field(default_factory=dict)


class Recorded:
    """Outputs had elsewhere: a JSONL file of `case`, `sample`, `output`, or the folder of a run.

    Raises:
        ConfigError: the file cannot be read; the message names the line.
    """

    def __init__(self, source: str) -> None:
        name, _, system = source.partition("#")
        path = Path(name)
        self._path = path
        self._answers: dict[tuple[str, int], Answer] = (
            self._of_run(path, system) if (path / RUN_FILE).exists() else self._of_file(path, system)
        )

    def answer(self, key: TrialKey) -> Answer:
        """The output of a trial; one that is not there was never had, so it has failed."""
        found = self._answers.get((key.case, key.sample))
        if found is None:
            reason = f"{self._path} has no output of case {key.case!r}, sample {key.sample}"
            return Answer(state="failed", error=reason)
        return found

    def _of_run(self, folder: Path, system: str) -> dict[tuple[str, int], Answer]:
        stored = StoredRun(folder)
        names = [each.system for each in stored.run.systems]
        if not system and len(names) > 1:
            raise ConfigError(f"{folder} holds several systems; say which: {folder}#{names[0]}.")
        if system and system not in names:
            raise ConfigError(f"{folder} has no system {system!r}; it has {', '.join(names)}.")
        return {
            (trial.case, trial.sample): Answer(
                state=trial.state, output=trial.output, detail=trial.detail, error=trial.error
            )
            for trial in stored.of(system or names[0])
        }

    def _of_file(self, path: Path, system: str) -> dict[tuple[str, int], Answer]:
        answers: dict[tuple[str, int], Answer] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{path} cannot be read ({error}); expected recorded outputs, a JSON object a line, or a run's folder."
            ) from None
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                told = RecordedLine.model_validate(json.loads(line))
            except ValidationError as error:
                first = error.errors()[0]
                named = ".".join(map(str, first["loc"]))
                raise ConfigError(f"{path}, line {number}, {named}: {first['msg']}.") from None
            except ValueError as error:
                raise ConfigError(f"{path}, line {number}: {error}; expected a JSON object.") from None
            if told.system not in ("", system) and system:
                continue
            key = (told.case, told.sample)
            if key in answers:
                raise ConfigError(
                    f"{path}, line {number}: case {told.case!r}, sample {told.sample} stands there twice."
                )
            answers[key] = Answer(state="answered", output=told.output, detail=dict(told.detail))
        return answers


class Took(TypedDict):
    """What some outcomes took, under the names that a trial has for it."""

    tokens_in: int
    tokens_out: int
    seconds: float
    cost_nanodollars: int | None
    from_journal: bool


def took(outcomes: Mapping[str, Outcome]) -> Took:
    """Tokens, seconds and cost of some outcomes together; the cost is None where one is not known."""
    costs = [outcome.cost_nanodollars for outcome in outcomes.values()]
    return {
        "tokens_in": sum(outcome.tokens_in for outcome in outcomes.values()),
        "tokens_out": sum(outcome.tokens_out for outcome in outcomes.values()),
        "seconds": sum(outcome.seconds for outcome in outcomes.values()),
        "cost_nanodollars": None if None in costs else sum(cost or 0 for cost in costs),
        "from_journal": bool(outcomes) and all(outcome.from_journal for outcome in outcomes.values()),
    }
