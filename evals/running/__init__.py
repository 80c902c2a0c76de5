"""Running a suite: planned, run, judged, and resumed where it was stopped.

What a run will take of models is told by `evals.running.estimating`, which loads their gateway.
"""

from evals.running.answering import Backend, Recorded
from evals.running.expecting import expected
from evals.running.planning import Asked, PlannedRun, plan_run
from evals.running.running import Listener, OpenBackend, Silent, nobody, run_suite

__all__ = [
    "Asked",
    "Backend",
    "Listener",
    "OpenBackend",
    "PlannedRun",
    "Recorded",
    "Silent",
    "expected",
    "nobody",
    "plan_run",
    "run_suite",
]
