"""`assistant campaign bundle|replay|diff`: a campaign in one file, made again from it, and beside another run."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.campaigns import diff_words
from assistant.campaigns.bundling import replay as made_again
from assistant.campaigns.bundling import unpack
from assistant.campaigns.comparing import compare
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import CheckFailed, WorkspaceError
from assistant.pipeline import Pipeline, Silent, campaign_named, run_named, write_bundle
from assistant.workspace import write_atomic


def bundle(
    name: Annotated[str | None, typer.Argument(help="The campaign; without it, the only one.")] = None,
    out: Annotated[Path | None, typer.Option(help="The archive; without it, NAME.zip here.", metavar="FILE")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a campaign and all it was made of in one archive: brief, brand kit, facts, prompts, calls, pieces, ledger."""
    place = open_workspace(workspace)
    campaign = campaign_named(place, name)
    path = out or Path(f"{campaign.campaign}.zip")
    with place.writing(), Progressing() as listener:
        made = write_bundle(Pipeline(place, listener), campaign.campaign, path)
    told = {"campaign": campaign.campaign, "file": str(path), "pieces": len(made.pieces), "calls": len(made.calls)}
    if as_json:
        emit_json([{**told, "bytes": path.stat().st_size}])
        return
    emit_text(f"{len(made.pieces)} pieces and {len(made.calls):,} calls in {path}, {path.stat().st_size / 1e6:.1f} MB.")
    say(f"Next, anywhere: assistant campaign replay {path}")


def replay(
    file: Annotated[Path, typer.Argument(help="What `campaign bundle` wrote.", metavar="FILE")],
    out: Annotated[
        Path | None, typer.Option(help="Write the pieces there, one a line, as the campaign had them.", metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make every piece of a bundle again, without a model and without a workspace, and compare each byte."""
    made = made_again(unpack(file))
    if out:
        write_atomic(out, made.lines)
    if as_json:
        emit_json([{"pieces": len(made.pieces), "differing": list(made.differing)}])
    else:
        same = len(made.pieces) - len(made.differing)
        emit_text(f"{same} of {len(made.pieces)} pieces came out as they were, byte for byte.")
    if made.differing:
        raise CheckFailed(f"{len(made.differing)} pieces came out otherwise: {', '.join(made.differing[:5])}.")


def diff(
    first: Annotated[str, typer.Argument(help="A campaign of the workspace, or a bundle.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs piece by piece: what changed, and whether data, prompt, model, seed, brief or a hand did it."""
    try:
        pipeline: Pipeline | None = Pipeline(open_workspace(workspace), Silent())
    except WorkspaceError:
        pipeline = None
    found = compare(run_named(pipeline, first), run_named(pipeline, second))
    if as_json:
        emit_json([change.model_dump(mode="json") for change in found])
        return
    for change in found:
        if change.change == "same":
            continue
        why = f": {', '.join(change.reasons)}" if change.reasons else ""
        emit_text(f"\n{change.piece}: {change.change}{why}")
        for field, (before, after) in change.fields.items():
            emit_text(f"  {field}: {diff_words(before, after)}")
    counts: dict[str, int] = {}
    for change in found:
        for name in (change.change, *change.reasons):
            counts[name] = counts.get(name, 0) + 1
    emit_table(("", "pieces"), [(name, f"{count:,}") for name, count in counts.items()])
