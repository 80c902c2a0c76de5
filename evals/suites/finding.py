"""Suites by name: a file, one of the workspace, or one that ships."""

from importlib import resources
from pathlib import Path

from assistant.errors import unknown_name
from assistant.workspace import Workspace

FOLDER = "evals/suites"
"""Where a workspace keeps its own."""


def shipped_suites() -> dict[str, Path]:
    """Name -> file of every suite that ships."""
    place = resources.files("evals.suites")
    files = [Path(str(file)) for file in place.iterdir() if file.name.endswith(".yaml")]
    return {file.stem: file for file in sorted(files)}


def known_suites(workspace: Workspace | None) -> dict[str, Path]:
    """Name -> file of every suite; a workspace's own come before those that ship."""
    own = sorted((workspace.root / FOLDER).glob("*.yaml")) if workspace else []
    return {**shipped_suites(), **{file.stem: file for file in own}}


def find_suite(name: str, workspace: Workspace | None = None) -> Path:
    """The file of a suite.

    Args:
        name: a path, or a name without `.yaml`; the workspace's own come before those that ship.
        workspace: where there is one.

    Raises:
        ConfigError: there is none.
    """
    if Path(name).is_file():
        return Path(name)
    known = known_suites(workspace)
    if name not in known:
        raise unknown_name("suite", name, known)
    return known[name]
