"""One attempt at OpenAI, or at any server that speaks its protocol.

Address and headers are the openai client's; the request goes out by aiohttp, at half the client's cost in time. And the
client would hand on whatever JSON comes as if it was an answer, and repeat what nobody could count. What a model
refuses to be told, such as a temperature, is left out from then on.
"""

import json
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from assistant.llm.events import StreamedReply
from assistant.llm.faults import Billed, Fault, fault_of_status
from assistant.llm.hosted import OnText, one_line, redacted_of, seed_of, tool_of
from assistant.llm.loop import finish
from assistant.llm.replies import Reply, read_reply
from assistant.llm.schemas import instructed, strict
from assistant.records import Message, Request

if TYPE_CHECKING:
    from langchain_openai.chat_models.base import BaseChatOpenAI

T = TypeVar("T")
OPTIONAL = frozenset({"temperature", "top_p", "seed", "stop", "response_format", "stream", "stream_options"})
"""Settings that an answer can be had without; some models refuse one or the other."""
EVENTS = "text/event-stream"
OLDER, NEWER = "max_tokens", "max_completion_tokens"
"""The two names of the longest answer: servers of one's own know the older, OpenAI's newer models refuse it."""


class OpenAIServer:
    """A chat completions endpoint. `newer` says the server wants `max_completion_tokens`, as OpenAI itself does."""

    def __init__(self, model: "BaseChatOpenAI", *, newer: bool, profile: dict[str, Any] | None = None) -> None:
        self._model = model
        client = model.root_async_client
        self._url = f"{str(client.base_url).rstrip('/')}/chat/completions"
        told = {**client.default_headers, **client.auth_headers}
        self._headers = {name: value for name, value in told.items() if isinstance(value, str)}
        self._session: aiohttp.ClientSession | None = None
        self._length = NEWER if newer else OLDER
        self._without: set[str] = set() if (profile or {}).get("temperature", True) else {"temperature", "top_p"}

    async def attempt(self, request: Request, on_text: OnText | None = None) -> Reply:
        """See `Backend`. A setting that the model refuses is left out and the request sent again, at once."""
        for _ in range(len(OPTIONAL) + 1):
            try:
                return await self._once(request, on_text)
            except _Unwanted as unwanted:
                if unwanted.setting == OLDER:
                    self._length = NEWER
                else:
                    self._without.add(unwanted.setting)
        return await self._once(request, on_text, final=True)

    async def choices(self, request: Request, count: int) -> int:
        """How many answers come where several are asked for by `n`; raises a Fault as `attempt` does."""
        body = await self._post({**self.payload(request), "n": count}, _text, final=True)
        read_reply(body)
        return len(json.loads(body)["choices"])

    def payload(self, request: Request) -> dict[str, Any]:
        """The request as the protocol has it; also a line's body in a batch file."""
        messages = request.messages
        body: dict[str, Any] = {"model": self._model.model_name, self._length: request.max_tokens}
        settings: dict[str, Any] = {"temperature": request.temperature, "seed": seed_of(request)}
        if request.top_p < 1:
            settings["top_p"] = request.top_p
        if request.stop:
            settings["stop"] = list(request.stop)
        if request.json_schema:
            if "response_format" in self._without:
                messages = instructed(messages, request.json_schema)
            else:
                schema = {"name": "answer", "strict": True, "schema": strict(json.loads(request.json_schema))}
                settings["response_format"] = {"type": "json_schema", "json_schema": schema}
        body |= {name: value for name, value in settings.items() if name not in self._without}
        if request.tools:
            body["tools"] = [tool_of(tool.name, tool.description, tool.parameters) for tool in request.tools]
            named = request.tool_choice not in ("auto", "none", "required")
            choice = {"type": "function", "function": {"name": request.tool_choice}}
            body["tool_choice"] = choice if named else request.tool_choice
        return {**body, "messages": [_turn(message) for message in messages]}

    async def _once(self, request: Request, on_text: OnText | None, *, final: bool = False) -> Reply:
        body = self.payload(request)
        if on_text is None:
            return read_reply(await self._post(body, _text, final=final))
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        if "stream" not in self._without:
            body |= {name: value for name, value in asked.items() if name not in self._without}
        hear = on_text

        async def read(response: aiohttp.ClientResponse) -> Reply:
            if response.content_type == EVENTS:
                return await _streamed(response, hear)
            reply = read_reply(await _text(response))
            hear(reply.text)
            return reply

        try:
            return await self._post(body, read, final=final)
        except Fault as fault:
            fault.reason = redacted_of(fault.reason, self._model)
            raise

    async def _post(
        self, body: dict[str, Any], read: Callable[[aiohttp.ClientResponse], Awaitable[T]], *, final: bool = False
    ) -> T:
        try:
            async with self._opened().post(self._url, json=body) as response:
                if response.status < 400:
                    return await read(response)
                status, headers, text = response.status, response.headers, await _text(response)
        except aiohttp.ClientConnectorError as error:
            # What never reached the server costs nothing.
            raise Fault(one_line(error, self._model), again=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Fault(one_line(error, self._model), again=True, billed=Billed.UNSURE) from error
        said, code, param = _refusal(text)
        setting = self._unwanted(status, f"{param} {said}".lower(), body)
        if setting and not final:
            raise _Unwanted(setting)
        raise fault_of_status(status, redacted_of(f"{status}: {said}", self._model), headers, code)

    def _opened(self) -> aiohttp.ClientSession:
        """The connections; opened in the loop that they belong to."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=None),  # the gateway keeps the time
                connector=aiohttp.TCPConnector(limit=0),
                trust_env=True,
            )
            weakref.finalize(self, _close, self._session)
        return self._session

    def _unwanted(self, status: int, said: str, body: dict[str, Any]) -> str:
        """The setting that a refusal is about, if it is one that can be left out or has another name."""
        if status not in (400, 422):
            return ""
        if OLDER in body and OLDER in said and NEWER in said:
            return OLDER
        told = [name for name in OPTIONAL if name in body and name in said]
        # What names stream_options names stream too.
        told = [name for name in told if not any(name != other and name in other for other in told)]
        return told[0] if len(told) == 1 else ""


async def _text(response: aiohttp.ClientResponse) -> str:
    return await response.text(errors="replace")


async def _streamed(response: aiohttp.ClientResponse, on_text: OnText) -> Reply:
    told = StreamedReply()
    try:
        async for data in response.content.iter_any():
            for piece in told.feed(data):
                on_text(piece)
            if told.done:
                break
    except (aiohttp.ClientError, OSError):
        # After the answer's end only its count of tokens is lost.
        if not told.whole:
            raise
    for piece in told.close():
        on_text(piece)
    return told.reply()


def _close(session: aiohttp.ClientSession) -> None:
    finish(session.close())


def _refusal(text: str) -> tuple[str, str, str]:
    """Message, code and parameter of an error's body, as far as it has them."""
    try:
        told = json.loads(text)
        error = told.get("error", told)
        error = error if isinstance(error, dict) else {"message": error}
        return str(error.get("message") or text[:200]), str(error.get("code") or ""), str(error.get("param") or "")
    except (ValueError, AttributeError):
        return " ".join(text.split())[:200], "", ""


class _Unwanted(Exception):
    def __init__(self, setting: str) -> None:
        self.setting = setting


def _turn(message: Message) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.role == "tool":
        turn["tool_call_id"] = message.tool_call_id
    return turn
