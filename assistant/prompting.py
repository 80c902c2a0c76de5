"""Prompt files: found, checked, rendered and fingerprinted. The only reader of `prompts/`.

A prompt file is TOML: `id`, `released`, `purpose`, `variables`, a `system` text, `shots` (pairs of `user` and
`assistant`) and a `user` text. Variables stand as `$name`. Braces belong to slots and are left alone.

`copy/subject` is the prompt that is used: the workspace's own, or the product's latest. `copy/subject@1` is that very
version, and `copy/subject+warmer` a fork in the workspace.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from pydantic import Field, ValidationError

from assistant.errors import ConfigError, unknown_name
from assistant.records import Message, Record


class Shot(Record):
    """One worked example."""

    tags: tuple[str, ...] = Field(default=(), description="what it is an example of: a metric, an angle, an occasion")
    user: str
    assistant: str


class Prompt(Record):
    """A prompt file's content."""

    id: str = Field(
        pattern=r"^[a-z_]+/[a-z_]+(@\d+|\+[a-z0-9-]{1,40})$",
        description="`copy/subject@1`: folder, name, version; `copy/subject+warmer`: a fork",
    )
    released: bool = Field(description="a released file is never edited; a better one gets the next version")
    forked_from: str = Field(default="", description="of a fork: id of the prompt it began as")
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
        name: `copy/subject`: a file `copy/subject.toml` in the workspace, or the highest version of the product's own.
            `copy/subject@1`: that version of the product's own. `copy/subject+warmer`: a fork in the workspace.
        override: the workspace's prompt folder.

    Raises:
        ConfigError: there is no such prompt, or its file is wrong; the message names the file.
    """
    return _parse(*_found(name, override))


def prompt_source(name: str, override: Path | None = None) -> str:
    """The text of a prompt's file, comments and all; `name` and errors as `load_prompt` has them."""
    return _found(name, override)[1].decode("utf-8")


def _found(name: str, override: Path | None) -> tuple[str, bytes]:
    """Where a prompt stands, in words, and its bytes."""
    folder, _, stem = name.partition("/")
    if override is not None and "@" not in stem:
        path = override / f"{name}.toml"
        if _is_name(name) and path.exists():
            return str(path), path.read_bytes()
    if "+" in stem:
        known = [own for own in workspace_prompts(override) if "+" in own]
        told = f"the workspace has {', '.join(known)}" if known else "the workspace has none"
        raise ConfigError(f"There is no fork {name!r}; {told}. `assistant prompts fork NAME` makes one.")
    base, _, wanted = stem.partition("@")
    files = {number: file for number, file in _versions(folder, base) if wanted in ("", str(number))}
    if not files:
        raise unknown_name("prompt", name, shipped_prompts())
    newest = max(files)
    return f"{folder}/{base}@{newest}.toml", files[newest].read_bytes()


def shipped_prompts() -> tuple[str, ...]:
    """Ids of all prompt files of the product, by name and version."""
    folders = (folder for folder in resources.files("prompts").iterdir() if folder.is_dir())
    names = {(folder.name, file.name.partition("@")[0]) for folder in folders for file in folder.iterdir()}
    return tuple(
        f"{folder}/{stem}@{number}" for folder, stem in sorted(names) for number, _ in sorted(_versions(folder, stem))
    )


def workspace_prompts(override: Path | None) -> tuple[str, ...]:
    """Names of a workspace's prompt files: those that replace the product's own, and forks."""
    paths = override.glob("*/*.toml") if override is not None else ()
    names = [f"{path.parent.name}/{path.stem}" for path in paths]
    return tuple(sorted(name for name in names if _is_name(name)))


def prompt_path(name: str, override: Path) -> Path:
    """Where the workspace's file of this name is, or would be.

    Raises:
        ConfigError: it is no name of one.
    """
    if not _is_name(name):
        raise ConfigError(f"{name!r} is no name of a prompt; expected one such as copy/subject or copy/subject+warmer.")
    return override / f"{name}.toml"


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z_]+/[a-z_]+(\+[a-z0-9-]{1,40})?", name) is not None


def _versions(folder: str, stem: str) -> Iterator[tuple[int, Traversable]]:
    """The product's own files of a name, each with its number."""
    place = resources.files("prompts").joinpath(folder)
    pattern = re.compile(rf"{re.escape(stem)}@(\d+)\.toml")
    for file in place.iterdir() if place.is_dir() else ():
        if found := pattern.fullmatch(file.name):
            yield int(found[1]), file


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
