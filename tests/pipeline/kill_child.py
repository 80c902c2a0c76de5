"""Runs the whole pipeline over a small shop, and kills itself where it is told to: `kill_child.py JOB`.

JOB is JSON: `workspace`, `files` (table name -> CSV), `brief`, and, to be killed, `stage` with one of

- `progress`: at the first report of at least so many steps;
- `move`: before the n-th file of the stage is renamed to where it belongs;
- `seconds`: so long after the stage's start, or at its end where that comes first.

A run that comes to its end prints JSON: `stages`, whether each was kept, and `documents`, all that the index holds.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from assistant.pipeline import Pipeline, Silent
from assistant.records import Manifest
from assistant.retrieval import Retriever
from assistant.workspace import Workspace


def die() -> None:
    """As a machine that loses its power would end this process: no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)


class Killer(Silent):
    """Listens, and kills where the job says."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.running = ""
        self.moved = 0
        self.stages: dict[str, bool] = {}
        sys.addaudithook(self._audit)

    def stage_started(self, stage: str) -> None:
        self.running = stage
        if self._is("seconds"):
            threading.Timer(self.job["seconds"], die).start()

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        if self._is("progress") and done >= self.job["progress"]:
            die()

    def stage_note(self, stage: str, text: str) -> None:
        pass

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        if not kept and self._is("seconds"):
            die()
        self.stages[stage] = kept
        self.running = ""

    def _is(self, way: str) -> bool:
        return way in self.job and self.running == self.job["stage"]

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "os.rename" or not self._is("move"):
            return
        source, target = (str(path) for path in arguments[:2])
        if ".aside/" in source and ".aside/" not in target:
            self.moved += 1
            if self.moved == self.job["move"]:
                die()


def main(job: dict[str, Any]) -> None:
    workspace = Workspace.at(Path(job["workspace"]))
    listener = Killer(job)
    with workspace.writing():
        pipeline = Pipeline(workspace, listener)
        pipeline.ingest_files({table: Path(file) for table, file in job["files"].items()})
        pipeline.campaign(Path(job["brief"]))
        pipeline.report()
    with Retriever.open(workspace.index, workspace.settings.models.embedder) as retriever:
        found = retriever.search("anything", limit=retriever.count())
    documents = sorted(hit.document.model_dump_json() for hit in found)
    print(json.dumps({"stages": listener.stages, "documents": documents}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
