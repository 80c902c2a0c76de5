"""Personas held against the data: the stage, the files that people edit, and the versions kept of both.

A persona's file is written by the product as long as nobody has changed it. From then on it is the person's: it is
read, held against the data and never written again, until it is deleted. Every persona that differs from the last
version is kept as a version with the file of then.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant.errors import DataError, MissingArtefact
from assistant.personas import Edit, Evidence, load_edit, persona_to_toml, read_edit, verify_persona
from assistant.pipeline.listening import Listener
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage
from assistant.records import FactSheet, Persona
from assistant.workspace import Workspace, read_record, sha256_text, write_atomic, write_record

VERIFICATION_VERSION = 1


def edited_personas(paths: Paths, segments: Sequence[str]) -> dict[str, Edit]:
    """The personas whose file a person has changed.

    Raises:
        DataError: a file cannot be read as a persona.
    """
    return {segment: edit for segment in segments if (edit := _edit(paths, segment)) is not None}


def _edit(paths: Paths, segment: str) -> Edit | None:
    path, currency = paths.persona_file(segment), paths.workspace.settings.shop.currency
    if not path.exists():
        return None
    bases = [base for base in (_current(paths, segment), _last(paths, segment)) if base is not None]
    ours = [base for base in bases if not base.edited]
    try:
        if path.read_bytes() in [persona_to_toml(base, currency).encode() for base in ours]:
            return None
    except OSError:
        pass  # load_edit tells why
    edit = load_edit(path, segment, currency)
    return None if edit in [Edit.of(base) for base in ours] else edit


def verify_personas(
    workspace: Workspace,
    listener: Listener,
    inputs: Mapping[str, str],
    sheets: Sequence[FactSheet],
    edits: Mapping[str, Edit],
    evidence: Callable[[], Evidence],
) -> StageResult:
    """The stage: every persona that was written, or that a person has changed, with the status of its claims.

    Args:
        workspace: held for writing.
        listener: told of the stage.
        inputs: name -> hash of what the claims are held against.
        sheets: the facts of the segments.
        edits: of `edited_personas`.
        evidence: opens what the claims are held against.
    """
    paths = Paths(workspace)

    def make(out: Path) -> Mapping[str, object]:
        held = evidence()
        counted: dict[str, int] = {}
        by_hand: list[str] = []
        for sheet in sheets:
            written = read_record(paths.written_personas / f"{sheet.segment}.json", Persona)
            before = _current(paths, sheet.segment) or _last(paths, sheet.segment)
            fresh = verify_persona(written, sheet, held)
            edit = edits.get(sheet.segment)
            if edit is not None and edit != Edit.of(fresh):
                fresh = verify_persona(written, sheet, held, edit, before)
            for status, count in fresh.counts.items():
                counted[status] = counted.get(status, 0) + count
            by_hand += [fresh.segment] if fresh.edited else []
            write_record(out / f"{sheet.segment}.json", fresh)
        return {**counted, **({"edited by hand": ", ".join(by_hand)} if by_hand else {})}

    result = run_stage(
        workspace,
        listener,
        stage="verification",
        folder=workspace.personas,
        version=VERIFICATION_VERSION,
        inputs={**inputs, **{f"{name}.toml": sha256_text(edit.model_dump_json()) for name, edit in edits.items()}},
        settings={**workspace.settings.facts.model_dump(), "currency": workspace.settings.shop.currency},
        seed=workspace.settings.segments.seed,
        make=make,
    )
    for sheet in sheets:
        _keep(paths, sheet.segment)
    return result


def _keep(paths: Paths, segment: str) -> None:
    """The persona's file, unless it is a person's, and a version where it is not the last one."""
    persona = _current(paths, segment)
    if persona is None:
        return
    path, folder = paths.persona_file(segment), paths.persona_versions(segment)
    last = max(persona_versions(paths, segment), default=0)
    if not persona.edited and not _says(path, persona, paths):
        if last and path.exists():
            # A person's comments may stand in it, which change no claim.
            write_atomic(folder / f"{last:04d}.toml", path.read_bytes())
        write_atomic(path, persona_to_toml(persona, paths.workspace.settings.shop.currency))
    if last and persona_version(paths, segment, last) == persona:
        return
    write_atomic(folder / f"{last + 1:04d}.toml", path.read_bytes())
    # The record comes last: a version is there once both are.
    write_record(folder / f"{last + 1:04d}.json", persona)


def _says(path: Path, persona: Persona, paths: Paths) -> bool:
    """Whether a file holds the claims of a persona, in the words of the product or with a person's comments.

    The product's own words tell how each claim stands, so they are written anew where that has changed.
    """
    try:
        text, currency = path.read_text(encoding="utf-8"), paths.workspace.settings.shop.currency
        last = _last(paths, persona.segment)
        if text == persona_to_toml(persona, currency):
            return True
        ours = last is not None and text == persona_to_toml(last, currency)
        return not ours and read_edit(text, str(path), persona.segment, currency) == Edit.of(persona)
    except (OSError, UnicodeDecodeError, DataError):
        return False


def persona_versions(paths: Paths, segment: str) -> tuple[int, ...]:
    """Numbers of the versions kept of a persona, oldest first."""
    return tuple(sorted(int(path.stem) for path in paths.persona_versions(segment).glob("[0-9]*.json")))


def persona_version(paths: Paths, segment: str, number: int) -> Persona | None:
    """One of them; None where another version of this software wrote it.

    Raises:
        DataError: there is no such version.
    """
    path = paths.persona_versions(segment) / f"{number:04d}.json"
    if not path.exists():
        known = persona_versions(paths, segment)
        told = f"kept are {', '.join(map(str, known))}" if known else "none is kept; make one with `assistant personas`"
        raise DataError(f"There is no version {number} of the persona of {segment}; {told}.")
    return _read(path)


def _last(paths: Paths, segment: str) -> Persona | None:
    numbers = persona_versions(paths, segment)
    return persona_version(paths, segment, numbers[-1]) if numbers else None


def _current(paths: Paths, segment: str) -> Persona | None:
    return _read(paths.workspace.personas / f"{segment}.json")


def _read(path: Path) -> Persona | None:
    try:
        return read_record(path, Persona)
    except MissingArtefact:
        return None
