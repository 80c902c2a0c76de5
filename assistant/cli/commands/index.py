"""`assistant index`: the searchable index."""

from contextlib import suppress

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json
from assistant.errors import DataError, MissingArtefact
from assistant.pipeline import Pipeline
from assistant.retrieval import Retriever
from assistant.workspace import Workspace

app = typer.Typer(add_completion=False)


@app.command()
def index(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Make the index of products and behaviour; only texts that changed are embedded."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        _forget_what_cannot_be_read(place)
        result = Pipeline(place, listener).index()
    if as_json:
        emit_json([{"kept": result.kept, **result.manifest.notes}])


def _forget_what_cannot_be_read(place: Workspace) -> None:
    """Let an index that is broken be built again, whatever its manifest says: `search` sends people here."""
    with suppress(MissingArtefact):
        try:
            Retriever.open(place.index, place.settings.models.embedder).close()
        except DataError:
            place.manifest_path(place.index, "index").unlink(missing_ok=True)
