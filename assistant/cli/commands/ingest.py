"""`assistant ingest`: the shop's rows."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json
from assistant.errors import DataError
from assistant.pipeline import Pipeline

app = typer.Typer(add_completion=False)


class Preset(StrEnum):
    """Sources whose layout is known."""

    COMPLETE_JOURNEY = "complete-journey"


FileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="CSV or Parquet.")]


@app.command()
def ingest(
    orders: FileOption = None,
    products: FileOption = None,
    customers: FileOption = None,
    events: FileOption = None,
    past_campaigns: FileOption = None,
    preset: Annotated[Preset | None, typer.Option(help="A source whose layout is known.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring rows in as canonical tables; each is checked against its contract and nothing changes on an error.

    Columns carry the contract's names (README); money may be given in major units as `amount`, `discount`, `coupon`.
    """
    given = {
        "orders": orders,
        "products": products,
        "customers": customers,
        "events": events,
        "past_campaigns": past_campaigns,
    }
    files = {table: path for table, path in given.items() if path is not None}
    if preset is not None and files:
        raise DataError(f"--preset {preset} brings its own files; leave out --{', --'.join(files)}.")
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        result = pipeline.ingest_demo() if preset is not None else pipeline.ingest_files(files)
    if as_json:
        emit_json([{"table": table, "rows": rows} for table, rows in result.manifest.notes.items()])
