"""`assistant --help` beside a bare typer application's `--help`: at most 1.5 times its time."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
LIMIT = 1.5
_BARE = '''
import typer
app = typer.Typer(add_completion=False)

@app.command()
def one() -> None:
    """One."""

@app.command()
def two() -> None:
    """Two."""

app()
'''


def measure() -> tuple[float, float]:
    """Median seconds of ours and of the bare application's, run in turns so that noise falls on both."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE, encoding="utf-8")
        ours = [sys.executable, "-m", "assistant.cli.main", "--help"]
        theirs = [sys.executable, str(bare), "--help"]
        seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(ROUNDS + 1):
            for name, command in (("ours", ours), ("theirs", theirs)):
                began = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                seconds[name].append(time.perf_counter() - began)
    # The first round reads from disk.
    return statistics.median(seconds["ours"][1:]), statistics.median(seconds["theirs"][1:])


def main() -> None:
    """Print the ratio."""
    ours, theirs = measure()
    verdict = "within" if ours <= LIMIT * theirs else "ABOVE"
    print(f"help: {ours:.3f} s, bare typer {theirs:.3f} s, ratio {ours / theirs:.2f} ({verdict} the limit of {LIMIT})")


if __name__ == "__main__":
    main()
