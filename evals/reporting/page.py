"""A run as one HTML file in the look of the house: no network, no script, every value escaped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reports.page import STYLES, render_page, write_page
from evals.records import MetricUse
from evals.reporting import figures
from evals.reporting.confusion import confusions_of
from evals.reporting.costs import costs_of, judges_cost
from evals.reporting.data import RunReport, Spread
from evals.reporting.failures import failures_of
from evals.reporting.forest import forests_of, verdict_of
from evals.reporting.hashes import hashes_of
from evals.reporting.matrix import FEW, matrices_of
from evals.reporting.regressions import regressions_of
from evals.reporting.scores import scores_of, sentence

PACKAGE = "evals.reporting"
# What a width or a medium changes comes last.
RUN_STYLES = (*STYLES[:-1], "run.css", STYLES[-1])
FEW_CLUSTERS = 10
"""Below this many clusters an interval that counts them is rough."""
_SHORT = 19


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    anchor: str
    title: str
    short: str
    """In the bar of contents."""


SECTIONS = (
    Section("forest", "What changed against the baseline", "Differences"),
    Section("scores", "Every system on every metric", "Scores"),
    Section("power", "What this run can tell", "Power"),
    Section("matrix", "Prompts and models, segment by segment", "Matrix"),
    Section("confusion", "Whose copy is whose", "Personas"),
    Section("worst", "The worst cases, side by side", "Worst cases"),
    Section("failures", "What could not be scored", "Failures"),
    Section("judges", "How far the judges can be trusted", "Judges"),
    Section("costs", "What it cost", "Cost"),
    Section("spread", "Where to spend calls", "Variance"),
    Section("reading", "How to read this", "Reading"),
    Section("hashes", "What was judged", "Hashes"),
)


@dataclass(frozen=True)
class Power:
    """What a run could find on a metric."""

    metric: MetricUse
    detectable: str


def render_run(report: RunReport) -> str:
    """The report as one HTML document; the same report gives the same text."""
    forests = forests_of(report)
    values: dict[str, Any] = {
        "forests": forests,
        "scores": scores_of(report),
        "power": _power(report),
        "matrices": matrices_of(report),
        "confusions": confusions_of(report),
        "regressions": regressions_of(report),
        "failures": failures_of(report),
        "costs": costs_of(report),
        "hashes": hashes_of(report),
    }
    shown = {
        "scores": True,
        "power": True,
        "forest": bool(forests),
        "matrix": bool(values["matrices"]),
        "confusion": bool(values["confusions"]),
        "worst": bool(values["regressions"]),
        "judges": bool(report.cards),
        "spread": bool(report.spreads),
    }
    trials = list(report.trials.values())
    return render_page(
        "run.html",
        styles=RUN_STYLES,
        package=PACKAGE,
        verdict=verdict_of,
        short=short,
        stacked=stacked,
        sentence=sentence,
        report=report,
        sections=[section for section in SECTIONS if shown.get(section.anchor, True)],
        banners=banners_of(report),
        clusters=len({case.group for case in report.run.cases}),
        states={state: sum(trial.state == state for trial in trials) for state in ("answered", "invalid", "failed")},
        tolerated=any(branch.margin is not None for forest in forests for branch in forest.branches),
        few=FEW,
        judges=judges_cost(report),
        **values,
    )


def write_run_page(path: Path, report: RunReport) -> None:
    """Render and write aside, then rename.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    write_page(path, render_run(report))


def banners_of(report: RunReport) -> list[tuple[str, str]]:
    """What nobody may overlook: a title and a sentence each."""
    run = report.run
    told = []
    if not run.finished_at:
        asked = len(run.cases) * len(run.systems) * run.samples
        told.append(("Not finished", f"{len(report.trials):,} of {asked:,} trials are there; figures may change."))
    clusters = len({case.group for case in run.cases})
    if clusters < FEW_CLUSTERS:
        told.append(("Few clusters", f"Cases come from {clusters} only, so intervals are rough and differences hide."))
    over = [
        summary
        for summary in report.summaries
        if summary.invalid > run.gate.max_invalid * (summary.invalid + summary.trials)
    ]
    if over:
        names = ", ".join(f"{summary.metric} of {summary.system}" for summary in over)
        told.append(("Much is invalid", f"More than {run.gate.max_invalid:.0%} of the scores: {names}."))
    return told


def short(digest: str) -> str:
    """The first digits of a hash."""
    return f"{digest[:_SHORT]}…" if len(digest) > _SHORT else digest


def stacked(spread: Spread) -> list[tuple[str, float, float]]:
    """Source, left end and width in percent, one beside the other."""
    told, left = [], 0.0
    for name, share in spread.shares:
        told.append((name, round(100 * left, 2), round(100 * share, 2)))
        left += share
    return told


def _power(report: RunReport) -> list[Power]:
    return [
        Power(metric, figures.difference(metric, report.detectable.get(metric.label)).removeprefix("+"))
        for metric in report.run.metrics
    ]
