"""`assistant campaign export`: approved pieces and their recipients, for the sending platforms."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.campaigns import browser_program, person
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.copywriting.dialects import DIALECTS, dialect_named
from assistant.pipeline import Exported, Pipeline, RecipientOptions, campaign_named, export_campaign
from assistant.records import RecipientReport


class First(StrEnum):
    """Which recommendations come first."""

    NEW = "new"
    AGAIN = "again"


class MatchBy(StrEnum):
    """How the platform knows a recipient."""

    ADDRESS = "address"
    CUSTOMER_ID = "customer_id"


File = Path | None


def export(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    dialect: Annotated[
        list[str] | None, typer.Option(help=f"Of the sending platform; may be repeated: {', '.join(DIALECTS)}.")
    ] = None,
    out: Annotated[File, typer.Option(help="The folder; without it, export in the campaign's.", metavar="DIR")] = None,
    by: Annotated[str, typer.Option(help="Who exports; without it, your name on this machine.")] = "",
    recipients: Annotated[bool, typer.Option(help="Make the recipient files too.")] = True,
    parquet: Annotated[bool, typer.Option("--parquet", help="Recipients as Parquet instead of CSV.")] = False,
    language: Annotated[str, typer.Option(help="Of the pieces that recipients get; without it, the first.")] = "",
    holdout: Annotated[float, typer.Option(help="Share of the customers that gets nothing.", min=0, max=0.9)] = 0.0,
    products: Annotated[int, typer.Option(help="Recommended products a customer.", min=0, max=10)] = 3,
    first: Annotated[First, typer.Option(help="Recommendations that come first.")] = First.NEW,
    match_by: Annotated[
        MatchBy, typer.Option(help="customer_id where the platform knows the addresses.")
    ] = MatchBy.ADDRESS,
    assume_consent: Annotated[
        list[str] | None, typer.Option(help="A channel whose consent is held elsewhere; may be repeated.")
    ] = None,
    suppression: Annotated[File, typer.Option(help="CSV: customer_id, email or phone not to be written to.")] = None,
    sends: Annotated[File, typer.Option(help="CSV or Parquet: customer_id, channel, sent_at.")] = None,
    max_messages: Annotated[
        int | None, typer.Option(help="With --sends: at most so many in --cap-days, this one not counted.", min=1)
    ] = None,
    cap_days: Annotated[int, typer.Option(help="Days before the start that are counted.", min=1)] = 7,
    codes: Annotated[File, typer.Option(help="Coupon codes, one a line: each customer gets an own one.")] = None,
    below_bar: Annotated[
        bool, typer.Option("--below-bar", help="Also for segments below the bar of their certificate.")
    ] = False,
    previews: Annotated[bool, typer.Option("--previews", help="Pictures of the e-mails, by a browser.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write approved pieces in the platforms' dialects, with recipient files, a manifest and checksums."""
    place = open_workspace(workspace)
    campaign = campaign_named(place, name)
    options = RecipientOptions(
        wanted=recipients,
        suffix=".parquet" if parquet else ".csv",
        language=language,
        holdout=holdout,
        products=products,
        first=first,
        match_by=match_by,
        assume_consent=tuple(assume_consent or ()),
        max_messages=max_messages,
        cap_days=cap_days,
        suppression=suppression,
        sends=sends,
        codes=codes,
    )
    dialects = [dialect_named(each) for each in dict.fromkeys(dialect or ["csv"])]
    with place.writing(), Progressing() as listener:
        done = export_campaign(
            Pipeline(place, listener),
            campaign.campaign,
            dialects,
            out,
            person(by),
            options,
            below_bar=below_bar,
            previews=previews,
            browser=browser_program(),
        )
    if as_json:
        emit_json([_row(done)])
        return
    for each in dialects:
        if not each.verified:
            say(f"{each.title}: {each.label}; {each.source}.")
    if done.recipients:
        show_counts(done.recipients)
    emit_text(
        f"{len(done.pieces)} pieces and {len(done.files)} files in {done.folder}"
        + ("." if done.changed else ", the same as before.")
    )
    if done.held:
        say(f"{len(done.held)} pieces stay here: nobody has approved them, or their segment is below the bar.")


def show_counts(report: RecipientReport) -> None:
    """Who gets what, and who does not and why."""
    emit_table(
        ("channel", "customers", "suppressed", "no consent", "no address", "same address", "capped", "holdout",
         "no piece", "recipients"),
        [
            (
                c.channel,
                *(
                    f"{n:,}"
                    for n in (
                        c.members, c.suppressed, c.no_consent, c.no_address, c.duplicate_address, c.capped, c.holdout,
                        c.no_piece, c.recipients,
                    )
                ),
            )
            for c in report.counts
        ],
    )  # fmt: skip
    if report.sms_parts:
        told = ", ".join(
            f"{count:,} in {parts} part{'s' if parts > 1 else ''}" for parts, count in report.sms_parts.items()
        )
        emit_text(f"Text messages: {told}.")
    if any(c.no_consent == c.members for c in report.counts):
        say("Nobody's consent is in the data; where it is held elsewhere, say --assume-consent CHANNEL.")
    if any(c.no_address for c in report.counts):
        say("Where the platform knows the addresses by customer id, say --match-by customer_id.")


def _row(done: Exported) -> dict[str, object]:
    return {
        "folder": str(done.folder),
        "pieces": list(done.pieces),
        "held": list(done.held),
        "files": done.files,
        "changed": done.changed,
        "recipients": done.recipients.model_dump(mode="json") if done.recipients else None,
    }
