"""Campaigns: a brief laid out over segments, channels and angles, written, checked and summed up."""

from assistant.campaigns.planning import check_brief, plan_jobs
from assistant.campaigns.running import summarise, write_campaign

__all__ = ["check_brief", "plan_jobs", "summarise", "write_campaign"]
