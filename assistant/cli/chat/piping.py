"""Questions that come without a person: one of the command line, or a line each of standard input."""

from collections.abc import Iterable

from assistant.chat import Chat
from assistant.cli.chat.answering import answer
from assistant.cli.chat.commands import Here, obey
from assistant.cli.chat.screen import Screen
from assistant.errors import AssistantError
from assistant.records.chat import Turn
from assistant.workspace import Workspace


def answer_all(
    place: Workspace, chat: Chat, questions: Iterable[str], screen: Screen, *, commands: bool
) -> tuple[list[Turn], bool]:
    """Answer one after the other; the turns, and whether every question was answered.

    Args:
        commands: lines that begin with a slash are commands; otherwise they are told to be none.
    """
    turns: list[Turn] = []
    well = True
    for typed in (question.strip() for question in questions):
        if not typed:
            continue
        screen.gap()
        try:
            if typed.startswith("/") and commands:
                if obey(typed, Here(place, chat, screen)) is not None:
                    break
                continue
            turn = answer(chat, typed, screen)
        except AssistantError as error:
            screen.warn(f"Error: {error}")
            well = False
            continue
        if turn is not None:
            turns.append(turn)
        well = well and turn is not None and not turn.error
    return turns, well
