"""Which stage must run, and running it: what the commands and the chat both call."""

from assistant.pipeline.assigning import Placed, assign_file
from assistant.pipeline.auditing import audit_data
from assistant.pipeline.bundling import bundle_of, run_named, write_bundle
from assistant.pipeline.campaign_files import (
    campaign_named,
    load_campaign,
    load_campaigns,
    stopped_campaigns,
    stopped_run,
    stopped_states,
)
from assistant.pipeline.checking import lint_ground
from assistant.pipeline.explaining import explain, find_piece
from assistant.pipeline.exporting import Exported, RecipientOptions, export_campaign
from assistant.pipeline.ingesting import Reading
from assistant.pipeline.language import load_personas
from assistant.pipeline.listening import Listener, Silent
from assistant.pipeline.mapping import proposed_mapping
from assistant.pipeline.models import Models, weights_cache
from assistant.pipeline.offering import offers_of, recommended_to
from assistant.pipeline.paths import Paths
from assistant.pipeline.pipeline import Pipeline
from assistant.pipeline.reviewing import Applied, Review
from assistant.pipeline.running import StageResult, run_stage, stage_key
from assistant.pipeline.verifying import persona_version, persona_versions
from assistant.pipeline.versions import kept_versions

__all__ = [
    "Applied",
    "Exported",
    "Listener",
    "Models",
    "Paths",
    "Pipeline",
    "Placed",
    "Reading",
    "RecipientOptions",
    "Review",
    "Silent",
    "StageResult",
    "assign_file",
    "audit_data",
    "bundle_of",
    "campaign_named",
    "explain",
    "export_campaign",
    "find_piece",
    "kept_versions",
    "lint_ground",
    "load_campaign",
    "load_campaigns",
    "load_personas",
    "offers_of",
    "persona_version",
    "persona_versions",
    "proposed_mapping",
    "recommended_to",
    "run_named",
    "run_stage",
    "stage_key",
    "stopped_campaigns",
    "stopped_run",
    "stopped_states",
    "weights_cache",
    "write_bundle",
]
