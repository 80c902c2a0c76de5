"""One attempt at one request, at a chat model that answers one at a time, whichever provider's it is."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import SecretStr

from assistant.llm.faults import Billed, Fault, fault_of_status
from assistant.llm.replies import ENDINGS, Reply, ended
from assistant.llm.schemas import instructed
from assistant.records import Request

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

T = TypeVar("T")
OnText = Callable[[str], None]
"""Told each piece of an answer's text as it comes, in the event loop."""
FIELDS = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "max_tokens": ("max_tokens", "max_output_tokens", "num_predict", "max_new_tokens"),
    "seed": ("seed",),
}
"""A request's settings and the names that providers' LangChain classes have for them."""
SECRETS = re.compile(r"\b(?:sk-|gsk_|xai-|key-|AIza)[\w*.-]{6,}|(?<=bearer )\S+", re.IGNORECASE)
"""What the big providers' keys look like, and what follows the word that announces one."""
LONGEST_ERROR = 400
LOST = ("timeout", "connect", "connection", "disconnected", "protocol", "reset")
"""Words in the names of exceptions that a lost line raises, in whichever library."""


class Backend(Protocol):
    """How one kind of hosted model is asked."""

    async def attempt(self, request: Request, on_text: OnText | None = None) -> Reply:
        """One attempt; anything that is no answer is raised as a Fault.

        With `on_text` the answer is asked for piece by piece. Cancelled, it drops the connection.
        """


class LangChainBackend:
    """Any LangChain chat model, asked in a thread of its own, since not every provider's class knows asyncio."""

    def __init__(self, model: "BaseChatModel") -> None:
        self._model = model

    async def attempt(self, request: Request, on_text: OnText | None = None) -> Reply:
        """See `Backend`. A thread cannot be stopped: one that streams lets go when its next piece comes."""
        if on_text is None:
            return await in_thread(lambda: self._ask(request, _invoked))
        loop = asyncio.get_running_loop()
        left = Event()

        def hear(piece: str) -> None:
            if not left.is_set():
                on_text(piece)

        def streamed(model: Any, messages: Any, stop: list[str] | None) -> "AIMessage":
            chunks = model.stream(messages, stop=stop)
            return _put_together(chunks, lambda piece: loop.call_soon_threadsafe(hear, piece), left)

        try:
            return await in_thread(lambda: self._ask(request, streamed))
        finally:
            left.set()

    def _ask(self, request: Request, call: Callable[[Any, Any, list[str] | None], "AIMessage"]) -> Reply:
        from assistant.llm.messages import to_langchain

        model: Any = with_settings(self._model, request)
        if request.tools:
            tools = [tool_of(tool.name, tool.description, tool.parameters) for tool in request.tools]
            model = model.bind_tools(tools, **_choice(request.tool_choice))
        try:
            messages = instructed(request.messages, request.json_schema) if request.json_schema else request.messages
            message = call(model, to_langchain(messages), list(request.stop) or None)
        except Exception as error:  # providers raise what they like
            raise self._fault(error) from error
        return _reply(message)

    def _fault(self, error: Exception) -> Fault:
        reason = one_line(error, self._model)
        for each in _chain(error):
            status = getattr(each, "status_code", None) or getattr(each, "code", None)
            response = getattr(each, "response", None)
            status = status if isinstance(status, int) else getattr(response, "status_code", None)
            if isinstance(status, int) and status >= 400:
                headers = getattr(response, "headers", None)
                return fault_of_status(status, reason, dict(headers) if isinstance(headers, Mapping) else {})
        lost = any(word in type(each).__name__.lower() for each in _chain(error) for word in LOST)
        return Fault(reason, again=lost, billed=Billed.UNSURE if lost else Billed.NO)


def tool_of(name: str, description: str, parameters: str) -> dict[str, Any]:
    """A tool as OpenAI's protocol has it, which LangChain takes for every provider."""
    function = {"name": name, "description": description, "parameters": json.loads(parameters)}
    return {"type": "function", "function": function}


async def in_thread(work: Callable[[], T]) -> T:
    """The result of work that blocks. The thread is a daemon: a call that hangs does not keep the process alive."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            loop.call_soon_threadsafe(settle, None, error)
        else:
            loop.call_soon_threadsafe(settle, result, None)

    Thread(target=run, name="ask", daemon=True).start()
    return await future


def with_settings(model: "BaseChatModel", request: Request) -> "BaseChatModel":
    """The model with the request's settings in its own fields; a setting it has no field for is left out.

    Fields of a copy and not arguments of the call, because a provider refuses an argument it does not know.
    """
    profile: dict[str, Any] = dict(getattr(model, "profile", None) or {})
    wanted: dict[str, float | int] = {"max_tokens": request.max_tokens, "seed": seed_of(request)}
    if profile.get("temperature", True):  # reasoning models refuse any
        wanted["temperature"] = request.temperature
        if request.top_p < 1:
            wanted["top_p"] = request.top_p
    known = type(model).model_fields
    found = {
        next((field for field in FIELDS[setting] if field in known), None): value for setting, value in wanted.items()
    }
    return model.model_copy(update={field: value for field, value in found.items() if field})


def seed_of(request: Request) -> int:
    """Hosted models know one seed, so the sample is folded into it."""
    return (request.seed * 1_000_003 + request.sample) % 2**31


def one_line(error: BaseException, model: "BaseChatModel | None" = None) -> str:
    """An exception and its first cause as one short line, without the model's key or anything that looks like one."""
    root = _chain(error)[-1]
    told = {str(each): f"{type(each).__name__}: {each}" for each in (root, error)}
    return redacted_of(" <- ".join(reversed(told.values())), model)


def redacted_of(text: str, model: "BaseChatModel | None") -> str:
    """A text as one short line, without the model's key or anything that looks like one."""
    line = " ".join(text.split())
    for secret in _secrets(model):
        line = line.replace(secret, "[key]")
    return redacted(line)[:LONGEST_ERROR]


def redacted(text: str) -> str:
    """The text without what looks like a key."""
    return SECRETS.sub("[key]", text)


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    return chain


def _choice(choice: str) -> dict[str, str]:
    return {} if choice == "auto" else {"tool_choice": "any" if choice == "required" else choice}


def _invoked(model: Any, messages: Any, stop: list[str] | None) -> "AIMessage":
    message: AIMessage = model.invoke(messages, stop=stop)
    return message


def _put_together(chunks: Any, tell: Callable[[str], object], left: Event) -> "AIMessage":
    """The message that chunks add up to, their texts told as they come, unless the asker has left."""
    whole: Any = None
    with closing(chunks):
        for chunk in chunks:
            whole = chunk if whole is None else whole + chunk
            if left.is_set():
                break
            if piece := str(chunk.text):
                tell(piece)
    message: AIMessage = whole
    return message


def _reply(message: "AIMessage") -> Reply:
    from assistant.llm.messages import tool_calls_of

    usage = message.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
    endings = frozenset(str(message.response_metadata.get(ending, "")).lower() for ending in ENDINGS)
    tokens = (usage["input_tokens"], usage["output_tokens"])
    return ended(str(message.text), tool_calls_of(message), tokens, endings)


def _secrets(model: "BaseChatModel | None") -> list[str]:
    if model is None:
        return []
    held = [getattr(model, field, None) for field in type(model).model_fields]
    values = [value.get_secret_value() for value in held if isinstance(value, SecretStr)]
    return sorted(filter(None, values), key=len, reverse=True)
