"""Tools for a model that was not trained with any: told of in words, asked for as JSON, held to it by a grammar."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from assistant.records import Message, Outcome, Tool, ToolCall

TEXT = r"root ::= [^{\x00] [^\x00]*"
"""An answer in words: it does not begin as a call does."""


def call_schema(tools: Sequence[Tool], choice: str) -> str:
    """What a call may be, as a JSON Schema: the name of a tool and arguments of its form."""
    named = [tool for tool in tools if choice in ("auto", "required", tool.name)]
    forms = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": _arguments(tool)},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in named
    ]
    return json.dumps(forms[0] if len(forms) == 1 else {"anyOf": forms})


def with_tools(messages: Sequence[Message], tools: Sequence[Tool]) -> tuple[Message, ...]:
    """The conversation in words alone: what tools there are, what was asked of them, what they said."""
    told: list[Message] = []
    if tools:
        lines = "\n".join(f"{tool.name}: {tool.description} Arguments: {tool.parameters}" for tool in tools)
        system = (
            "You may use a tool. To use it, answer with nothing but JSON, as in "
            f'{{"name": "...", "arguments": {{...}}}}. The tools:\n{lines}'
        )
        if messages and messages[0].role == "system":
            system = f"{messages[0].content}\n\n{system}"
            messages = messages[1:]
        told.append(Message(role="system", content=system))
    for message in messages:
        if message.role == "tool":
            told.append(Message(role="user", content=f"The tool answered: {message.content}"))
        elif message.tool_calls:
            asked = "\n".join(_spelled(call) for call in message.tool_calls)
            told.append(Message(role="assistant", content=f"{message.content}\n{asked}".strip()))
        else:
            told.append(message)
    return tuple(told)


def tool_calls_in(text: str) -> tuple[ToolCall, ...]:
    """The call that an answer is; none where it is words."""
    try:
        told = json.loads(text)
        name, arguments = told["name"], told["arguments"]
    except (ValueError, KeyError, TypeError):
        return ()
    identity = hashlib.sha256(text.encode()).hexdigest()[:12]
    return (ToolCall(id=f"call-{identity}", name=name, arguments=json.dumps(arguments, ensure_ascii=False)),)


def words_of(outcome: Outcome) -> str:
    """What an answer says in words: nothing where its text is the call itself, as a model without tools writes it."""
    return "" if outcome.tool_calls and tool_calls_in(outcome.text) else outcome.text


def _arguments(tool: Tool) -> Any:
    form = json.loads(tool.parameters) or {"type": "object", "properties": {}}
    return {"additionalProperties": False, **form} if form.get("properties") else form


def _spelled(call: ToolCall) -> str:
    return f'{{"name": {json.dumps(call.name)}, "arguments": {call.arguments}}}'
