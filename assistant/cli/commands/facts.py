"""`assistant facts`: the fact sheet of a segment."""

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table
from assistant.errors import ConfigError
from assistant.pipeline import Pipeline

app = typer.Typer(add_completion=False)


@app.command()
def facts(
    segment: Annotated[str, typer.Argument(help="Its id, such as S1.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """All facts of a segment: the only numbers that personas and copy may use."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.facts()
        sheets = {sheet.segment.lower(): sheet for sheet in pipeline.sheets()}
    sheet = sheets.get(segment.lower())
    if sheet is None:
        known = ", ".join(sheet.segment for sheet in sheets.values())
        raise ConfigError(f"There is no fact sheet of a segment {segment!r}; there are {known}.")
    if as_json:
        emit_json([fact.model_dump() for fact in sheet.facts])
        return
    emit_table(
        ("fact", "metric", "value", "others", "ratio", "95% interval", "than others"),
        [
            (
                fact.fact,
                fact.label,
                fact.display,
                fact.others_display,
                "" if fact.ratio is None else f"{fact.ratio:.2f}",
                "" if fact.ratio_low is None else f"{fact.ratio_low:.2f}-{fact.ratio_high:.2f}",
                fact.direction if fact.direction != "none" else "",
            )
            for fact in sheet.facts
        ],
        title=f"{sheet.segment} {sheet.name}, before {sheet.as_of}",
    )
