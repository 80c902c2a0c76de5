"""Which stage must run, and running it: what the commands and the chat both call."""

from assistant.pipeline.language import load_campaigns, load_personas, weights_cache
from assistant.pipeline.listening import Listener, Silent
from assistant.pipeline.paths import Paths
from assistant.pipeline.pipeline import Pipeline
from assistant.pipeline.running import StageResult, run_stage, stage_key

__all__ = [
    "Listener",
    "Paths",
    "Pipeline",
    "Silent",
    "StageResult",
    "load_campaigns",
    "load_personas",
    "run_stage",
    "stage_key",
    "weights_cache",
]
