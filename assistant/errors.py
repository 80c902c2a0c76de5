"""Every error a user can meet.

    AssistantError            exit 2: a user's mistake or a missing part
    ├── ConfigError           assistant.toml or a brief says something impossible
    ├── DataError             a table breaks its contract
    ├── WorkspaceError        no workspace here, or another process holds it
    ├── MissingArtefact       a stage's input has not been made yet
    ├── MissingPackage        an optional package is needed and absent
    ├── ModelError            a model cannot be reached, loaded or held to what was asked
    └── CheckFailed           exit 1: the work was done and found wanting

The message of each is one sentence that says what was found, what was expected and what to type next.
"""

import difflib
from collections.abc import Iterable


class AssistantError(Exception):
    """What a person sees instead of a traceback; `exit_code` is what the command returns."""

    exit_code = 2


class ConfigError(AssistantError):
    """A settings file or a brief holds a value that cannot be used."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error of a name that means nothing: with the nearest known one, or with all."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known {kind}s: {', '.join(names)}."
    return ConfigError(f"There is no {kind} {name!r}; {hint}")


class DataError(AssistantError):
    """A table breaks its contract; the message names the file, the column and the value."""


class WorkspaceError(AssistantError):
    """The folder is no workspace, or another process is writing to it."""


class MissingArtefact(AssistantError):
    """Something a stage needs has not been made yet; the message names the command that makes it."""


class MissingPackage(AssistantError):
    """An optional package is absent; the message is the command that installs it."""


class ModelError(AssistantError):
    """A model could not be found, loaded or reached."""


class CheckFailed(AssistantError):
    """A check ran and failed."""

    exit_code = 1
