"""`assistant campaign audit`: a campaign as one page for those who sign it."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.campaigns.browser import print_pdf
from assistant.cli.campaigns import browser_program
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_text
from assistant.pipeline import Pipeline, audit_data, campaign_named
from assistant.reports import render_audit, write_page
from assistant.workspace import write_atomic


def audit(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The page; without it, audit.html in the campaign's folder.", metavar="FILE")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="As PDF beside it too, printed by a browser.")] = False,
    approved_only: Annotated[
        bool, typer.Option("--approved-only", help="Only pieces that are approved or exported.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the audit: every claim with its receipt, disclosures, checks, and who approved what and when."""
    place = open_workspace(workspace)
    campaign = campaign_named(place, name).campaign
    path = out or place.campaigns / campaign / "audit.html"
    with Progressing() as listener:
        page = render_audit(audit_data(Pipeline(place, listener), campaign), leaving_only=approved_only)
    written = [path.resolve()]
    write_page(path, page)
    if pdf:
        written.append(path.with_suffix(".pdf").resolve())
        write_atomic(written[-1], print_pdf(page, browser_program()))
    if as_json:
        emit_json([{"campaign": campaign, "files": [str(each) for each in written]}])
        return
    for each in written:
        emit_text(str(each))
