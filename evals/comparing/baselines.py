"""Baseline files: one system of one run, all in one JSON, to be kept under version control."""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.errors import AssistantError, ConfigError, MissingArtefact
from assistant.records import Record
from assistant.workspace import sha256_text, write_atomic
from evals.comparing.tables import Judged, Side
from evals.records import Run


class Unjudgeable(AssistantError):
    """What was to be judged is broken or is not what it says it is, so nothing is concluded."""

    exit_code = 4


class Baseline(Record):
    """What a gate holds changes against; no outputs are in it, but their hashes."""

    format: Literal[1] = 1
    system: str
    run: Run
    judged: tuple[Judged, ...]
    sha256: str = Field(description="`sha256:` over all else")


def write_baseline(path: Path, side: Side) -> str:
    """Write a side as a baseline file.

    Returns:
        `sha256:` of the file, for `--baseline-sha256`.

    Raises:
        ConfigError: the run is not finished, or lost more trials than its gate bears.
    """
    if not side.is_whole:
        raise ConfigError(f"{side.name} is not finished, so it is no baseline; the command that began it goes on.")
    if side.failed_share > side.run.gate.max_failed:
        raise ConfigError(
            f"{side.failed_share:.1%} of the trials of {side.name} got no answer and its gate bears "
            f"{side.run.gate.max_failed:.1%}, so it is no baseline; run it again to ask for what is missing."
        )
    baseline = Baseline(system=side.system.system, run=side.run, judged=side.judged, sha256="")
    content = _content(baseline.model_copy(update={"sha256": _own_hash(baseline)}))
    write_atomic(path, content)
    return sha256_text(content)


def read_baseline(path: Path, sha256: str = "") -> tuple[Side, str]:
    """Read a baseline file.

    Args:
        path: of the file.
        sha256: that the file must have, with or without `sha256:`; empty: any.

    Returns:
        The side, and `sha256:` of the file.

    Raises:
        MissingArtefact: there is no file.
        Unjudgeable: it is no baseline, was changed since it was written, or is not the one that was named.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingArtefact(
            f"{path} cannot be read ({error.strerror}); `assistant eval gate RUN --save {path}` writes a baseline."
        ) from None
    found = "sha256:" + hashlib.sha256(content).hexdigest()
    wanted = sha256.strip().lower().removeprefix("sha256:")
    if sha256 and found != f"sha256:{wanted}":
        raise Unjudgeable(
            f"{path} has {found} and sha256:{wanted} was expected; it is not the baseline that was named."
        )
    try:
        baseline = Baseline.model_validate_json(content)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "its first characters"
        raise Unjudgeable(
            f"{path} is no baseline of this version ({place} cannot be read); write it again with "
            f"`assistant eval gate RUN --save {path}`."
        ) from None
    if baseline.sha256 != _own_hash(baseline):
        raise Unjudgeable(
            f"{path} was changed since it was written: its content has {_own_hash(baseline)} and it says "
            f"{baseline.sha256 or 'none'}. Take it from the branch it was kept on."
        )
    return _side(path, baseline), found


def _side(path: Path, baseline: Baseline) -> Side:
    system = next((each for each in baseline.run.systems if each.system == baseline.system), None)
    known = {case.case for case in baseline.run.cases}
    if system is None or any(trial.case not in known for trial in baseline.judged):
        raise Unjudgeable(f"{path} speaks of a system or a case that its run does not have; write it again.")
    return Side(baseline.run, system, baseline.judged, baseline.run.trials_sha256)


def _own_hash(baseline: Baseline) -> str:
    told = baseline.model_dump(mode="json", exclude={"sha256"})
    return sha256_text(json.dumps(told, sort_keys=True))


def _content(baseline: Baseline) -> str:
    """JSON with a line for each trial and each part of the run, so that a change can be read in a diff."""
    run = baseline.run.model_dump(mode="json", exclude_defaults=True)
    parts = {
        "format": "1",
        "system": json.dumps(baseline.system),
        "run": _lines({name: json.dumps(value) if name != "cases" else _rows(value) for name, value in run.items()}),
        "judged": _rows([trial.model_dump(mode="json", exclude_defaults=True) for trial in baseline.judged]),
        "sha256": json.dumps(baseline.sha256),
    }
    return _lines(parts) + "\n"


def _lines(parts: dict[str, str]) -> str:
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {value}" for name, value in parts.items()) + "\n}"


def _rows(rows: list[object]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, sort_keys=True) for row in rows) + "\n]"
