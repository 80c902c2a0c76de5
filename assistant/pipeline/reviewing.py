"""Review of a campaign: decisions go to its ledger as they are made, so nothing is lost when the screen is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.campaigns import apply_ledger, changes, edit_piece, read_sheet, refusal, write_sheet
from assistant.campaigns.bundling import frames_of
from assistant.copywriting import PieceFrame, written
from assistant.errors import ConfigError
from assistant.pipeline.campaign_files import load_campaign
from assistant.pipeline.pipeline import Pipeline
from assistant.records import Campaign, LedgerEntry, Piece, PieceState
from assistant.workspace import write_atomic


@dataclass(frozen=True)
class Applied:
    """What became of a reviewed table."""

    approved: tuple[str, ...]
    rejected: tuple[str, ...]
    edited: tuple[tuple[str, str, str, str], ...]
    """Piece, field, its words before and after."""
    broken: tuple[str, ...]
    """A sentence for each row that was left out."""


class Review:
    """One reviewer before one campaign; the workspace is held for writing.

    Args:
        pipeline: of the workspace.
        name: of the campaign.
        by: the reviewer's name.
    """

    def __init__(self, pipeline: Pipeline, name: str, by: str) -> None:
        self._pipeline = pipeline
        self._campaigning = pipeline.campaigning()
        self.by = by
        self.campaign: Campaign = load_campaign(pipeline.workspace, name)

    @cached_property
    def frames(self) -> dict[str, PieceFrame]:
        """Where each piece stands, and its slots, by what the workspace knows now."""
        return frames_of(self._pipeline.plan_of(self.campaign))

    def piece(self, name: str) -> Piece:
        """A piece as it is now.

        Raises:
            ConfigError: there is none of that name.
        """
        for piece in self.campaign.pieces:
            if piece.piece.lower() == name.lower():
                return piece
        some = ", ".join(piece.piece for piece in self.campaign.pieces[:3])
        raise ConfigError(f"{self.campaign.campaign} has no piece {name!r}; there are {some} and others.")

    def approve(self, names: Sequence[str], reason: str = "") -> None:
        """Let pieces out.

        Raises:
            ConfigError: one of them may not be approved; none is then.
        """
        pieces = [self.piece(name) for name in names]
        for piece in pieces:
            if why := refusal(piece, reason):
                raise ConfigError(f"{why}.")
        self._decide("approved", pieces, reason)

    def reject(self, names: Sequence[str], reason: str) -> None:
        """Keep pieces in.

        Raises:
            ConfigError: no reason is given.
        """
        if not reason.strip():
            raise ConfigError("A piece is rejected with a reason, which its next version is written by; say --reason.")
        self._decide("rejected", [self.piece(name) for name in names], reason)

    def edited(self, name: str, texts: Mapping[str, str]) -> Piece:
        """A piece as it would be with other words, checked; nothing is kept yet.

        Raises:
            ConfigError: see `edit_piece`; or the campaign's brief or segments have changed so that it is no more.
        """
        piece = self.piece(name)
        frame = self.frames.get(piece.piece)
        if frame is None:
            raise ConfigError(f"{piece.piece} is no piece of its brief any more; run the campaign again.")
        return edit_piece(piece, frame, texts, self.campaign.pieces)

    def keep(self, made: Piece, reason: str = "") -> None:
        """Keep an edited piece; what was decided about the one before is over."""
        state: PieceState = "checked" if made.status == "ready" else "needs_review"
        entry = self._campaigning.entry(self.by, state, reason)
        before = self.piece(made.piece).revision
        self._record([entry.model_copy(update={"made": made, "before": before})])

    def write_again(self, names: Sequence[str], note: str) -> tuple[Piece, ...]:
        """New versions of pieces, by the model.

        Raises:
            ConfigError: one of them is a control, which no model writes.
        """
        pieces = [self.piece(name) for name in names]
        for piece in pieces:
            if piece.angle == "control":
                raise ConfigError(f"{piece.piece} is a control, which no model writes; edit it.")
        plan = self._pipeline.plan_of(self.campaign)
        made = self._campaigning.write_again(self.campaign, plan, {piece.piece for piece in pieces}, note, self.by)
        self.campaign = load_campaign(self._pipeline.workspace, self.campaign.campaign)
        return made

    def write_table(self, path: Path, pieces: Sequence[Piece]) -> None:
        """Write a table to send round."""
        write_atomic(path, write_sheet(self.campaign, pieces, path))

    def read_table(self, path: Path) -> Applied:
        """Apply a reviewed table: edits first, then decisions; a row that cannot be applied is named and left out."""
        rows, broken = read_sheet(path)
        approved, rejected, edited = [], [], []
        for row in rows:
            where = f"{path}, line {row.line}, {row.piece}"
            try:
                piece = self.piece(row.piece)
                if row.revision != piece.revision:
                    raise ConfigError(
                        f"the table has revision {row.revision or 'none'} and the piece is at {piece.revision}; "
                        "write the table again."
                    )
                own = {field.field: written(field.spans).strip() for field in piece.fields}
                texts = {name: text for name, text in row.texts.items() if own.get(name, text) != text}
                if texts:
                    made = self.edited(row.piece, texts)
                    self._refuse_unknown(made)
                    self.keep(made, row.reason)
                    edited += [(piece.piece, *change) for change in changes(piece, made)]
                if row.decision == "approved":
                    self.approve([row.piece], row.reason)
                    approved.append(piece.piece)
                elif row.decision == "rejected":
                    self.reject([row.piece], row.reason)
                    rejected.append(piece.piece)
            except ConfigError as error:
                broken.append(f"{where}: {error}")
        return Applied(tuple(approved), tuple(rejected), tuple(edited), tuple(broken))

    def _refuse_unknown(self, made: Piece) -> None:
        for result in made.checks:
            if result.check == "unknown_slot":
                raise ConfigError(f"column {result.field}: {result.message}; expected a slot of the piece.")

    def _decide(self, state: PieceState, pieces: Sequence[Piece], reason: str) -> None:
        if pieces:
            told = {piece.piece: piece.revision for piece in pieces}
            self._record([self._campaigning.entry(self.by, state, reason, told)])

    def _record(self, entries: Sequence[LedgerEntry]) -> None:
        self._campaigning.record(self.campaign.campaign, entries)
        pieces, standings = apply_ledger(self.campaign.pieces, entries, self.campaign.standings)
        self.campaign = self.campaign.model_copy(update={"pieces": pieces, "standings": standings})
