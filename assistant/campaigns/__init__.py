"""Campaigns: a brief laid out over segments, channels, languages and angles, written, checked and summed up."""

from assistant.campaigns.briefing import Ground, check_brief
from assistant.campaigns.planning import plan_jobs
from assistant.campaigns.running import summarise, write_campaign

__all__ = ["Ground", "check_brief", "plan_jobs", "summarise", "write_campaign"]
