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
    def fitted(self) -> Path:
        """The segmentation as it was fitted; frozen until the next fit."""
        return self.workspace.segments / "fitted.json"

    @property
    def fitted_features(self) -> Path:
        """The customer table that the segmentation was fitted on."""
        return self.workspace.segments / "fitted.parquet"

    @property
    def lifetime(self) -> Path:
        """How lifetime value was estimated and what it was worth."""
        return self.workspace.segments / "lifetime.json"

    @property
    def lifetime_values(self) -> Path:
        """Lifetime value of each customer."""
        return self.workspace.segments / "lifetime.parquet"

    @property
    def certificate(self) -> Path:
        """Whether the segments hold, and what they are worth."""
        return self.workspace.segments / "certificate.json"

    @property
    def drift(self) -> Path:
        """What has moved since the segmentation was fitted, and since the version before it."""
        return self.workspace.segments / "drift.json"

    @property
    def versions(self) -> Path:
        """Folder of earlier segmentations, a folder each, by number."""
        return self.workspace.segments / "versions"

    @property
    def audiences(self) -> Path:
        """Folder of the audiences by rule, a TOML file each."""
        return self.workspace.segments / "audiences"

    @property
    def recommendations(self) -> Path:
        """How good recommendations are, and those of each segment."""
        return self.workspace.segments / "recommendations.json"

    @property
    def recommended(self) -> Path:
        """The recommendations of each customer."""
        return self.workspace.segments / "recommended.parquet"

    @property
    def quality(self) -> Path:
        """What was found in the shop's files."""
        return self.workspace.data / "quality.json"

    @property
    def quality_page(self) -> Path:
        """The same as a page."""
        return self.workspace.data / "quality.html"

    @property
    def offers(self) -> Path:
        """Folder of what each segment may be offered."""
        return self.workspace.segments / "offers"

    @property
    def facts(self) -> Path:
        """Folder of the fact sheets, one a segment."""
        return self.workspace.segments / "facts"

    @property
    def index_version(self) -> Path:
        """The small file that names the index in force."""
        return self.workspace.index / "CURRENT"

    @property
    def written_personas(self) -> Path:
        """Folder of the personas as they were written, before their claims were held against the data."""
        return self.workspace.personas / "written"

    def persona_file(self, segment: str) -> Path:
        """A persona's file, which a person may edit."""
        return self.workspace.personas / f"{segment}.toml"

    def persona_versions(self, segment: str) -> Path:
        """Folder of a persona's versions, `0001.json` and the file of then as `0001.toml`."""
        return self.workspace.personas / "versions" / segment

    def campaign(self, name: str) -> Path:
        """A campaign's record."""
        return self.workspace.campaigns / name / "campaign.json"

    @property
    def report(self) -> Path:
        """The report."""
        return self.workspace.root / "report.html"
