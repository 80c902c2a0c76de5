"""What a tool is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook


class Arguments(BaseModel):
    """Typed arguments of a tool. What a model adds to them is an error that it is told of."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class ChatTool:
    """Something the chat can look up or do."""

    name: str
    description: str
    """For a model that chooses; one or two sentences."""
    arguments: type[Arguments]
    run: Callable[[Desk, Any, Notebook], None]
    """Writes down what it finds; raises an AssistantError for what cannot be had."""
    acts: bool = False
    """Whether it costs money or changes the workspace, and so asks first."""


class NoArguments(Arguments):
    """A tool that needs to know nothing."""
