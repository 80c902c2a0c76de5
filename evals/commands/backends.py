"""Who answers, for the commands of the harness that ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.cli.options import workspace_if_any
from assistant.llm import Gateway, Guard, Journal
from assistant.pipeline import Models, weights_cache
from assistant.workspace import Workspace
from evals.commands.places import runs_folder


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


def backends_of(runs: Path | None, workspace: Path | None, *, from_journal: bool = False) -> Backends:
    """Ways to models for what two options of a command say: `--runs` and `--workspace`."""
    place = workspace_if_any(workspace)
    return Backends(place, runs_folder(runs, place), from_journal=from_journal)
