"""`assistant segments`: fit, list, show."""

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError, MissingArtefact
from assistant.facts import format_money, format_percent, format_value
from assistant.pipeline import Paths, Pipeline
from assistant.records import Segment, Segmentation
from assistant.workspace import Workspace, read_record

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Find, list and show segments.")

SHOWN_TRAITS = 12


@app.command()
def fit(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Compute features, find the segments that the data bears, and state their facts."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.facts()
        segmentation = pipeline.segmentation()
    _list(place, segmentation, as_json)


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """All segments."""
    place = open_workspace(workspace)
    _list(place, _segmentation(place), as_json)


@app.command()
def show(
    segment: Annotated[str, typer.Argument(help="Its id, such as S1.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What sets a segment apart."""
    place = open_workspace(workspace)
    found = segment_named(_segmentation(place), segment)
    if as_json:
        emit_json([trait.model_dump() for trait in found.traits])
        return
    currency = place.settings.shop.currency
    emit_text(f"{found.segment} {found.name}: {found.customers:,} customers, Jaccard {found.jaccard:.2f}")
    emit_table(
        ("feature", "segment", "others", "effect"),
        [
            (
                trait.label,
                format_value(trait.value, trait.unit, currency),
                format_value(trait.others, trait.unit, currency),
                f"{trait.effect:+.2f}",
            )
            for trait in found.traits[:SHOWN_TRAITS]
        ],
    )


def segment_named(segmentation: Segmentation, name: str) -> Segment:
    """A segment by id, in any case.

    Raises:
        ConfigError: there is none.
    """
    for segment in segmentation.segments:
        if segment.segment.lower() == name.lower():
            return segment
    known = ", ".join(segment.segment for segment in segmentation.segments)
    raise ConfigError(f"There is no segment {name!r}; there are {known}.")


def known_segment(place: Workspace, name: str | None) -> str | None:
    """The id of the segment that an option names, as it is written; None where it names none.

    Raises:
        ConfigError: there is no such segment.
        MissingArtefact: there are no segments yet.
    """
    return None if name is None else segment_named(_segmentation(place), name).segment


def _segmentation(place: Workspace) -> Segmentation:
    path = Paths(place).segmentation
    if not path.exists():
        raise MissingArtefact("There are no segments yet; type `assistant segments fit`.")
    return read_record(path, Segmentation)


def _list(place: Workspace, segmentation: Segmentation, as_json: bool) -> None:
    if as_json:
        emit_json([segment.model_dump(exclude={"traits"}) for segment in segmentation.segments])
        return
    currency = place.settings.shop.currency
    emit_table(
        ("segment", "name", "customers", "share", "revenue", "revenue share", "Jaccard"),
        [
            (
                segment.segment,
                segment.name,
                f"{segment.customers:,}",
                format_percent(segment.customer_share),
                format_money(segment.revenue_minor, currency),
                format_percent(segment.revenue_share),
                f"{segment.jaccard:.2f}",
            )
            for segment in segmentation.segments
        ],
    )
    bar = place.settings.segments.min_jaccard
    below = [segment.segment for segment in segmentation.segments if segment.jaccard < bar]
    if below:
        say(f"Not stable, so not to be trusted: {', '.join(below)} (Jaccard below {bar}).")
