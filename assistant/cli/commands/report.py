"""`assistant report`: the workspace as one page."""

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_text
from assistant.pipeline import Pipeline

app = typer.Typer(add_completion=False)


@app.command()
def report(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Draw the report: segments, personas, copy and receipts in one HTML file that needs no network."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        result = pipeline.report()
    path = str(pipeline.paths.report.resolve())
    if as_json:
        emit_json([{"report": path, "kept": result.kept}])
    else:
        emit_text(path)
