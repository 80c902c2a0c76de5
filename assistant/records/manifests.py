"""What an artefact says of its own making."""

from pydantic import Field

from assistant.records.base import Record


class Manifest(Record):
    """Written beside the artefact it describes; a stage whose key is unchanged is not run again."""

    stage: str
    key: str = Field(description="hash of inputs, settings, seed and the stage's own version")
    inputs: dict[str, str] = Field(description="name of each input -> `sha256:...`")
    settings: dict[str, object]
    outputs: dict[str, str] = Field(description="path below the workspace -> `sha256:...`")
    versions: dict[str, str] = Field(description="package -> version")
    seed: int
    seconds: float
    made_at: str = Field(description="ISO 8601, UTC")
    notes: dict[str, object] = Field(default_factory=dict, description="counts worth keeping")
