"""`assistant prompts`: list, show, diff, render, fork."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace, workspace_if_any
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.pipeline import Pipeline
from assistant.pipeline.rendering import COPY, PERSONA, Rendered, render_copy, render_persona, render_plain
from assistant.prompting import Prompt, load_prompt, prompt_path, prompt_source, shipped_prompts, workspace_prompts
from assistant.workspace import Workspace, write_atomic

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show, compare, render and fork prompts.")

NameArgument = Annotated[
    str, typer.Argument(help="copy/subject: the one in use; copy/subject@1: a version; copy/subject+warmer: a fork.")
]
_SAME = "the same"


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Earlier versions too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """All prompts: the product's, those the workspace has in their place, and forks."""
    place = workspace_if_any(workspace)
    override = place.prompts if place else None
    own = workspace_prompts(override)
    latest = {name.partition("@")[0]: name for name in shipped_prompts()}
    names = [*(shipped_prompts() if every else latest.values()), *own]
    rows = []
    for name in sorted(names, key=lambda name: (name.partition("@")[0].partition("+")[0], name)):
        prompt = load_prompt(name, override)
        base = name.partition("@")[0].partition("+")[0]
        used = name == base or (name == latest.get(base) and base not in own)
        rows.append(
            {
                "prompt": prompt.id,
                "place": "workspace" if name in own else "product",
                "used": used,
                "released": prompt.released,
                "examples": len(prompt.shots),
                "variables": list(prompt.variables),
                "purpose": prompt.purpose,
                "hash": prompt.fingerprint,
            }
        )
    if as_json:
        emit_json(rows)
        return
    emit_table(
        ("prompt", "place", "used", "released", "examples", "variables", "purpose"),
        [
            (
                str(row["prompt"]),
                str(row["place"]),
                "yes" if row["used"] else "",
                "yes" if row["released"] else "",
                str(row["examples"]),
                ", ".join(map(str, row["variables"] if isinstance(row["variables"], list) else ())),
                str(row["purpose"]),
            )
            for row in rows
        ],
    )


@app.command()
def show(name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """A prompt in full."""
    prompt = load_prompt(name, _override(workspace))
    if as_json:
        emit_json([prompt.model_dump(mode="json")])
        return
    emit_text(f"{prompt.id}: {prompt.purpose}")
    emit_text(f"{prompt.fingerprint}; {'released' if prompt.released else 'not released'}")
    emit_text(f"variables: {', '.join(prompt.variables) or 'none'}")
    for line in _lines(prompt):
        emit_text(line)


@app.command()
def diff(
    name: NameArgument,
    other: Annotated[str | None, typer.Argument(help="Without it: what it began as, or the product's latest.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What one prompt says that another does not."""
    override = _override(workspace)
    prompt = load_prompt(name, override)
    before = load_prompt(other, override) if other else _before(prompt, override)
    lines = list(_changes(before, prompt))
    if as_json:
        emit_json([{"from": before.id, "to": prompt.id, "line": line} for line in lines])
        return
    emit_text(f"{before.id} -> {prompt.id}: {_counted(before, prompt)}")
    for line in lines:
        emit_text(line)


@app.command()
def render(
    name: NameArgument,
    segment: Annotated[str | None, typer.Option(help="Without it the first.")] = None,
    brief: Annotated[Path | None, typer.Option(help="Of copy; without it the only one in briefs/.")] = None,
    channel: Annotated[str | None, typer.Option(help="Of copy; without it the first of the brief that fits.")] = None,
    angle: Annotated[str | None, typer.Option(help="Of copy; without it the brief's first.")] = None,
    values: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A variable's value.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """A prompt as a model would get it, with its tokens, and what changed since it was released."""
    override = _override(workspace)
    prompt = load_prompt(name, override)
    folder = prompt.id.partition("/")[0]
    if values or folder.partition("_")[0] not in (PERSONA, COPY):
        told = render_plain(prompt, dict(map(_value, values or ())))
    else:
        place = open_workspace(workspace)
        with place.writing(), Progressing() as listener:
            pipeline = Pipeline(place, listener)
            pipeline.facts()
            if folder == PERSONA:
                told = render_persona(pipeline, prompt, segment=segment or "")
            else:
                told = render_copy(
                    pipeline,
                    prompt,
                    brief or _only_brief(place),
                    segment=segment or "",
                    channel=channel or "",
                    angle=angle or "",
                )
    before = _before(prompt, override)
    changed = _counted(before, prompt)
    if as_json:
        emit_json([{**told.model_dump(mode="json"), "compared_with": before.id, "changed": changed}])
        return
    _show_rendered(told, f"{changed} since {before.id}")


@app.command()
def fork(
    name: NameArgument,
    as_: Annotated[str, typer.Option("--as", help="The fork's name: lower case letters, digits, hyphens.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Copy a prompt into the workspace under a name of its own, to be edited and tried against the one it began as."""
    place = open_workspace(workspace)
    prompt = load_prompt(name, place.prompts)
    base = prompt.id.partition("@")[0].partition("+")[0]
    forked = f"{base}+{as_}"
    path = prompt_path(forked, place.prompts)
    if path.exists():
        raise ConfigError(f"{path} is there already; edit it, or fork under another name.")
    content = prompt_source(name, place.prompts).replace("\r\n", "\n")
    head = f'id = "{forked}"\nforked_from = "{prompt.id}"\nreleased = false\n'
    body = re.sub(r"^(id|released|forked_from)[ \t]*=.*\n", "", content, flags=re.MULTILINE)
    write_atomic(path, head + body)
    load_prompt(forked, place.prompts)
    emit_text(str(path))
    say(f"Edit it, then: assistant prompts diff {forked}; assistant prompts render {forked}")
    say(f"Try it: assistant eval run SUITE --prompt {prompt.id} --prompt {forked}")


def _show_rendered(told: Rendered, changed: str) -> None:
    where = ", ".join(part for part in (told.segment, told.channel, told.angle) if part)
    emit_text(f"{told.prompt}{f' for {where}' if where else ''}")
    counted = "counted by the model" if told.counted else "about"
    emit_text(f"{counted}: {told.tokens:,} tokens a request, {told.requests:,} requests; {changed}")
    for message in told.messages:
        emit_text(f"\n[{message.role}]\n{message.content}")


def _override(folder: Path | None) -> Path | None:
    place = workspace_if_any(folder)
    return place.prompts if place else None


def _before(prompt: Prompt, override: Path | None) -> Prompt:
    """What a prompt is compared with: what it was forked from, the version before it, or the product's latest."""
    if prompt.forked_from:
        return load_prompt(prompt.forked_from, override)
    base, _, version = prompt.id.partition("@")
    earlier = f"{base}@{int(version) - 1}" if version else base
    latest = load_prompt(base.partition("+")[0])
    if latest.fingerprint != prompt.fingerprint and latest.id == prompt.id:
        return latest
    return load_prompt(earlier) if earlier in shipped_prompts() else latest


def _lines(prompt: Prompt) -> list[str]:
    lines = ["[system]", *prompt.system.splitlines()]
    for shot in prompt.shots:
        tags = f" {', '.join(shot.tags)}" if shot.tags else ""
        lines += [f"[example{tags}]", f"user: {shot.user}", f"assistant: {shot.assistant}"]
    return [*lines, "[user]", *prompt.user.splitlines()]


def _changes(before: Prompt, after: Prompt) -> Iterator[str]:
    told = difflib.unified_diff(_lines(before), _lines(after), before.id, after.id, lineterm="", n=2)
    yield from told


def _counted(before: Prompt, after: Prompt) -> str:
    lines = [line for line in _changes(before, after) if line[:3] not in ("+++", "---")]
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return f"{added} lines added, {removed} removed" if added or removed else _SAME


def _value(told: str) -> tuple[str, str]:
    name, equals, value = told.partition("=")
    if not equals or not name:
        raise ConfigError(f"--set {told!r}: expected NAME=VALUE.")
    return name, value


def _only_brief(place: Workspace) -> Path:
    briefs = sorted((place.root / "briefs").glob("*.toml"))
    if len(briefs) == 1:
        return briefs[0]
    told = f"there are {', '.join(path.name for path in briefs)}" if briefs else "there is none in briefs/"
    raise ConfigError(f"A prompt of copy is rendered with a brief, and {told}; name one with --brief FILE.")
