"""Tools as LangChain has them: typed arguments in, what was found out, and the evidence kept on the way."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from assistant.chat.desk import Declined, Desk
from assistant.chat.figures import Evidence
from assistant.chat.notebook import Notebook
from assistant.chat.tools import TOOLS, ChatTool
from assistant.errors import AssistantError
from assistant.records.chat import Language, Sentence, ToolAnswered, ToolCalled, ToolResult

LONGEST = 8_000
"""Characters of a tool's answer that a model reads; what does not fit is left out by whole sentences."""
OnEvent = Callable[[ToolCalled | ToolAnswered], None]


class Toolbox:
    """The tools of one chat.

    Args:
        desk: that they work at.
        evidence: where all that they find is kept.
        on_event: told of each call and of what came of it.
    """

    def __init__(self, desk: Desk, evidence: Evidence, on_event: OnEvent) -> None:
        self._desk = desk
        self._evidence = evidence
        self._on_event = on_event
        self.language: Language = "en"

    def run(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Call a tool; a mistake and a person's no are results too."""
        tool = TOOLS[name]
        told = dict(arguments)
        page = Notebook(f"{name}#{len(self._evidence.results) + 1}", self._desk.currency, self.language)
        self._on_event(ToolCalled(tool=name, arguments=told))
        try:
            tool.run(self._desk, tool.arguments(**told), page)
        except AssistantError as error:
            # What it names may hold figures of the shop's own settings; they are the tool's words.
            result = page.result(name, told).model_copy(
                update={
                    "status": "declined" if isinstance(error, Declined) else "error",
                    "sentences": (Sentence(text=str(error), written_by="tool"),),
                    "table": None,
                }
            )
        else:
            result = page.result(name, told)
        self._evidence.add(result)
        self._on_event(ToolAnswered(result=result))
        return result

    def langchain_tools(self) -> list[BaseTool]:
        """All tools, for an agent."""
        return [self._langchain_tool(tool) for tool in TOOLS.values()]

    def _langchain_tool(self, tool: ChatTool) -> BaseTool:
        def call(**arguments: Any) -> tuple[str, dict[str, Any]]:
            result = self.run(tool.name, arguments)
            return as_told(result), result.model_dump(mode="json")

        asks = " Asks the person first." if tool.acts else ""
        return StructuredTool.from_function(
            func=call,
            name=tool.name,
            description=f"{tool.description}{asks}",
            args_schema=tool.arguments,
            response_format="content_and_artifact",
        )


def as_told(result: ToolResult) -> str:
    """A result as a model reads it: JSON, so that nothing in the shop's data can pass for anything but data."""
    said: list[str] = []
    room = LONGEST
    for sentence in result.sentences:
        cited = ", ".join(dict.fromkeys(figure.source for figure in sentence.figures))
        line = f"{sentence.text} [{cited}]" if cited else sentence.text
        room -= len(line)
        if room < 0:
            break
        said.append(line)
    return json.dumps({"status": result.status, "call": result.call, "found": said}, ensure_ascii=False)
