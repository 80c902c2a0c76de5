"""`assistant campaign`: run, list, pieces, why."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.commands.facts import with_facts
from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.copywriting.dialects import DIALECTS, Dialect, compile_piece, dialect_named
from assistant.errors import ConfigError, MissingArtefact
from assistant.pipeline import Pipeline, explain, load_campaigns
from assistant.records import Campaign, Piece
from assistant.workspace import Workspace

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Write, list and show campaigns.")


class Status(StrEnum):
    """What has become of a piece."""

    READY = "ready"
    NEEDS_REVIEW = "needs_review"


@app.command()
def run(
    brief: Annotated[Path, typer.Argument(help="The brief, a TOML file.", metavar="BRIEF")],
    segment: Annotated[list[str] | None, typer.Option(help="Only these segments; may be repeated.")] = None,
    from_journal: FromJournalOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the copy of a brief: every segment, channel and angle, and a control without a model."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.from_journal = from_journal
        pipeline.facts()
        only = with_facts(pipeline, segment or [])
        result = pipeline.campaign(brief, only)
    name = str(result.manifest.settings["campaign"])
    campaign = _named(place, name)
    if as_json:
        emit_json([_row(campaign)])
        return
    _summary(campaign)
    say(f"Next: assistant campaign pieces {name}, or assistant report")


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """All campaigns."""
    campaigns = load_campaigns(open_workspace(workspace))
    if as_json:
        emit_json([_row(campaign) for campaign in campaigns])
        return
    emit_table(
        ("campaign", "model", "pieces", "ready", "need review", "controls"),
        [
            (c.campaign, c.model, *(str(n) for n in (s.pieces, s.ready, s.needs_review, s.controls)))
            for c in campaigns
            for s in [c.summary]
        ],
    )


@app.command()
def pieces(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    segment: Annotated[str | None, typer.Option(help="Only this segment's.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel's.")] = None,
    dialect: Annotated[
        str | None, typer.Option(help=f"As templates of a sending platform: {', '.join(DIALECTS)}.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The pieces of a campaign, as a customer would see them."""
    campaign = _named(open_workspace(workspace), name)
    wanted = {"status": status, "segment": segment, "channel": channel}
    for name_of in ("segment", "channel"):
        known = dict.fromkeys(str(getattr(piece, name_of)) for piece in campaign.pieces)
        asked = wanted[name_of]
        if asked is not None and asked.lower() not in map(str.lower, known):
            raise ConfigError(
                f"{campaign.campaign} has no pieces of {name_of} {asked!r}; there are {', '.join(known)}."
            )
    shown = [
        piece
        for piece in campaign.pieces
        if all(value is None or getattr(piece, name_of).lower() == value.lower() for name_of, value in wanted.items())
    ]
    platform = dialect_named(dialect) if dialect else None
    if as_json:
        emit_json([_piece_row(piece, campaign, platform) for piece in shown])
        return
    if platform and not platform.verified:
        say(f"{platform.title}: {platform.label}; {platform.source}.")
    for piece in shown:
        emit_text(f"\n{piece.piece}: {piece.status.replace('_', ' ')}")
        if piece.segment in campaign.cautions:
            emit_text(f"  ! {campaign.cautions[piece.segment]}")
        templates = compile_piece(piece, platform) if platform else {}
        for field in piece.fields:
            emit_text(f"  {field.field}: {templates.get(field.field, field.text)}")
        for reason in piece.reasons:
            emit_text(f"  ! {reason}")


@app.command()
def why(
    piece: Annotated[str, typer.Argument(help="A piece, such as S2-email-thrift.")],
    words: Annotated[str, typer.Argument(metavar='["WORDS"]', help="Part of its text; without it, all of it.")] = "",
    campaign: Annotated[str, typer.Option(help="The campaign, where several have the piece.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What stands behind a sentence: its slots, the fact or the line of the brief, the query and the rows."""
    found = explain(open_workspace(workspace), piece, words, campaign)
    if as_json:
        emit_json([sentence.model_dump(mode="json") for sentence in found])
        return
    for sentence in found:
        emit_text(f"\n{sentence.field}, written by {sentence.written_by}: {sentence.sentence}")
        if not sentence.slots:
            emit_text("  states no fact")
        for slot in sentence.slots:
            emit_text(f"  {slot.shown}   {{{slot.slot}}}, {slot.receipt}")
            emit_text(f"    {slot.says}")
            for told in (slot.definition, *slot.query.splitlines()):
                if told:
                    emit_text(f"    {told}")
            for row in slot.rows:
                emit_text("    -> " + ", ".join(f"{name} {value}" for name, value in row.items()))


def _named(place: Workspace, name: str | None) -> Campaign:
    campaigns = {campaign.campaign: campaign for campaign in load_campaigns(place)}
    if not campaigns:
        raise MissingArtefact("There is no campaign yet; write one with `assistant campaign run BRIEF`.")
    if name is None and len(campaigns) == 1:
        return next(iter(campaigns.values()))
    if name not in campaigns:
        found = "No campaign is named" if name is None else f"There is no campaign {name!r}"
        raise ConfigError(f"{found}; there are {', '.join(campaigns)}.")
    return campaigns[name]


def _summary(campaign: Campaign) -> None:
    summary = campaign.summary
    emit_text(f"{summary.pieces} pieces: {summary.ready} ready, {summary.needs_review} need review.")
    for reason, count in summary.reasons.items():
        emit_text(f"  {count} x {reason}")


def _row(campaign: Campaign) -> dict[str, object]:
    return {"campaign": campaign.campaign, "model": campaign.model, **campaign.summary.model_dump()}


def _piece_row(piece: Piece, campaign: Campaign, platform: Dialect | None) -> dict[str, object]:
    row = piece.model_dump(
        include={"piece", "segment", "channel", "language", "angle", "elements", "status", "reasons"}
    )
    compiled: dict[str, object] = {}
    if platform:
        compiled = {"dialect": platform.name, "syntax": platform.label, "templates": compile_piece(piece, platform)}
    return {
        **row,
        **compiled,
        "caution": campaign.cautions.get(piece.segment, ""),
        "fields": {field.field: field.text for field in piece.fields},
        "slots": [slot.model_dump() for slot in piece.slots],
        "spans": {field.field: [span.model_dump() for span in field.spans] for field in piece.fields},
        "written_by": {field.field: field.written_by for field in piece.fields},
    }
