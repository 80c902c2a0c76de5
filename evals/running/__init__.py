"""Running a suite: planned, estimated, run, judged, and resumed where it was stopped."""

from evals.running.answering import Backend, Recorded
from evals.running.estimating import RunEstimate, estimate_run
from evals.running.expecting import expected
from evals.running.planning import Asked, PlannedRun, plan_run
from evals.running.running import Listener, Silent, run_suite

__all__ = [
    "Asked",
    "Backend",
    "Listener",
    "PlannedRun",
    "Recorded",
    "RunEstimate",
    "Silent",
    "estimate_run",
    "expected",
    "plan_run",
    "run_suite",
]
