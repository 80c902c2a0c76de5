"""`assistant chat`: questions about the shop in a marketer's own words, every figure with its receipt."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Annotated

import typer

from assistant.chat import Chat, session_markdown, sessions
from assistant.cli.chat.cleaning import clean
from assistant.cli.chat.commands import session_named, session_table
from assistant.cli.chat.confirming import Confirm
from assistant.cli.chat.piping import answer_all
from assistant.cli.chat.reading import edited_answer, plain_answer, unechoed
from assistant.cli.chat.screen import Screen, Working
from assistant.cli.chat.terminal import Terminal
from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import emit_json, say
from assistant.errors import ConfigError
from assistant.workspace import Workspace

app = typer.Typer(add_completion=False)


class Router(StrEnum):
    """Who chooses the tools that a question needs."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@app.command()
def chat(
    session: Annotated[str, typer.Option(help="Go on with this session, or begin it.", metavar="NAME")] = "",
    once: Annotated[str | None, typer.Option(help="Answer this and end.", metavar="TEXT")] = None,
    model: Annotated[str, typer.Option(help="A model's name; without it, the one that is set.", metavar="NAME")] = "",
    router: Annotated[
        Router | None,
        typer.Option(help="on: the router chooses the tools; off: the model does; auto: the router for local models."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree beforehand to all that wants a yes.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the sessions.")] = False,
    export: Annotated[
        str | None, typer.Option(help="Write this session as Markdown to standard output.", metavar="NAME")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="No colours, no drawing, no history: for logs and screen readers.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask about the shop; in a pipe each line is a question. Figures have receipts, and changes want a yes."""
    meant = [
        name
        for name, given in {"--list": list_, "--export": export is not None, "--once": once is not None}.items()
        if given
    ]
    if len(meant) > 1:
        raise ConfigError(f"{' and '.join(meant)} cannot go together; choose one.")
    place = open_workspace(workspace)
    if list_:
        _list(place, plain, as_json)
    elif export is not None:
        _export(place, export, as_json)
    else:
        talk = _Talk(place, session, model, router.value if router else "", yes, plain)
        if once is not None:
            talk.answer([once], as_json, commands=False)
        elif sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
            talk.at_terminal()
        elif as_json and sys.stdin.isatty():
            raise ConfigError("--json wants --once TEXT, --list, --export NAME, or questions on standard input.")
        else:
            talk.answer(_lines(), as_json, commands=not as_json)


class _Talk:
    """What the options say of a chat."""

    def __init__(self, place: Workspace, session: str, model: str, router: str, yes: bool, plain: bool) -> None:
        self._place = place
        self._session = session
        self._model = model
        self._router = router
        self._yes = yes
        self._plain = plain

    def answer(self, questions: Iterable[str], as_json: bool, *, commands: bool) -> None:
        """Answer without a conversation; exit code 1 where a question was not answered."""
        screen = Screen(plain=self._plain, answers_aside=as_json)
        confirm = Confirm(screen, _ask_aside if sys.stdin.isatty() else None, yes=self._yes)
        with self._open(self._session, self._model, screen, confirm) as chat:
            turns, well = answer_all(self._place, chat, questions, screen, commands=commands)
        if as_json:
            emit_json([turn.model_dump(mode="json") for turn in turns])
        if not well:
            raise typer.Exit(1)

    def at_terminal(self) -> None:
        """Talk with the person who sits there."""
        screen = Screen(plain=self._plain, talks=True)
        confirm = Confirm(screen, plain_answer if screen.plain else edited_answer, yes=self._yes)
        terminal = Terminal(self._place, lambda name, model: self._open(name, model, screen, confirm), screen)
        with nullcontext() if screen.plain else unechoed():
            terminal.run(self._session, self._model)

    def _open(self, session: str, model: str, screen: Screen, confirm: Confirm) -> AbstractContextManager[Chat]:
        return Chat.open(
            self._place, session, model=model, router=self._router, confirm=confirm, listener=Working(screen)
        )


def _ask_aside(prompt: str) -> str:
    """A yes or no by way of standard error, as standard output is for answers."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline()


def _lines() -> Iterator[str]:
    """Questions of standard input, as they come."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while line := sys.stdin.readline():
        yield line


def _list(place: Workspace, plain: bool, as_json: bool) -> None:
    listed = sessions(place)
    if as_json:
        emit_json([one.model_dump(mode="json") for one in listed])
    elif listed:
        Screen(plain=plain).show_table(session_table(listed))
    else:
        say("There is no session yet; a chat begins with `assistant chat`.")


def _export(place: Workspace, name: str, as_json: bool) -> None:
    markdown = session_markdown(place, session_named(place, name))
    if as_json:
        emit_json([{"session": name, "markdown": markdown}])
    else:
        sys.stdout.write(clean(markdown).rstrip("\n") + "\n")
