"""Long conversations cut short: what was said, with the ids of all figures, and nothing that nobody vouches for."""

from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from assistant.chat.figures import Evidence
from assistant.chat.gate import vouched
from assistant.errors import AssistantError

LONGEST = 4_000
"""Characters of a summary."""
_ASKED = 200


def summariser(
    evidence: Callable[[], Evidence], ask: Callable[[str], str] | None
) -> Callable[[Sequence[AnyMessage]], str]:
    """What summarises the older messages of a conversation.

    Args:
        evidence: of the session: figures of a summary are bound to it as those of an answer are.
        ask: has a model summarise a conversation; None: the summary is put together from what was said.
    """

    def summarise(messages: Sequence[AnyMessage]) -> str:
        told = "\n".join(_told(messages, evidence()))[-4 * LONGEST :]
        if ask is not None:
            try:
                short = vouched(evidence(), ask(told))
            except AssistantError:
                short = ""
            if short:
                return short[:LONGEST]
        return told[-LONGEST:]

    return summarise


def _told(messages: Sequence[AnyMessage], evidence: Evidence) -> list[str]:
    """Who said what; tools' answers are in what was said of them."""
    lines = []
    for message in messages:
        text = " ".join(message.text.split())
        if message.additional_kwargs.get("lc_source") == "summarization":
            # What was cut short before, its ids with it.
            lines += message.text.splitlines()[1:]
        elif isinstance(message, HumanMessage) and text:
            lines.append(f"Asked: {text[:_ASKED]}")
        elif isinstance(message, AIMessage):
            lines += [f"Answered: {line}" for line in vouched(evidence, message.text).splitlines()]
            lines += [f"Looked up: {call['name']} {_said(call['args'])}".rstrip() for call in message.tool_calls]
    return lines


def _said(arguments: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in arguments.items() if value)[:_ASKED]
