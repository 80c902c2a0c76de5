"""Prompt files: found, checked, rendered and fingerprinted. The only reader of `prompts/`.

A prompt file is TOML: `id`, `released`, `purpose`, `variables`, a `system` text, `shots` (pairs of `user` and
`assistant`) and a `user` text. Variables stand as `$name`. Braces belong to slots and are left alone.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from string import Template

from pydantic import Field, ValidationError

from assistant.errors import ConfigError
from assistant.records import Message, Record


class Shot(Record):
    """One worked example."""

    tags: tuple[str, ...] = Field(default=(), description="what it is an example of: a metric, an angle, an occasion")
    user: str
    assistant: str


class Prompt(Record):
    """A prompt file's content."""

    id: str = Field(pattern=r"^[a-z_]+/[a-z_]+@\d+$", description="`copy/subject@1`: folder, name, version")
    released: bool = Field(description="a released file is never edited; a better one gets the next version")
    purpose: str
    variables: tuple[str, ...] = ()
    system: str
    shots: tuple[Shot, ...] = ()
    user: str
    fingerprint: str = Field(default="", description="`sha256:` of the file's bytes")

    def render(self, values: Mapping[str, str], shots: Iterable[Shot] | None = None) -> tuple[Message, ...]:
        """The conversation to send: system, shots, user.

        Args:
            values: exactly the declared variables.
            shots: worked examples that replace the file's own.

        Raises:
            ConfigError: a variable is missing or unknown; all are named at once.
        """
        missing = sorted(set(self.variables) - set(values))
        unknown = sorted(set(values) - set(self.variables))
        if missing or unknown:
            raise ConfigError(
                f"Prompt {self.id}: missing variables {missing}, unknown variables {unknown}; "
                f"it takes {list(self.variables)}."
            )
        messages = [Message(role="system", content=Template(self.system).substitute(values))]
        for shot in self.shots if shots is None else shots:
            messages.append(Message(role="user", content=shot.user))
            messages.append(Message(role="assistant", content=shot.assistant))
        messages.append(Message(role="user", content=Template(self.user).substitute(values)))
        return tuple(messages)


def shots_for(prompt: Prompt, tags: Iterable[str]) -> tuple[Shot, ...]:
    """The worked examples that carry every one of the tags, or all without tags where none does."""
    wanted = set(tags)
    fitting = tuple(shot for shot in prompt.shots if wanted <= set(shot.tags))
    return fitting or tuple(shot for shot in prompt.shots if not shot.tags)


def load_prompt(name: str, override: Path | None = None) -> Prompt:
    """A prompt by name.

    Args:
        name: `copy/subject`; the highest version of the product's own files is taken.
        override: a workspace's prompt folder; a file `copy/subject.toml` in it wins.

    Raises:
        ConfigError: there is no such prompt, or its file is wrong; the message names the file.
    """
    if override is not None and (override / f"{name}.toml").exists():
        path = override / f"{name}.toml"
        return _parse(str(path), path.read_bytes())
    folder, _, stem = name.partition("/")
    place = resources.files("prompts").joinpath(folder)
    versions = re.compile(rf"{re.escape(stem)}@(\d+)\.toml")
    files = sorted(
        (file for file in (place.iterdir() if place.is_dir() else ()) if versions.fullmatch(file.name)),
        key=lambda file: int(file.name.removesuffix(".toml").rpartition("@")[2]),
    )
    if not files:
        raise ConfigError(f"There is no prompt {name!r}.")
    return _parse(f"{folder}/{files[-1].name}", files[-1].read_bytes())


def _parse(place: str, content: bytes) -> Prompt:
    try:
        raw = tomllib.loads(content.decode("utf-8"))
        prompt = Prompt.model_validate({**raw, "fingerprint": "sha256:" + hashlib.sha256(content).hexdigest()})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise ConfigError(f"Prompt file {place}: {error}") from None
    if not all(Template(text).is_valid() for text in (prompt.system, prompt.user)):
        raise ConfigError(f"Prompt file {place}: a $ stands before no variable; write $$ where a dollar is meant.")
    used = {name for text in (prompt.system, prompt.user) for name in Template(text).get_identifiers()}
    if used != set(prompt.variables):
        raise ConfigError(
            f"Prompt file {place}: variables says {sorted(prompt.variables)}, the texts use {sorted(used)}; "
            "make them equal."
        )
    return prompt
