"""`assistant segments`: fit, list, show, certificate, drift, versions, define, assign."""

from typing import Annotated

import typer

from assistant.cli.commands.segments_assign import assign
from assistant.cli.commands.segments_define import define
from assistant.cli.commands.segments_trust import certificate, drift
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.facts import format_money, format_percent, format_value
from assistant.pipeline import Paths, Pipeline, kept_versions
from assistant.pipeline.lookup import audiences_of, certificate_of, rule_in_words, segment_named, segmentation_of
from assistant.records import Segment, Segmentation, SurrogateTree
from assistant.workspace import Workspace

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Find, judge, list and show segments.")

SHOWN_TRAITS = 12
SHOWN_LIFTS = 5


@app.command()
def fit(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Compute features, find the segments that the data bears, certify them, and state their facts.

    A segmentation is frozen: rows that came in since are placed by it. This command fits again where they have
    changed the customers, and keeps the version before.
    """
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.refit = True
        pipeline.facts()
        pipeline.lifetime()
        segmentation = pipeline.segmentation()
    _list(place, segmentation, as_json)


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """All segments, and the audiences defined beside them."""
    place = open_workspace(workspace)
    _list(place, segmentation_of(place), as_json)


@app.command()
def show(
    segment: Annotated[str, typer.Argument(help="Its id, such as S1, or an audience's, such as A1.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What sets a segment apart, and rules of thumb that say who is in it."""
    place = open_workspace(workspace)
    segmentation = segmentation_of(place)
    found = segment_named(place, segment)
    if as_json:
        emit_json([trait.model_dump() for trait in found.traits])
        return
    currency = place.settings.shop.currency
    stable = "" if found.jaccard is None else f", Jaccard {found.jaccard:.2f}"
    emit_text(f"{found.segment} {found.name}: {found.customers:,} customers{stable}")
    if found.rule:
        emit_text(f"Who: {found.rule}")
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
    if found.lifts:
        said = [(lift.label.removeprefix("share of spend on "), lift.lift) for lift in found.lifts[:SHOWN_LIFTS]]
        told = ", ".join(f"{label} {lift:.1f}x" for label, lift in said)
        emit_text(f"Spends more of its money than customers do on the whole on: {told}")
    if segmentation.tree is not None:
        _tree(segmentation.tree, found.segment, currency)


@app.command()
def versions(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The segmentations of this workspace, the one in force last."""
    place = open_workspace(workspace)
    rows = [
        {
            "version": own.version,
            "method": own.method,
            "as_of": own.as_of,
            "segments": len(own.segments),
            "customers": sum(segment.customers for segment in own.segments),
        }
        for own in (*kept_versions(Paths(place)), segmentation_of(place))
    ]
    if as_json:
        emit_json(rows)
        return
    emit_table(tuple(rows[0]), [tuple(str(value) for value in row.values()) for row in rows])


app.command()(certificate)
app.command()(drift)
app.command()(define)
app.command()(assign)


def _tree(tree: SurrogateTree, segment: str, currency: str) -> None:
    own = [rule for rule in tree.rules if rule.segment == segment]
    if not own:
        return
    emit_text(
        f"Rules of thumb, right for {tree.accuracy:.0%} of customers (naming the largest segment for everybody: "
        f"{tree.majority_share:.0%}):"
    )
    for rule in own:
        emit_text(
            f"  {rule_in_words(rule, currency)}: {rule.customers:,} customers, {rule.right:.0%} of them in {segment}"
        )


def _list(place: Workspace, segmentation: Segmentation, as_json: bool) -> None:
    judged = certificate_of(place)
    certified = {own.segment: own for own in judged.segments} if judged else {}
    groups: tuple[Segment, ...] = (*segmentation.segments, *audiences_of(place))
    if as_json:
        emit_json(
            [
                {
                    **own.model_dump(exclude={"traits", "lifts"}),
                    "certified": certified[own.segment].certified if own.segment in certified else None,
                    "reasons": certified[own.segment].reasons if own.segment in certified else (),
                }
                for own in groups
            ]
        )
        return
    currency = place.settings.shop.currency
    emit_table(
        ("segment", "name", "customers", "share", "revenue", "revenue share", "Jaccard", "certified"),
        [
            (
                own.segment,
                own.name,
                f"{own.customers:,}",
                format_percent(own.customer_share),
                format_money(own.revenue_minor, currency),
                format_percent(own.revenue_share),
                "" if own.jaccard is None else f"{own.jaccard:.2f}",
                "" if own.segment not in certified else "yes" if certified[own.segment].certified else "no",
            )
            for own in groups
        ],
    )
    for own in certified.values():
        if not own.certified:
            say(f"{own.segment} is below the bar: {'; '.join(own.reasons)}.")
    if judged:
        say(judged.summary)
