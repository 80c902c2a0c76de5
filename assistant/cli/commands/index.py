"""`assistant index`: the searchable index."""

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json
from assistant.pipeline import Pipeline

app = typer.Typer(add_completion=False)


@app.command()
def index(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Make the index of products and behaviour; only texts that changed are embedded."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        result = Pipeline(place, listener).index(tried=True)
    if as_json:
        emit_json([{"kept": result.kept, **result.manifest.notes}])
