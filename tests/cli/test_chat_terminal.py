"""What a marketer sees of `assistant chat`: a chat that says what a script says, shown by the real commands."""

import io
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Assistant
from scripted_chat import EVIL, KEPT, Typed, put_in_place

from assistant.cli.chat import commands as slash
from assistant.cli.chat.screen import Screen
from assistant.config import Settings
from assistant.records.chat import (
    ChatSession,
    Sentence,
    Turn,
)
from assistant.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", Settings())


@pytest.fixture
def typed(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> Typed:
    put_in_place(monkeypatch)
    return Typed(place, monkeypatch)


@pytest.fixture
def chat(assistant: Assistant, place: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    put_in_place(monkeypatch)
    return lambda *words: assistant("chat", *words, "--workspace", place.root)


# Slash commands.


def test_the_welcome_names_the_shop_its_segments_and_help(typed: Typed) -> None:
    shown = typed()
    assert shown.startswith("The shop\nSegments: S1 Loyal families, S2 Coupon fans.\n")
    assert "/help" in shown
    assert "2026-11-28-1" in shown


def test_help_names_every_command(typed: Typed) -> None:
    shown = typed("/help")
    assert all(name in shown for name in slash.COMMANDS)


def test_why_lists_receipts_and_opens_one_down_to_the_rows(typed: Typed) -> None:
    listed = typed("How big is their basket?", "/why")
    assert re.search(r"\[1\]\s+\$11\.20\s+median basket\s+S2\s+S2\.F07", listed)
    assert re.search(r"\[2\]\s+\$21\.20", listed)
    for typed_number in ("2", "[2]", "#2"):
        shown = typed(f"/why {typed_number}")
        assert "Coupon fans' median basket is $31.20." in shown
        assert "the middle of all baskets" in shown
        assert "GROUP BY 1" in shown
        assert "segment facts, segment S2" in shown
        assert re.search(r"S2\s+3,120\n", shown)


def test_why_without_figures_or_with_a_wrong_number_is_a_sentence(typed: Typed) -> None:
    assert "no receipt to open" in typed("/why")
    assert "There is no receipt 9" in typed("/why 9")
    assert "'two' is no receipt's number" in typed("/why two")


def test_an_unknown_command_suggests_the_nearest(typed: Typed) -> None:
    shown = typed("/segmnts", "Still here?")
    assert "There is no command '/segmnts'; did you mean '/segments'?" in shown
    assert "You asked: Still here?" in shown
    assert "/cost takes nothing behind it" in typed("/cost everything")


def test_a_model_can_be_changed_and_a_wrong_name_is_a_sentence(typed: Typed) -> None:
    shown = typed("/model", "/model gpt", "/model openai:gpt on", "/model openai:gpt maybe")
    assert "local:, tools chosen by the router." in shown
    assert "'gpt' is no model's name" in shown
    assert "From the next question on: openai:gpt, tools chosen by the router." in shown
    assert "There is no router 'maybe'" in shown


def test_cost_save_and_export(typed: Typed, place: Workspace) -> None:
    shown = typed("/save", "How big is their basket?", "/cost", "/save basket", "/export")
    assert "There is no answer to save yet" in shown
    assert "3 requests, 1,200 tokens in, 80 out, cost $0.0123" in shown
    assert (place.root / "chats" / "basket.md").read_text(encoding="utf-8") == "How big is their basket?"
    assert "## How big" in (place.root / "chats" / "2026-11-28-1.md").read_text(encoding="utf-8")


def test_sessions_are_left_and_gone_on_with(typed: Typed) -> None:
    typed.width = 120
    shown = typed("Hello", "/new second", "There", "/sessions", "/resume 2026-11-28-1", "/resume secnd",
                  "/resume second", "/resume second", "/new second")  # fmt: skip
    assert "Session second." in shown
    assert "Session 2026-11-28-1, 1 question so far; the last: Hello" in shown
    assert "There is no session 'secnd'; did you mean 'second'?" in shown
    assert "This is session 'second' already" in shown
    assert "/resume second goes on with it" in shown
    assert re.search(r"second\s+2026-11-28 10:00\s+1\s+local:\s+There", shown)
    assert all(chat.closed for chat in KEPT.values())
    assert [turn.question for turn in KEPT["second"].turns] == ["There"]


def test_a_session_that_cannot_be_opened_leaves_the_one_before(typed: Typed) -> None:
    shown = typed("/model nobody:none", "/new other", "Still here?")
    assert "There is no model 'nobody:none'." in shown
    assert "You asked: Still here?" in shown
    assert list(KEPT) == ["2026-11-28-1"]


def test_quit_and_exit_and_the_end_of_input_leave(typed: Typed) -> None:
    for leave in ("/quit", "/exit", EOFError):
        assert "You asked" not in typed(leave, "Anybody there?")


# Mistakes and stops.


def test_a_mistake_is_one_sentence_and_the_chat_goes_on(typed: Typed) -> None:
    shown = typed("Break", "Fail", "And now?")
    assert "The model at 127.0.0.1 did not answer; start it and ask again.\n" in shown
    assert "The model gave up.\n" in shown
    assert "You asked: And now?" in shown
    assert "Traceback" not in shown


def test_a_ctrl_c_stops_the_answer_and_not_the_chat(typed: Typed) -> None:
    shown = typed("Stop", "And now?")
    assert "Half an answer.\nstopped\n" in shown
    assert "You asked: And now?" in shown
    assert [turn.stopped for turn in KEPT["2026-11-28-1"].turns] == [True, False]


def test_a_ctrl_c_outside_of_the_answers_code_closes_it(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Screen, sentence: Sentence) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "say", interrupted)
    assert "stopped" in typed("How big is their basket?")
    assert KEPT["2026-11-28-1"].turns[0].stopped


def test_a_ctrl_c_while_a_sentence_is_drawn_waits_for_its_end(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = Screen.say

    def interrupted(self: Screen, sentence: Sentence) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        draws(self, sentence)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(Screen, "say", interrupted)
    shown = typed("How big is their basket?")
    assert "Coupon fans put $31.20 into a basket. [1]\nstopped\n" in shown
    assert signal.getsignal(signal.SIGINT) is before
    assert KEPT["2026-11-28-1"].turns[0].stopped


def test_a_ctrl_c_at_an_empty_prompt_hints_and_a_second_leaves(typed: Typed) -> None:
    hint = "Ctrl-C once more leaves"
    assert typed(KeyboardInterrupt, KeyboardInterrupt, "Anybody there?").count(hint) == 1
    shown = typed(KeyboardInterrupt, "Still here?", KeyboardInterrupt, "And here?")
    assert shown.count(hint) == 2
    assert "You asked: And here?" in shown


def test_a_question_wants_a_yes_and_shows_what_it_is_for(typed: Typed) -> None:
    shown = typed("Run spring", yes="n")
    assert "Run the campaign spring?" in shown
    assert "changes: 48 pieces are written to campaigns/spring" in shown
    assert "cost: about $0.1200" in shown
    assert "Nothing was changed." in shown
    assert KEPT["2026-11-28-1"].agreed is False
    for word in ("y", "Yes", " YES "):
        typed("Run spring", yes=word, session="agreed")
        assert KEPT["agreed"].agreed is True
    typed("Run spring", yes="yesterday", session="agreed")
    assert KEPT["agreed"].agreed is False


# Without a conversation.


def test_once_answers_and_ends(chat: Callable[..., Any]) -> None:
    answer = chat("--once", "How big is their basket?")
    assert answer.code == 0
    assert "Coupon fans put $31.20 into a basket. [1] Others spend $41.20. [2]\n" in answer.out
    assert "looking up" not in answer.out
    assert "looking up facts of S2 ...\n" in answer.err
    assert "\x1b" not in answer.out + answer.err


def test_once_as_json_is_the_turn_and_nothing_else(chat: Callable[..., Any]) -> None:
    (row,) = chat("--once", "How big is their basket?", "--json", "--session", "s").rows
    assert Turn.model_validate(row) == KEPT["s"].turns[0]


def test_once_that_fails_ends_with_one(chat: Callable[..., Any]) -> None:
    for question, told in (("Fail", "The model gave up."), ("Break", "did not answer; start it")):
        answer = chat("--once", question)
        assert (answer.code, answer.out) == (1, "")
        assert told in answer.err
        assert "Traceback" not in answer.err
    failed = chat("--once", "Fail", "--json")
    assert (failed.code, failed.rows[0]["error"]) == (1, "The model gave up.")
    assert "no model 'nobody:none'" in chat("--once", "x", "--model", "nobody:none").mistake


def test_once_that_is_stopped_says_so_like_other_commands(chat: Callable[..., Any]) -> None:
    answer = chat("--once", "Stop")
    assert answer.code == 130
    assert "Half an answer." in answer.out


def test_lines_of_a_pipe_are_questions_and_commands(chat: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello\n\nHow big is their basket?\n/why 1\n/quit\nNever\n"))
    answer = chat("--session", "pipe")
    assert answer.code == 0
    assert answer.out.startswith("You asked: Hello\n")
    assert "the middle of all baskets" in answer.out
    assert [turn.question for turn in KEPT["pipe"].turns] == ["Hello", "How big is their basket?"]


def test_a_pipe_as_json_is_a_list_of_turns(chat: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello\nFail\nThere\n"))
    answer = chat("--json")
    assert answer.code == 1
    assert [(row["question"], row["error"]) for row in answer.rows] == [
        ("Hello", ""), ("Fail", "The model gave up."), ("There", "")
    ]  # fmt: skip


def test_without_a_terminal_a_question_is_declined_unless_yes(chat: Callable[..., Any]) -> None:
    declined = chat("--once", "Run spring", "--session", "s")
    assert "Run the campaign spring? Declined, as there is no terminal to ask on; --yes agrees beforehand.\n" in (
        declined.err
    )
    assert KEPT["s"].agreed is False
    agreed = chat("--once", "Run spring", "--session", "s", "--yes")
    assert KEPT["s"].agreed is True
    assert "Run the campaign spring? Yes" in agreed.err


def test_list_and_export(chat: Callable[..., Any]) -> None:
    assert chat("--list").err.startswith("There is no session yet")
    assert chat("--list", "--json").rows == []
    assert "and no other yet" in chat("--export", "none").mistake
    chat("--once", "Hello", "--session", "first")
    chat("--once", EVIL, "--session", "second")
    listed = chat("--list")
    assert re.search(r"second .*\n?.*first", listed.out, re.DOTALL)
    assert "\x1b" not in listed.out
    assert [ChatSession.model_validate(row).session for row in chat("--list", "--json").rows] == ["second", "first"]
    assert chat("--export", "first").out == "## Hello\n"
    assert "\x1b" not in chat("--export", "second").out
    assert chat("--export", "first", "--json").rows == [{"session": "first", "markdown": "## Hello\n\n"}]
    assert "did you mean 'first'" in chat("--export", "frist").mistake


def test_options_that_cannot_go_together_are_named(chat: Callable[..., Any]) -> None:
    assert "--list and --once cannot go together" in chat("--list", "--once", "x").mistake
    answer = chat("--once", "x", "--router", "perhaps")
    assert answer.code == 2


def test_the_router_is_passed_on(chat: Callable[..., Any]) -> None:
    assert chat("--once", "x", "--router", "off", "--json").rows[0]["routed"] is False
    assert chat("--once", "x", "--router", "on", "--json").rows[0]["routed"] is True
