"""A model's verdict on a text by one criterion, on levels that are described."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from assistant.records import Outcome, Record, Request
from evals.asking import INFRASTRUCTURE, fenced, made_to_say, question, read_verdict, total_logprob, trouble
from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME = "rubric"
VERSION = 1
KIND = "rubric"
"""Of the judge: which prompt it asks with."""
PASS_FAIL = {"pass": "it meets the criterion", "fail": "it does not"}
_VALUES = {"pass": 1.0, "fail": 0.0}
_NUMBER = re.compile(r"-?\d{1,3}")
_VOTES_TEMPERATURE = 0.7
_NOTHING = "there is no text to judge"


class Level(Record):
    """A verdict that is offered."""

    name: str
    meaning: str
    value: float


class Rubric(Record):
    """What a text is judged by."""

    criterion: str = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=2)
    votes: int = Field(default=1, ge=1, le=15, description="times it is asked")
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    reading: Literal["verdict", "likelihood"] = Field(
        default="verdict", description="likelihood: the mean of the levels, each weighed by how likely the model is "
        "to say it; only local models tell"
    )  # fmt: skip
    sources: bool = Field(default=False, description="whether it is shown what the text may rest on")

    @property
    def offered(self) -> tuple[str, ...]:
        """The verdicts."""
        return tuple(level.name for level in self.levels)

    @property
    def is_pass_fail(self) -> bool:
        """Whether it has two levels, one of which passes."""
        return set(self.offered) == set(PASS_FAIL)

    def value_of(self, verdict: str) -> float:
        """What a verdict is worth: of a level that is a number, that number; of pass and fail, 1 and 0."""
        return next(level.value for level in self.levels if level.name == verdict)


def rubric_of(options: Mapping[str, Any]) -> Rubric:
    """The rubric that options describe.

    Raises:
        ValueError: they describe none; its text is what is wrong, as `check_options` tells it.
    """
    told = dict(options)
    levels = told.pop("levels", PASS_FAIL)
    if levels in ("pass/fail", "pass-fail"):
        levels = PASS_FAIL
    if not isinstance(levels, Mapping):
        raise ValueError(f"levels is {levels!r}; expected `pass/fail`, or each level with what it means")
    names = [str(name).casefold() for name in levels]
    meanings = [str(meaning) for meaning in levels.values()]
    is_words = set(names) == set(PASS_FAIL)
    if not is_words and not all(_NUMBER.fullmatch(name) for name in names):
        raise ValueError(f"levels are {', '.join(names)}; expected whole numbers, or `pass` and `fail`")
    votes = told.get("votes", 1)
    if votes != 1 and "temperature" not in told:
        told["temperature"] = _VOTES_TEMPERATURE
    values = [_VALUES[name] if is_words else float(name) for name in names]
    if len(set(values)) < len(values):
        raise ValueError(f"levels are {', '.join(names)}; expected each once")
    told["levels"] = tuple(
        Level(name=name, meaning=meaning, value=value)
        for name, meaning, value in zip(names, meanings, values, strict=True)
    )
    try:
        rubric = Rubric.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        named = ".".join(map(str, first["loc"]))
        raise ValueError(f"{named}: {first['msg'][0].lower()}{first['msg'][1:]}") from None
    if rubric.votes > 1 and (rubric.reading == "likelihood" or rubric.temperature == 0):
        raise ValueError(f"votes is {rubric.votes}, but what is asked for is the same each time; leave it out")
    return rubric


def check_options(options: Mapping[str, Any]) -> str:
    """What is wrong with options; empty where nothing is."""
    try:
        rubric_of(options)
    except ValueError as error:
        return str(error)
    return ""


def rubric_requests(rubric: Rubric, text: str, *, sources: Iterable[str] = (), sample: int = 0) -> list[Request]:
    """What a model is asked about a text; nothing where there is no text.

    Args:
        rubric: to judge by.
        text: to judge; it stands behind a fence.
        sources: what the text may rest on, shown where the rubric says so.
        sample: of the text, so that two equal outputs are judged apart where verdicts are drawn.
    """
    if not text.strip():
        return []
    rests = "\n\n".join(sources) if rubric.sources else ""
    values = {
        "criterion": rubric.criterion.strip(),
        "levels": "\n".join(f"{level.name}: {level.meaning}" for level in rubric.levels),
        "sources": f"\nWhat the text may rest on:\n{fenced(rests)}\n" if rests else "",
        "text": fenced(text),
    }
    asked = [
        question(
            KIND,
            values,
            rubric.offered,
            key=f"vote {vote}",
            sample=sample * rubric.votes + vote if rubric.votes > 1 else 0,
            temperature=rubric.temperature,
        )
        for vote in range(rubric.votes)
    ]
    if rubric.reading == "likelihood":
        return [made_to_say(asked[0], name, key=f"level {name}") for name in rubric.offered]
    return asked


def read_rubric(rubric: Rubric, outcomes: Mapping[str, Outcome]) -> Score:
    """The judge's verdict as a score, or why there is none.

    Votes are averaged; of pass and fail the more frequent one counts. Fewer than half of them readable is no score,
    and a vote that nobody could be asked for is asked for again before any of them counts.
    """
    if not outcomes:
        return invalid(NAME, VERSION, _NOTHING)
    if rubric.reading == "likelihood":
        return _weighed(rubric, outcomes)
    readings = [read_verdict(outcome, rubric.offered) for _, outcome in sorted(outcomes.items(), key=_number)]
    wrong = [reading.reason for reading in readings if reading.verdict is None]
    lost = [reason for reason in wrong if reason.startswith(INFRASTRUCTURE)]
    if lost:
        return invalid(NAME, VERSION, lost[0])
    said = [reading.verdict for reading in readings if reading.verdict is not None]
    if 2 * len(said) < len(readings) or not said:
        more = f"{len(said)} of {len(readings)} votes can be read; " if len(readings) > 1 else ""
        return invalid(NAME, VERSION, f"{more}{wrong[0]}")
    values = [rubric.value_of(verdict) for verdict in said]
    mean = math.fsum(values) / len(values)
    if rubric.is_pass_fail and mean == 0.5:
        return invalid(NAME, VERSION, f"the votes are even: {', '.join(said)}")
    value = float(mean > 0.5) if rubric.is_pass_fail else mean
    return scored(NAME, VERSION, value, _explained(rubric, said))


def _weighed(rubric: Rubric, outcomes: Mapping[str, Outcome]) -> Score:
    totals = []
    for name in rubric.offered:
        outcome = outcomes.get(f"level {name}")
        wrong = "the judge was not asked" if outcome is None else trouble(outcome)
        total = None if outcome is None else total_logprob(outcome)
        if outcome is None or wrong or total is None or outcome.text.strip() != name:
            reason = wrong or "the judge's model tells no likelihood; use a local one, or the reading `verdict`"
            return invalid(NAME, VERSION, reason)
        totals.append(total)
    most = max(totals)
    odds = [math.exp(total - most) for total in totals]
    value = math.fsum(odd * level.value for odd, level in zip(odds, rubric.levels, strict=True)) / math.fsum(odds)
    said = rubric.levels[totals.index(most)]
    share = max(odds) / math.fsum(odds)
    return scored(NAME, VERSION, value, f"likeliest {said.name} ({share:.0%}): {said.meaning}")


def _explained(rubric: Rubric, said: list[str]) -> str:
    if len(said) > 1:
        return f"votes: {', '.join(said)}"
    meaning = next(level.meaning for level in rubric.levels if level.name == said[0])
    return f"{said[0]}: {meaning}"


def _number(named: tuple[str, Outcome]) -> int:
    return int(named[0].rpartition(" ")[2])


def _requests(subject: Subject) -> list[Request]:
    rubric = rubric_of(subject.options)
    return rubric_requests(rubric, subject.text, sources=subject.case.sources, sample=subject.trial.sample)


def _read(subject: Subject, outcomes: Mapping[str, Outcome]) -> Score:
    return read_rubric(rubric_of(subject.options), outcomes)


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="a model's verdict by a criterion, on described levels",
    requests=_requests,
    read=_read,
    check_options=check_options,
)
