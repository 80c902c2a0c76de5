"""One case in full, as text: from what is known of it to what each metric says of each answer."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.errors import unknown_name
from assistant.llm import dollars
from assistant.reports import numbers
from evals.records import Case, Evidence, MetricUse, Score, Trial, TrialKey
from evals.reporting.data import RunReport
from evals.reporting.exchanges import Exchange
from evals.reporting.regressions import single

# Controls but for the tab, and what turns the direction of writing.
_MOVING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def trace_case(
    report: RunReport, name: str, system: str = "", asked: Mapping[TrialKey, Sequence[Exchange]] | None = None
) -> str:
    """Everything that is known of a case.

    Args:
        report: of the run.
        name: the case.
        system: only its trials; empty: those of all systems.
        asked: what models were asked, where the journal has it.

    Raises:
        ConfigError: there is no such case, or no such system.
    """
    if name not in report.cases:
        raise unknown_name("case", name, report.cases)
    systems = {own.system: own for own in report.run.systems}
    if system and system not in systems:
        raise unknown_name("system", system, systems)
    lines = _case(report.cases[name])
    for own in [systems[system]] if system else systems.values():
        lines += ["", _heading(f"System {own.system}")]
        lines += _fields(
            ("prompt", f"{own.prompt} {own.prompt_hash}".strip()),
            ("model", own.model),
            ("parameters", own.parameters.label),
        )
        trials = [trial for trial in report.of(own.system) if trial.case == name]
        for trial in trials:
            lines += ["", *_trial(report.metrics, trial, (asked or {}).get(trial.key, ()))]
        if not trials:
            lines += ["", "There is no trial of this case."]
    return "\n".join(lines)


def _case(case: Case) -> list[str]:
    lines = [_heading(f"Case {case.case}")]
    lines += _fields(
        ("segment", case.segment),
        ("brief", case.brief),
        ("channel", case.channel),
        ("language", case.language),
        ("angle", case.angle),
        ("cluster", case.group),
    )
    for title, told in (("Inputs", case.inputs), ("Expected", case.expected)):
        if told:
            lines += ["", f"{title}:", *_indented(_json(told))]
    if case.sources:
        lines += ["", "Sources that the output may rest on:"]
        for number, source in enumerate(case.sources, start=1):
            lines += _indented(f"[{number}] {source}")
    return lines


def _trial(metrics: Mapping[str, MetricUse], trial: Trial, asked: Sequence[Exchange]) -> list[str]:
    cost = dollars(trial.cost_nanodollars)
    journal = ", from the journal" if trial.from_journal else ""
    lines = [
        f"Sample {trial.sample}: {trial.state}, {trial.tokens_in:,} tokens in, {trial.tokens_out:,} out, "
        f"{numbers.duration(trial.seconds)}, {cost}{journal}"
    ]
    if trial.error:
        lines += _indented(f"error: {trial.error}")
    for exchange in asked:
        lines += _indented(f"Asked of {exchange.model} ({exchange.asked_for}, {exchange.prompt}):")
        for role, content in exchange.messages:
            lines += _indented(f"[{role}]", 2) + _indented(content, 2)
        lines += _indented("[answer]", 2) + _indented(exchange.answer, 2)
    lines += ["  Output:", *(_indented(trial.output, 2) if trial.output else ["    none"])]
    if trial.detail:
        lines += ["  Detail:", *_indented(_json(trial.detail), 2)]
    lines.append("  Scores:")
    for score in trial.scores:
        lines += _score(metrics.get(score.metric), score)
    return lines if trial.scores else [*lines, "    none"]


def _score(metric: MetricUse | None, score: Score) -> list[str]:
    known = "invalid" if score.value is None else f"{score.value:g}"
    value = known if metric is None or score.value is None else single(metric, score.value)
    lines = _indented(f"{score.metric} (version {score.version}): {value}", 2)
    if score.explanation:
        lines += _indented(score.explanation, 3)
    return [*lines, *(line for one in score.evidence for line in _evidence(one))]


def _evidence(one: Evidence) -> list[str]:
    where = f" ({one.place})" if one.place else ""
    value = "" if one.value is None else f", {numbers.plain(one.value, 2)}"
    source = f"rests on “{one.source}”" if one.source else "no source found"
    return _indented(f"- “{one.claim}”: {source}{where}{value}", 3)


def _heading(text: str) -> str:
    return f"{_plain(text)}\n{'-' * len(_plain(text))}"


def _fields(*told: tuple[str, str]) -> list[str]:
    return [f"  {name}: {_plain(value)}" for name, value in told if value]


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=False, default=str)


def _indented(text: str, levels: int = 1) -> list[str]:
    return ["  " * levels + line for line in map(_plain, _lines(text))]


def _lines(text: str) -> Iterable[str]:
    return text.splitlines() or [""]


def _plain(text: str) -> str:
    """Without what would move a terminal's cursor or colour it."""
    return _MOVING.sub("\N{REPLACEMENT CHARACTER}", text)
