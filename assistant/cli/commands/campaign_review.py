"""`assistant campaign review`: a screen, a table to send round, or decisions on the command line."""

import sys
from pathlib import Path
from typing import Annotated

import click
import typer

from assistant.campaigns import changes, diff_words, from_editor, to_editor
from assistant.cli.campaigns import person
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.pipeline import Pipeline, Review, Silent, campaign_named, explain, load_personas
from assistant.records import Piece
from assistant.workspace import Workspace

Names = list[str] | None


def review(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    by: Annotated[str, typer.Option(help="Who decides; without it, your name on this machine.")] = "",
    approve: Annotated[Names, typer.Option(help="Approve this piece; may be repeated.", metavar="PIECE")] = None,
    approve_checked: Annotated[
        bool, typer.Option("--approve-checked", help="Approve all pieces that the checks found nothing in.")
    ] = False,
    reject: Annotated[Names, typer.Option(help="Reject this piece; may be repeated.", metavar="PIECE")] = None,
    reason: Annotated[str, typer.Option(help="Why: of a rejection, or of passing what the checks did not.")] = "",
    edit: Annotated[Names, typer.Option(help="Edit this piece in $EDITOR.", metavar="PIECE")] = None,
    again: Annotated[Names, typer.Option(help="Have this piece written again.", metavar="PIECE")] = None,
    note: Annotated[str, typer.Option(help="What should be different in a piece that is written again.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write a .csv or .xlsx to send round.", metavar="FILE")] = None,
    read: Annotated[Path | None, typer.Option("--read", help="Read a reviewed table back.", metavar="FILE")] = None,
    segment: Annotated[str | None, typer.Option(help="Only this segment's, on the screen and in --out.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel's, on the screen and in --out.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve, reject, edit or have written again; without an option a screen opens. Only approved pieces go out."""
    place = open_workspace(workspace)
    campaign = campaign_named(place, name)
    screen = not (as_json or approve_checked or any((approve, reject, edit, again, out, read)))
    if screen and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "The review screen needs a terminal; use --approve, --reject, --out FILE or --read FILE, see --help."
        )
    with place.writing():
        listener = Silent() if screen else Progressing()
        session = Review(Pipeline(place, listener), campaign.campaign, person(by))
        meant = [
            piece
            for piece in session.campaign.pieces
            if segment in (None, piece.segment) and channel in (None, piece.channel)
        ]
        if not meant:
            raise ConfigError(
                f"{campaign.campaign} has no pieces of {' and '.join(filter(None, (segment, channel)))}; it has "
                f"{', '.join(dict.fromkeys(f'{piece.segment} {piece.channel}' for piece in campaign.pieces))}."
            )
        if screen:
            _screen(session, meant, place)
        _decide(session, meant, approve or [], reject or [], reason, approve_checked=approve_checked)
        _edit(session, edit or [])
        _again(session, again or [], note)
        _table(session, meant, out, read)
    states = session.campaign.states
    if as_json:
        emit_json([{"campaign": campaign.campaign, "pieces": len(session.campaign.pieces), "states": states}])
        return
    emit_text(", ".join(f"{count} {state.replace('_', ' ')}" for state, count in states.items()))
    if states.get("approved"):
        say(f"Next: assistant campaign export {campaign.campaign}")


def _decide(
    session: Review, meant: list[Piece], approve: list[str], reject: list[str], reason: str, *, approve_checked: bool
) -> None:
    names = list(approve)
    if approve_checked:
        names += [piece.piece for piece in meant if session.campaign.state_of(piece) == "checked"]
    session.approve(names, reason)
    if reject:
        session.reject(reject, reason)


def _edit(session: Review, names: list[str]) -> None:
    for name in names:
        piece = session.piece(name)
        text = click.edit(to_editor(piece, session.frames[piece.piece]), extension=".txt", require_save=True)
        if text is None:
            say(f"{piece.piece}: nothing was changed.")
            continue
        made = session.edited(piece.piece, from_editor(text, piece))
        _show_changes([(piece.piece, *change) for change in changes(piece, made)])
        session.keep(made)
        for told in made.reasons:
            emit_text(f"  ! {told}")


def _again(session: Review, names: list[str], note: str) -> None:
    for piece in session.write_again(names, note) if names else ():
        emit_text(f"\n{piece.piece}: {piece.status.replace('_', ' ')}")
        for field in piece.fields:
            emit_text(f"  {field.field}: {field.text}")


def _table(session: Review, meant: list[Piece], out: Path | None, read: Path | None) -> None:
    if out:
        session.write_table(out, meant)
        say(f"{len(meant)} pieces in {out}. Change the words, or put approve or reject under decision, then read it:")
        say(f"  assistant campaign review {session.campaign.campaign} --read {out}")
    if read:
        applied = session.read_table(read)
        _show_changes(applied.edited)
        for told in applied.broken:
            say(f"Left out: {told}")
        emit_table(
            ("approved", "rejected", "edited", "left out"),
            [
                tuple(
                    str(len(part))
                    for part in (applied.approved, applied.rejected, {e[0] for e in applied.edited}, applied.broken)
                )
            ],
        )


def _show_changes(edited: "list[tuple[str, str, str, str]] | tuple[tuple[str, str, str, str], ...]") -> None:
    for piece, field, before, after in edited:
        emit_text(f"{piece}, {field}: {diff_words(before, after)}")


def _screen(session: Review, meant: list[Piece], place: Workspace) -> None:
    from assistant.cli.review_screen import ReviewScreen

    name = session.campaign.campaign
    ReviewScreen(
        session,
        [piece.piece for piece in meant],
        {persona.segment: persona for persona in load_personas(place)},
        lambda piece: explain(place, piece, campaign=name),
        lambda text: click.edit(text, extension=".txt", require_save=True),
    ).run()
