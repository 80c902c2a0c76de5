"""Where runs lie and who answers, for all commands of the harness."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import WorkspaceError
from assistant.llm import Gateway, Guard, Journal
from assistant.pipeline.models import Models, weights_cache
from assistant.workspace import Workspace

RUNS = "eval-runs"
"""Folder of runs where there is no workspace."""

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where runs lie; without it the workspace's evals/, or ./eval-runs."),
]


def workspace_if_any(folder: Path | None) -> Workspace | None:
    """The workspace that an option names, or the one around the current folder, or none.

    Raises:
        WorkspaceError: the option names none.
    """
    try:
        return Workspace.find(Path.cwd()) if folder is None else Workspace.at(folder)
    except WorkspaceError:
        if folder is not None:
            raise
        return None


def runs_folder(out: Path | None, workspace: Workspace | None) -> Path:
    """Where runs lie."""
    if out is not None:
        return out
    return workspace.root / "evals" if workspace else Path.cwd() / RUNS


class Backends:
    """Ways to models: the workspace's, or bare ones with a journal beside the runs."""

    def __init__(self, workspace: Workspace | None, folder: Path, *, from_journal: bool = False) -> None:
        self._folder = folder
        self._from_journal = from_journal
        self._models = Models(workspace, from_journal=from_journal) if workspace else None

    @contextmanager
    def gateway(self, model_name: str) -> Iterator[Gateway]:
        """The way to a model, for as long as the block lasts."""
        if self._models is not None:
            with self._models.gateway(model_name) as gateway:
                yield gateway
            return
        with Journal(self._folder / "journal.sqlite") as journal:
            yield Gateway(
                model_name,
                guard=Guard(),
                journal=journal,
                cache_dir=weights_cache(),
                from_journal=self._from_journal,
            )
