"""The outbound guard: what no request may hold, whichever model it is for."""

from assistant.llm.guard.guard import Finding, Guard, explain
from assistant.llm.guard.values import ContactValues, ContactValuesBuilder

__all__ = ["ContactValues", "ContactValuesBuilder", "Finding", "Guard", "explain"]
