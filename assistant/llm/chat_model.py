"""A gateway as a LangChain chat model, so that an agent which calls a model on its own passes through it too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from assistant.errors import ModelError
from assistant.llm.gateway import Gateway
from assistant.llm.messages import choice_of, from_langchain, last_chunk_of, message_of, tools_of
from assistant.llm.streaming import Stopped, never
from assistant.llm.truncation import is_truncated
from assistant.records import Outcome, Request

SETTINGS = ("max_tokens", "temperature", "top_p", "seed", "sample", "grammar", "json_schema", "smallest_group")


class GuardedChatModel(BaseChatModel):
    """Each call is one request through the gateway, whole or streamed: guarded, journalled, limited, counted.

    `prompt` names in the journal what asks; `max_tokens` is of one answer unless the call says otherwise.
    What an answer cost is in its `response_metadata`: `cost_nanodollars`, `from_journal`, `attempts`, `unsure`.
    Raises ModelError for whatever is no answer, with the outcome's own sentence.
    """

    prompt: str
    prompt_hash: str = ""
    max_tokens: int = 512
    _gateway: Gateway = PrivateAttr()
    _stopped: Stopped = PrivateAttr()

    def __init__(self, gateway: Gateway, *, stopped: Stopped = never, **settings: Any) -> None:
        """Stand before a gateway; once `stopped` says so, a streamed answer breaks off with a ModelError."""
        super().__init__(**settings)
        self._gateway = gateway
        self._stopped = stopped

    @property
    def _llm_type(self) -> str:
        return "guarded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self._gateway.model_name}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools it may ask for; `tool_choice` is auto, none, required (or any), or a tool's name."""
        return self.bind(tools=tools_of(tools), tool_choice=choice_of(tool_choice), **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        (outcome,) = self._gateway.complete([self._request(messages, stop, kwargs)])
        self._refuse_failure(outcome)
        reply = message_of(outcome, model_name=self._gateway.model_name)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        # Closed and not left to be collected: an exception of a callback would keep the connection open.
        with closing(self._gateway.stream(self._request(messages, stop, kwargs), self._stopped)) as told:
            for each in told:
                if isinstance(each, Outcome):
                    self._refuse_failure(each)
                    message = last_chunk_of(each, model_name=self._gateway.model_name)
                else:
                    message = AIMessageChunk(content=each)
                chunk = ChatGenerationChunk(message=message)
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if self._stopped():
            raise ModelError("The answer was stopped.")

    def _request(self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, told: Mapping[str, Any]) -> Request:
        settings = {name: value for name, value in told.items() if name in SETTINGS}
        return Request(
            key="chat",
            messages=from_langchain(messages),
            prompt=self.prompt,
            prompt_hash=self.prompt_hash,
            stop=tuple(stop or ()),
            tools=told.get("tools") or (),
            tool_choice=told.get("tool_choice") or "auto",
            **{"max_tokens": self.max_tokens, **settings},
        )

    def _refuse_failure(self, outcome: Outcome) -> None:
        if outcome.status != "ok" and not is_truncated(outcome):
            raise ModelError(f"{self._gateway.model_name} gave no answer: {outcome.error}")
