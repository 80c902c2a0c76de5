"""Runs held against one another: summaries, comparisons, baseline files and the gate."""

from evals.comparing.baselines import Baseline, Unjudgeable, read_baseline, write_baseline
from evals.comparing.compare import compare, compare_all
from evals.comparing.finding import find_run, open_sides, runs_in
from evals.comparing.gate import EXIT_CODES, gate, unjudged
from evals.comparing.rules import gating, margin_of, may_gate
from evals.comparing.summaries import summaries_of, summarise, summary_of
from evals.comparing.tables import Side, case_sha256, side_of, sides_of
from evals.comparing.workflows import workflow

__all__ = [
    "EXIT_CODES",
    "Baseline",
    "Side",
    "Unjudgeable",
    "case_sha256",
    "compare",
    "compare_all",
    "find_run",
    "gate",
    "gating",
    "margin_of",
    "may_gate",
    "open_sides",
    "read_baseline",
    "runs_in",
    "side_of",
    "sides_of",
    "summaries_of",
    "summarise",
    "summary_of",
    "unjudged",
    "workflow",
    "write_baseline",
]
