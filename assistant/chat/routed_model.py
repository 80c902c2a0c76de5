"""A chat model whose tools are chosen by the router: the same agent, for models that cannot call tools well."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from assistant.chat.phrasing import Phrasing
from assistant.chat.routing import Clarify, Context, Route, Router
from assistant.errors import AssistantError
from assistant.records.chat import Offered, ToolResult

OFFERS = "offers"
"""Where a question back keeps what it lets choose from."""


class RoutedChatModel(BaseChatModel):
    """Answers a person's turn with the call of a tool or a question back, and a tool's turn with a sentence on it.

    The tool's own sentences reach the reader before that, so no model can lose them.

    Args:
        router: gives what chooses the tool, with the names of today.
        context: what was spoken of before.
        phrasing: adds the model's own sentence.
    """

    _router: Callable[[], Router] = PrivateAttr()
    _context: Callable[[], Context] = PrivateAttr()
    _phrasing: Phrasing = PrivateAttr()

    def __init__(self, router: Callable[[], Router], context: Callable[[], Context], phrasing: Phrasing) -> None:
        super().__init__()
        self._router = router
        self._context = context
        self._phrasing = phrasing

    @property
    def _llm_type(self) -> str:
        return "routed"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The router knows the tools."""
        return self.bind()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        whole = AIMessageChunk(content="")
        for chunk in self._stream(messages):
            whole = whole + chunk.message  # type: ignore[assignment]
        message = AIMessage(content=whole.text, tool_calls=whole.tool_calls, additional_kwargs=whole.additional_kwargs)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            question = next((one.text for one in reversed(messages) if isinstance(one, HumanMessage)), "")
            for piece in self._told(question, last):
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
            # LangChain wants a message even where there is nothing to add.
            yield ChatGenerationChunk(message=AIMessageChunk(content="", chunk_position="last"))
            return
        route = self._router().route(last.text, self._context())
        if isinstance(route, Clarify):
            offers = [_offered(option).model_dump() for option in route.options]
            yield ChatGenerationChunk(
                message=AIMessageChunk(content=f"{route.question}\n", additional_kwargs={OFFERS: offers})
            )
            return
        call = tool_call_chunk(
            name=route.tool, args=json.dumps(route.arguments, ensure_ascii=False), id=f"call-{len(messages)}", index=0
        )
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[call]))

    def _told(self, question: str, message: ToolMessage) -> Iterator[str]:
        if not isinstance(message.artifact, dict):
            yield f"{message.text}\n"
            return
        try:
            yield from self._phrasing.said(question, ToolResult.model_validate(message.artifact))
        except AssistantError:
            return  # the answer is on the screen already; a model that fails adds nothing to it


def _offered(route: Route) -> Offered:
    return Offered(tool=route.tool, arguments=dict(route.arguments))
