"""What a bundle says beside the records it holds, and how two runs of a campaign differ."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record
from assistant.records.models import Outcome


class BundledCall(Record):
    """One answer that a campaign was written with."""

    asked: str = Field(description="`sha256:...` over the model's name and the request")
    outcome: Outcome


class About(Record):
    """How a bundle's parts belong together."""

    version: Literal[1] = 1
    campaign: str
    model: str
    occasions: dict[str, str] = Field(description="by segment, what there was to talk about")
    longest_first_names: dict[str, int]
    prompts: dict[str, dict[str, str]] = Field(description="language -> name -> id of the prompt file")
    versions: dict[str, str] = Field(description="package -> version that wrote it")


Reason = Literal["brief", "brand", "data", "model", "prompt", "seed", "edited", "written again", "chance"]


class PieceChange(Record):
    """What became of one piece between two runs."""

    piece: str
    change: Literal["same", "changed", "only in the first", "only in the second"]
    reasons: tuple[Reason, ...] = Field(
        default=(),
        description="what differs in what it was made of; chance: nothing does, the model answered otherwise",
    )
    fields: dict[str, tuple[str, str]] = Field(default_factory=dict, description="field -> its text before and after")
    states: tuple[str, str] = Field(default=("", ""), description="where it stood in each")
