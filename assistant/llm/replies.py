"""A reply as a server of OpenAI's protocol sends it, read without trust."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.llm.faults import Billed, Fault
from assistant.records import ToolCall

CUT = frozenset({"length", "max_tokens"})
FILTERED = frozenset({"content_filter", "safety", "refusal", "prohibited_content", "recitation", "blocklist"})
ENDINGS = ("finish_reason", "stop_reason", "done_reason")


@dataclass(frozen=True)
class Reply:
    """One whole answer. `cut` is one that reached max_tokens; `withheld` names a provider's filter, if it was one."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cut: bool = False
    withheld: str = ""
    mean_logprob: float | None = None


def ended(text: str, tool_calls: Sequence[ToolCall], tokens: tuple[int, int], endings: frozenset[str]) -> Reply:
    """A reply from its parts; a Fault where it says nothing at all.

    Args:
        text: what the model wrote.
        tool_calls: what it asked for.
        tokens: read and written.
        endings: the provider's words for why it ended, in lower case.
    """
    cut, withheld = bool(endings & CUT), ", ".join(sorted(endings & FILTERED))
    if not text.strip() and not tool_calls and not cut and not withheld:
        raise Fault("the answer is empty", again=True, invalid=True, billed=Billed.YES,
                    tokens_in=tokens[0], tokens_out=tokens[1])  # fmt: skip
    return Reply(text, tuple(tool_calls), *tokens, cut=cut, withheld=withheld)


def read_reply(body: str) -> Reply:
    """A chat completion's body as a reply; a Fault, with what is wrong, for anything else."""
    try:
        return read_completion(json.loads(body))
    except ValueError:
        raise _broken(body, f"the answer is no whole JSON ({len(body):,} characters)") from None


def read_completion(told: Any) -> Reply:
    """A chat completion, parsed already, as a reply; a Fault, with what is wrong, for anything else."""
    body = str(told)
    try:
        choice = told["choices"][0]
        message = choice["message"]
        text = message.get("content") or ""
        calls = tuple(_tool_call(call) for call in message.get("tool_calls") or ())
        usage = told.get("usage") or {}
        tokens = (int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
        ending = str(choice.get("finish_reason") or "").lower()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise _broken(body, "the answer is JSON but no chat completion") from None
    if not isinstance(text, str):
        raise _broken(body, "the answer's content is no text")
    if message.get("refusal") and not text:
        return Reply("", (), *tokens, withheld="refusal")
    return ended(text, calls, tokens, frozenset({ending}))


def _tool_call(call: dict[str, Any]) -> ToolCall:
    function = call["function"]
    arguments = function.get("arguments") or "{}"
    if not isinstance(json.loads(arguments), dict):
        raise ValueError
    return ToolCall(id=str(call.get("id") or function["name"]), name=function["name"], arguments=arguments)


def _broken(body: str, reason: str) -> Fault:
    # The status was 200, so the server thinks it has answered and may charge for it.
    return Fault(reason, again=True, invalid=True, billed=Billed.UNSURE, text=body[:200])
