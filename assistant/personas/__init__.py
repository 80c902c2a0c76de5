"""Personas: claims about a segment, each resting on facts or documents and checked against them."""

from assistant.personas.checking import check_claim
from assistant.personas.choosing import Topic, choose_topics, occasion_of
from assistant.personas.filling import fill_claim
from assistant.personas.writing import PersonaJob, assemble_persona, persona_requests

__all__ = [
    "PersonaJob",
    "Topic",
    "assemble_persona",
    "check_claim",
    "choose_topics",
    "fill_claim",
    "occasion_of",
    "persona_requests",
]
