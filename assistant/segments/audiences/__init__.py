"""Audiences by rule: written as TOML or as an English phrase, counted before use, asked of the engine."""

from assistant.segments.audiences.candidate import audience_candidate, certify_audience
from assistant.segments.audiences.catalogue import Catalogue
from assistant.segments.audiences.checking import check_rule
from assistant.segments.audiences.compiling import Shop, flagged, members, open_shop
from assistant.segments.audiences.describing import describe
from assistant.segments.audiences.freezing import freeze
from assistant.segments.audiences.lexicon import PHRASES
from assistant.segments.audiences.phrases import parse_phrase
from assistant.segments.audiences.previewing import preview
from assistant.segments.audiences.toml_text import audience_to_toml, load_audience, read_audience

__all__ = [
    "PHRASES",
    "Catalogue",
    "Shop",
    "audience_candidate",
    "audience_to_toml",
    "certify_audience",
    "check_rule",
    "describe",
    "flagged",
    "freeze",
    "load_audience",
    "members",
    "open_shop",
    "parse_phrase",
    "preview",
    "read_audience",
]
