"""What a metric's verdicts rest on beside its own file: other code and word lists, and the hash of all they say."""

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from evals.metrics.metric import Metric

READ = (".py", ".toml", ".json")


def basis_of(metric: Metric) -> str:
    """`sha256:` over the packages a metric rests on; empty where it rests on none.

    A metric's version is raised by hand where its own rule changes. Where it asks the house's checks, those change
    without it, and scores of two states of them are as little the same as scores of two versions.
    """
    if not metric.rests_on:
        return ""
    told = " ".join(_hash(package) for package in metric.rests_on)
    return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


@cache
def _hash(package: str) -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files(resources.files(package), "")):
        digest.update(f"{name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Traversable, above: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _files(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(READ):
            found.append((f"{above}{entry.name}", entry))
    return found
