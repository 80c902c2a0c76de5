"""Keys, completion and the screen of `assistant chat`."""

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from command_line import Assistant
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from scripted_chat import EVIL

from assistant.cli.chat import commands as slash
from assistant.cli.chat.completing import ChatCompleter
from assistant.cli.chat.reading import EditedLines, edited_answer
from assistant.cli.chat.screen import Screen, Working
from assistant.errors import unknown_name
from assistant.records import Manifest
from assistant.records.chat import (
    Table,
)

# Completion and keys.


def completed(text: str) -> dict[str, str]:
    names = {"S1": "Loyal families", "S2": "Coupon fans", "S2-email-thrift": "piece", "Coupon fans": "S2", "sms": EVIL}
    arguments: Mapping[str, Callable[[], Mapping[str, str]]] = {"/why": lambda: {"1": "$31.20", "12": "$4"}}
    completer = ChatCompleter(lambda: names, arguments)
    found = completer.get_completions(Document(text), CompleteEvent(completion_requested=True))
    return {text[: len(text) + one.start_position] + one.text: one.display_meta_text for one in found}


def test_what_tab_offers() -> None:
    assert completed("/seg") == {"/segments": "see the segments"}
    assert set(completed("/s")) == {"/segments", "/save", "/sessions"}
    assert set(completed("/")) == set(slash.COMMANDS)
    assert completed("/why ") == {"/why 1": "$31.20", "/why 12": "$4"}
    assert completed("/why 12") == {"/why 12": "$4"}
    assert completed("/cost ") == {}
    assert completed("tell me about s2") == {
        "tell me about S2": "Coupon fans", "tell me about S2-email-thrift": "piece"
    }  # fmt: skip
    assert "who are Coupon fans" in completed("who are coupon f")
    assert completed("by sm") == {"by sms": "[red]Milk[/red] cheap"}
    assert completed("") == completed("what? ") == {}


def keyed(keys: str, history: Path) -> list[str | None]:
    """The lines that come of keys; None where a Ctrl-C came of them."""
    lines: list[str | None] = []
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(keys)
        read = EditedLines(history, ChatCompleter(lambda: {"S2": "Coupon fans"}, {}), lambda: "bar")
        while True:
            try:
                lines.append(read())
            except KeyboardInterrupt:
                lines.append(None)
            except EOFError:
                return lines


def test_keys_of_a_line(tmp_path: Path) -> None:
    history = tmp_path / "chats" / ".history"
    assert keyed("one\r\x04", history) == ["one"]
    assert keyed("one\\\rtwo\x1b\rthree\r\x04", history) == ["one\ntwo\nthree"]
    assert keyed("gone\x03kept\r\x03\x04", history) == ["kept", None]
    # The line before, of this history's file.
    assert keyed("\x1b[A\r\x04", history) == ["kept"]
    assert "+one" in history.read_text(encoding="utf-8").splitlines()


def test_a_history_that_cannot_be_kept_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "chats").write_text("a file")
    assert keyed("one\r\x04", tmp_path / "chats" / ".history") == ["one"]


def test_a_yes_is_read_beside_whatever_runs() -> None:
    for keys, expected in (("y\r", "y"), ("\x03", KeyboardInterrupt), ("\x04", EOFError)):
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            pipe.send_text(keys)
            if isinstance(expected, str):
                assert edited_answer("Yes? ") == expected
            else:
                with pytest.raises(expected):
                    edited_answer("Yes? ")


# The screen.


def test_stages_of_a_campaign_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    listener = Working(Screen())
    listener.stage_started("campaign")
    listener.stage_progress("campaign", 3, 48, "pieces")
    listener.stage_note("campaign", "48 pieces [red]")
    listener.stage_ended("campaign", False, 2.0, Manifest.model_construct())
    listener.stage_ended("facts", True, 0.0, Manifest.model_construct())
    assert capsys.readouterr().err == "  48 pieces [red]\n  Writing copy: 2.0 s\n"


def test_plain_draws_nothing_even_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = Screen(plain=True, talks=True)
    assert not screen.out.is_terminal
    out = io.StringIO()
    screen.out.file = out
    screen.working("thinking")
    screen.warn("careful")
    screen.show_table(Table(columns=("a",), rows=(("b",),)))
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()
    assert Screen(talks=True).out.is_terminal


def test_help_knows_the_chat(assistant: Assistant) -> None:
    assert "chat" in assistant("--help").out
    assert os.linesep in assistant("chat", "--help").out
    assert str(unknown_name("command", "x", ["y"]))
