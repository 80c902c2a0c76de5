"""Faults planted into a suite's own cases, and what each of its metrics finds of them."""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from assistant.copywriting import CHANNELS, check_receipts
from assistant.errors import ConfigError
from assistant.records import Outcome, Piece
from assistant.workspace import Workspace
from evals.metrics import Subject
from evals.mutations.faults import Planted
from evals.mutations.originals import Original, lines_of
from evals.records import Case, Score, Suite, Trial
from evals.running import Asked, Backend
from evals.targets import Job, resolve_prompts
from evals.targets.copying import copy_job, opened, prompt_names_of
from evals.targets.texts import as_text

FALSE_ALARMS = 0.05
"""Share of clean copy that a metric may accuse: its threshold is set there."""
COPY = ("line", "piece")


@dataclass(frozen=True)
class OfCase:
    """Clean copy of a case of the suite."""

    case: Case
    original: Original


@dataclass
class MetricRecall:
    """What one metric finds, with the threshold at which it accuses at most 5% of what is clean."""

    label: str
    threshold: float
    """A value below it is an alarm."""
    false_alarms: float
    clean: int
    planted: Counter[str] = field(default_factory=Counter)
    """By kind of fault; those that the metric can say something of."""
    found: Counter[str] = field(default_factory=Counter)
    invalid: int = 0

    @property
    def recall(self) -> float:
        """Faults found over faults planted."""
        return self.found.total() / max(1, self.planted.total())


def originals_of(suite: Suite, workspace: Workspace | None, *, count: int, seed: int) -> list[OfCase]:
    """Clean copy for a suite's cases, taken in turn: lines that people wrote as worked examples, with its own facts.

    Args:
        suite: of copy.
        workspace: where its cases are one's.
        count: how many are tried; cases whose facts no worked example needs are passed over.
        seed: of the draws.

    Raises:
        ConfigError: the suite is not of copy.
    """
    if suite.target not in COPY:
        raise ConfigError(
            f"Suite {suite.suite} runs {suite.target!r}, and faults are planted into copy; expected a suite with "
            "target: piece or target: line, such as `assistant eval mutate email`."
        )
    draw = random.Random(seed)
    override = workspace.prompts if workspace else None
    system = suite.systems[0]
    made = []
    with opened(suite, workspace, system) as ground:
        for number in range(count):
            case = suite.cases[number % len(suite.cases)]
            lines = CHANNELS[case.channel].lines
            prompts = resolve_prompts(prompt_names_of(case, lines), system.prompt, override)
            job = copy_job(Job(case, system, number, seed, prompts, ground), lines, 1)
            original = Original(job.brief, job.frame, case.angle, lines_of(job.frame, case.angle, draw, override))
            if original.can_be_said:
                made.append(OfCase(case, original))
    return made


def trial_of(case: Case, original: Original, piece: Piece | None, text: str) -> Trial:
    """A piece as a trial of target piece has it, or a text alone; where there is no text, the piece's own."""
    detail: dict[str, object] = {}
    text = text or as_text(piece or original.piece)
    if piece is not None:
        receipts = check_receipts(piece, original.frame.slots)
        detail = {
            "piece": piece.model_dump(mode="json"),
            "receipts": [result.model_dump(mode="json") for result in receipts],
            "slots": [slot.model_dump(mode="json") for slot in original.frame.slots.slots],
        }
    return Trial(system="", case=case.case, sample=0, state="answered", output=text, detail=detail)


def measure_metrics(
    clean: Sequence[OfCase],
    planted: Sequence[tuple[OfCase, Planted]],
    metrics: Sequence[Asked],
    backend: Callable[[str], AbstractContextManager[Backend]] | None = None,
) -> list[MetricRecall]:
    """What each metric of a suite finds of what was planted.

    A metric has no alarm of its own, so the threshold is the highest that accuses at most 5% of the clean copy: of a
    proportion that is 1 where at most 5% fail. Metrics over a whole set say nothing of one text and are left out.

    Args:
        clean: without a fault.
        planted: with one.
        metrics: of the suite.
        backend: opens a judge; without it metrics that a model judges are left out.
    """
    whole = [(own.case, trial_of(own.case, own.original, own.original.piece, "")) for own in clean]
    faulty = [(own.case, trial_of(own.case, own.original, fault.piece, fault.text or "")) for own, fault in planted]
    kinds = [fault.kind for _, fault in planted]
    told = []
    for asked in metrics:
        if asked.metric.measure_all is not None or (asked.metric.requests is not None and backend is None):
            continue
        scores = _scores(asked, [*whole, *faulty], backend)
        told.append(_recall(asked, scores[: len(whole)], list(zip(kinds, scores[len(whole) :], strict=True))))
    return told


def _recall(asked: Asked, clean: Sequence[Score], planted: Sequence[tuple[str, Score]]) -> MetricRecall:
    sign = 1.0 if asked.metric.higher_is_better else -1.0
    values = sorted(sign * score.value for score in clean if score.value is not None)
    borne = math.floor(FALSE_ALARMS * len(values))
    # So many of the lowest may be accused; a value that is not below the next one is not.
    threshold = values[borne] if values else -math.inf
    accused = sum(value < threshold for value in values)
    recall = MetricRecall(
        label=asked.label,
        threshold=sign * threshold,
        false_alarms=accused / max(1, len(values)),
        clean=len(values),
    )
    for kind, score in planted:
        if score.value is None:
            recall.invalid += 1
            continue
        recall.planted[kind] += 1
        recall.found[kind] += sign * score.value < threshold
    return recall


def _scores(
    asked: Asked,
    trials: Sequence[tuple[Case, Trial]],
    backend: Callable[[str], AbstractContextManager[Backend]] | None,
) -> list[Score]:
    subjects = [Subject(case=case, trial=trial, options=asked.spec.options) for case, trial in trials]
    metric = asked.metric
    if metric.measure is not None:
        return [metric.measure(subject) for subject in subjects]
    assert metric.requests is not None
    assert metric.read is not None
    assert backend is not None
    requests = {}
    for at, subject in enumerate(subjects):
        for request in metric.requests(subject):
            requests[f"{at}\n{request.key}"] = request
    heard: list[dict[str, Outcome]] = [{} for _ in subjects]
    with backend(asked.spec.judge) as model:
        for outcome in model.complete([r.model_copy(update={"key": key}) for key, r in requests.items()]):
            number, _, key = outcome.key.partition("\n")
            heard[int(number)][key] = outcome
    return [metric.read(subject, outcomes) for subject, outcomes in zip(subjects, heard, strict=True)]
