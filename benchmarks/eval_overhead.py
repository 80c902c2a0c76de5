"""What the harness adds to an instant model, beside a bare loop and other harnesses in the same run.

Usage: python -m benchmarks.eval_overhead [--cases 2000] [--rounds 3] [--peers PYTHON]

PYTHON is an interpreter that has pydantic_evals, deepeval and inspect_ai; they are kept out of this project's own
environment. A harness that is not there is left out, and said to be.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = Path(__file__).with_name("eval_peers.py")
NAMES = ("bare_loop", "ours", "pydantic_evals", "deepeval", "inspect_ai")
OWN = ("bare_loop", "ours")


def main() -> None:
    """Print milliseconds a case beyond the first, seconds of one case from nothing, and both as ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", default=sys.executable, help="an interpreter that has the peers")
    given, _ = options.parse_known_args()
    each: dict[str, list[float]] = {}
    start: dict[str, list[float]] = {}
    for _round in range(given.rounds):
        for name in NAMES:
            python = sys.executable if name in OWN else given.peers
            one = timed(python, name, 1)
            many = timed(python, name, given.cases) if one else None
            if one and many:
                each.setdefault(name, []).append(1000 * (many[0] - one[0]) / (given.cases - 1))
                start.setdefault(name, []).append(one[1])
    ours = statistics.median(each["ours"])
    print(f"{given.cases:,} cases, three assertions, median of {given.rounds} rounds in turn")
    for name in NAMES:
        if name not in each:
            print(f"  {name:16} not installed in {given.peers}")
            continue
        spent, begun = statistics.median(each[name]), statistics.median(start[name])
        print(f"  {name:16} {spent:8.3f} ms a case, {spent / ours:7.2f} of ours; one case from nothing {begun:5.2f} s")


def timed(python: str, name: str, cases: int) -> tuple[float, float] | None:
    """Seconds inside the harness and of the whole process; None where it is not installed."""
    what = ["-m", "benchmarks.eval_ours"] if name == "ours" else [str(PEERS), name]
    # Some peers leave files where they run.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        began = time.perf_counter()
        done = subprocess.run(
            [python, *what, str(cases)], capture_output=True, text=True, cwd=place, check=False, env=_environment()
        )
        whole = time.perf_counter() - began
    if done.returncode:
        if "ModuleNotFoundError" not in done.stderr:
            raise SystemExit(f"{name} failed:\n{done.stderr}")
        return None
    return float(json.loads(done.stdout.strip().splitlines()[-1])["seconds"]), whole


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PEERS.parents[1]), "DEEPEVAL_TELEMETRY_OPT_OUT": "YES"}


if __name__ == "__main__":
    main()
