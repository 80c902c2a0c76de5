"""Scripted conversations that judge the chat: what was asked, which tool was right, and whether each figure is true."""

from evals.chat.conversations import Conversation, Expected, load_conversations
from evals.chat.figures import Checked, check_sentence, check_table
from evals.chat.scoring import TurnScore, right_arguments, right_tool
from evals.chat.truth import Truth

__all__ = [
    "Checked",
    "Conversation",
    "Expected",
    "Truth",
    "TurnScore",
    "check_sentence",
    "check_table",
    "load_conversations",
    "right_arguments",
    "right_tool",
]
