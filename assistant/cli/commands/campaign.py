"""`assistant campaign`: plan, run, resume, list, pieces, why; the other commands have files of their own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.campaigns import agreeing, show_estimate, write_again
from assistant.cli.commands.campaign_audit import audit
from assistant.cli.commands.campaign_bundle import bundle, diff, replay
from assistant.cli.commands.campaign_export import export
from assistant.cli.commands.campaign_review import review
from assistant.cli.commands.facts import with_facts
from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.copywriting.dialects import DIALECTS, Dialect, compile_piece, dialect_named
from assistant.errors import ConfigError
from assistant.pipeline import (
    Pipeline,
    campaign_named,
    explain,
    load_campaigns,
    stopped_campaigns,
    stopped_run,
    stopped_states,
)
from assistant.records import Campaign, Piece

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Plan, write, review, export, audit and replay campaigns."
)
app.command()(review)
app.command()(export)
app.command()(bundle)
app.command()(replay)
app.command()(diff)
app.command()(audit)


class State(StrEnum):
    """Where a piece stands."""

    PLANNED = "planned"
    DRAFTED = "drafted"
    CHECKED = "checked"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPORTED = "exported"


class Only(StrEnum):
    """Which pieces are written again."""

    FAILED = "failed"
    REJECTED = "rejected"


BriefArgument = Annotated[Path, typer.Argument(help="The brief, a TOML file.", metavar="BRIEF")]
SegmentsOption = Annotated[list[str] | None, typer.Option("--segment", help="Only this segment; may be repeated.")]
ChannelsOption = Annotated[list[str] | None, typer.Option("--channel", help="Only this channel; may be repeated.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; without it, your name on this machine.")]


@app.command()
def plan(
    brief: BriefArgument,
    model: Annotated[list[str] | None, typer.Option(help="A further model to compare; may be repeated.")] = None,
    segment: SegmentsOption = None,
    channel: ChannelsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a brief would make, for how many customers, and what it would take by model; nothing is spent."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.facts()
        only = with_facts(pipeline, segment or [])
        estimate = pipeline.estimate(brief, only, tuple(channel or ()), model or ())
    if as_json:
        emit_json([estimate.model_dump(mode="json")])
        return
    show_estimate(estimate)
    say(f"Next: assistant campaign run {brief}")


@app.command()
def run(
    brief: BriefArgument,
    segment: SegmentsOption = None,
    channel: ChannelsOption = None,
    only: Annotated[
        Only | None, typer.Option(help="Write again what a check or a person refused; the rest stays.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, whatever it is estimated to cost.")] = False,
    from_journal: FromJournalOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the copy of a brief: every segment, channel, language, angle and variant, and controls without a model.

    Stopped at any moment, the same command goes on where it was.
    """
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.from_journal = from_journal
        pipeline.facts()
        segments = with_facts(pipeline, segment or [])
        channels = tuple(channel or ())
        if only:
            name = pipeline.campaigning().brief(brief).campaign
            again = write_again(pipeline, campaign_named(place, name), only, segments, channels)
            say(f"{len(again)} pieces written again: {sum(piece.status == 'ready' for piece in again)} ready.")
        else:
            agree = agreeing(place.settings.models.ask_above, yes=yes, pause=listener.paused)
            result = pipeline.campaign(brief, segments, channels, agree)
            name = str(result.manifest.settings["campaign"])
    campaign = campaign_named(place, name)
    if as_json:
        emit_json([_row(campaign)])
        return
    _summary(campaign)
    say(f"Next: assistant campaign review {name}, or assistant report")


@app.command()
def resume(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the one that was stopped.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, whatever it is estimated to cost.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a campaign that was stopped."""
    place = open_workspace(workspace)
    brief, segments, channels = stopped_run(place, name)
    run(brief, segments, channels, yes=yes, workspace=workspace, as_json=as_json)


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """All campaigns."""
    place = open_workspace(workspace)
    campaigns = load_campaigns(place)
    stopped = {name: stopped_states(place, name) for name in stopped_campaigns(place)}
    if as_json:
        rows = [_row(campaign, stopped=campaign.campaign in stopped) for campaign in campaigns]
        written = {campaign.campaign for campaign in campaigns}
        rows += [
            {"campaign": name, "states": states, "stopped": True}
            for name, states in stopped.items()
            if name not in written
        ]
        emit_json(rows)
        return
    shown = ("checked", "needs_review", "approved", "rejected", "exported")
    if campaigns:
        emit_table(
            ("campaign", "model", "pieces", *(state.replace("_", " ") for state in shown)),
            [
                (c.campaign, c.model, str(c.summary.pieces), *(str(c.states.get(state, 0)) for state in shown))
                for c in campaigns
            ],
        )
    elif not stopped:
        say("There is no campaign yet; write one with `assistant campaign run BRIEF`.")
    for name, states in stopped.items():
        far = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in states.items())
        say(f"{name} was stopped at {far}; go on with `assistant campaign resume {name}`.")


@app.command()
def pieces(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    status: Annotated[State | None, typer.Option(help="Only these.")] = None,
    segment: Annotated[str | None, typer.Option(help="Only this segment's.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel's.")] = None,
    dialect: Annotated[
        str | None, typer.Option(help=f"As templates of a sending platform: {', '.join(DIALECTS)}.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The pieces of a campaign, as a customer would see them."""
    campaign = campaign_named(open_workspace(workspace), name)
    wanted = {"segment": segment, "channel": channel}
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
        and status in (None, campaign.state_of(piece))
    ]
    platform = dialect_named(dialect) if dialect else None
    if as_json:
        emit_json([_piece_row(piece, campaign, platform) for piece in shown])
        return
    if platform and not platform.verified:
        say(f"{platform.title}: {platform.label}; {platform.source}.")
    for piece in shown:
        standing = campaign.standings.get(piece.piece)
        by = f" by {standing.by}, {standing.at}" if standing and standing.by else ""
        emit_text(f"\n{piece.piece}: {campaign.state_of(piece).replace('_', ' ')}{by}")
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


def _summary(campaign: Campaign) -> None:
    summary = campaign.summary
    emit_text(f"{summary.pieces} pieces: {summary.ready} ready, {summary.needs_review} need review.")
    for reason, count in summary.reasons.items():
        emit_text(f"  {count} x {reason}")


def _row(campaign: Campaign, *, stopped: bool = False) -> dict[str, object]:
    return {
        "campaign": campaign.campaign,
        "model": campaign.model,
        **campaign.summary.model_dump(),
        "states": campaign.states,
        "stopped": stopped,
    }


def _piece_row(piece: Piece, campaign: Campaign, platform: Dialect | None) -> dict[str, object]:
    row = piece.model_dump(
        include={"piece", "segment", "channel", "language", "angle", "variant", "elements", "reasons"}
    )
    compiled: dict[str, object] = {}
    if platform:
        compiled = {"dialect": platform.name, "syntax": platform.label, "templates": compile_piece(piece, platform)}
    return {
        **row,
        "status": campaign.state_of(piece),
        "revision": piece.revision,
        **compiled,
        "caution": campaign.cautions.get(piece.segment, ""),
        "fields": {field.field: field.text for field in piece.fields},
        "slots": [slot.model_dump() for slot in piece.slots],
        "spans": {field.field: [span.model_dump() for span in field.spans] for field in piece.fields},
        "written_by": {field.field: field.written_by for field in piece.fields},
    }
