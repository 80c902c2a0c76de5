"""Which column of a shop's file is what: known exports, a proposal for any other file, and mappings as files."""

from assistant.data.layouts.choosing import IDENTITY, choose_layout, identity_layout, why_not
from assistant.data.layouts.fields import field_value, plain_text
from assistant.data.layouts.known import Columns, known_layouts, layout_names
from assistant.data.layouts.mapping_files import load_mapping, mapping_to_toml
from assistant.data.layouts.meanings import fields_of, required_of
from assistant.data.layouts.proposing import Gap, Proposal, ProposedField, propose

__all__ = [
    "IDENTITY",
    "Columns",
    "Gap",
    "Proposal",
    "ProposedField",
    "choose_layout",
    "field_value",
    "fields_of",
    "identity_layout",
    "known_layouts",
    "layout_names",
    "load_mapping",
    "mapping_to_toml",
    "plain_text",
    "propose",
    "required_of",
    "why_not",
]
