"""Sessions with a model that calls tools: a real server on loopback that streams what a script says."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stream_server import END, UNTIL_LEFT, StreamServer, called, said

from assistant.chat import Chat, session_markdown, sessions
from assistant.chat.session_store import Sessions
from assistant.chat.speaking import Speaker
from assistant.errors import ConfigError, WorkspaceError
from assistant.pipeline import Silent
from assistant.records.chat import Ended, Event, Question, Said, ToolAnswered, Turn
from assistant.workspace import Workspace

NOW = dt.datetime(2026, 11, 28, 9, 30, tzinfo=dt.UTC)
CALLS: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}


def asks_for(tool: str, **arguments: Any) -> list[Any]:
    """A script in which the model calls a tool."""
    return [called(0, "call-1", tool, json.dumps(arguments)), CALLS, "[DONE]"]


def says(*pieces: str) -> list[Any]:
    return [*(said(piece) for piece in pieces), *END]


def no(question: Question) -> bool:
    return False


@contextmanager
def chat_of(
    shop: Workspace, server: StreamServer, session: str = "", confirm: Callable[[Question], bool] = no
) -> Iterator[Chat]:
    with Chat.open(shop, session, model=server.name, confirm=confirm, listener=Silent(), clock=lambda: NOW) as chat:
        yield chat


def turn_of(events: Iterator[Event]) -> Turn:
    *_, last = events
    assert isinstance(last, Ended)
    return last.turn


def texts(turn: Turn) -> list[str]:
    return [sentence.text for sentence in turn.answer]


def fact(shop: Workspace, segment: str, metric: str) -> dict[str, Any]:
    sheet = json.loads((shop.segments / "facts" / f"{segment}.json").read_text("utf-8"))
    return next(own for own in sheet["facts"] if own["metric"] == metric)


def test_a_model_calls_a_tool_and_its_figures_have_receipts(shop: Workspace) -> None:
    size = fact(shop, "S1", "customers")
    answer = says("S1 has ", f"{size['display'].split()[0]} custom", "ers. Sales grew 37% last year. Ask more!")
    with StreamServer(asks_for("describe_segment", segment="S1"), answer) as server, chat_of(shop, server) as chat:
        turn = turn_of(chat.ask("Who is S1?"))
        assert texts(turn) == [f"S1 has {size['display']}.", "Ask more!"]
        assert turn.answer[0].figures[0].source == size["fact"]
        assert len(turn.withheld) == 1
        assert "37" not in turn.withheld[0]
        (number,) = turn.answer[0].receipts
        opened = chat.opened(number)
        assert opened.tool == "describe_segment"
        assert "SELECT" in opened.query
        assert opened.rows
    told = json.loads(server.asked[1]["messages"][-1]["content"])
    assert told["status"] == "ok"
    assert any(size["fact"] in line for line in told["found"])


def test_what_was_kept_back_is_not_read_again(shop: Workspace) -> None:
    scripts = (says("You have 5,000 customers. Hello."), says("Hello again."))
    with StreamServer(*scripts) as server, chat_of(shop, server) as chat:
        assert texts(turn_of(chat.ask("Hi"))) == ["Hello."]
        turn_of(chat.ask("Hi again"))
    conversation = [message["content"] for message in server.asked[1]["messages"] if message["role"] != "system"]
    assert conversation == ["Hi", "Hello.", "Hi again"]


def test_sentences_are_released_before_the_answer_ends(shop: Workspace) -> None:
    goes_on = threading.Event()
    script = [said("First. "), goes_on, said("Second."), *END]
    with StreamServer(script) as server, chat_of(shop, server) as chat:
        events = chat.ask("Hi")
        first = next(events)
        assert isinstance(first, Said)
        assert first.sentence.text == "First."
        goes_on.set()
        assert texts(turn_of(events)) == ["First.", "Second."]


def test_a_stopped_answer_keeps_what_was_released_and_the_chat_goes_on(shop: Workspace) -> None:
    scripts = ([said("First. "), UNTIL_LEFT], says("Fine."))
    with StreamServer(*scripts) as server, chat_of(shop, server) as chat:
        events = chat.ask("Hi")
        next(events)
        events.close()  # type: ignore[attr-defined]
        assert server.left.wait(5)
        assert chat.turns[0].stopped
        assert texts(chat.turns[0]) == ["First."]
        assert texts(turn_of(chat.ask("Go on"))) == ["Fine."]
    roles = [(m["role"], m["content"]) for m in server.asked[1]["messages"] if m["role"] != "system"]
    assert roles == [("user", "Hi"), ("assistant", "First. (stopped)"), ("user", "Go on")]


def test_stopping_while_a_tool_asks_does_nothing_and_leaves_no_open_call(shop: Workspace) -> None:
    piece = "S1-email-thrift"
    with StreamServer(asks_for("approve_piece", piece=piece), says("Fine.")) as server:

        def stop(question: Question) -> bool:
            raise KeyboardInterrupt

        with chat_of(shop, server, confirm=stop) as chat:
            with pytest.raises(KeyboardInterrupt):
                list(chat.ask(f"Approve {piece}"))
            assert chat.turns[0].stopped
            assert texts(turn_of(chat.ask("Go on"))) == ["Fine."]
    open_calls = {call["id"] for m in server.asked[1]["messages"] for call in m.get("tool_calls", ())}
    answered = {m["tool_call_id"] for m in server.asked[1]["messages"] if m["role"] == "tool"}
    assert open_calls == answered
    ledger = (shop.campaigns / "spring" / "ledger.jsonl").read_text("utf-8")
    assert "approved" not in ledger


def test_a_killed_answer_is_forgotten_and_the_session_goes_on(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left behind is what a kill leaves: a call of a tool without its result, and nobody to mend it."""
    piece = "S1-email-thrift"

    def stop(question: Question) -> bool:
        raise KeyboardInterrupt

    with StreamServer(says("Hello."), asks_for("approve_piece", piece=piece)) as server, monkeypatch.context() as patch:
        patch.setattr(Speaker, "settle", lambda self, turn: None)
        patch.setattr(Sessions, "add", lambda self, name, turn, model: turn)
        with chat_of(shop, server, "s", confirm=stop) as chat:
            turn_of(chat.ask("Hi"))
            with pytest.raises(KeyboardInterrupt):
                list(chat.ask(f"Approve {piece}"))
    with StreamServer(says("Fine.")) as server, chat_of(shop, server, "s") as chat:
        assert texts(turn_of(chat.ask("Go on"))) == ["Fine."]
    told = [(m["role"], m["content"]) for m in server.asked[0]["messages"] if m["role"] != "system"]
    assert told == [("user", "Hi"), ("assistant", "Hello."), ("user", "Go on")]


@pytest.mark.parametrize("agrees", [True, False])
def test_what_changes_the_workspace_asks_first(shop: Workspace, agrees: bool) -> None:
    piece = "S1-email-thrift"
    asked: list[Question] = []

    def confirm(question: Question) -> bool:
        asked.append(question)
        assert threading.current_thread() is threading.main_thread()
        return agrees

    scripts = (asks_for("approve_piece", piece=piece, reason="it is fine"), says("Done."))
    with StreamServer(*scripts) as server, chat_of(shop, server, confirm=confirm) as chat:
        turn = turn_of(chat.ask(f"Approve {piece}"))
    assert [question.tool for question in asked] == ["approve_piece"]
    assert asked[0].asks.endswith("?")
    assert turn.results[0].status == ("ok" if agrees else "declined")
    ledger = (shop.campaigns / "spring" / "ledger.jsonl").read_text("utf-8")
    assert ('"state":"approved"' in ledger.replace(" ", "")) == agrees


def test_a_session_is_gone_on_with_in_another_process(shop: Workspace) -> None:
    server = StreamServer(asks_for("list_segments"), says("There are 3 segments."))
    with server, chat_of(shop, server, "spring-plans") as chat:
        first = turn_of(chat.ask("What segments are there?"))
    server = StreamServer(says("As I said, there are 3 segments."))
    with server, chat_of(shop, server, "spring-plans") as chat:
        assert chat.turns == (first,)
        again = turn_of(chat.ask("How many again?"))
        # The same figure has the same receipt, and it can still be opened.
        assert again.answer[0].receipts == first.answer[0].receipts
        assert chat.receipt(first.answer[0].receipts[0]).figure.shown == "3"
        assert (chat.session.turns, chat.session.first) == (2, "What segments are there?")
    roles = [message["role"] for message in server.asked[0]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
    (listed,) = sessions(shop)
    assert (listed.session, listed.turns) == ("spring-plans", 2)


def test_fresh_sessions_are_named_after_the_day_and_kept_from_their_first_question_on(shop: Workspace) -> None:
    with StreamServer(says("Hello.")) as server:
        for _ in range(2):
            with chat_of(shop, server) as chat:
                assert chat.session.session == "2026-11-28-1"
        assert sessions(shop) == ()
        with chat_of(shop, server) as chat:
            turn_of(chat.ask("Hi"))
        with chat_of(shop, server) as chat:
            assert chat.session.session == "2026-11-28-2"
    assert [one.session for one in sessions(shop)] == ["2026-11-28-1"]


def test_two_processes_in_one_session_lose_no_turn(shop: Workspace) -> None:
    with StreamServer(says("One."), says("Two.")) as server:
        with chat_of(shop, server, "shared") as one, chat_of(shop, server, "shared") as other:
            assert turn_of(one.ask("First")).turn == 1
            assert turn_of(other.ask("Second")).turn == 2
        with chat_of(shop, server, "shared") as chat:
            assert [turn.question for turn in chat.turns] == ["First", "Second"]


@pytest.mark.parametrize("name", ["../escape", "a/b", "", " ", "x" * 65, ".hidden", "a\nb"])
def test_a_name_is_never_a_path(shop: Workspace, name: str) -> None:
    with StreamServer() as server, chat_of(shop, server, "good") as chat:
        for save in (chat.save_markdown, *([chat.save_last] if chat.turns else [])):
            if name:
                with pytest.raises(ConfigError, match="no name"):
                    save(name)
        if name:
            with pytest.raises(ConfigError, match="no name"):
                Chat.open(shop, name, confirm=no, listener=Silent())


def test_a_session_exports_to_markdown_with_receipts(shop: Workspace) -> None:
    server = StreamServer(asks_for("list_segments"), says("There are 3 segments."))
    with server, chat_of(shop, server, "spring-plans") as chat:
        turn_of(chat.ask("What <b>segments</b> are | there?"))
        path = chat.save_markdown()
        last = chat.save_last("last")
    text = path.read_text("utf-8")
    assert path == shop.root / "chats" / "spring-plans.md"
    assert text == session_markdown(shop, "spring-plans")
    assert "There are 3 segments. [1]" in text
    assert "1. 3: Segments: 3." in text
    assert "| segment | name |" in text
    assert "<b>" not in text.replace(r"\<b\>", "")
    assert "There are 3 segments. [1]" in last.read_text("utf-8")
    with pytest.raises(ConfigError, match="There is no session 'other'; there are spring-plans"):
        session_markdown(shop, "other")


def test_a_model_that_only_calls_tools_is_ended_with_a_sentence(shop: Workspace) -> None:
    with StreamServer(*[asks_for("list_segments")] * 12) as server, chat_of(shop, server) as chat:
        turn = turn_of(chat.ask("Go on for ever"))
    assert "8 times without an answer" in turn.error
    assert len(server.asked) == 8
    assert len(turn.results) == 8


def test_a_model_that_fails_is_told_in_one_sentence_and_the_chat_goes_on(shop: Workspace) -> None:
    scripts = ((400, "no such model"), says("Fine."))
    with StreamServer(*scripts) as server, chat_of(shop, server) as chat:
        turn = turn_of(chat.ask("Hi"))
        assert "no such model" in turn.error
        assert not turn.answer
        assert texts(turn_of(chat.ask("Hi again"))) == ["Fine."]
    # What was refused once is not sent with every turn to come.
    assert [m["content"] for m in server.asked[1]["messages"] if m["role"] == "user"] == ["Hi again"]


def test_the_guard_refuses_a_turn_and_the_chat_goes_on(shop: Workspace) -> None:
    with StreamServer(says("Fine.")) as server, chat_of(shop, server) as chat:
        turn = turn_of(chat.ask("Write to anna.bell@example.com that her order is late"))
        assert "e-mail" in turn.error
        assert not server.asked
        assert texts(turn_of(chat.ask("How often do S1 customers come back?"))) == ["Fine."]
    assert "anna" not in json.dumps(server.asked)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("describe_segment", {"segment": "S9"}, "There is no segment 'S9'"),
        ("describe_segment", {}, "segment"),
        ("describe_segment", {"segment": "S1", "path": "/etc/passwd"}, "path"),
        ("plan_campaign", {"brief": "../../secrets"}, "There is no brief"),
        ("no_such_tool", {}, "no_such_tool"),
    ],
)
def test_a_mistake_in_a_call_is_told_to_the_model(
    shop: Workspace, tool: str, arguments: dict[str, Any], told: str
) -> None:
    with StreamServer(asks_for(tool, **arguments), says("Sorry.")) as server, chat_of(shop, server) as chat:
        assert texts(turn_of(chat.ask("Do it"))) == ["Sorry."]
    assert told in server.asked[1]["messages"][-1]["content"]


def test_a_long_session_is_cut_short_and_its_figures_keep_their_ids(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.chat.agent.LONG", 600)
    size = fact(shop, "S1", "customers")

    class Answers:
        """Who summarises invents a figure too, which does not get into the summary."""

        def popleft(self) -> list[Any]:
            messages = server.asked[-1]["messages"]
            if "minutes of a conversation" in messages[0]["content"]:
                told = f"Asked about S1. S1 has {size['display']} [{size['fact']}]. Sales were $9 million."
                return says(told)
            if messages[-1]["content"] == "Question 0":
                return asks_for("describe_segment", segment="S1")
            return says(f"S1 has {size['display']}. " if messages[-1]["role"] == "tool" else "Fine, what next? " * 12)

    with StreamServer() as server, chat_of(shop, server) as chat:
        server.scripts = Answers()  # type: ignore[assignment]
        for number in range(16):
            assert not turn_of(chat.ask(f"Question {number}")).error
    summaries = [body for body in server.asked if "minutes of a conversation" in body["messages"][0]["content"]]
    assert summaries
    asked = [body["messages"][-1]["content"] for body in summaries]
    assert "Asked: Question 0" in asked[0]
    # What was cut short before is cut short again, and loses nothing.
    assert len(asked) > 1
    assert f"Asked about S1.\nS1 has {size['display']}. [{size['fact']}]" in asked[-1]
    read = json.dumps(server.asked[-1]["messages"], ensure_ascii=False)
    assert f"S1 has {size['display']}. [{size['fact']}]" in read
    assert "9 million" not in read
    assert "Question 0" not in read


def test_the_sessions_file_of_something_else_is_told(shop: Workspace) -> None:
    folder = shop.root / "chats"
    folder.mkdir()
    (folder / "chats.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(WorkspaceError, match="cannot be used"):
        sessions(shop)


def test_what_models_took_is_counted(shop: Workspace) -> None:
    with StreamServer(says("One."), says("Two.")) as server, chat_of(shop, server) as chat:
        turn_of(chat.ask("Hi"))
        turn_of(chat.ask("Hi you"))
        spent = chat.spent()
    assert (spent.calls, spent.tokens_in, spent.tokens_out, spent.cost_nanodollars) == (2, 22, 14, None)


def test_a_time_is_noted_in_utc(shop: Workspace) -> None:
    with StreamServer(says("One.")) as server, chat_of(shop, server) as chat:
        turn = turn_of(chat.ask("Hi"))
    assert dt.datetime.fromisoformat(turn.at) == NOW
    assert turn.first_seconds is not None
    assert turn.first_seconds <= turn.seconds


def test_tables_of_tools_reach_the_reader(shop: Workspace) -> None:
    with StreamServer(asks_for("list_segments"), says("See above.")) as server, chat_of(shop, server) as chat:
        answered = [event for event in chat.ask("List them") if isinstance(event, ToolAnswered)]
    assert answered[0].result.table is not None
    assert len(answered[0].result.table.rows) == 3
    assert Path(shop.root / "chats" / "chats.sqlite").exists()
