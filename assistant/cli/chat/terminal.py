"""The loop of a chat at a terminal."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack

from assistant.chat import Chat, sessions
from assistant.cli.chat.answering import answer
from assistant.cli.chat.cleaning import clean_line
from assistant.cli.chat.commands import Going, Here, last_receipts, obey
from assistant.cli.chat.completing import ChatCompleter
from assistant.cli.chat.interrupting import Interrupts
from assistant.cli.chat.reading import PROMPT, EditedLines, plain_line
from assistant.cli.chat.screen import Screen
from assistant.errors import AssistantError
from assistant.llm import dollars
from assistant.workspace import Workspace

Opens = Callable[[str, str], AbstractContextManager[Chat]]
"""Opens a session by name with a model; an empty name is a fresh session, an empty model the one that is set."""

_SEGMENT = re.compile(r"[SA]\d+")
_WELCOMED_SEGMENTS = 8
_ASKED = (
    "Ask who a segment is and how two differ, what they buy and may be offered, how many customers did something, "
    "what a campaign says and why; have copy written, checked and approved."
)


class Terminal:
    """A person and a chat.

    Args:
        place: the workspace.
        opens: opens a session.
        screen: where all is shown.
    """

    def __init__(self, place: Workspace, opens: Opens, screen: Screen) -> None:
        self._place = place
        self._opens = opens
        self._screen = screen
        self._words: Mapping[str, str] | None = None
        self._bar = ""
        self._interrupts = Interrupts()

    def run(self, session: str, model: str) -> None:
        """Talk until the person leaves.

        Raises:
            AssistantError: the first session cannot be opened.
        """
        opened = ExitStack()
        chat = opened.enter_context(self._opens(session, model))
        try:
            self._welcome(chat)
            lines = self._lines(lambda: chat)
            while (going := self._talking(chat, lines)).to == "session":
                fresh = ExitStack()
                try:
                    following = fresh.enter_context(self._opens(going.session, going.model))
                except AssistantError as error:
                    self._screen.warn(str(error))
                    continue
                opened.close()
                opened, chat = fresh, following
                self._words = None
                self._greet(chat)
        finally:
            opened.close()

    def _lines(self, chat: Callable[[], Chat]) -> Callable[[], str]:
        if self._screen.plain:
            return lambda: plain_line(PROMPT)
        arguments = {
            "/why": lambda: {
                str(one.receipt): f"{one.figure.shown}, {one.figure.label}" for one in last_receipts(chat())
            },
            "/model": self._models,
            "/resume": self._sessions,
        }
        completer = ChatCompleter(lambda: self._known_words(chat()), arguments)
        return EditedLines(self._place.root / "chats" / ".history", completer, lambda: self._bar)

    def _talking(self, chat: Chat, lines: Callable[[], str]) -> Going:
        with self._interrupts.heard(held=True):
            return self._talk(chat, lines)

    def _talk(self, chat: Chat, lines: Callable[[], str]) -> Going:
        """Questions and commands until one leads away."""
        warned = False
        while True:
            try:
                typed = self._read(chat, lines)
                warned = False
                going = self._obeyed(chat, typed) if typed else None
                if going is not None:
                    return going
            except EOFError:
                return Going("leave")
            except KeyboardInterrupt:
                # At the prompt, or while something was being written before it.
                if warned:
                    return Going("leave")
                self._screen.note("Ctrl-C once more leaves, and so do Ctrl-D and /quit.")
                warned = True

    def _read(self, chat: Chat, lines: Callable[[], str]) -> str:
        self._screen.gap()
        self._toolbar(chat)
        with self._interrupts.through():
            return lines().strip()

    def _obeyed(self, chat: Chat, typed: str) -> Going | None:
        try:
            return self._take(chat, typed)
        except AssistantError as error:
            self._screen.warn(str(error))
        except KeyboardInterrupt:
            self._screen.note("stopped")
        return None

    def _take(self, chat: Chat, typed: str) -> Going | None:
        try:
            if typed.startswith("/"):
                return obey(typed, Here(self._place, chat, self._screen))
            answer(chat, typed, self._screen)
            return None
        finally:
            self._screen.end()
            # What was asked may have made a persona or a piece.
            self._words = None

    def _toolbar(self, chat: Chat) -> None:
        how = "routed" if chat.routed else "not routed"
        spent = dollars(chat.spent().cost_nanodollars)
        # Where a server listens takes more room than the line has.
        model = chat.model_name.partition("?")[0]
        self._bar = clean_line(f" {chat.session.session} | {model} | {how} | spent {spent} | /help")

    def _welcome(self, chat: Chat) -> None:
        shop = self._place.settings.shop.name
        segments = [
            clean_line(f"{word} {name}") for word, name in self._known_words(chat).items() if _SEGMENT.fullmatch(word)
        ]
        self._screen.tell(clean_line(shop))
        if segments:
            more = f" and {len(segments) - _WELCOMED_SEGMENTS} more" if len(segments) > _WELCOMED_SEGMENTS else ""
            self._screen.tell(f"Segments: {', '.join(segments[:_WELCOMED_SEGMENTS])}{more}.")
        else:
            self._screen.tell("There are no segments yet; `assistant segments fit` finds them.")
        self._screen.note(f"{_ASKED} /help lists the commands, Ctrl-D leaves.")
        self._greet(chat)

    def _greet(self, chat: Chat) -> None:
        """Which session it is, and where it stood."""
        chat.warm()
        if not chat.turns:
            self._screen.note(f"Session {chat.session.session}.")
            return
        last = clean_line(chat.turns[-1].question)
        asked = f"{len(chat.turns)} question{'s' if len(chat.turns) > 1 else ''}"
        self._screen.note(f"Session {chat.session.session}, {asked} so far; the last: {last}")

    def _known_words(self, chat: Chat) -> Mapping[str, str]:
        if self._words is None:
            try:
                self._words = chat.words()
            except AssistantError:
                # Nothing is completed where nothing has been made; a question says what is missing.
                self._words = {}
        return self._words

    def _models(self) -> Mapping[str, str]:
        models = self._place.settings.models
        named = {"chat": models.chat, "copy": models.copywriter, "persona": models.persona, "judge": models.judge}
        return {"local:": "the embedded model", **{name: f"the {role} model" for role, name in named.items()}}

    def _sessions(self) -> Mapping[str, str]:
        return {session.session: session.first for session in sessions(self._place)}
