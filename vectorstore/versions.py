"""Where an index lies on disk, so that it is replaced whole or not at all.

    folder/
        CURRENT                    one line: the name of the version in use; replaced by rename
        version-5e1f90ab/          the version in use
        version-c07d1e22/          one that is still being read
            reader-93be01d4.lock   held by a reader
        .lock                      held while a build runs

The system lets go of a lock when the process that holds it dies. A version that CURRENT does not name and
nobody reads was never finished, or is no longer wanted, and goes with the next build. Names are random, so
that no path is used twice: Chroma remembers databases by path.
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.errors import BrokenIndex, IndexBusy, NoIndex

_NAME = re.compile(r"version-[0-9a-f]{8}")


def current(folder: Path) -> Path | None:
    """The version that CURRENT names, or None when it names none; it may be gone."""
    try:
        name = (folder / "CURRENT").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    # The name is checked because the file could be edited into a path to elsewhere.
    return folder / name if _NAME.fullmatch(name) else None


@contextmanager
def reading(folder: Path) -> Iterator[Path]:
    """The version in use, which no build removes meanwhile.

    Raises NoIndex when there is none, BrokenIndex when CURRENT names one that is gone.
    """
    while True:
        version = current(folder)
        if version is None:
            raise NoIndex(folder)
        if version.is_dir():
            # Not bound to a thread: an index may be closed by another one than opened it.
            lock = FileLock(version / f"reader-{secrets.token_hex(4)}.lock", thread_local=False)
            try:
                with lock:
                    # A build may have replaced the version before it was held; then it may be going already.
                    if current(folder) == version:
                        yield version
                        return
            finally:
                Path(lock.lock_file).unlink(missing_ok=True)
        elif current(folder) == version:
            raise BrokenIndex(f"{version} is gone")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder for one build, after removing what a killed build left.

    Raises IndexBusy when another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            _sweep(folder)
            yield
    except Timeout as error:
        raise IndexBusy(f"another process is building the index in {folder}") from error


def begin(folder: Path) -> Path:
    """Make the empty folder of a version."""
    version = folder / f"version-{secrets.token_hex(4)}"
    version.mkdir()
    return version


def publish(version: Path) -> None:
    """Make `version` the one in use, in one step, and remove those nobody reads."""
    folder = version.parent
    aside = folder / "CURRENT.aside"
    aside.write_text(version.name + "\n", encoding="utf-8")
    aside.replace(folder / "CURRENT")
    _sweep(folder)


def discard(version: Path) -> None:
    """Remove a version that will not be published."""
    shutil.rmtree(version, ignore_errors=True)


def _sweep(folder: Path) -> None:
    in_use = current(folder)
    for version in folder.iterdir():
        if _NAME.fullmatch(version.name) and version != in_use and not _held(version):
            shutil.rmtree(version, ignore_errors=True)


def _held(version: Path) -> bool:
    for path in version.glob("reader-*.lock"):
        try:
            with FileLock(path, timeout=0):
                pass
        except Timeout:
            return True
    return False
