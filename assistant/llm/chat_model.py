"""A gateway as a LangChain chat model, so that an agent which calls a model on its own passes through it too."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from assistant.errors import ModelError
from assistant.llm.gateway import Gateway
from assistant.llm.messages import choice_of, from_langchain, message_of, tools_of
from assistant.llm.truncation import is_truncated
from assistant.records import Request

SETTINGS = ("max_tokens", "temperature", "top_p", "seed", "sample", "grammar", "json_schema", "smallest_group")


class GuardedChatModel(BaseChatModel):
    """Each call is a batch of one through the gateway: guarded, journalled, limited, counted.

    `prompt` names in the journal what asks; `max_tokens` is of one answer unless the call says otherwise.
    Raises ModelError for whatever is no answer, with the outcome's own sentence.
    """

    prompt: str
    prompt_hash: str = ""
    max_tokens: int = 512
    _gateway: Gateway = PrivateAttr()

    def __init__(self, gateway: Gateway, **settings: Any) -> None:
        """Stand before a gateway."""
        super().__init__(**settings)
        self._gateway = gateway

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
        settings = {name: value for name, value in kwargs.items() if name in SETTINGS}
        request = Request(
            key="chat",
            messages=from_langchain(messages),
            prompt=self.prompt,
            prompt_hash=self.prompt_hash,
            stop=tuple(stop or ()),
            tools=kwargs.get("tools") or (),
            tool_choice=kwargs.get("tool_choice") or "auto",
            **{"max_tokens": self.max_tokens, **settings},
        )
        (outcome,) = self._gateway.complete([request])
        if outcome.status != "ok" and not is_truncated(outcome):
            raise ModelError(f"{self._gateway.model_name} gave no answer: {outcome.error}")
        reply = message_of(outcome, model_name=self._gateway.model_name)
        return ChatResult(generations=[ChatGeneration(message=reply)])
