"""A run with everything that a report shows: two prompts, three segments on two channels, a judge, invalid scores."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.records import (
    Answer,
    Case,
    Evidence,
    Gate,
    MetricUse,
    Run,
    RunCounts,
    Score,
    System,
    Trial,
    TrialKey,
    invalid,
    scored,
)
from evals.reporting import CardRow, CardShown, RunReport
from evals.runs import TRIALS_FILE, TrialLog, hash_trials, write_run

SEGMENTS, CHANNELS = ("S1", "S2", "S3"), ("email", "sms")
BRIEFS = ("Harvest week", "Winter pantry", "Spring clean", "Picnic")
SAMPLES = 2
BEFORE, AFTER = "subject@1", "subject@2"
JUDGE = "openai:judge-small"
Text = Callable[[str], str]


def metrics(text: Text = str) -> tuple[MetricUse, ...]:
    return (
        MetricUse(
            label="checks", metric="checks", version=3, kind="proportion", higher_is_better=True, gates=True,
            description=text("every check of the copy passes"),
        ),
        MetricUse(
            label="grounded", metric="grounded", version=2, kind="mean", higher_is_better=True, gates=True,
            description=text("Share of claims that a source supports."),
        ),
        MetricUse(
            label="length", metric="length", version=1, kind="mean", higher_is_better=False, gates=False,
            unit="words", description=text("Words of the output."),
        ),
        MetricUse(
            label="rubric", metric="rubric", version=1, kind="proportion", higher_is_better=True, gates=False,
            judge=JUDGE, description=text("Whether a judge finds it fit for its reader."),
        ),
    )  # fmt: skip


def cases(text: Text = str) -> tuple[Case, ...]:
    return tuple(
        Case(
            # A case's name is one line without a slash.
            case=re.sub(r"[/\s]+", " ", text(f"{brief}, {segment} {channel}"))[:120],
            segment=text(segment),
            brief=text(brief),
            channel=channel,
            inputs={"offer": text("20% off olive oil until October 31")},
            expected={"offer.amount": 20},
            sources=(text("The offer is 20% off olive oil."), text("It ends on October 31, 2017.")),
        )
        for brief in BRIEFS
        for segment in SEGMENTS
        for channel in CHANNELS
    )


def report_run(folder: Path, text: Text = str, **head: Any) -> Path:
    """Write the run and say where it lies; `text` is put around every text of somebody else's."""
    systems = (
        System(system=BEFORE, prompt="copy/subject@1", prompt_hash="sha256:" + "1" * 64, model="local:"),
        System(system=AFTER, prompt="copy/subject@2", prompt_hash="sha256:" + "2" * 64, model="local:"),
    )
    told = cases(text)
    trials: dict[TrialKey, Trial] = {}
    for system in systems:
        for number, case in enumerate(told):
            for sample in range(SAMPLES):
                trial = _trial(system.system, number, case, sample, text)
                trials[trial.key] = trial
    with TrialLog(folder / TRIALS_FILE) as log:
        for trial in trials.values():
            log.add(trial)
    run: dict[str, Any] = {
        "run": folder.name,
        "suite": "subject-lines",
        "description": text("Subject lines of four briefs for three segments on two channels."),
        "target": "line",
        "suite_sha256": "sha256:" + "5" * 64,
        "samples": SAMPLES,
        "seed": 7,
        "cases": told,
        "systems": systems,
        "metrics": metrics(text),
        "gate": Gate(max_failed=0.05),
        "created_at": "2026-01-01T09:00:00+00:00",
        "finished_at": "2026-01-01T09:04:10+00:00",
        "program": "0.9",
        "counts": RunCounts(trials=len(trials), judge_cost_nanodollars=420_000_000),
        "notes": {"rubric": {AFTER: confusion()}, "grounded": {BEFORE: {"claims": 96}, AFTER: {"claims": 92}}},
        "trials_sha256": hash_trials(trials),
    }
    write_run(folder, Run(**(run | head)))
    return folder


def confusion() -> dict[str, Any]:
    return {
        "confusion": {"S1": {"S1": 11, "S2": 3, "S3": 2}, "S2": {"S1": 5, "S2": 9, "S3": 2}, "S3": {"S3": 16}},
        "accuracy": 0.75,
        "permutation_p": 0.0009,
        "control_accuracy": 0.354,
    }


def _trial(system: str, number: int, case: Case, sample: int, text: Text) -> Trial:
    after = system == AFTER
    answer = _answer(after, number, sample, text)
    return Trial(
        system=system,
        case=case.case,
        sample=sample,
        state=answer.state,
        output=answer.output,
        error=answer.error,
        tokens_in=212 if after else 148,
        tokens_out=31,
        seconds=0.9 + (number % 5) * 0.1,
        cost_nanodollars=41_000,
        from_journal=sample == 0 and not after,
        scores=_scores(after, number, sample, text) if answer.state == "answered" else (),
    )


def _answer(after: bool, number: int, sample: int, text: Text) -> Answer:
    if number == 5 and sample == 1:
        return Answer(state="failed", error=text("No answer came within 60 s."))
    if after and number == 11 and sample == 0:
        return Answer(state="invalid", error=text(f"Answer {number} is cut at 64 tokens."))
    if not after:
        return Answer(state="answered", output=text("Olive oil at 20% off until October 31. Stock up for the season."))
    end = "hurry, only 3 bottles left" if number % 3 == 0 else "a good moment to stock up"
    return Answer(state="answered", output=text(f"Your olive oil is 20% off until October 31: {end}."))


def _scores(after: bool, number: int, sample: int, text: Text) -> tuple[Score, ...]:
    fault = after and number % 3 == 0
    grounded = scored(
        "grounded", 2, 0.5 if fault else 1.0 - 0.05 * (number % 2) * sample,
        text("1 of 2 claims has no source." if fault else "All claims have a source."),
        (
            Evidence(
                claim=text("20% off"), source=text("The offer is 20% off olive oil."), place="sources 1", value=1.0
            ),
            Evidence(claim=text("only 3 bottles left" if fault else "until October 31"),
                     source="" if fault else text("It ends on October 31, 2017."), place="" if fault else "sources 2"),
        ),
    )  # fmt: skip
    judged = (
        invalid("rubric", 1, text(f"The judge said {number}, which was not offered."))
        if number % 6 == 4
        else scored("rubric", 1, float((number + sample) % 4 != 0 or after), text("It speaks to its reader."))
    )
    return (
        scored("checks", 3, float(not fault), text("scarcity: “only 3 bottles left” has no receipt" if fault else "")),
        grounded,
        scored("length", 1, 12 + after * 2 - (number % 4), ""),
        judged,
    )


def with_cards(report: RunReport, text: str = "") -> RunReport:
    return dataclasses.replace(
        report,
        cards=(
            CardShown(
                judge=JUDGE,
                metrics=("rubric",),
                may_gate=False,
                why=f"Kappa 0.31 lies below 0.6 on 80 labelled cases.{text}",
                rows=(CardRow("Cohen’s kappa", "0.31 (0.12 to 0.50)", "agreement beyond chance"),),
                sha256="sha256:" + "c" * 64,
            ),
        ),
        spreads=tuple(dataclasses.replace(spread, advice=f"{spread.advice}{text}") for spread in report.spreads),
    )
