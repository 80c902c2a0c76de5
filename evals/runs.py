"""Runs on disk: `run.json`, and beside it a log of trials that a kill cannot tear.

A line of the log is a trial, or scores that came later for one that stands above. A line cut by a kill is the last
one, and is passed over; the next run begins a line of its own.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant.errors import MissingArtefact, WorkspaceError
from assistant.workspace import read_record, write_record
from evals.records import Run, Score, Trial, TrialKey

RUN_FILE = "run.json"
TRIALS_FILE = "trials.jsonl"
PACE = {"seconds", "from_journal", "cost_nanodollars"}
"""What differs between two runs that were told the same."""


class TrialLog:
    """The log of a run, open for adding to."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        if self._file.tell() and not _ends_whole(path):
            self._file.write(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, trial: Trial) -> None:
        """Keep a trial; when this returns, the death of the process no longer loses it."""
        self._write(b'{"trial":' + trial.model_dump_json(exclude_defaults=True).encode() + b"}\n")

    def add_scores(self, key: TrialKey, scores: Iterable[Score]) -> None:
        """Keep scores that came later, such as a judge's; they replace those of the same metric."""
        told = [score.model_dump(mode="json", exclude_defaults=True) for score in scores]
        self._write(json.dumps({"scores": [*key, told]}, ensure_ascii=False).encode() + b"\n")

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()


def read_trials(path: Path) -> dict[TrialKey, Trial]:
    """The trials of a log, the newest of each key, with all scores.

    Raises:
        WorkspaceError: a line in the middle cannot be read; the message names it.
    """
    trials: dict[TrialKey, Trial] = {}
    if not path.exists():
        return trials
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            if "trial" in told:
                trial = Trial.model_validate(told["trial"])
                trials[trial.key] = trial
            else:
                system, case, sample, scores = told["scores"]
                key = TrialKey(system, case, sample)
                trials[key] = with_scores(trials[key], map(Score.model_validate, scores))
        except (ValueError, KeyError, TypeError):
            # What a kill cut: the last line, or one that the next run closed behind it.
            if _was_cut(line):
                continue
            raise WorkspaceError(
                f"{path}, line {number}, is no trial that can be read; move {path.parent} away and run again."
            ) from None
    return trials


def with_scores(trial: Trial, scores: Iterable[Score]) -> Trial:
    """The trial with further scores, each in the place of one of the same metric."""
    joined = {score.metric: score for score in (*trial.scores, *scores)}
    return trial.model_copy(update={"scores": tuple(joined.values())})


def hash_trials(trials: Mapping[TrialKey, Trial]) -> str:
    """`sha256:` over trials in the order of their keys, without what differs between two equal runs."""
    digest = hashlib.sha256()
    for key in sorted(trials):
        digest.update(trials[key].model_dump_json(exclude=PACE).encode() + b"\n")
    return f"sha256:{digest.hexdigest()}"


class StoredRun:
    """A run as it lies in its folder."""

    def __init__(self, folder: Path) -> None:
        """Read a run.

        Raises:
            MissingArtefact: there is none in the folder.
            WorkspaceError: its log is broken, or is not the one its head speaks of.
        """
        self.folder = folder
        if not (folder / RUN_FILE).exists():
            raise MissingArtefact(f"There is no run in {folder}; `assistant eval run SUITE` makes one.")
        self.run: Run = read_record(folder / RUN_FILE, Run)
        self.trials: dict[TrialKey, Trial] = read_trials(folder / TRIALS_FILE)
        if self.run.trials_sha256 and hash_trials(self.trials) != self.run.trials_sha256:
            raise WorkspaceError(
                f"{folder / TRIALS_FILE} is not the log that {RUN_FILE} was finished with; it was changed since. "
                "Move the folder away and run again."
            )

    def of(self, system: str) -> Iterator[Trial]:
        """A system's trials in the order of the cases."""
        for case in self.run.cases:
            for sample in range(self.run.samples):
                trial = self.trials.get(TrialKey(system, case.case, sample))
                if trial is not None:
                    yield trial


def write_run(folder: Path, run: Run) -> None:
    """Write a run's head, whole or not at all."""
    write_record(folder / RUN_FILE, run)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def _was_cut(line: bytes) -> bool:
    try:
        whole: Any = json.loads(line)
    except ValueError:
        return True
    return whole is None
