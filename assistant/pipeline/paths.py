"""Where each stage's outputs lie in a workspace."""

from dataclasses import dataclass
from pathlib import Path

from assistant.workspace import Workspace


@dataclass(frozen=True)
class Paths:
    """Files and folders of the artefacts."""

    workspace: Workspace

    @property
    def features(self) -> Path:
        """The customer table."""
        return self.workspace.segments / "features.parquet"

    @property
    def assignments(self) -> Path:
        """Which segment each customer is in, and where on the projection."""
        return self.workspace.segments / "assignments.parquet"

    @property
    def segmentation(self) -> Path:
        """The frozen segmentation."""
        return self.workspace.segments / "segmentation.json"

    @property
    def facts(self) -> Path:
        """Folder of the fact sheets, one a segment."""
        return self.workspace.segments / "facts"

    @property
    def index_version(self) -> Path:
        """The small file that names the index in force."""
        return self.workspace.index / "CURRENT"

    def campaign(self, name: str) -> Path:
        """A campaign's record."""
        return self.workspace.campaigns / name / "campaign.json"

    @property
    def report(self) -> Path:
        """The report."""
        return self.workspace.root / "report.html"
