"""The marketer's chat: an agent with tools, sessions that last, and figures only from tools."""

from assistant.chat.chat import Chat, session_markdown, sessions

__all__ = ["Chat", "session_markdown", "sessions"]
