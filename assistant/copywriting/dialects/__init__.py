"""One copy document in the merge-tag dialect of each sending platform, and back again."""

from assistant.copywriting.dialects.compiling import compile_field, compile_piece, merge_tag
from assistant.copywriting.dialects.dialect import DIALECTS, Dialect, dialect_named
from assistant.copywriting.dialects.parsing import parse_back
from assistant.copywriting.dialects.parts import Part, resolve
from assistant.copywriting.dialects.tables import safe_cell, unsafe_cell
from assistant.copywriting.dialects.templates import Template, number_tags

__all__ = [
    "DIALECTS",
    "Dialect",
    "Part",
    "Template",
    "compile_field",
    "compile_piece",
    "dialect_named",
    "merge_tag",
    "number_tags",
    "parse_back",
    "resolve",
    "safe_cell",
    "unsafe_cell",
]
