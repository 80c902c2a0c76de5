"""Names of chat models, as a person types them, and what each opens."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from assistant.errors import MissingPackage, ModelError
from assistant.llm.hosted import one_line, redacted

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

FORMS = "local:, local:FOLDER, openai:MODEL, openai:MODEL?base_url=http://host/v1 or provider:MODEL"
OPENAI = "https://api.openai.com/v1"
KEY = "OPENAI_API_KEY"
NO_KEY = "none-needed"
"""Sent to a server of one's own, which mostly wants no key, because the client refuses to send nothing."""
PATIENCE = 120.0
"""Seconds to wait for one answer of a hosted model before it counts as lost."""
RETRIES = 2
"""Times the openai client asks again, with growing pauses, after a rate limit, timeout, lost connection or 5xx."""


@dataclass(frozen=True)
class Place:
    """Where and how a model runs on this machine."""

    cache_dir: Path
    threads: int | None


def open_model(name: str, *, cache_dir: Path, threads: int | None = None) -> "BaseChatModel":
    """The chat model of that name.

    - `local:` is the embedded SmolLM2-135M-Instruct, converted once into `cache_dir`;
    - `local:FOLDER` is a chat model that transformers can load from a folder of this machine;
    - `openai:MODEL` is OpenAI's, with the key in the environment variable OPENAI_API_KEY;
      `?base_url=` points it at any server that speaks the same protocol, which mostly needs no key;
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
    from assistant.llm.decoding import VERSION
    from assistant.llm.local import LocalChatModel
    from assistant.llm.weights import converted, embedded_gguf, model_fingerprint, sha256

    if not rest:
        gguf = embedded_gguf()
        folder, fingerprint = converted(gguf, place.cache_dir), f"gguf:{sha256(gguf)}"
    else:
        folder = Path(rest).expanduser()
        if not (folder / "config.json").is_file():
            raise ModelError(
                f"local:{rest} is no folder with a model (config.json was looked for); "
                "give such a folder, or type local: for the embedded model"
            )
        fingerprint = model_fingerprint(folder)
    # The same weights decoded by other rules give other answers.
    return LocalChatModel(folder=folder, fingerprint=f"{fingerprint} decoding:{VERSION}", threads=place.threads)


def _openai(rest: str, place: Place) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI
    from langchain_openai.chat_models.base import BaseChatOpenAI
    from pydantic import SecretStr

    model, _, query = rest.partition("?")
    settings = parse_qs(query, keep_blank_values=True)
    if not model or set(settings) - {"base_url"}:
        raise ModelError(
            f"openai:{redacted(model)} with these parameters names no model; type openai:MODEL or "
            f"openai:MODEL?base_url=http://host/v1, and put a key in {KEY}"
        )
    base_url = _checked_url(settings["base_url"][-1]) if settings else None
    key = os.environ.get(KEY, "")
    if not key and base_url is None:
        raise ModelError(f"openai:{model} needs a key and {KEY} is not set; type: export {KEY}=...")
    # Servers of one's own know the request's older field, max_tokens, and some know no other: BaseChatOpenAI
    # sends that. OpenAI's newer models refuse it: ChatOpenAI sends max_completion_tokens.
    kind = BaseChatOpenAI if base_url else ChatOpenAI
    return kind(
        model=model,
        api_key=SecretStr(key or NO_KEY),
        base_url=base_url or OPENAI,
        timeout=PATIENCE,
        max_retries=RETRIES,
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
        return init_chat_model(model, model_provider=provider)
    except ImportError as error:  # its text is the command that installs the package
        raise MissingPackage(" ".join(str(error).split())) from None
    except ValueError as error:
        if str(error).startswith("Unsupported provider"):
            raise ModelError(f"{provider}:{model} names no provider that is known; type one of: {FORMS}") from None
        raise ModelError(f"{provider}:{model} could not be opened: {one_line(error)}") from None
    except Exception as error:  # a provider's package raises what it likes; all of it is about its settings
        raise ModelError(f"{provider}:{model} could not be opened: {one_line(error)}") from None


FACTORIES: dict[str, Callable[[str, Place], "BaseChatModel"]] = {"local": _local, "openai": _openai}
"""Providers opened here; every other is LangChain's."""
