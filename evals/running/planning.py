"""What a run will be: its systems with their prompts, its metrics, its name."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError
from assistant.prompting import Prompt
from assistant.workspace import Workspace, sha256_file
from evals.judges import JudgeCard, find_card
from evals.metrics import Metric, Subject, metric_named
from evals.metrics.basis import basis_of
from evals.records import Case, MetricSpec, MetricUse, Suite, System, Trial, TrialKey
from evals.runs import RUN_FILE, TRIALS_FILE
from evals.suites import LoadedSuite
from evals.targets import Job, Target, resolve_prompts, stray_pins, target_named

RECORDED = "recorded:"
EPOCH = 100_000
"""A further epoch's samples begin here, so that no answer of an earlier one serves it."""
DIGITS = 12


@dataclass(frozen=True)
class Asked:
    """A metric that a run uses."""

    spec: MetricSpec
    metric: Metric

    @property
    def label(self) -> str:
        """Its name in tables."""
        return self.spec.label


@dataclass(frozen=True)
class PlannedRun:
    """All that a run needs but its models."""

    suite: Suite
    target: Target
    metrics: tuple[Asked, ...]
    uses: tuple[MetricUse, ...]
    prompts: Mapping[str, Mapping[str, Prompt]] = field(repr=False)
    """System -> base name -> prompt file."""
    epoch: int
    folder: Path
    """Where runs lie; this one has a folder of its name in it."""
    workspace: Workspace | None

    @cached_property
    def name(self) -> str:
        """The suite's name, and digits over all that can change a result."""
        told = {
            "target": self.suite.target,
            "samples": self.suite.samples,
            "seed": self.suite.seed,
            "epoch": self.epoch,
            "cases": [case.model_dump(mode="json") for case in self.suite.cases],
            "systems": [system.model_dump(mode="json") for system in self.suite.systems],
            "recorded": [content_of(system.model) for system in self.suite.systems],
            "metrics": [
                use.model_dump(mode="json", include={"label", "metric", "version", "basis", "options", "judge"})
                for use in self.uses
            ],
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=True, default=str)
        return f"{self.suite.suite}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"

    @cached_property
    def place(self) -> Path:
        """The run's own folder."""
        return self.folder / self.name

    @property
    def started(self) -> bool:
        """Whether it was begun before."""
        return (self.place / RUN_FILE).exists()

    @property
    def asks(self) -> bool:
        """Whether any model may be asked."""
        systems = any(not system.model.startswith(RECORDED) for system in self.suite.systems)
        return (self.target.asks and systems) or any(asked.metric.requests for asked in self.metrics)

    def keys(self, system: System) -> list[TrialKey]:
        """Every trial of a system, in the order of the cases."""
        return [
            TrialKey(system.system, case.case, sample)
            for case in self.suite.cases
            for sample in range(self.suite.samples)
        ]

    def job(self, case: Case, system: System, sample: int, ground: Any) -> Job:
        """What the target is told of one trial."""
        return Job(
            case=case,
            system=system,
            sample=self.epoch * EPOCH + sample,
            seed=self.suite.seed,
            prompts=self.prompts[system.system],
            ground=ground,
        )

    def subject(self, case: Case, trial: Trial, asked: Asked) -> Subject:
        """What a metric is told of one trial."""
        return Subject(case=case, trial=trial, options=asked.spec.options)


def content_of(model: str) -> str:
    """The hash of what a `recorded:` model says; empty for others, and where there is nothing to read."""
    if not model.startswith(RECORDED):
        return ""
    path = Path(model.removeprefix(RECORDED).partition("#")[0])
    file = path / TRIALS_FILE if path.is_dir() else path
    return sha256_file(file) if file.is_file() else ""


def plan_run(
    loaded: LoadedSuite,
    *,
    folder: Path,
    workspace: Workspace | None = None,
    epoch: int = 0,
    cards: Sequence[Path] = (),
    default_model: str = "local:",
    prompt_folder: Path | None = None,
) -> PlannedRun:
    """Hold a suite against its target and its metrics, and find its prompts.

    Args:
        loaded: the suite.
        folder: where runs lie.
        workspace: its segments, its prompts, its journal; None where the suite brings all it needs.
        epoch: another one repeats everything with new answers.
        cards: folders where judge cards lie.
        default_model: of a suite that names none.
        prompt_folder: forks, where there is no workspace.

    Raises:
        ConfigError: a case, a metric or a prompt cannot be; the message says where in the file it stands.
    """
    suite = loaded.suite
    target = target_named(suite.target)
    for case in suite.cases:
        wrong = target.check_case(case)
        if wrong:
            raise ConfigError(f"{loaded.where(case.case)}: {wrong}.")
    metrics = tuple(_asked(loaded, spec) for spec in suite.metrics)
    override = workspace.prompts if workspace else prompt_folder
    prompts: dict[str, dict[str, Prompt]] = {}
    systems = []
    for system in suite.systems:
        names = sorted({name for case in suite.cases for name in target.prompt_names(case)})
        prompts[system.system] = resolve_prompts(names, system.prompt, override)
        # Target prompt takes its one pin for the case's own; elsewhere one that nothing uses changes nothing.
        stray = stray_pins(names, system.prompt) if names and suite.target != "prompt" else ()
        if stray:
            raise ConfigError(
                f"{loaded.document.at(('prompts',))}: no case asks for {', '.join(stray)}; they ask for "
                f"{', '.join(names)}."
            )
        told = [f"{name} {prompt.fingerprint}" for name, prompt in sorted(prompts[system.system].items())]
        systems.append(
            system.model_copy(
                update={
                    "model": system.model or (default_model if target.asks else ""),
                    "prompt_hash": f"sha256:{hashlib.sha256(' '.join(told).encode()).hexdigest()}" if told else "",
                    "prompt": system.prompt or ", ".join(prompt.id for prompt in prompts[system.system].values()),
                }
            )
        )
    suite = suite.model_copy(update={"systems": tuple(systems)})
    gating = set(suite.gate.metrics) or {asked.label for asked in metrics}
    uses = tuple(_use(asked, asked.label in gating, suite.gate.require_calibrated, cards) for asked in metrics)
    return PlannedRun(
        suite=suite,
        target=target,
        metrics=metrics,
        uses=uses,
        prompts=prompts,
        epoch=epoch,
        folder=folder,
        workspace=workspace,
    )


def _asked(loaded: LoadedSuite, spec: MetricSpec) -> Asked:
    try:
        metric = metric_named(spec.metric)
    except ConfigError as error:
        raise ConfigError(f"{loaded.where_metric(spec.label)}: {error}") from None
    wrong = metric.check_options(spec.options)
    if not wrong and metric.requests is not None and not spec.judge:
        wrong = "a model judges it; add `judge: MODEL`"
    if not wrong and metric.requests is None and spec.judge:
        wrong = "no model judges it; leave `judge` out"
    if wrong:
        raise ConfigError(f"{loaded.where_metric(spec.label)}: {wrong}.")
    return Asked(spec, metric)


def _use(asked: Asked, gates: bool, calibrated: bool, cards: Sequence[Path]) -> MetricUse:
    spec, metric = asked.spec, asked.metric
    card: JudgeCard | None = find_card(cards, spec.judge, spec.metric, spec.options) if spec.judge else None
    trusted = not spec.judge or not calibrated or (card is not None and card.holds)
    return MetricUse(
        label=spec.label,
        metric=metric.name,
        version=metric.version,
        basis=basis_of(metric),
        kind=metric.kind,
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
        description=metric.description,
        options=spec.options,
        judge=spec.judge,
        judge_card=card.sha256 if card else "",
        gates=gates and trusted,
    )
