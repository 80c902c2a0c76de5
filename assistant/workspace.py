"""A workspace: the folder a marketer owns, with settings, artefacts and their manifests.

Everything is written aside and renamed, so a reader never sees half a file and a killed command leaves the
old artefact or the new one. One process writes at a time; readers never wait.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import tomli_w
from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.config import Settings, load_settings
from assistant.errors import MissingArtefact, WorkspaceError
from assistant.records import Manifest, Record

RecordT = TypeVar("RecordT", bound=Record)

SETTINGS_FILE = "assistant.toml"
LOCK_FILE = ".lock"
ASIDE = ".aside"


def sha256_file(path: Path) -> str:
    """`sha256:` and the hexadecimal digest of a file's bytes."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def sha256_text(text: str) -> str:
    """`sha256:` and the hexadecimal digest of a text in UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with aside.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


class Workspace:
    """A folder with `assistant.toml` in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings: Settings = load_settings(root / SETTINGS_FILE)

    @classmethod
    def create(cls, root: Path, settings: Settings) -> "Workspace":
        """Make a workspace; an existing one keeps its settings.

        Raises:
            WorkspaceError: the folder holds something else.
        """
        if not (root / SETTINGS_FILE).exists():
            if root.is_file():
                raise WorkspaceError(f"{root} is a file; expected a folder, or a name that is free.")
            if root.is_dir() and any(root.iterdir()):
                raise WorkspaceError(
                    f"{root} holds files but no {SETTINGS_FILE}; name an empty or a new folder for the workspace."
                )
            values = settings.model_dump(mode="json", exclude_none=True)
            write_atomic(root / SETTINGS_FILE, tomli_w.dumps(values))
        return cls(root)

    @classmethod
    def find(cls, start: Path) -> "Workspace":
        """The workspace in `start` or in the nearest folder above it.

        Raises:
            WorkspaceError: there is none.
        """
        start = start.absolute()
        for folder in (start, *start.parents):
            if (folder / SETTINGS_FILE).exists():
                return cls(folder)
        raise WorkspaceError(
            f"There is no {SETTINGS_FILE} in {start} or above it; make a workspace with `assistant init DIR`, "
            "or name one with `--workspace DIR`."
        )

    @classmethod
    def at(cls, root: Path) -> "Workspace":
        """The workspace in exactly this folder.

        Raises:
            WorkspaceError: there is none in it.
        """
        if not (root / SETTINGS_FILE).exists():
            raise WorkspaceError(
                f"There is no {SETTINGS_FILE} in {root}; make a workspace with `assistant init {root}`."
            )
        return cls(root)

    @property
    def data(self) -> Path:
        """Folder of the canonical tables."""
        return self.root / "data"

    @property
    def segments(self) -> Path:
        """Folder of features, segments and facts."""
        return self.root / "segments"

    @property
    def index(self) -> Path:
        """Folder of the vector store."""
        return self.root / "index"

    @property
    def personas(self) -> Path:
        """Folder of the personas."""
        return self.root / "personas"

    @property
    def campaigns(self) -> Path:
        """Folder of the campaigns, a folder each."""
        return self.root / "campaigns"

    @property
    def brand(self) -> Path:
        """The brand kit, a file that need not be there."""
        return self.root / "brand.toml"

    @property
    def prompts(self) -> Path:
        """Folder of prompt files that replace the product's own, by name."""
        return self.root / "prompts"

    @property
    def journal(self) -> Path:
        """The journal of every call to a model."""
        return self.root / "journal.sqlite"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the workspace for writing.

        Raises:
            WorkspaceError: another process holds it.
        """
        lock = FileLock(self.root / LOCK_FILE, timeout=0.2)
        try:
            lock.acquire()
        except Timeout:
            raise WorkspaceError(
                f"Another command is writing to {self.root}; wait for it to end, then type the same again."
            ) from None
        try:
            self._clear_aside()
            yield
        finally:
            lock.release()

    def aside(self, stage: str) -> Path:
        """An empty folder to write a stage's outputs in, on the same file system as where they will lie."""
        folder = self.root / ASIDE / f"{stage}-{uuid.uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        return folder

    def _clear_aside(self) -> None:
        """What a killed command left behind; nobody else writes while the lock is held."""
        shutil.rmtree(self.root / ASIDE, ignore_errors=True)

    def manifest_path(self, folder: Path, stage: str) -> Path:
        """Where a stage's manifest lies: beside its outputs."""
        return folder / f"{stage}.manifest.json"

    def manifest(self, folder: Path, stage: str) -> Manifest | None:
        """A stage's manifest, or None where there is none that can be read."""
        try:
            return read_record(self.manifest_path(folder, stage), Manifest)
        except MissingArtefact:
            return None


def read_record(path: Path, record: type[RecordT]) -> RecordT:
    """Read a record from its JSON file.

    Raises:
        MissingArtefact: the file is absent, or another version of this software wrote it.
    """
    try:
        return record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise MissingArtefact(f"{path} has not been made yet.") from None
    except ValidationError:
        raise MissingArtefact(
            f"{path} holds no {record.__name__.lower()} that can be read; delete it, then make it again."
        ) from None


def write_record(path: Path, record: Record) -> None:
    """Write a record as JSON, atomically."""
    write_atomic(path, record.model_dump_json(indent=1) + "\n")
