"""Which stage must run, and running it: what the commands and the chat both call."""

from assistant.pipeline.assigning import Placed, assign_file
from assistant.pipeline.checking import lint_ground
from assistant.pipeline.explaining import explain
from assistant.pipeline.language import load_campaigns, load_personas
from assistant.pipeline.listening import Listener, Silent
from assistant.pipeline.mapping import proposed_mapping
from assistant.pipeline.models import Models, weights_cache
from assistant.pipeline.numbers import Reading
from assistant.pipeline.offering import offers_of, recommended_to
from assistant.pipeline.paths import Paths
from assistant.pipeline.pipeline import Pipeline
from assistant.pipeline.running import StageResult, run_stage, stage_key
from assistant.pipeline.verifying import persona_version, persona_versions
from assistant.pipeline.versions import kept_versions

__all__ = [
    "Listener",
    "Models",
    "Paths",
    "Pipeline",
    "Placed",
    "Reading",
    "Silent",
    "StageResult",
    "assign_file",
    "explain",
    "kept_versions",
    "lint_ground",
    "load_campaigns",
    "load_personas",
    "offers_of",
    "persona_version",
    "persona_versions",
    "proposed_mapping",
    "recommended_to",
    "run_stage",
    "stage_key",
    "weights_cache",
]
