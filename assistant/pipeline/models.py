"""The models of a workspace: each behind a gateway with the workspace's guard, journal, limits and one budget."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from platformdirs import user_cache_path

from assistant.llm import Budget, Gateway, Guard, Journal
from assistant.pipeline.contacts import contact_values
from assistant.records import Outcome
from assistant.workspace import Workspace

NANO = 1_000_000_000


def weights_cache() -> Path:
    """Where a local model's converted weights are kept, for all workspaces of a user."""
    return user_cache_path("marketing-assistant")


class Models:
    """What one command asks models with; `spend_cap` holds for all of it together.

    With `from_journal` nothing is asked: the journal alone answers, and what it does not hold is an error.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        from_journal: bool = False,
        on_stop: Callable[[], None] | None = None,
        on_outcome: Callable[[Outcome], None] | None = None,
    ) -> None:
        """Nothing is opened or read before a model is asked for."""
        self._workspace = workspace
        self._from_journal = from_journal
        self._on_stop = on_stop
        self._on_outcome = on_outcome

    @cached_property
    def guard(self) -> Guard:
        """Knows the workspace's contact values."""
        settings = self._workspace.settings
        return Guard(
            contact_values(self._workspace),
            min_group_size=settings.facts.min_group_size,
            allow=settings.models.guard_allow,
        )

    @cached_property
    def budget(self) -> Budget:
        """Of the whole command."""
        cap = self._workspace.settings.models.spend_cap
        return Budget(None if cap is None else int(cap * NANO))

    @contextmanager
    def gateway(self, model_name: str) -> Iterator[Gateway]:
        """The way to a model, for as long as the block lasts."""
        settings = self._workspace.settings.models
        with Journal(self._workspace.journal) as journal:
            yield Gateway(
                model_name,
                guard=self.guard,
                journal=journal,
                cache_dir=weights_cache(),
                limits=settings.limits,
                budget=self.budget,
                prices=settings.prices,
                from_journal=self._from_journal,
                on_stop=self._on_stop,
                on_outcome=self._on_outcome,
            )
