"""`assistant models batch`: write, submit, collect, list."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.commands.facts import with_facts
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.llm import Journal, collect_batches, dollars, read_answers, submit_batch, write_batch
from assistant.pipeline import Models, Pipeline
from assistant.workspace import Workspace

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Ask by files that take up to a day: half the price at OpenAI, or a fleet of GPUs with vLLM's run-batch.",
)


@app.command()
def write(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSONL file to write; large ones get a number.")],
    brief: Annotated[Path | None, typer.Option(help="The brief of a campaign; without it, the personas.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="Only these segments; may be repeated.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what a campaign, or the personas, would ask a model and the journal does not know yet."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.facts()
        only = with_facts(pipeline, segment or [])
        model, requests = pipeline.persona_requests() if brief is None else pipeline.campaign_requests(brief, only)
        with pipeline.models.gateway(model) as gateway, Journal(place.journal) as journal:
            written = write_batch(gateway, journal, requests, file)
    if as_json:
        emit_json([each.model_dump() for each in written])
        return
    emit_table(
        ("file", "requests", "bytes"), [(each.file, f"{each.requests:,}", f"{each.bytes:,}") for each in written]
    )
    say("Next: assistant models batch submit FILE; or, with vLLM: run-batch -i FILE -o OUT --model MODEL")


@app.command()
def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What `write` wrote.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand files to the provider."""
    place = open_workspace(workspace)
    submitted = []
    with Journal(place.journal) as journal:
        models = {batch.file: batch.model for batch in journal.batches()}
        for file in files:
            if file.name not in models:
                raise ConfigError(f"{file} was not written here; write one with `assistant models batch write`.")
            with Models(place).gateway(models[file.name]) as gateway:
                submitted.append(submit_batch(gateway, journal, file))
    if as_json:
        emit_json([batch.model_dump() for batch in submitted])
        return
    for batch in submitted:
        emit_text(f"{batch.file}: {batch.batch}, {batch.status}")
    say("Next: assistant models batch collect, as often as you like; it may take a day")


@app.command()
def collect(
    file: Annotated[
        Path | None, typer.Argument(metavar="[OUT]", help="A file of answers that vLLM's run-batch wrote.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the answers that have come into the journal, where the next run finds them."""
    place = open_workspace(workspace)
    with Journal(place.journal) as journal:
        models = list(dict.fromkeys(batch.model for batch in journal.batches()))
        if not models:
            raise ConfigError("No batch file was written here; write one with `assistant models batch write`.")
        collected = []
        for model in models if file is None else models[:1]:
            with Models(place).gateway(model) as gateway:
                collected += (
                    collect_batches(gateway, journal) if file is None else [read_answers(gateway, journal, file)]
                )
    if as_json:
        emit_json([each.model_dump() for each in collected])
        return
    if not collected:
        say("No submitted batch is waiting for answers.")
        return
    emit_table(
        ("file", "batch", "status", "answers", "failed", "not ours", "still awaited", "cost"),
        [
            (
                c.file, c.batch, c.status, f"{c.answers:,}", f"{c.failed:,}", f"{c.unknown:,}", f"{c.awaited:,}",
                dollars(c.cost_nanodollars),
            )
            for c in collected
        ],
    )  # fmt: skip
    say("Next: run the campaign; what is answered is not asked again")


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The batch files that were written, and how far they are."""
    place: Workspace = open_workspace(workspace)
    with Journal(place.journal) as journal:
        batches = journal.batches()
    if as_json:
        emit_json([batch.model_dump() for batch in batches])
        return
    emit_table(
        ("file", "model", "requests", "still awaited", "batch", "status"),
        [(b.file, b.model, f"{b.requests:,}", f"{b.awaited:,}", b.batch, b.status) for b in batches],
    )
