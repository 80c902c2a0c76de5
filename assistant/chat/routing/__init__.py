"""The router: what a person typed as a tool with its arguments, or as a question back."""

from assistant.chat.routing.router import Router
from assistant.chat.routing.routes import ARGUMENTS, Clarify, Context, Lexicon, Route

__all__ = ["ARGUMENTS", "Clarify", "Context", "Lexicon", "Route", "Router"]
