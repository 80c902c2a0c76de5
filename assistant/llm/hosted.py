"""One request to a chat model that answers one at a time, whichever provider's it is."""

import re
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.llm.truncation import truncated
from assistant.records import Outcome, Request

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

FIELDS = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "max_tokens": ("max_tokens", "max_output_tokens", "num_predict", "max_new_tokens"),
    "seed": ("seed",),
}
"""A request's settings and the names that providers' LangChain classes have for them."""
CUT = {"length", "max_tokens"}
FILTERED = {"content_filter", "safety", "refusal", "prohibited_content"}
ENDINGS = ("finish_reason", "stop_reason", "done_reason")
SECRETS = re.compile(r"\b(?:sk-|gsk_|xai-)[\w*.-]{6,}|(?<=bearer )\S+", re.IGNORECASE)
"""What the big providers' keys look like, and what follows the word that announces one."""
LONGEST_ERROR = 400


def ask(model: "BaseChatModel", request: Request) -> Outcome:
    """One outcome, whatever happens: an exception becomes a failed outcome with a one-line error."""
    began = perf_counter()
    try:
        reply = _with_settings(model, request).invoke(
            [(message.role, message.content) for message in request.messages], stop=list(request.stop) or None
        )
    except Exception as error:  # one lost answer must not lose the batch, and providers raise what they like
        return Outcome(
            key=request.key,
            sample=request.sample,
            status="failed",
            error=one_line(error, model),
            seconds=perf_counter() - began,
        )
    return _outcome(request, reply, perf_counter() - began)


def one_line(error: BaseException, model: "BaseChatModel | None" = None) -> str:
    """An exception and its first cause as one short line, without the model's key or anything that looks like one."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    told = {str(each): f"{type(each).__name__}: {each}" for each in (root, error)}
    line = " ".join(" <- ".join(reversed(told.values())).split())
    for secret in _secrets(model):
        line = line.replace(secret, "[key]")
    return redacted(line)[:LONGEST_ERROR]


def redacted(text: str) -> str:
    """The text without what looks like a key."""
    return SECRETS.sub("[key]", text)


def _with_settings(model: "BaseChatModel", request: Request) -> "BaseChatModel":
    """The model with the request's settings in its own fields; a setting it has no field for is left out.

    Fields of a copy and not arguments of the call, because a provider refuses an argument it does not know.
    """
    profile: dict[str, Any] = dict(getattr(model, "profile", None) or {})
    wanted: dict[str, float | int] = {
        "max_tokens": request.max_tokens,
        # Hosted models know one seed, so the sample is folded into it.
        "seed": (request.seed * 1_000_003 + request.sample) % 2**31,
    }
    if profile.get("temperature", True):  # reasoning models refuse any
        wanted["temperature"] = request.temperature
        if request.top_p < 1:
            wanted["top_p"] = request.top_p
    known = type(model).model_fields
    found = {
        next((field for field in FIELDS[setting] if field in known), None): value for setting, value in wanted.items()
    }
    return model.model_copy(update={field: value for field, value in found.items() if field})


def _outcome(request: Request, reply: "AIMessage", seconds: float) -> Outcome:
    usage = reply.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
    endings = {str(reply.response_metadata.get(ending, "")).lower() for ending in ENDINGS}
    error = ""
    if endings & CUT:
        error = truncated(request.max_tokens)
    elif endings & FILTERED:
        error = f"the provider withheld the answer ({', '.join(sorted(endings & FILTERED))})"
    return Outcome(
        key=request.key,
        sample=request.sample,
        status="failed" if error else "ok",
        text=str(reply.text),
        error=error,
        tokens_in=usage["input_tokens"],
        tokens_out=usage["output_tokens"],
        seconds=seconds,
    )


def _secrets(model: "BaseChatModel | None") -> list[str]:
    if model is None:
        return []
    held = [getattr(model, field, None) for field in type(model).model_fields]
    values = [value.get_secret_value() for value in held if isinstance(value, SecretStr)]
    return sorted(filter(None, values), key=len, reverse=True)
