"""Runs by name, and one system of a run by `RUN#SYSTEM`."""

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import MissingArtefact, unknown_name
from evals.comparing.tables import Side, side_of, sides_of
from evals.runs import RUN_FILE, StoredRun

OF = "#"
"""What stands between a run and one of its systems."""


def find_run(name: str, folders: Sequence[Path]) -> Path:
    """The folder of a run.

    Args:
        name: a path of the folder or of its `run.json`, or the folder's name in one of `folders`.
        folders: where runs lie; the first that has it counts.

    Raises:
        ConfigError: there is none of this name; the message names the nearest.
        MissingArtefact: there is no run at all.
    """
    path = Path(name)
    for place in (path.parent if path.name == RUN_FILE else path, *(folder / name for folder in folders)):
        if name and (place / RUN_FILE).is_file():
            return place
    known = runs_in(folders)
    if not known:
        places = ", ".join(map(str, folders)) or "the folders that were named"
        raise MissingArtefact(f"There is no run {name!r} in {places}; `assistant eval run SUITE` makes one.")
    raise unknown_name("run", name, known)


def runs_in(folders: Sequence[Path]) -> dict[str, Path]:
    """Name -> folder of all runs."""
    found: dict[str, Path] = {}
    for folder in folders:
        for head in sorted(folder.glob(f"*/{RUN_FILE}")):
            found.setdefault(head.parent.name, head.parent)
    return found


def open_sides(selector: str, folders: Sequence[Path]) -> list[Side]:
    """The system that `RUN#SYSTEM` names, or all systems of `RUN`.

    Raises:
        ConfigError: there is no such run, or no such system in it.
        MissingArtefact: there is no run at all.
        WorkspaceError: the run's log is not the one it was finished with.
    """
    run, mark, system = selector.partition(OF)
    stored = StoredRun(find_run(run, folders))
    return [side_of(stored, system)] if mark else sides_of(stored)
