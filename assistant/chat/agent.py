"""LangChain's agent with our tools: bounded steps, answers that pass the gate, conversations that are cut short."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    SummarizationMiddleware,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import BaseTool
from langgraph.checkpoint.base import BaseCheckpointSaver

from assistant.chat.figures import Evidence
from assistant.chat.gate import vouched

LONG = 6_000
"""Tokens of a conversation, about, from which its older part is summarised."""
KEPT = 12
"""Messages that are kept as they were said."""


def build_agent(
    model: BaseChatModel,
    tools: Sequence[BaseTool],
    *,
    system_prompt: str,
    checkpointer: BaseCheckpointSaver[Any],
    evidence: Callable[[], Evidence],
    summarise: Callable[[Sequence[AnyMessage]], str],
    steps: int,
) -> Any:
    """An agent; its thread is the session.

    Args:
        model: calls tools, or is routed.
        tools: what it may call.
        system_prompt: who it is and what it must not do.
        checkpointer: keeps each step.
        evidence: of the session; what nobody vouches for does not stay in the conversation either.
        summarise: the older messages as a text.
        steps: calls of the model in one turn, at the most.
    """
    return create_agent(
        model,
        tools,
        system_prompt=system_prompt,
        checkpointer=checkpointer,
        middleware=[
            SummarizationMiddleware(
                model, trigger=("tokens", LONG), keep=("messages", KEPT), summarizer=lambda said: summarise(list(said))
            ),
            # Its state has more fields than the agent's own.
            ModelCallLimitMiddleware(run_limit=steps, exit_behavior="end"),  # type: ignore[list-item]
            _Gated(evidence),
        ],
    )


class _Gated(AgentMiddleware[AgentState[Any], None]):
    """What is kept of an answer is what the reader was shown, so that a model never reads its own invention again."""

    def __init__(self, evidence: Callable[[], Evidence]) -> None:
        super().__init__()
        self._evidence = evidence

    def wrap_model_call(
        self, request: ModelRequest[None], handler: Callable[[ModelRequest[None]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """See AgentMiddleware."""
        response = handler(request)
        for at, message in enumerate(response.result):
            if isinstance(message, AIMessage) and message.text:
                kept = vouched(self._evidence(), message.text)
                response.result[at] = message.model_copy(update={"content": kept})
        return response
