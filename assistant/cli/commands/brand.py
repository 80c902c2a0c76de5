"""`assistant brand`: learn, show."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.config import load_brand
from assistant.copywriting.brand import kit_text, learn, read_past_copy
from assistant.errors import MissingArtefact
from assistant.workspace import write_atomic

app = typer.Typer(add_completion=False, no_args_is_help=True, help="How the brand sounds: learn it from past copy.")


@app.command("learn")
def learn_(
    folder: Annotated[Path, typer.Argument(help="Past copy: .txt, .md, .html, .csv, in folders as you like.")],
    force: Annotated[bool, typer.Option("--force", help="Write over brand.toml.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count how past copy sounds, and write brand.toml to be edited; one that is there is kept."""
    place = open_workspace(workspace)
    past = read_past_copy(folder)
    learned = learn(past.messages)
    file = place.brand if force or not place.brand.exists() else place.brand.with_name("brand.learned.toml")
    write_atomic(file, kit_text(learned.kit))
    for name in past.skipped:
        say(f"Skipped {name}: no text, Markdown, HTML or CSV.")
    if as_json:
        counted = {"messages": learned.messages, "sentences": learned.sentences, "unfit": learned.unfit}
        emit_json([{"file": str(file), "skipped": len(past.skipped), **counted, **learned.kit.model_dump(mode="json")}])
        return
    emit_text(f"{learned.messages} messages of {past.files} files, {learned.sentences} sentences:")
    for rule in learned.kit.voice.rules:
        emit_text(f"  {rule}")
    if learned.unfit:
        emit_text(f"  {learned.unfit} messages with addresses, markup or instructions gave no example.")
    if file == place.brand:
        say(f"{file} is there to edit.")
    else:
        say(f"{place.brand} is yours and was kept; compare it with {file}, or type the same with --force.")


@app.command()
def show(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The brand kit of the workspace."""
    place = open_workspace(workspace)
    if not place.brand.exists():
        raise MissingArtefact(
            f"There is no {place.brand}; write one, or learn one with `assistant brand learn FOLDER`."
        )
    kit = load_brand(place.brand)
    if as_json:
        emit_json([kit.model_dump(mode="json")])
        return
    for rule in kit.voice.rules:
        emit_text(f"  {rule}")
    rows = [
        *(("banned", each.term, each.reason) for each in kit.banned),
        *(("required", each.term, " ".join(filter(None, (each.channel, each.market)))) for each in kit.required),
        *(("claim", each.text, each.substantiation) for each in kit.claims),
        *(("disclaimer", each.text, " ".join(filter(None, (each.channel, each.market)))) for each in kit.disclaimers),
        *(("name", name, "") for name in kit.names),
    ]
    emit_table(("part", "text", "why or where"), rows)
