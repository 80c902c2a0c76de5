"""One answer, shown as it comes."""

import re
from collections.abc import Generator
from contextlib import closing
from typing import cast

from assistant.chat import Chat
from assistant.cli.chat.interrupting import Interrupts
from assistant.cli.chat.screen import Screen
from assistant.cli.chat.wording import doing
from assistant.records.chat import Ended, Event, Said, Table, ToolAnswered, ToolCalled, ToolResult, Turn, Withheld

_ID = re.compile(r"[SA]\d+\.[FC]\d+")


def answer(chat: Chat, question: str, screen: Screen) -> Turn | None:
    """Ask, show all that comes, and give the turn; None where a person stopped it before it was kept.

    A Ctrl-C closes the answer, so that what was released is kept, and is raised again for who asked.

    Raises:
        AssistantError: the question could not be asked at all.
        KeyboardInterrupt: a person stopped it.
    """
    shown = False
    turn: Turn | None = None
    screen.working("thinking ...")
    try:
        interrupts = Interrupts()
        with (
            interrupts.heard(held=False),
            closing(cast(Generator[Event, None, None], chat.ask(question))) as events,
        ):
            for event in events:
                with interrupts.held():
                    shown = _show(event, screen, routed=chat.routed) or shown
                if isinstance(event, Ended):
                    turn = event.turn
        if turn is not None:
            _close(turn, screen, shown)
    finally:
        screen.end()
    return turn


def _show(event: Event, screen: Screen, *, routed: bool) -> bool:
    """Show an event; whether it was a sentence."""
    match event:
        case ToolCalled():
            words = f"{doing(event.tool, event.arguments)} ..."
            screen.note(words)
            screen.working(words)
        case ToolAnswered():
            result = event.result
            # Where the tool's own sentences follow, a table of nothing but their figures would say it twice.
            if result.table is not None and result.status == "ok" and not (routed and _told(result, result.table)):
                screen.show_table(result.table)
            screen.working("thinking ...")
        case Said():
            screen.say(event.sentence)
            return True
        case Withheld():
            screen.note(f"(a sentence was kept back: {event.reason})")
            screen.working("thinking ...")
        case Ended():
            pass
    return False


def _told(result: ToolResult, table: Table) -> bool:
    """Whether a tool's sentences hold every figure of its table; a fact's id is in their receipts."""
    said = " ".join(sentence.text for sentence in result.sentences)
    cells = (" / ".join(cell.splitlines()) for row in table.rows for cell in row if not _ID.fullmatch(cell))
    return all(cell in said for cell in cells if any(sign.isdigit() for sign in cell))


def _close(turn: Turn, screen: Screen, shown: bool) -> None:
    if turn.error:
        screen.warn(turn.error)
    elif turn.stopped:
        screen.note("stopped")
    elif not shown:
        # A model that says nothing leaves the tools' own words.
        for sentence in turn.answer or [own for result in turn.results for own in result.sentences]:
            screen.say(sentence)
