"""Personas: claims about a segment, each read as a predicate where it can be and held against the segment's rows."""

from assistant.personas.checking import check_claim
from assistant.personas.choosing import Topic, choose_topics, occasion_of
from assistant.personas.comparing import ClaimChange, compare_personas
from assistant.personas.editing import Edit, EditedClaim, load_edit, persona_to_toml, read_edit
from assistant.personas.filling import fill_claim
from assistant.personas.reading import Reading, contradictions, predicate_of
from assistant.personas.verifying import Evidence, verify_persona
from assistant.personas.vocabulary import Vocabulary
from assistant.personas.writing import PersonaJob, assemble_persona, claim_request, persona_requests, predicate_for

__all__ = [
    "ClaimChange",
    "Edit",
    "EditedClaim",
    "Evidence",
    "PersonaJob",
    "Reading",
    "Topic",
    "Vocabulary",
    "assemble_persona",
    "check_claim",
    "choose_topics",
    "claim_request",
    "compare_personas",
    "contradictions",
    "fill_claim",
    "load_edit",
    "occasion_of",
    "persona_requests",
    "persona_to_toml",
    "predicate_for",
    "predicate_of",
    "read_edit",
    "verify_persona",
]
