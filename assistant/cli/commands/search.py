"""`assistant search`: what the index knows."""

from enum import StrEnum
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import emit_json, emit_table
from assistant.pipeline.lookup import known_segment
from assistant.retrieval import Retriever

app = typer.Typer(add_completion=False)


class Kind(StrEnum):
    """What a document of the index tells."""

    PRODUCT = "product"
    BUYS_MORE = "buys_more"
    BOUGHT_TOGETHER = "bought_together"
    COUPONS = "coupons"
    HOURS = "hours"


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    segment: Annotated[str | None, typer.Option(help="Only what speaks of this segment or of all.")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 8,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search products and behaviour by meaning."""
    place = open_workspace(workspace)
    segment = known_segment(place, segment)
    with Retriever.open(place.index, place.settings.models.embedder) as retriever:
        hits = retriever.search(text, segment=segment, kinds=kind or None, limit=limit)
    if as_json:
        emit_json([{**hit.document.model_dump(), "score": round(hit.score, 4)} for hit in hits])
        return
    emit_table(
        ("score", "kind", "segment", "text"),
        [(f"{hit.score:.2f}", hit.document.kind, hit.document.segment, hit.document.text) for hit in hits],
    )
