"""The brand kit at work: what it bans, asks for and allows, how the brand sounds, and a kit out of past copy."""

from assistant.copywriting.brand.learning import Learned, learn
from assistant.copywriting.brand.matching import allowed_claims_in, banned_in, missing_required
from assistant.copywriting.brand.past_copy import PastCopy, read_past_copy
from assistant.copywriting.brand.voice import voice_findings
from assistant.copywriting.brand.writing import kit_text

__all__ = [
    "Learned",
    "PastCopy",
    "allowed_claims_in",
    "banned_in",
    "kit_text",
    "learn",
    "missing_required",
    "read_past_copy",
    "voice_findings",
]
