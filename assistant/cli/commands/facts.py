"""`assistant facts`: the fact sheet of a segment."""

from collections.abc import Sequence
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, say
from assistant.errors import ConfigError
from assistant.pipeline import Pipeline
from assistant.pipeline.lookup import segment_named

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
        (only,) = with_facts(pipeline, [segment])
        sheet = next(sheet for sheet in pipeline.sheets() if sheet.segment == only)
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
    if sheet.caution:
        say(f"! {sheet.caution}")


def with_facts(pipeline: Pipeline, asked: Sequence[str]) -> tuple[str, ...]:
    """The ids of the segments that were asked for, or of all, that language may speak of.

    Raises:
        ConfigError: one of them does not exist or is too small, or none is large enough.
    """
    known = {sheet.segment.lower(): sheet.segment for sheet in pipeline.sheets()}
    least = pipeline.settings.facts.min_group_size
    if not known:
        raise ConfigError(
            f"No segment has {least} customers, the facts.min_group_size of assistant.toml, so there is nothing to "
            "state; bring in more orders with `assistant ingest`."
        )
    for name in asked:
        if name.lower() not in known:
            found = segment_named(pipeline.workspace, name)
            raise ConfigError(
                f"{found.segment} has {found.customers} customers, fewer than the facts.min_group_size of {least} in "
                f"assistant.toml, so nothing is stated of it; choose from {', '.join(known.values())}."
            )
    return tuple(known[name.lower()] for name in asked) or tuple(known.values())
