"""Every call to a model, kept in one SQLite file: a log for people and a cache for the next run."""

from assistant.llm.journal.journal import Journal

__all__ = ["Journal"]
