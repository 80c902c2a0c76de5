"""The one failure that is as repeatable as an answer: the text reached max_tokens before its end."""

from assistant.records import Outcome
from assistant.records.models import TRUNCATED

MARK = TRUNCATED


def truncated(max_tokens: int) -> str:
    """The error of an answer that was cut; its text is kept in the outcome."""
    return f"{MARK}the answer was not finished after {max_tokens} tokens"


def is_truncated(outcome: Outcome) -> bool:
    """Whether asking again would end the same way."""
    return outcome.truncated
