"""A chat that says what a script says, and a person who types."""

import io
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from assistant.cli.chat import commands as slash
from assistant.cli.chat import terminal
from assistant.cli.chat.confirming import Confirm
from assistant.cli.chat.screen import Screen, Working
from assistant.cli.commands import chat as command
from assistant.errors import ConfigError, ModelError
from assistant.records import Unit
from assistant.records.chat import (
    ChatSession,
    Ended,
    Event,
    Figure,
    OpenedReceipt,
    Question,
    Receipt,
    Said,
    Sentence,
    Spent,
    Table,
    ToolAnswered,
    ToolCalled,
    ToolResult,
    Turn,
    Withheld,
)
from assistant.workspace import Workspace

EVIL = "\x1b]0;owned\x07[red]Milk[/red] \x1b[31mcheap\x1b[0m\r\u202e"
MOMENT = "2026-11-28T10:00:00Z"
Step = Event | Exception | type[BaseException] | Callable[["ScriptedChat"], None]


def figure(shown: str, source: str = "S2.F07", **more: Any) -> Figure:
    more = {"label": "median basket", "subject": "S2", "says": f"Coupon fans' median basket is {shown}.", **more}
    return Figure(source=source, shown=shown, amount=1.0, unit=Unit.COUNT, **more)


def said(text: str, *receipts: int, by: str = "openai:test") -> Said:
    figures = tuple(figure(f"${number}1.20") for number in receipts)
    return Said(sentence=Sentence(text=text, figures=figures, receipts=receipts, written_by=by))


def looked_up(*rows: tuple[str, ...], title: str = "Facts of S2") -> list[Event]:
    result = ToolResult(
        call="segment_facts#1",
        tool="segment_facts",
        table=Table(
            title=title, columns=("fact", "value"), rows=rows or (("median basket", "$31.20"), ("items", "15.1"))
        ),
        sentences=(Sentence(text="Their median basket is $31.20.", written_by="tool"),),
    )
    return [ToolCalled(tool="segment_facts", arguments={"segment": "S2", "metric": ""}), ToolAnswered(result=result)]


SCRIPT: dict[str, Sequence[Step]] = {
    "How big is their basket?": [
        *looked_up(),
        said("Coupon fans put **$31.20** into a basket.", 1),
        said("Others spend $41.20.", 2),
        Withheld(reason="no source vouches for a figure"),
    ],
    "Run spring": [lambda chat: chat.act(), said("It runs.")],
    "Break": [ModelError("The model at 127.0.0.1 did not answer; start it and ask again.")],
    "Fail": [lambda chat: setattr(chat, "error", "The model gave up.")],
    "Stop": [said("Half an answer."), KeyboardInterrupt],
    "Silent model": looked_up(),
    "Told": [
        *looked_up(("median basket", "$31.20"), title="Basket"),
        said("Their median basket is $31.20.", 1),
    ],
    "Evil": [*looked_up((EVIL, EVIL), title=EVIL), said(EVIL, 1), said(f"![x](http://evil) {EVIL}")],
}


@dataclass
class ScriptedChat:
    """Says what `SCRIPT` has for a question; it has `Chat`'s methods."""

    place: Workspace
    session: ChatSession
    model_name: str
    confirm: Callable[[Question], bool]
    routed: bool = True
    turns: tuple[Turn, ...] = ()
    closed: bool = False
    agreed: bool | None = None
    error: str = ""
    pause: ClassVar[float] = 0.0

    @classmethod
    @contextmanager
    def open(
        cls, place: Workspace, session: str = "", *, model: str = "", router: str = "",
        confirm: Callable[[Question], bool], listener: object,
    ) -> Iterator["ScriptedChat"]:  # fmt: skip
        if model == "nobody:none":
            raise ConfigError("There is no model 'nobody:none'.")
        name = session or f"2026-11-28-{len(KEPT) + 1}"
        chat = KEPT.get(name)
        if chat is None:
            kept = ChatSession(session=name, began=MOMENT, changed=MOMENT, model=model or "local:")
            chat = cls(place, kept, kept.model, confirm)
            KEPT[name] = chat
        chat.confirm, chat.routed, chat.closed = confirm, router != "off", False
        try:
            yield chat
        finally:
            chat.closed = True

    def ask(self, text: str) -> Iterator[Event]:
        events: list[Event] = []
        self.error, ended = "", False
        script = SCRIPT.get(text, [said(f"You asked: {text}", by="tool")])
        try:
            for step in script:
                time.sleep(self.pause)
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, type):
                    raise step
                if isinstance(step, ToolCalled | ToolAnswered | Said | Withheld | Ended):
                    events.append(step)
                    yield step
                else:
                    step(self)
            ended = True
        except ModelError:
            ended = True
            raise
        finally:
            turn = self._turn(text, events, stopped=not ended)
        yield Ended(turn=turn)

    def _turn(self, text: str, events: list[Event], *, stopped: bool) -> Turn:
        turn = Turn(
            turn=len(self.turns) + 1,
            at=MOMENT,
            question=text,
            results=tuple(event.result for event in events if isinstance(event, ToolAnswered)),
            answer=tuple(event.sentence for event in events if isinstance(event, Said)),
            stopped=stopped,
            error=self.error,
            model=self.model_name,
            routed=self.routed,
        )
        self.turns = (*self.turns, turn)
        first = self.turns[0].question
        self.session = self.session.model_copy(update={"turns": len(self.turns), "first": first})
        return turn

    def act(self) -> None:
        self.agreed = self.confirm(
            Question(
                tool="run_campaign",
                arguments={"brief": "spring"},
                asks="Run the campaign spring?",
                changes="48 pieces are written to campaigns/spring",
                cost_nanodollars=120_000_000,
            )
        )

    def warm(self) -> None:
        """Nothing has to be loaded."""

    def use(self, name: str, router: str = "") -> None:
        if ":" not in name:
            raise ConfigError(f"{name!r} is no model's name; expected one such as local: or openai:NAME.")
        self.model_name, self.routed = name, router == "on"

    def receipt(self, number: int) -> Receipt:
        if number > 2:
            raise ConfigError(f"There is no receipt {number}; /why lists those of the last answer.")
        return Receipt(receipt=number, figure=figure("$31.20", definition="the middle of all baskets"))

    def opened(self, number: int) -> OpenedReceipt:
        return OpenedReceipt(
            receipt=number,
            figure=self.receipt(number).figure,
            tool="segment_facts",
            arguments={"segment": "S2", "metric": ""},
            query="SELECT segment, median(basket_minor) AS basket\nFROM 'segments/customers.parquet'\nGROUP BY 1",
            rows=({"segment": "S2", "basket": 3120.0}, {"segment": EVIL, "basket": None}),
        )

    def words(self) -> Mapping[str, str]:
        return {"S1": "Loyal families", "S2": "Coupon fans", "S2-email-thrift": "piece", "sms": "channel", EVIL: EVIL}

    def spent(self) -> Spent:
        return Spent(calls=3, tokens_in=1200, tokens_out=80, cost_nanodollars=12_300_000)

    def segments(self) -> ToolResult:
        shown = Table(
            title="Segments", columns=("segment", "name", "customers"), rows=(("S2", "Coupon fans", "2,469"),)
        )
        return ToolResult(call="list_segments#1", tool="list_segments", table=shown)

    def markdown(self) -> str:
        return "".join(f"## {turn.question}\n\n" for turn in self.turns)

    def save_markdown(self, name: str = "") -> Path:
        return self._write(name or self.session.session, self.markdown())

    def save_last(self, name: str = "") -> Path:
        if not self.turns:
            raise ConfigError("There is no answer to save yet; ask something first.")
        return self._write(name or "last", self.turns[-1].question)

    def _write(self, name: str, text: str) -> Path:
        path = self.place.root / "chats" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


KEPT: dict[str, ScriptedChat] = {}


def scripted_sessions(place: Workspace) -> tuple[ChatSession, ...]:
    return tuple(chat.session for chat in reversed(KEPT.values()) if chat.turns)


def scripted_markdown(place: Workspace, name: str) -> str:
    return KEPT[name].markdown()


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands take the scripted chat; nothing has been said yet, and standard input is empty."""
    KEPT.clear()
    monkeypatch.setattr(command, "Chat", ScriptedChat)
    monkeypatch.setattr(command, "session_markdown", scripted_markdown)
    for module in (command, slash, terminal):
        monkeypatch.setattr(module, "sessions", scripted_sessions)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


class Typed:
    """A person at the terminal: lines that are typed, and what comes back."""

    def __init__(self, place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        self._place = place
        self._monkeypatch = monkeypatch
        self.plain = True
        self.width = 100

    def __call__(self, *lines: str | type[BaseException], session: str = "", yes: str = "n") -> str:
        keys = iter(lines)

        def read(prompt: str) -> str:
            line = next(keys, EOFError)
            if isinstance(line, str):
                return line
            raise line

        out = io.StringIO()
        screen = Screen(plain=self.plain, talks=True)
        screen.out.file = out
        screen.out.width = self.width
        confirm = Confirm(screen, lambda prompt: yes)
        self._monkeypatch.setattr(terminal, "plain_line", read)

        def opens(name: str, model: str) -> Any:
            return ScriptedChat.open(self._place, name, model=model, confirm=confirm, listener=Working(screen))

        terminal.Terminal(self._place, opens, screen).run(session, "")
        return out.getvalue()
