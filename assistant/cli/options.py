"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import WorkspaceError
from assistant.workspace import Workspace

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", help="The workspace; without it, the one in this folder or above.", metavar="DIR"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="A list of objects on standard output and nothing else.")]

FromJournalOption = Annotated[
    bool,
    typer.Option("--from-journal", help="Ask no model: the journal alone answers, and what it lacks is an error."),
]


def open_workspace(folder: Path | None) -> Workspace:
    """The workspace that an option names, or the one around the current folder.

    Raises:
        WorkspaceError: there is none.
    """
    return Workspace.find(Path.cwd()) if folder is None else Workspace.at(folder)


def workspace_if_any(folder: Path | None) -> Workspace | None:
    """The workspace that an option names, or the one around the current folder, or none.

    Raises:
        WorkspaceError: the option names none.
    """
    try:
        return open_workspace(folder)
    except WorkspaceError:
        if folder is not None:
            raise
        return None
