"""Earlier segmentations of a workspace, kept so that what moved can be told."""

import shutil
import uuid

import pandas as pd

from assistant.pipeline.paths import Paths
from assistant.records import Segmentation
from assistant.workspace import read_record

_FILES = ("fitted", "fitted_features", "certificate")


def keep_version(paths: Paths, made: Segmentation) -> int:
    """Put the segmentation in force aside, unless the one just made is the same.

    Returns:
        The number of the one just made. A fit that is run again after a kill finds its own outputs and keeps theirs.
    """
    if not paths.fitted.exists():
        return 1
    before = read_record(paths.fitted, Segmentation)
    if before == made.model_copy(update={"version": before.version}):
        return before.version
    folder = paths.versions / str(before.version)
    if not folder.exists():
        aside = paths.versions / f".{uuid.uuid4().hex[:8]}"
        aside.mkdir(parents=True)
        for name in _FILES:
            path = getattr(paths, name)
            if path.exists():
                shutil.copy2(path, aside / path.name)
        aside.replace(folder)
    return before.version + 1


def kept_versions(paths: Paths) -> tuple[Segmentation, ...]:
    """Earlier segmentations, oldest first."""
    folders = sorted((path for path in paths.versions.glob("[0-9]*")), key=lambda path: int(path.name))
    return tuple(read_record(folder / paths.fitted.name, Segmentation) for folder in folders)


def last_version(paths: Paths) -> tuple[Segmentation, pd.DataFrame] | None:
    """The segmentation before the one in force and the customer table it was fitted on; None where it is the first."""
    versions = kept_versions(paths)
    if not versions:
        return None
    folder = paths.versions / str(versions[-1].version)
    return versions[-1], pd.read_parquet(folder / paths.fitted_features.name)
