"""`assistant personas`: write, hold against the data, show, and tell what has changed."""

import re
from typing import Annotated

import typer

from assistant.cli.commands.facts import with_facts
from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import DataError
from assistant.facts import format_value
from assistant.personas import compare_personas
from assistant.pipeline import Paths, Pipeline, persona_version, persona_versions
from assistant.records import Claim, Persona

app = typer.Typer(add_completion=False)

ORDER = ("who", "buys", "when", "price", "say", "avoid")


@app.callback(invoke_without_command=True)
def personas(
    context: typer.Context,
    segment: Annotated[str | None, typer.Option(help="Show only this segment's.")] = None,
    from_journal: FromJournalOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the personas that are not there yet, hold every claim against the data, and show them.

    Each has a file, personas/SEGMENT.toml, to be edited; type the same again to have the edits held against the data.
    """
    if context.invoked_subcommand:
        return
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.from_journal = from_journal
        pipeline.facts()
        only = with_facts(pipeline, [] if segment is None else [segment])
        pipeline.personas()
        shown = [persona for persona in pipeline.personas_made() if persona.segment in only]
    if as_json:
        emit_json([persona.model_dump() | {"counts": persona.counts} for persona in shown])
        return
    for persona in shown:
        _show(persona, place.settings.shop.currency)
    say("Edit one: personas/SEGMENT.toml, then the same again; what has changed: assistant personas diff SEGMENT")


def _show(persona: Persona, currency: str) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in persona.counts.items() if count)
    emit_text(f"\n{persona.segment} {persona.name}\n{persona.line}")
    if persona.caution:
        emit_text(f"! {persona.caution}")
    emit_text(f"Claims: {counts}{', edited by hand' if persona.edited else ''}")
    emit_table(
        ("about", "claim", "status", "effect, 95% interval", "rests on"),
        [
            (
                claim.about,
                claim.text,
                claim.status,
                _effect(claim, currency),
                ", ".join((*claim.facts, *claim.documents)),
            )
            for claim in sorted(persona.claims, key=lambda claim: ORDER.index(claim.about))
        ],
    )
    for one in persona.dropped:
        if one.status == "refuted":
            emit_text(f"x Refuted, and taken out: {one.claim} {one.text!r}: {'; '.join(one.reasons)}.")


def _effect(claim: Claim, currency: str) -> str:
    """How far a verified claim's segment is from the others, or the value itself, with the interval; else why not."""
    own, predicate = claim.evaluation, claim.predicate
    if claim.status != "verified" or own is None or predicate is None:
        return "; ".join(claim.reasons)
    apart = predicate.threshold == "others"
    numbers = (own.difference, own.difference_low, own.difference_high) if apart else (own.value, own.low, own.high)
    value, low, high = (format_value(number or 0.0, predicate.unit, currency) for number in numbers)
    sign = "+" if apart and (own.difference or 0) > 0 else ""
    return f"{sign}{value} ({low} to {high})".replace("%", " points" if apart else "%")


@app.command()
def diff(
    segment: Annotated[str, typer.Argument(help="Its id, such as S1.")],
    first: Annotated[int | None, typer.Option("--from", help="A version; without it, the one before --to.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="A version; without it, the last one.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What has changed between two versions of a persona: claims added, removed, reworded, and other verdicts."""
    paths = Paths(open_workspace(workspace))
    name = segment.upper()
    numbers = persona_versions(paths, name) if re.fullmatch(r"[SA]\d+", name) else ()
    if not numbers:
        raise DataError(f"No version of a persona of {segment!r} is kept; make one with `assistant personas`.")
    to = numbers[-1] if last is None else last
    since = to - 1 if first is None else first
    if first is None and since not in numbers:
        raise DataError(
            f"Version {to} is the first of the persona of {name}, so there is nothing to compare it with; edit "
            f"{paths.persona_file(name)} and type `assistant personas`."
        )
    before, after = _version(paths, name, since), _version(paths, name, to)
    changes = compare_personas(before, after)
    if as_json:
        emit_json([{"segment": name, "from": since, "to": to, **vars(change)} for change in changes])
        return
    emit_text(f"{name} {after.name}: version {since} to {to}")
    if not changes:
        emit_text("No claim has changed.")
        return
    emit_table(
        ("change", "claim", "before", "after", "status"),
        [
            (
                change.change,
                change.claim,
                change.before,
                change.after if change.after != change.before else "the same",
                " to ".join(dict.fromkeys(filter(None, (change.status_before, change.status_after))))
                + (f": {'; '.join(change.reasons)}" if change.reasons else ""),
            )
            for change in changes
        ],
    )


def _version(paths: Paths, segment: str, number: int) -> Persona:
    found = persona_version(paths, segment, number)
    if found is None:
        raise DataError(
            f"Version {number} of the persona of {segment} was written by another version of this software and cannot "
            f"be compared; kept are {', '.join(map(str, persona_versions(paths, segment)))}."
        )
    return found
