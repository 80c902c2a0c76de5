"""What every stage of a workspace has at hand, and how one is asked for."""

from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.config import Settings
from assistant.pipeline.listening import Listener
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage
from assistant.workspace import Workspace

# Raised whenever a stage would make something else of the same inputs.
VERSIONS = {
    "data": 3, "features": 2, "lifetime": 1, "fit": 1, "segments": 2, "audience": 1, "certificate": 2,
    "recommendations": 1, "facts": 2,
    "index": 2, "report": 3,
}  # fmt: skip


class Stages:
    """A workspace's stages; the caller holds the workspace for writing.

    A stage that has been asked for once is not looked at again by the same object.
    """

    def __init__(self, workspace: Workspace, listener: Listener) -> None:
        """Nothing runs yet."""
        self.workspace = workspace
        self.listener = listener
        self.paths = Paths(workspace)
        self._done: dict[str, StageResult] = {}

    @property
    def settings(self) -> Settings:
        """The workspace's settings."""
        return self.workspace.settings

    def _run(
        self,
        stage: str,
        folder: Path,
        inputs: Mapping[str, str],
        settings: Mapping[str, object],
        make: Callable[[Path], Mapping[str, object]],
        *,
        seed: int = 0,
        in_place: tuple[Path, ...] = (),
    ) -> StageResult:
        if stage not in self._done:
            self._done[stage] = run_stage(
                self.workspace,
                self.listener,
                stage=stage,
                folder=folder,
                version=VERSIONS[stage.partition(" ")[0]],
                inputs=inputs,
                settings=settings,
                seed=seed,
                make=make,
                in_place=in_place,
            )
        return self._done[stage]
