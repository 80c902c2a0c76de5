"""`assistant segments assign`: new customers into the frozen segments."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import emit_json, emit_table, say
from assistant.errors import ConfigError
from assistant.facts import format_percent
from assistant.pipeline import assign_file
from assistant.pipeline.lookup import segmentation_of

OUTPUTS = (".csv", ".parquet")


def assign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Order lines, or customers with their features.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write customer and segment here: .csv, .parquet.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Place the customers of a file in the segments as they were frozen; nothing is fitted, and nothing changes.

    FILE holds either order lines, as `assistant ingest --orders` takes them, or a row a customer with the columns
    that the segments are told by.
    """
    place = open_workspace(workspace)
    segmentation = segmentation_of(place)
    if out is not None and out.suffix.lower() not in OUTPUTS:
        raise ConfigError(f"--out is {out}; expected a name that ends in {' or '.join(OUTPUTS)}.")
    placed = assign_file(place, segmentation, file, out)
    if as_json:
        emit_json(placed.rows())
        return
    counts = placed.counts
    names = {own.segment: own.name for own in segmentation.segments}
    emit_table(
        ("segment", "name", "customers", "share"),
        [
            (segment, names[segment], f"{count:,}", format_percent(count / max(counts.customers, 1)))
            for segment, count in counts.segments.items()
        ],
    )
    if counts.unassigned:
        say(f"{counts.unassigned:,} customers lack what the segments are told by, and are in none.")
    if out is not None:
        say(f"Written to {out}.")
