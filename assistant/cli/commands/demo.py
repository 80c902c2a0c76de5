"""`assistant demo`: the whole main job on a real grocery chain's data."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.output import Progressing, emit_text, say
from assistant.config import Settings, ShopSettings
from assistant.pipeline import Pipeline
from assistant.workspace import Workspace, write_atomic

app = typer.Typer(add_completion=False)

DEMO_SHOP = "Corner Grocery"


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the demo's workspace lies.")] = Path("demo"),
) -> None:
    """Run everything on the Complete Journey: one year of a grocery chain, embedded models, no key, no network.

    What has been done before and has not changed is kept, so a second run takes seconds.
    """
    workspace = Workspace.create(folder, Settings(shop=ShopSettings(name=DEMO_SHOP)))
    brief = workspace.root / "briefs" / "new-year.toml"
    if not brief.exists():
        write_atomic(brief, resources.files("assistant.cli").joinpath("demo_brief.toml").read_bytes())
    with workspace.writing(), Progressing() as listener:
        pipeline = Pipeline(workspace, listener)
        pipeline.ingest_demo()
        pipeline.campaign(brief)
        pipeline.report()
        segments = len(pipeline.segmentation().segments)
        summary = pipeline.campaigns_made()[0].summary
    say(
        f"{segments} segments, {summary.pieces} pieces: {summary.ready} ready, {summary.needs_review} need review. "
        "Open the report in a browser:"
    )
    emit_text(str(pipeline.paths.report.resolve()))
