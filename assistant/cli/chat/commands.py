"""What begins with a slash: about the chat, not to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.chat import Chat, sessions
from assistant.cli.chat.cleaning import clean_line
from assistant.cli.chat.rendering import opened, receipts
from assistant.cli.chat.screen import Screen
from assistant.errors import ConfigError, unknown_name
from assistant.llm import dollars
from assistant.records.chat import ChatSession, Receipt, Spent, Table
from assistant.workspace import Workspace

ROUTERS = ("auto", "on", "off")
_LISTED_QUESTION = 60


@dataclass(frozen=True)
class Going:
    """Where the chat goes after a command."""

    to: Literal["leave", "session"]
    session: str = ""
    """A fresh one where it is empty."""
    model: str = ""


@dataclass(frozen=True)
class Here:
    """What a command can reach."""

    place: Workspace
    chat: Chat
    screen: Screen


@dataclass(frozen=True)
class Command:
    """A slash command: what may stand behind it, what it does, and the doing."""

    takes: str
    told: str
    act: Callable[[Here, str], Going | None]


def obey(typed: str, here: Here) -> Going | None:
    """Carry out a line that begins with a slash.

    Raises:
        ConfigError: there is no such command, or it cannot take what stands behind it.
    """
    name, _, rest = typed.strip().partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        raise unknown_name("command", name, COMMANDS)
    rest = " ".join(rest.split())
    if rest and not command.takes:
        raise ConfigError(f"{name} takes nothing behind it, and there is {rest!r}; type {name} alone.")
    return command.act(here, rest)


def session_named(place: Workspace, name: str) -> str:
    """The name, where it is that of a session.

    Raises:
        ConfigError: there is none of that name.
    """
    known = [session.session for session in sessions(place)]
    if not known:
        raise ConfigError(f"There is no session {name!r}, and no other yet; a chat begins with `assistant chat`.")
    if name not in known:
        raise unknown_name("session", name, known)
    return name


def session_table(listed: tuple[ChatSession, ...]) -> Table:
    """Sessions as a person looks for one."""
    return Table(
        columns=("session", "changed", "questions", "model", "began with"),
        rows=tuple(
            (
                one.session,
                one.changed[:16].replace("T", " "),
                str(one.turns),
                one.model,
                clean_line(one.first)[:_LISTED_QUESTION],
            )
            for one in listed
        ),
    )


def last_receipts(chat: Chat) -> tuple[Receipt, ...]:
    """The figures that the last answer states, by number."""
    answer = chat.turns[-1].answer if chat.turns else ()
    numbered = {
        number: figure
        for sentence in answer
        for number, figure in zip(sentence.receipts, sentence.figures, strict=False)
    }
    return tuple(Receipt(receipt=number, figure=figure) for number, figure in sorted(numbered.items()))


def spent_line(spent: Spent) -> str:
    """What a session took: calls, tokens, dollars."""
    return (
        f"{spent.calls:,} requests, {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, "
        f"cost {dollars(spent.cost_nanodollars)}"
    )


def how_routed(chat: Chat) -> str:
    """Who chooses the tools."""
    return "tools chosen by the router" if chat.routed else "tools chosen by the model"


def _help(here: Here, rest: str) -> None:
    here.screen.show_table(
        Table(
            columns=("type", "to"),
            rows=tuple((f"{name} {command.takes}".strip(), command.told) for name, command in COMMANDS.items()),
        )
    )
    here.screen.note(
        "All else is a question. Tab completes commands, segments, channels and pieces; Alt-Enter or a \\ at the end "
        "goes on to another line; Ctrl-C stops an answer; Ctrl-D leaves."
    )


def _segments(here: Here, rest: str) -> None:
    found = here.chat.segments()
    if found.table is not None:
        here.screen.show_table(found.table)
        return
    for sentence in found.sentences:
        here.screen.say(sentence)
    here.screen.end()


def _why(here: Here, rest: str) -> None:
    if not rest:
        numbered = last_receipts(here.chat)
        if numbered:
            here.screen.show_table(receipts(numbered))
            here.screen.note(f"/why {numbered[0].receipt} opens the first of them.")
        else:
            here.screen.tell("The last answer states no figure, so there is no receipt to open.")
        return
    number = re.fullmatch(r"[\[#]?(\d{1,9})\]?", rest)
    if number is None:
        raise ConfigError(f"{rest!r} is no receipt's number; type /why and a number such as 2, or /why alone.")
    found = here.chat.opened(int(number[1]))
    here.screen.show(opened(found, here.screen.out.width, plain=here.screen.plain))


def _model(here: Here, rest: str) -> None:
    name, _, router = rest.partition(" ")
    if not rest:
        here.screen.tell(f"{here.chat.model_name}, {how_routed(here.chat)}.")
        here.screen.note("/model NAME takes another, such as openai:gpt-4.1-mini; `assistant models list` names them.")
        return
    if router and router not in ROUTERS:
        raise unknown_name("router", router, ROUTERS)
    here.chat.use(name, router)
    here.screen.tell(f"From the next question on: {here.chat.model_name}, {how_routed(here.chat)}.")


def _cost(here: Here, rest: str) -> None:
    here.screen.tell(f"This session: {spent_line(here.chat.spent())}.")


def _save(here: Here, rest: str) -> None:
    here.screen.tell(f"The last answer is in {here.chat.save_last(rest)}.")


def _export(here: Here, rest: str) -> None:
    here.screen.tell(f"The session is in {here.chat.save_markdown(rest)}.")


def _sessions(here: Here, rest: str) -> None:
    listed = sessions(here.place)
    if listed:
        here.screen.show_table(session_table(listed))
        here.screen.note("/resume and a name goes on with one.")
    else:
        here.screen.tell("There is no session yet; this one is kept from its first question on.")


def _resume(here: Here, rest: str) -> Going | None:
    if not rest:
        _sessions(here, rest)
        return None
    if rest == here.chat.session.session:
        raise ConfigError(f"This is session {rest!r} already; /sessions lists the others.")
    return Going("session", session_named(here.place, rest))


def _new(here: Here, rest: str) -> Going:
    known = {here.chat.session.session, *(session.session for session in sessions(here.place))}
    if rest in known:
        raise ConfigError(f"There is a session {rest!r} already; /resume {rest} goes on with it, or take another name.")
    return Going("session", rest, here.chat.model_name)


def _quit(here: Here, rest: str) -> Going:
    return Going("leave")


COMMANDS: dict[str, Command] = {
    "/help": Command("", "see what can be typed", _help),
    "/segments": Command("", "see the segments", _segments),
    "/why": Command("[NUMBER]", "open a figure's receipt down to the rows; alone: list those of the last answer", _why),
    "/model": Command("[NAME] [auto|on|off]", "take another model, its tools routed or not; alone: see which", _model),
    "/cost": Command("", "see what the session took", _cost),
    "/save": Command("[NAME]", "write the last answer to a file below chats/", _save),
    "/export": Command("[NAME]", "write the session to a Markdown file below chats/", _export),
    "/sessions": Command("", "list the sessions", _sessions),
    "/resume": Command("NAME", "go on with another session", _resume),
    "/new": Command("[NAME]", "begin another session", _new),
    "/quit": Command("", "leave", _quit),
    "/exit": Command("", "leave", _quit),
}
