"""What can go wrong with a vector index.

VectorstoreError
├── MissingModelPackage   the package that carries an embedding model is not installed
├── UnusableModel         the embedding model's files are absent or not the expected ones
├── NoIndex               no index has been built in the folder
├── BrokenIndex           an index cannot be read, or not be written
├── OtherEmbedder         the index was built with another embedder
├── BadEntry              an entry cannot be stored
└── IndexBusy             another process is building in the folder
"""

from pathlib import Path


class VectorstoreError(Exception):
    """The root of this package's errors."""


class MissingModelPackage(VectorstoreError):
    """The package that carries an embedding model is not installed; `command` installs it."""

    def __init__(self, package: str, command: str) -> None:
        super().__init__(f"the package {package} is not installed: `{command}`")
        self.package = package
        self.command = command


class UnusableModel(VectorstoreError):
    """The embedding model's files are absent, or are not the ones expected."""


class NoIndex(VectorstoreError):
    """No index has been built in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no index in {folder}")
        self.folder = folder


class BrokenIndex(VectorstoreError):
    """An index cannot be read, or not be written; building it again repairs the first."""


class OtherEmbedder(VectorstoreError):
    """The vectors of two embedders cannot be compared, so the index is not searched with another one."""

    def __init__(self, *, built_with: str, asked_with: str) -> None:
        super().__init__(f"the index was built with {built_with!r} and is asked with {asked_with!r}")
        self.built_with = built_with
        self.asked_with = asked_with


class BadEntry(VectorstoreError):
    """An entry cannot be stored; the message names its id."""


class IndexBusy(VectorstoreError):
    """Another process is building an index in the same folder."""
