"""A linter for copy written anywhere: each fact in a text is bound to its source or reported."""

from assistant.copywriting.linting.binding import Binder
from assistant.copywriting.linting.grounds import CatalogueEntry, LintGround
from assistant.copywriting.linting.judging import lint_text
from assistant.copywriting.linting.mentions import Mention, mentions_in, number_of

__all__ = ["Binder", "CatalogueEntry", "LintGround", "Mention", "lint_text", "mentions_in", "number_of"]
