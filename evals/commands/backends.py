"""Who answers, for the commands of the harness that ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.llm import Gateway, Guard, Journal
from assistant.pipeline.models import Models, weights_cache
from assistant.workspace import Workspace


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
