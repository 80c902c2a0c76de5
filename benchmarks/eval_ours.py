"""The harness on an instant model, as `eval_peers.py` has others: python -m benchmarks.eval_ours CASES."""

import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.records import Outcome, Request
from benchmarks.eval_peers import LONGEST, SAID, WANTED
from evals.running import plan_run, run_suite
from evals.suites import load_suite


class Instant:
    """Answers at once."""

    @contextmanager
    def __call__(self, model_name: str) -> Iterator["Instant"]:
        """See `Backend`."""
        yield self

    def complete(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """See `Backend`."""
        asked = list(requests)
        for request in asked:
            yield Outcome(key=request.key, sample=request.sample, status="ok", text=SAID, cost_nanodollars=0)


def ours(cases: int) -> float:
    """`run_suite` with its log; an instant model in the place of a gateway, as the peers have."""

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [
            json.dumps({"case": f"c{number}", "inputs": {"values": {"question": f"q{number}", "found": "f"}}})
            for number in range(cases)
        ]
        (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
        (folder / "instant.yaml").write_text(
            "suite: instant\ntarget: prompt\ncases_from: cases.jsonl\nprompts: [chat/phrase]\nmodels: [instant]\n"
            f"metrics:\n  - {{metric: contains, options: {{all: [{WANTED}]}}}}\n"
            f"  - {{metric: length, options: {{at_most: {LONGEST}}}}}\n"
            "  - {metric: length, name: something, options: {at_least: 1}}\n",
            encoding="utf-8",
        )
        began = time.perf_counter()
        plan = plan_run(load_suite(folder / "instant.yaml"), folder=folder / "runs")
        done = run_suite(plan, Instant(), now=lambda: dt.datetime.now(dt.UTC))
        took = time.perf_counter() - began
        assert done.counts.answered == cases
        return took


if __name__ == "__main__":
    print(json.dumps({"seconds": ours(int(sys.argv[1]))}))
