"""Our messages and LangChain's, each made of the other."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.utils.function_calling import convert_to_openai_tool

from assistant.errors import ModelError
from assistant.llm.local.tools import words_of
from assistant.llm.truncation import is_truncated
from assistant.records import Message, Outcome, Tool, ToolCall


def to_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    """Our messages as LangChain's."""
    return [_made(message) for message in messages]


def from_langchain(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    """LangChain's messages as ours; ModelError for a kind that is no text, such as a picture."""
    return tuple(_read(message) for message in messages)


def tool_calls_of(message: AIMessage) -> tuple[ToolCall, ...]:
    """What a model asked for; arguments that are no JSON are kept as they came, for the caller to refuse."""
    # LangChain mends what a chunk's arguments lack; what came is what counts.
    calls: list[Any] = (
        [{**call, "args": call["args"] or "{}"} for call in message.tool_call_chunks]
        if isinstance(message, AIMessageChunk)
        else [*message.tool_calls, *message.invalid_tool_calls]
    )
    return tuple(
        ToolCall(
            id=str(call.get("id") or f"call-{at}"),
            name=str(call.get("name")),
            arguments=call["args"] if isinstance(call["args"], str) else json.dumps(call["args"], ensure_ascii=False),
        )
        for at, call in enumerate(calls)
    )


def answer_of(text: str, tool_calls: Sequence[ToolCall], **told: Any) -> AIMessage:
    """An answer as LangChain's message; `told` are its metadata."""
    return AIMessage(
        content=text,
        tool_calls=[
            {"type": "tool_call", "id": call.id, "name": call.name, "args": json.loads(call.arguments)}
            for call in tool_calls
        ],
        **told,
    )


def message_of(outcome: Outcome, **told: Any) -> AIMessage:
    """An outcome as LangChain's message; its tokens, cost, and how it came about are in the metadata."""
    return answer_of(words_of(outcome), outcome.tool_calls, **_metadata(outcome, told))


def last_chunk_of(outcome: Outcome, **told: Any) -> AIMessageChunk:
    """What completes an outcome's text to the message that `message_of` makes, as the last chunk of a stream."""
    calls = [
        tool_call_chunk(id=call.id, name=call.name, args=call.arguments, index=at)
        for at, call in enumerate(outcome.tool_calls)
    ]
    return AIMessageChunk(content="", tool_call_chunks=calls, chunk_position="last", **_metadata(outcome, told))


def tools_of(tools: Sequence[Any]) -> tuple[Tool, ...]:
    """Tools as our records, of whatever LangChain takes for one: functions, classes, dictionaries, its own."""
    made = [convert_to_openai_tool(tool)["function"] for tool in tools]
    return tuple(
        Tool(
            name=function["name"],
            description=function.get("description", ""),
            parameters=json.dumps(function.get("parameters", {}), sort_keys=True, ensure_ascii=False),
        )
        for function in made
    )


def choice_of(choice: str | bool | None) -> str:
    """LangChain's words for which tool has to be called as ours: auto, none, required, or its name."""
    return {None: "auto", False: "none", True: "required", "any": "required"}.get(choice, str(choice))


def _metadata(outcome: Outcome, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "response_metadata": {
            "finish_reason": "length" if is_truncated(outcome) else "stop",
            "cost_nanodollars": outcome.cost_nanodollars,
            "from_journal": outcome.from_journal,
            "attempts": outcome.attempts,
            "unsure": outcome.unsure,
            **told,
        },
        "usage_metadata": {
            "input_tokens": outcome.tokens_in,
            "output_tokens": outcome.tokens_out,
            "total_tokens": outcome.tokens_in + outcome.tokens_out,
        },
    }


def _made(message: Message) -> BaseMessage:
    if message.role == "system":
        return SystemMessage(message.content)
    if message.role == "user":
        return HumanMessage(message.content)
    if message.role == "tool":
        return ToolMessage(message.content, tool_call_id=message.tool_call_id)
    return answer_of(message.content, message.tool_calls)


def _read(message: BaseMessage) -> Message:
    if isinstance(message.content, list) and any(
        isinstance(block, dict) and block.get("type") not in ("text", "tool_use", "tool_call", "reasoning", "thinking")
        for block in message.content
    ):
        raise ModelError("a message holds something that is no text, and only text passes the guard; send text")
    text = str(message.text)
    if isinstance(message, AIMessage):
        return Message(role="assistant", content=text, tool_calls=tool_calls_of(message))
    if isinstance(message, ToolMessage):
        return Message(role="tool", content=text, tool_call_id=message.tool_call_id)
    roles = {"system": "system", "human": "user"}
    if message.type not in roles:
        raise ModelError(f"a model reads messages of system, human, ai and tool, not of {message.type}")
    return Message.model_validate({"role": roles[message.type], "content": text})
