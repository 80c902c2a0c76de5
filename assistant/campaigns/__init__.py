"""Campaigns: a brief laid out over segments, channels, languages and angles, written, checked and summed up."""

from assistant.campaigns.briefing import Ground, check_brief
from assistant.campaigns.estimating import estimate_campaign, estimate_model, tally
from assistant.campaigns.exporting import checksums, export_files, manifest_of
from assistant.campaigns.ledger import append_entries, apply_ledger, read_ledger
from assistant.campaigns.planning import CampaignPlan, Selection, levels_of
from assistant.campaigns.review_sheets import ReviewRow, read_sheet, write_sheet
from assistant.campaigns.reviewing import changes, diff_words, edit_piece, from_editor, refusal, to_editor
from assistant.campaigns.running import Counts, summarise, wave_of, write_again, write_campaign

__all__ = [
    "CampaignPlan",
    "Counts",
    "Ground",
    "ReviewRow",
    "Selection",
    "append_entries",
    "apply_ledger",
    "changes",
    "check_brief",
    "checksums",
    "diff_words",
    "edit_piece",
    "estimate_campaign",
    "estimate_model",
    "export_files",
    "from_editor",
    "levels_of",
    "manifest_of",
    "read_ledger",
    "read_sheet",
    "refusal",
    "summarise",
    "tally",
    "to_editor",
    "wave_of",
    "write_again",
    "write_campaign",
    "write_sheet",
]
