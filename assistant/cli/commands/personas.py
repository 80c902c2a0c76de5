"""`assistant personas`: write and show."""

from typing import Annotated

import typer

from assistant.cli.commands.facts import with_facts
from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text
from assistant.pipeline import Pipeline

app = typer.Typer(add_completion=False)

ORDER = ("who", "buys", "when", "price", "say", "avoid")


@app.command()
def personas(
    segment: Annotated[str | None, typer.Option(help="Show only this segment's.")] = None,
    from_journal: FromJournalOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the personas that are not there yet, and show them: claims, their status and what they rest on."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.from_journal = from_journal
        pipeline.facts()
        only = with_facts(pipeline, [] if segment is None else [segment])
        pipeline.personas()
        shown = [persona for persona in pipeline.personas_made() if persona.segment in only]
    if as_json:
        emit_json([persona.model_dump() for persona in shown])
        return
    for persona in shown:
        emit_text(f"\n{persona.segment} {persona.name}\n{persona.line}")
        if persona.caution:
            emit_text(f"! {persona.caution}")
        emit_table(
            ("about", "claim", "status", "rests on"),
            [
                (claim.about, claim.text, claim.status, ", ".join((*claim.facts, *claim.documents)))
                for claim in sorted(persona.claims, key=lambda claim: ORDER.index(claim.about))
            ],
        )
