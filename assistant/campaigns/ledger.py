"""A campaign's ledger: one JSON line for each thing that became of its pieces, only ever added to.

It says who approved which revision and when, and holds every edit, so that a campaign can be kept under version control
and nothing that was decided is lost. What was decided about a revision says nothing about another one: a piece that is
written anew is judged anew.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import DataError
from assistant.records import LedgerEntry, Piece, PieceState, Standing

DECIDED: tuple[PieceState, ...] = ("approved", "rejected", "exported")
FILE = "ledger.jsonl"


def read_ledger(path: Path) -> list[LedgerEntry]:
    """All entries, oldest first; none where there is no file. A last line that a kill cut short is no entry.

    Raises:
        DataError: another line is no entry; the message names it.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    entries = []
    # What stands behind the last line's end was never finished.
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entries.append(LedgerEntry.model_validate_json(line))
        except ValidationError:
            raise DataError(
                f"{path}, line {number} is no entry of a ledger; expected what this program wrote there: restore the "
                "file, or delete it to forget all approvals."
            ) from None
    return entries


def append_entries(path: Path, entries: Iterable[LedgerEntry]) -> None:
    """Add entries; they are on the disk when this returns. The caller holds the workspace for writing."""
    text = "".join(entry.model_dump_json(exclude_defaults=True) + "\n" for entry in entries).encode()
    if not text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _drop_torn_line(file.fileno())
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def apply_ledger(
    pieces: Sequence[Piece], entries: Iterable[LedgerEntry], standings: Mapping[str, Standing] | None = None
) -> tuple[tuple[Piece, ...], dict[str, Standing]]:
    """The pieces as they are now, and where each stands.

    Args:
        pieces: as they were written.
        entries: oldest first.
        standings: of the pieces before these entries; None: nothing was decided.

    Returns:
        The pieces, edits and new versions in their places; by piece where it stands.
    """
    now = {piece.piece: piece for piece in pieces}
    known = standings or {}
    standings = {piece.piece: known.get(piece.piece) or Standing(state=state_of(piece)) for piece in pieces}
    for entry in entries:
        if entry.made is not None:
            name = entry.made.piece
            if name in now and now[name].revision == entry.before:
                now[name] = entry.made
                standings[name] = Standing(state=state_of(entry.made), by=entry.by, at=entry.at, reason=entry.reason)
        elif entry.state in DECIDED:
            for name, revision in entry.pieces.items():
                if name in now and now[name].revision == revision:
                    standings[name] = Standing(state=entry.state, by=entry.by, at=entry.at, reason=entry.reason)
    return tuple(now.values()), standings


def approvals_of(pieces: Iterable[Piece], entries: Iterable[LedgerEntry]) -> dict[str, Standing]:
    """Who let each piece out, by piece; of the revision that it is at now."""
    revisions = {piece.piece: piece.revision for piece in pieces}
    found: dict[str, Standing] = {}
    for entry in entries:
        for name, revision in entry.pieces.items():
            if entry.made is None and revisions.get(name) == revision:
                if entry.state == "approved":
                    found[name] = Standing(state="approved", by=entry.by, at=entry.at, reason=entry.reason)
                elif entry.state == "rejected":
                    found.pop(name, None)
    return found


def state_of(piece: Piece) -> PieceState:
    """Where a piece stands that nobody has decided about."""
    return "checked" if piece.status == "ready" else "needs_review"


def _drop_torn_line(handle: int) -> None:
    """Cut off what a kill left of an unfinished line."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        whole = os.pread(handle, size, 0).rfind(b"\n") + 1
        os.ftruncate(handle, whole)
