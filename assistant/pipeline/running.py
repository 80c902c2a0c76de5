"""One stage: skipped when its key is unchanged, else made aside, moved into place and described by a manifest.

The manifest goes first and comes last. A process killed anywhere leaves either the old artefact with its manifest,
or no manifest, and then the stage runs again; half an artefact is never taken for a whole one. While there is no
manifest, a list tells which files may lie there, so that the next run still knows what to remove.
"""

import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant import __version__
from assistant.pipeline.listening import Listener
from assistant.records import Manifest
from assistant.workspace import Workspace, sha256_file, write_atomic, write_record

_PACKAGES = (
    "duckdb", "ibis-framework", "numpy", "pandas", "scikit-learn", "chromadb", "sentence-transformers",
    "langchain-core", "openai", "torch", "transformers",
)  # fmt: skip


@dataclass(frozen=True)
class StageResult:
    """What became of a stage."""

    stage: str
    kept: bool
    manifest: Manifest

    @property
    def hashes(self) -> dict[str, str]:
        """What a later stage depends on."""
        return self.manifest.outputs


def stage_key(stage: str, version: int, inputs: Mapping[str, str], settings: Mapping[str, object], seed: int) -> str:
    """Hash of everything that can change a stage's outputs.

    Args:
        stage: its name.
        version: raised whenever its code would make something else of the same inputs.
        inputs: name -> hash.
        settings: JSON values.
        seed: of its random draws.
    """
    said = json.dumps([stage, version, dict(inputs), dict(settings), seed], sort_keys=True, default=str)
    return "sha256:" + hashlib.sha256(said.encode()).hexdigest()


def run_stage(
    workspace: Workspace,
    listener: Listener,
    *,
    stage: str,
    folder: Path,
    version: int,
    inputs: Mapping[str, str],
    settings: Mapping[str, object],
    seed: int,
    make: Callable[[Path], Mapping[str, object]],
    in_place: tuple[Path, ...] = (),
) -> StageResult:
    """Make a stage's outputs unless they are there already.

    Args:
        workspace: held for writing by the caller.
        listener: told of the start and the end.
        stage: its name; the manifest is `FOLDER/STAGE.manifest.json`.
        folder: where its outputs lie.
        version: of the stage's code.
        inputs: name -> hash of what it reads.
        settings: what it is set to.
        seed: of its random draws.
        make: writes every output below the folder it is given and returns counts worth keeping. It may run for
            the second time after a kill, so what it writes elsewhere must bear that.
        in_place: outputs that `make` puts into place itself, because they have an atomic swap of their own.
    """
    key = stage_key(stage, version, inputs, settings, seed)
    before = workspace.manifest(folder, stage)
    if before is not None and before.key == key and is_whole(workspace.root, before):
        listener.stage_ended(stage, True, before.seconds, before)
        return StageResult(stage, True, before)
    listener.stage_started(stage)
    began = time.perf_counter()
    aside = workspace.aside(stage)
    try:
        notes = make(aside)
        placed = {path.relative_to(workspace.root).as_posix(): sha256_file(path) for path in in_place}
        earlier = set() if before is None else set(before.outputs) - set(placed)
        outputs = {**_into_place(workspace, stage, folder, aside, earlier), **placed}
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    manifest = Manifest(
        stage=stage,
        key=key,
        inputs=dict(inputs),
        settings=dict(settings),
        outputs=outputs,
        versions=_versions(),
        seed=seed,
        seconds=round(time.perf_counter() - began, 3),
        made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        notes=dict(notes),
    )
    write_record(workspace.manifest_path(folder, stage), manifest)
    _unfinished(folder, stage).unlink(missing_ok=True)
    listener.stage_ended(stage, False, manifest.seconds, manifest)
    return StageResult(stage, False, manifest)


def _into_place(workspace: Workspace, stage: str, folder: Path, aside: Path, earlier: set[str]) -> dict[str, str]:
    """Move what was made aside to where it belongs, and remove what an earlier run, finished or not, left there.

    Returns:
        Path below the workspace -> hash.
    """
    made = {folder / path.relative_to(aside): path for path in sorted(aside.rglob("*")) if path.is_file()}
    names = {target.relative_to(workspace.root).as_posix(): target for target in made}
    unfinished = _unfinished(folder, stage)
    if unfinished.exists():
        earlier = earlier | set(unfinished.read_text(encoding="utf-8").splitlines())
    write_atomic(unfinished, "\n".join(sorted(earlier | set(names))))
    workspace.manifest_path(folder, stage).unlink(missing_ok=True)
    for target, path in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for gone in earlier - set(names):
        (workspace.root / gone).unlink(missing_ok=True)
    return {name: sha256_file(target) for name, target in names.items()}


def _unfinished(folder: Path, stage: str) -> Path:
    """Where a stage lists the files it is about to write or remove."""
    return folder / f".{stage}.unfinished"


def is_whole(root: Path, manifest: Manifest) -> bool:
    """Whether every output that a manifest names is there and unaltered."""
    return all(
        (root / path).is_file() and sha256_file(root / path) == digest for path, digest in manifest.outputs.items()
    )


def _versions() -> dict[str, str]:
    found = {"marketing-assistant": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
