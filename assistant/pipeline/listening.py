"""What the pipeline tells whoever started it, so that no floor below the commands prints."""

from typing import Protocol

from assistant.records import Manifest


class Listener(Protocol):
    """Told of stages as they go."""

    def stage_started(self, stage: str) -> None:
        """A stage has to run."""

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total` steps are behind it; a total of 0 is not known yet."""

    def stage_note(self, stage: str, text: str) -> None:
        """Something worth saying while a stage runs."""

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        """A stage has run, or was kept because nothing it depends on has changed."""


class Silent:
    """Hears everything and says nothing."""

    def stage_started(self, stage: str) -> None:
        """Say nothing."""

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Say nothing."""

    def stage_note(self, stage: str, text: str) -> None:
        """Say nothing."""

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        """Say nothing."""
