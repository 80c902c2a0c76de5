"""What is typed, turn by turn, and what the chat should do with it."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.chat.tools import TOOLS

FILES = ("english_figures.toml", "english_work.toml", "chinese.toml")
HELD_OUT = ("held_out.toml",)
"""Kept back from whoever works on the chat, so that a score on them says what an unseen marketer meets."""
UNSEEN = ("unseen.toml",)
"""Kept back also from whoever reads the misses of the held-out ones."""
CLARIFY = "clarify"
"""Expected where the chat should ask back, or say what it is for, without a tool."""
ARGUMENTS: dict[str, tuple[str, ...]] = {name: tuple(tool.arguments.model_fields) for name, tool in TOOLS.items()}
"""Every tool with the arguments it takes."""
ASKING = frozenset(name for name, tool in TOOLS.items() if tool.acts)
"""Tools that a person must say yes to first."""
_PLACE = re.compile(r"\{(?P<how>most\.|least\.)?(?P<what>[A-Za-z_]\w*)(?P<name>\.name)?\}")


@dataclass(frozen=True)
class Expected:
    """One turn."""

    say: str
    tools: tuple[str, ...]
    """Any of them is right; `clarify`: none may be called."""
    arguments: Mapping[str, Any]
    """Those that matter: a value, a list of which any is right, or `{"contains": words}`."""
    confirm: bool = False
    """What the person answers where a tool asks."""
    not_in_answer: tuple[str, ...] = ()
    call: Mapping[str, Any] | None = None
    """What the scripted model calls the tool with, where `arguments` do not say it all."""


@dataclass(frozen=True)
class Conversation:
    """Turns that belong together."""

    name: str
    language: str
    turns: tuple[Expected, ...]
    slow: bool = False
    """Whether a model writes copy in it, which takes the embedded one minutes."""


def load_conversations(folder: Path = Path(__file__).parent) -> tuple[Conversation, ...]:
    """All conversations but those kept back, with their placeholders as they stand in the files."""
    return _read(folder, FILES)


def load_held_out(folder: Path = Path(__file__).parent) -> tuple[Conversation, ...]:
    """The conversations that are held out, with their placeholders as they stand in the file."""
    return _read(folder, HELD_OUT)


def load_unseen(folder: Path = Path(__file__).parent) -> tuple[Conversation, ...]:
    """The conversations that nobody tunes by, with their placeholders as they stand in the file."""
    return _read(folder, UNSEEN)


def _read(folder: Path, files: Sequence[str]) -> tuple[Conversation, ...]:
    told = [one for file in files for one in tomllib.loads((folder / file).read_text("utf-8"))["conversations"]]
    return tuple(
        Conversation(
            one["name"], one.get("language", "en"), tuple(_turn(turn) for turn in one["turns"]), one.get("slow", False)
        )
        for one in told
    )


def _turn(raw: Mapping[str, Any]) -> Expected:
    tools = raw["tool"] if isinstance(raw["tool"], list) else [raw["tool"]]
    return Expected(
        say=raw["say"],
        tools=tuple(tools),
        arguments=raw.get("arguments", {}),
        confirm=raw.get("confirm", False),
        not_in_answer=tuple(raw.get("not_in_answer", ())),
        call=raw.get("call"),
    )


def filled(conversations: Sequence[Conversation], root: Path) -> tuple[Conversation, ...]:
    """Conversations with `{S1.name}`, `{most.frequency}` and `{least.customers.name}` as a workspace has them.

    Args:
        conversations: as loaded.
        root: the workspace's folder.

    Raises:
        KeyError: a placeholder names a segment or a metric that the workspace does not have.
    """
    sheets = [json.loads(path.read_text("utf-8")) for path in sorted((root / "segments" / "facts").glob("S*.json"))]
    names = {sheet["segment"]: sheet["name"] for sheet in sheets}
    values: dict[str, dict[str, float]] = {}
    for sheet in sheets:
        for fact in sheet["facts"]:
            values.setdefault(fact["metric"], {})[sheet["segment"]] = fact["value"]

    def of(match: "re.Match[str]") -> str:
        segment = match["what"]
        if match["how"]:
            own = values[segment]
            segment = (max if match["how"] == "most." else min)(own, key=lambda one: (own[one], one))
        name = names[segment]
        return str(name) if match["name"] else segment

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return _PLACE.sub(of, value)
        if isinstance(value, Mapping):
            return {key: fill(own) for key, own in value.items()}
        return [fill(own) for own in value] if isinstance(value, list | tuple) else value

    return tuple(
        replace(
            one,
            turns=tuple(
                replace(
                    turn,
                    say=fill(turn.say),
                    arguments=fill(turn.arguments),
                    not_in_answer=tuple(fill(turn.not_in_answer)),
                    call=None if turn.call is None else fill(turn.call),
                )
                for turn in one.turns
            ),
        )
        for one in conversations
    )
