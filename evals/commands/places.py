"""Where runs lie, for all commands of the harness."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import workspace_if_any
from assistant.workspace import Workspace

RUNS = "eval-runs"
"""Folder of runs where there is no workspace."""

RunsOption = Annotated[
    Path | None,
    typer.Option("--runs", metavar="DIR", help="Where runs lie; without it the workspace's evals/, or ./eval-runs."),
]


def runs_folder(out: Path | None, workspace: Workspace | None) -> Path:
    """Where runs lie."""
    if out is not None:
        return out
    return workspace.root / "evals" if workspace else Path.cwd() / RUNS


def run_folders(runs: Path | None, workspace: Path | None) -> list[Path]:
    """Where runs are looked for: what an option names, or the workspace and the folder where there is none."""
    place = workspace_if_any(workspace)
    if runs is not None:
        return [runs]
    return list(dict.fromkeys([runs_folder(None, place), Path.cwd() / RUNS]))
