"""A conversation with a workspace: questions in, events out, everything kept."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from getpass import getuser
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from assistant.chat.desk import Confirm, Desk, language_of
from assistant.chat.gate import Gate
from assistant.chat.markdown import session_as_markdown, turn_as_markdown
from assistant.chat.memory import Memory
from assistant.chat.opening import open_receipt
from assistant.chat.session_store import Sessions, chats_folder, check_name, open_sessions
from assistant.chat.speaking import Asked, Speaker, Spoken
from assistant.errors import AssistantError, ConfigError
from assistant.pipeline import Listener, Models
from assistant.records import Outcome
from assistant.records.chat import (
    ChatSession,
    Ended,
    Event,
    OpenedReceipt,
    Receipt,
    Said,
    Sentence,
    Spent,
    ToolAnswered,
    ToolCalled,
    ToolResult,
    Turn,
    Withheld,
)
from assistant.workspace import Workspace, write_atomic

Clock = Callable[[], dt.datetime]


class Chat:
    """One session, open. Use it as a context manager; `open` is the way to one."""

    def __init__(
        self,
        workspace: Workspace,
        sessions: Sessions,
        name: str,
        *,
        model: str,
        router: str,
        confirm: Confirm,
        listener: Listener,
        clock: Clock,
    ) -> None:
        self._workspace = workspace
        self._sessions = sessions
        self._name = name
        self._clock = clock
        self._confirm = confirm
        self._spent = Spent()
        models = Models(workspace, on_outcome=self._count)
        desk = Desk(workspace, models=models, confirm=confirm, listener=listener, by=_person(), clock=clock)
        self._memory = Memory(desk, sessions.turns(name))
        self._speaker = Speaker(desk, models, self._memory, sessions.steps, name)
        self._speaker.use(model or workspace.settings.models.chat, router or workspace.settings.chat.router)

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        session: str = "",
        *,
        model: str = "",
        router: str = "",
        confirm: Confirm,
        listener: Listener,
        clock: Clock = lambda: dt.datetime.now(dt.UTC),
    ) -> "Chat":
        """Begin a session, or go on with one.

        Args:
            workspace: that is spoken of.
            session: its name; empty: a fresh one, called after the day.
            model: a model's name; empty: the workspace's.
            router: auto, on or off: who chooses tools; empty: the workspace's setting.
            confirm: asked before something costs money or changes the workspace, in the thread that takes events.
            listener: told of stages that tools run.
            clock: tells the time, UTC.

        Raises:
            ConfigError: the name, the model's name or the router's setting is none.
            WorkspaceError: the sessions' file cannot be opened.
        """
        sessions = Sessions(workspace)
        try:
            name = check_name(session) if session else sessions.free_name(f"{clock():%Y-%m-%d}")
            return cls(
                workspace, sessions, name, model=model, router=router, confirm=confirm, listener=listener, clock=clock
            )
        except BaseException:
            sessions.close()
            raise

    def ask(self, text: str) -> Iterator[Event]:
        """A person's turn: what is looked up, each sentence as it is released, and last the turn as it is kept.

        Closing the iterator stops the answer; what was released is kept, and the turn is marked as stopped.
        Whatever goes wrong with a model or a tool is told in the turn's `error`, not raised.
        """
        gate = Gate(self._memory.evidence, self._memory.receipts, self.model_name)
        made = _Made(self._memory.next_turn, self._now(), text)
        stopped = True
        try:
            with ExitStack() as speech:
                for spoken in speech.enter_context(self._speaker.speak(text, language_of(text))):
                    yield from self._events(spoken, gate, made)
                for event in gate.end():
                    made.take(event)
                    yield event
            stopped = False
        except AssistantError as error:
            made.error = str(error)
            stopped = False
        finally:
            turn = made.turn(self.model_name, self.routed, stopped)
            self._speaker.settle(turn)
            turn = self._sessions.add(self._name, turn, self.model_name)
            self._memory.add(turn)
        yield Ended(turn=turn)

    def _events(self, spoken: Spoken, gate: Gate, made: "_Made") -> Iterator[Event]:
        """What the reader sees of one step."""
        if isinstance(spoken, Asked):
            spoken.answer(self._confirm(spoken.question))
            return
        if isinstance(spoken, str):
            events: Iterator[Event] = iter(gate.feed(spoken))
        elif isinstance(spoken, ToolAnswered) and self.routed:
            events = iter((spoken, *(gate.tell(sentence) for sentence in spoken.result.sentences)))
        elif isinstance(spoken, ToolAnswered | ToolCalled):
            events = iter((spoken,))
        else:
            made.offers = spoken.offers
            made.clarifies = True
            events = iter((gate.tell(Sentence(text=spoken.question, written_by="router")),))
        for event in events:
            made.take(event)
            yield event

    def warm(self) -> Thread:
        """Load what the first answer needs while nothing is asked yet; nothing has to wait for it.

        Returns:
            The thread that does, started.
        """
        return self._speaker.warm()

    # What a session knows.

    @property
    def session(self) -> ChatSession:
        """The session as it is kept."""
        fresh = ChatSession(session=self._name, began=self._now(), changed=self._now(), model=self.model_name)
        return self._sessions.session(self._name) or fresh

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, oldest first."""
        return self._memory.turns

    @property
    def model_name(self) -> str:
        """The model that answers."""
        return self._speaker.model_name

    @property
    def routed(self) -> bool:
        """Whether the router chooses the tools."""
        return self._speaker.routed

    def use(self, model_name: str, router: str = "") -> None:
        """Another model from the next turn on.

        Raises:
            ConfigError, ModelError: it is none, or cannot be had; the one before stays.
        """
        self._speaker.use(model_name, router or self._workspace.settings.chat.router)

    def receipt(self, number: int) -> Receipt:
        """A figure that was stated, by its number.

        Raises:
            ConfigError: there is none of that number.
        """
        found = self._memory.receipts.of(number)
        if found is None:
            count = len(self._memory.receipts)
            known = f"there are 1 to {count}" if count else "no figure has been stated yet"
            raise ConfigError(f"There is no receipt {number}; {known}.")
        return found

    def opened(self, number: int) -> OpenedReceipt:
        """A receipt down to the rows.

        Raises:
            ConfigError: there is none of that number.
        """
        return open_receipt(self._workspace, self.receipt(number), self._memory.evidence.results)

    def words(self) -> dict[str, str]:
        """What can be completed: a word and what it is."""
        return self._memory.words()

    def segments(self) -> ToolResult:
        """The segments, as the tool lists them.

        Raises:
            MissingArtefact: there are none yet.
        """
        return self._memory.listed()

    def spent(self) -> Spent:
        """What models took since the chat was opened."""
        return self._spent

    def markdown(self) -> str:
        """The session as a document."""
        return session_as_markdown(self.session, self.turns, self._memory.receipts.all())

    def save_markdown(self, name: str = "") -> Path:
        """Write the session below the workspace's chats folder.

        Raises:
            ConfigError: the name is no name of a file.
        """
        return self._save(name or self._name, self.markdown())

    def save_last(self, name: str = "") -> Path:
        """Write the last answer below the workspace's chats folder.

        Raises:
            ConfigError: the name is no name of a file, or nothing was answered yet.
        """
        if not self.turns:
            raise ConfigError("Nothing has been answered yet; ask something first.")
        return self._save(name or f"{self._name}-{self.turns[-1].turn}", turn_as_markdown(self.turns[-1]))

    def close(self) -> None:
        """Let go of the index, the model and the sessions' file."""
        self._speaker.close()
        self._memory.close()
        self._sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _save(self, name: str, text: str) -> Path:
        path = chats_folder(self._workspace) / f"{check_name(name.removesuffix('.md'))}.md"
        write_atomic(path, text)
        return path

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _count(self, outcome: Outcome) -> None:
        before, cost = self._spent, outcome.cost_nanodollars
        known = before.cost_nanodollars is not None and cost is not None
        self._spent = Spent(
            calls=before.calls + outcome.attempts,
            tokens_in=before.tokens_in + (0 if outcome.from_journal else outcome.tokens_in),
            tokens_out=before.tokens_out + (0 if outcome.from_journal else outcome.tokens_out),
            seconds=before.seconds + (0.0 if outcome.from_journal else outcome.seconds),
            cost_nanodollars=(before.cost_nanodollars or 0) + (cost or 0) if known or outcome.from_journal else None,
        )


class _Made:
    """A turn while it is made."""

    def __init__(self, number: int, at: str, question: str) -> None:
        self._told = {"turn": number, "at": at, "question": question}
        self._results: list[ToolResult] = []
        self._answer: list[Sentence] = []
        self._withheld: list[str] = []
        self.offers: tuple[object, ...] = ()
        self.clarifies = False
        self.error = ""
        self._began = time.perf_counter()
        self._first: float | None = None

    def take(self, event: Event) -> None:
        """Keep what the reader is shown, and when the first of it that is of use."""
        if self._first is None and isinstance(event, Said | ToolAnswered):
            self._first = time.perf_counter() - self._began
        if isinstance(event, ToolAnswered):
            self._results.append(event.result)
        elif isinstance(event, Said):
            self._answer.append(event.sentence)
        elif isinstance(event, Withheld):
            self._withheld.append(event.reason)

    def turn(self, model: str, routed: bool, stopped: bool) -> Turn:
        """The turn as it is kept."""
        asks_back = not self._results and bool(self._answer) and self._answer[-1].text.rstrip().endswith(("?", "？"))
        return Turn.model_validate(
            {
                **self._told,
                "results": tuple(self._results),
                "answer": tuple(self._answer),
                "withheld": tuple(self._withheld),
                "clarifies": self.clarifies or asks_back,
                "offers": self.offers,
                "stopped": stopped,
                "error": self.error,
                "model": model,
                "routed": routed,
                "seconds": round(time.perf_counter() - self._began, 3),
                "first_seconds": None if self._first is None else round(self._first, 3),
            }
        )


def sessions(workspace: Workspace) -> tuple[ChatSession, ...]:
    """All sessions of a workspace, the one with the last turn first."""
    with open_sessions(workspace) as kept:
        return kept.all()


def session_markdown(workspace: Workspace, name: str) -> str:
    """A session as a document.

    Raises:
        ConfigError: there is none of that name.
    """
    with open_sessions(workspace) as kept:
        found = kept.session(name)
        if found is None:
            known = ", ".join(one.session for one in kept.all()[:8]) or "none yet"
            raise ConfigError(f"There is no session {name!r}; there are {known}.")
        turns = kept.turns(name)
    return session_as_markdown(found, turns, Memory.receipts_of(turns).all())


def _person() -> str:
    """Who decides about pieces."""
    try:
        return getuser()
    except (OSError, KeyError):
        return "chat"
