"""Reports: a run as one HTML file, as Markdown for a pull request, and one case of it as text."""

from evals.reporting.data import CardRow, CardShown, Outputs, Pair, RunReport, Spread
from evals.reporting.exchanges import Exchange, exchanges_of
from evals.reporting.gathering import gather
from evals.reporting.markdown import render_markdown
from evals.reporting.page import render_run, write_run_page
from evals.reporting.trace import trace_case

__all__ = [
    "CardRow",
    "CardShown",
    "Exchange",
    "Outputs",
    "Pair",
    "RunReport",
    "Spread",
    "exchanges_of",
    "gather",
    "render_markdown",
    "render_run",
    "trace_case",
    "write_run_page",
]
