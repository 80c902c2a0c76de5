"""A linter for copy written anywhere: each fact in a text is bound to its source or reported."""

from assistant.copywriting.linting.binding import Binder
from assistant.copywriting.linting.grounds import CatalogueEntry, LintGround
from assistant.copywriting.linting.judging import lint_text

__all__ = ["Binder", "CatalogueEntry", "LintGround", "lint_text"]
