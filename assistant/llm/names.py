"""Names of chat models, as a person types them, and what each opens."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from assistant.errors import MissingPackage, ModelError
from assistant.llm.hosted import Backend, LangChainBackend, one_line, redacted
from assistant.llm.local.naming import find_model, parse_local
from assistant.llm.openai_server import OpenAIServer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

FORMS = "local:, local:FOLDER-OR-HUB-ID, openai:MODEL, openai:MODEL?base_url=http://host/v1 or provider:MODEL"
OPENAI = "https://api.openai.com/v1"
KEY = "OPENAI_API_KEY"
NO_KEY = "none-needed"
"""Sent to a server of one's own, which mostly wants no key, because the client refuses to send nothing."""
KEY_ENV = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Place:
    """Where and how a model runs on this machine."""

    cache_dir: Path
    threads: int | None


def open_model(name: str, *, cache_dir: Path, threads: int | None = None) -> "BaseChatModel":
    """The chat model of that name.

    - `local:` is the embedded SmolLM2-135M-Instruct, converted once into `cache_dir`;
    - `local:FOLDER` or `local:ORG/NAME` is a chat model that transformers can load, in a folder of this machine or
      fetched from a hub before; `@cpu`, `@cuda`, `@cuda:1`, `@f32`, `@f16`, `@bf16` say where and how it computes;
    - `openai:MODEL` is OpenAI's, with the key in the environment variable OPENAI_API_KEY;
      `?base_url=` points it at any server that speaks the same protocol, which mostly needs no key;
      `&key_env=` names another environment variable that holds its key;
    - any other `provider:MODEL` is opened by LangChain's `init_chat_model`, which reads that provider's own settings.

    `threads` is for local models: how many this whole process computes with.
    Raises ModelError for a name that is none of these, a folder that is not there, a missing key;
    MissingPackage where a package must be installed first.
    """
    provider, colon, rest = name.partition(":")
    if not colon or not provider or any(character.isspace() for character in provider):
        raise ModelError(f"{redacted(name)!r} names no model; type one of: {FORMS}")
    place = Place(cache_dir=cache_dir, threads=threads)
    factory = FACTORIES.get(provider)
    return factory(rest, place) if factory else _provided(provider, rest)


def _local(rest: str, place: Place) -> "BaseChatModel":
    # Torch's threads read this when torch is loaded. Spinning while they wait, as they would, makes every step
    # ten times as long as soon as anything else runs on the machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from assistant.llm.local.model import LocalChatModel, placed

    name = parse_local(rest)
    device, dtype = placed(name.device, name.dtype)
    folder, fingerprint = find_model(name.source, place.cache_dir)
    return LocalChatModel(folder=folder, fingerprint=fingerprint, device=device, dtype=dtype, threads=place.threads)


def fetch_model(name: str, *, cache_dir: Path) -> None:
    """Bring a `local:` model of a hub onto this machine; ModelError where it cannot be had.

    The hub is reached whatever HF_HUB_OFFLINE says: whoever calls this has asked for it.
    """
    provider, _, rest = name.partition(":")
    if provider != "local" or not rest:
        raise ModelError(f"{redacted(name)} is not fetched: only local:ORG/NAME is")
    import huggingface_hub

    before = huggingface_hub.constants.HF_HUB_OFFLINE
    huggingface_hub.constants.HF_HUB_OFFLINE = False
    try:
        find_model(parse_local(rest).source, cache_dir, download=True)
    finally:
        huggingface_hub.constants.HF_HUB_OFFLINE = before


def _openai(rest: str, place: Place) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI
    from langchain_openai.chat_models.base import BaseChatOpenAI
    from pydantic import SecretStr

    model, _, query = rest.partition("?")
    settings = parse_qs(query, keep_blank_values=True)
    if not model or set(settings) - {"base_url", "key_env"}:
        raise ModelError(
            f"openai:{redacted(model)} with these parameters names no model; type openai:MODEL or "
            f"openai:MODEL?base_url=http://host/v1, and put a key in {KEY}"
        )
    base_url = _checked_url(settings["base_url"][-1]) if "base_url" in settings else None
    variable = settings.get("key_env", [KEY])[-1]
    if not KEY_ENV.fullmatch(variable):
        raise ModelError(
            f"key_env of openai:{redacted(model)} is not the name of an environment variable; write it as in "
            "key_env=GROQ_API_KEY, and the key itself nowhere but in that variable"
        )
    key = os.environ.get(variable, "")
    if not key and (base_url is None or "key_env" in settings):
        raise ModelError(f"openai:{model} needs a key and {variable} is not set; type: export {variable}=...")
    # Servers of one's own know the request's older field, max_tokens, and some know no other: BaseChatOpenAI
    # sends that. OpenAI's newer models refuse it: ChatOpenAI sends max_completion_tokens.
    kind = BaseChatOpenAI if base_url else ChatOpenAI
    return kind(
        model=model,
        api_key=SecretStr(key or NO_KEY),
        base_url=base_url or OPENAI,
        max_retries=0,
    )


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError(
            f"base_url is not a web address ({parts.scheme or 'nothing'}:); type it as http://host/v1 or https://host/v1"
        )
    if parts.username or parts.password:
        raise ModelError(f"base_url holds a user name or password; take it out and put the key in {KEY}")
    return url


def _provided(provider: str, model: str) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    if not model:
        raise ModelError(f"{provider}: names a provider and no model; type one of: {FORMS}")
    try:
        opened = init_chat_model(model, model_provider=provider)
        # Attempts are counted and repeated by the gateway; a client's own retries could not be.
        if "max_retries" in type(opened).model_fields:
            opened = init_chat_model(model, model_provider=provider, max_retries=0)
        return opened
    except ImportError as error:  # its text is the command that installs the package
        raise MissingPackage(" ".join(str(error).split())) from None
    except ValueError as error:
        if str(error).startswith("Unsupported provider"):
            raise ModelError(f"{provider}:{model} names no provider that is known; type one of: {FORMS}") from None
        raise ModelError(f"{provider}:{model} could not be opened: {one_line(error)}") from None
    except Exception as error:  # a provider's package raises what it likes; all of it is about its settings
        raise ModelError(f"{provider}:{model} could not be opened: {one_line(error)}") from None


def backend_of(name: str, model: "BaseChatModel") -> Backend:
    """How a hosted model is asked; `openai:` ones through the openai client itself, the others through LangChain."""
    if name.startswith("openai:"):
        from langchain_openai.chat_models.base import BaseChatOpenAI

        assert isinstance(model, BaseChatOpenAI)
        return OpenAIServer(model, newer="base_url=" not in name, profile=getattr(model, "profile", None))
    return LangChainBackend(model)


FACTORIES: dict[str, Callable[[str, Place], "BaseChatModel"]] = {"local": _local, "openai": _openai}
"""Providers opened here; every other is LangChain's."""
