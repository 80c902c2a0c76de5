"""A judge's card: how far one exact judge can be trusted, as measured on labelled data.

A card is bound to what judged: kind, version, model, prompt and options. A judge that differs in any of them has no
card, and a judge without a card that holds reports and does not gate.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from assistant.records import Record
from assistant.workspace import write_record
from evals.asking import PROMPTS, judge_prompt
from evals.judges import backward, pairwise
from evals.metrics import METRICS, metric_named
from evals.metrics import rubric as rubric_metric

FOLDER = "judges"
"""Where cards lie in the folder of runs."""


class Estimate(Record):
    """A figure with its interval; bounds are None where the data give none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    clusters: int = 0
    method: str = ""


class AltTest(Record):
    """Whether the judge may stand in for an annotator: arXiv 2501.10970."""

    winning_rate: float = Field(description="share of annotators that the judge is shown to match or beat")
    advantage: float = Field(description="how often it agrees with the others at least as well as one of them, mean")
    annotators: int
    epsilon: float = Field(description="what an annotator may be better by, as people cost more")
    passes: bool = Field(description="winning rate of at least one half")


class Thresholds(Record):
    """What a card has to reach to hold."""

    least_kappa: float = Field(
        default=0.4, description="the lower bound of kappa: more than fair agreement beyond chance (Landis and Koch)"
    )
    least_rows: int = Field(default=30, ge=1, description="labelled rows that were judged")
    least_groups: int = Field(default=10, ge=2, description="groups of them; an interval of fewer says little")
    most_invalid: float = Field(default=0.1, ge=0, le=1, description="share of rows without a verdict")
    most_position_bias: float = Field(default=0.2, ge=0, le=1, description="either way; of pairs")
    alt_test: bool = Field(default=True, description="whether it has to pass, where three annotators or more labelled")


class JudgeIdentity(Record):
    """What judges, exactly."""

    metric: str = Field(description="rubric, pairwise, backward, or a metric that a model judges")
    version: int
    judge: str = Field(description="the model, as settings name it")
    prompt: str = Field(default="", description="id of the prompt file")
    prompt_hash: str = ""
    options: dict[str, Any] = Field(default_factory=dict, description="with all that was left to its default")

    @property
    def sha256(self) -> str:
        """`sha256:` over all of it."""
        return _hash(self.model_dump(mode="json"))


class JudgeCard(Record):
    """What was measured of a judge."""

    identity: JudgeIdentity
    data: str = Field(description="name of the file of labels")
    data_sha256: str
    rows: int = Field(description="labelled rows")
    judged: int = Field(description="of them, with a verdict that could be read")
    contested: int = Field(
        default=0, description="rows whose annotators are even; they have no truth and count nowhere"
    )
    groups: int
    annotators: int
    kappa: Estimate = Field(description="agreement with the annotators' majority beyond chance")
    weighted: bool = Field(default=False, description="kappa with quadratic weights, of levels that are numbers")
    raw_agreement: Estimate = Field(description="overstates it: much of it is chance")
    human_kappa: float | None = Field(default=None, description="mean over pairs of annotators; what can be reached")
    alt_test: AltTest | None = None
    sensitivity: Estimate = Field(description="share of good ones that it calls good")
    specificity: Estimate = Field(description="share of bad ones that it calls bad")
    position_bias: float | None = Field(
        default=None, description="of pairs: -1 to 1, above 0 the first one is favoured"
    )
    consistency: float | None = Field(
        default=None, description="of pairs: share of verdicts that the order does not turn"
    )
    length_bias: Estimate = Field(
        description="of pairs: how much more often it takes the longer one than people do; of texts: correlation of "
        "what it says with the logarithm of the length, among texts that people gave the same label"
    )
    invalid_rate: float
    pass_rate: Estimate = Field(description="as it judges; of the rows without a label where there are some")
    corrected_pass_rate: Estimate = Field(description="pass rate put right by sensitivity and specificity")
    thresholds: Thresholds = Thresholds()
    holds: bool = Field(description="whether the judge may gate")
    reasons: tuple[str, ...] = Field(default=(), description="why it does not hold")
    notes: tuple[str, ...] = Field(default=(), description="what could not be measured, and why")
    created_at: str = Field(default="", description="UTC")
    program: str = ""

    @property
    def sha256(self) -> str:
        """`sha256:` over the card."""
        return _hash(self.model_dump(mode="json"))


def identity_of(metric: str, judge: str, options: Mapping[str, Any]) -> JudgeIdentity:
    """What judges when a metric, or a kind of judge, is asked of a model with these options.

    Raises:
        ConfigError: there is no such metric.
        ValueError: the options of a rubric describe none.
    """
    versions = {pairwise.KIND: pairwise.VERSION, backward.KIND: backward.VERSION}
    kind = rubric_metric.KIND if metric == rubric_metric.NAME else metric
    told = dict(options)
    if metric == rubric_metric.NAME:
        told = rubric_metric.rubric_of(options).model_dump(mode="json")
    elif metric == pairwise.KIND:
        told = pairwise.pair_rubric_of(options).model_dump(mode="json")
    prompt = judge_prompt(kind) if kind in PROMPTS else None
    return JudgeIdentity(
        metric=metric,
        version=versions.get(metric) or metric_named(metric).version,
        judge=judge,
        prompt=prompt.id if prompt else "",
        prompt_hash=prompt.fingerprint if prompt else "",
        options=told,
    )


def find_card(folders: Sequence[Path], judge: str, metric: str, options: Mapping[str, Any]) -> JudgeCard | None:
    """The newest card of exactly this judge; None where there is none. A file that is no card is passed over."""
    if metric not in METRICS and metric not in PROMPTS:
        return None
    wanted = identity_of(metric, judge, options).sha256
    found = [card for folder in folders for card in _cards(folder) if card.identity.sha256 == wanted]
    return max(found, key=lambda card: card.created_at, default=None)


def write_card(folder: Path, name: str, card: JudgeCard) -> Path:
    """Keep a card; its path."""
    path = folder / f"{name}.json"
    write_record(path, card)
    return path


def _cards(folder: Path) -> Iterator[JudgeCard]:
    for path in sorted(folder.glob("*.json")):
        try:
            yield JudgeCard.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue


def _hash(told: Any) -> str:
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
