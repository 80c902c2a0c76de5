"""Sessions in which the router chooses the tools: the tool's own sentences are the answer, a model adds to it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from stream_server import END, StreamServer, said

from assistant.chat import Chat
from assistant.chat.phrasing import is_small, routes
from assistant.errors import ConfigError, ModelError
from assistant.pipeline import Silent
from assistant.records.chat import Ended, Event, Question, Said, Turn
from assistant.workspace import Workspace


def no(question: Question) -> bool:
    return False


def says(text: str) -> list[Any]:
    return [said(text), *END]


def turn_of(events: Iterator[Event]) -> Turn:
    *_, last = events
    assert isinstance(last, Ended)
    return last.turn


def texts(turn: Turn, by: str = "") -> list[str]:
    return [own.text for own in turn.answer if not by or (own.written_by == "tool") == (by == "tool")]


def display(shop: Workspace, segment: str, metric: str) -> str:
    facts = json.loads((shop.segments / "facts" / f"{segment}.json").read_text("utf-8"))["facts"]
    return str(next(fact["display"] for fact in facts if fact["metric"] == metric))


def routed(shop: Workspace, server: StreamServer) -> Chat:
    return Chat.open(shop, model=server.name, router="on", confirm=no, listener=Silent())


def test_the_tools_figures_are_shown_before_the_model_speaks_and_its_own_are_held(shop: Workspace) -> None:
    value = display(shop, "S1", "basket_value_minor")
    server = StreamServer(says(f"S1 spends {value} per order. That is 37% more than last year."))
    with server, routed(shop, server) as chat:
        turn = turn_of(chat.ask("How much does S1 spend per order?"))
    assert [(result.tool, result.arguments["segment"]) for result in turn.results] == [("segment_facts", "S1")]
    assert any(value in text for text in texts(turn, "tool"))
    assert texts(turn, "model") == [f"S1 spends {value} per order."]
    assert turn.withheld
    assert turn.routed
    # The model was shown the findings, and was not asked to choose a tool.
    assert "tools" not in server.asked[0]
    assert value in server.asked[0]["messages"][-1]["content"]


def test_a_model_that_fails_costs_no_answer(shop: Workspace) -> None:
    with StreamServer((400, "out of order"), (400, "out of order")) as server, routed(shop, server) as chat:
        turn = turn_of(chat.ask("How many customers are in S1?"))
        assert turn.error == ""
        assert any(display(shop, "S1", "customers") in text for text in texts(turn))


def test_what_was_spoken_of_is_known_in_the_next_question_and_the_next_process(shop: Workspace) -> None:
    with StreamServer(*[says("Fine.")] * 2) as server:
        with Chat.open(shop, "s", model=server.name, router="on", confirm=no, listener=Silent()) as chat:
            turn_of(chat.ask("How much does S1 spend per order?"))
        with Chat.open(shop, "s", model=server.name, router="on", confirm=no, listener=Silent()) as chat:
            turn = turn_of(chat.ask("and S2?"))
    assert turn.results[0].tool == "segment_facts"
    assert turn.results[0].arguments["segment"] == "S2"
    assert any(display(shop, "S2", "basket_value_minor") in text for text in texts(turn))


def test_a_question_back_offers_what_to_choose_from(shop: Workspace) -> None:
    with StreamServer(says("Fine.")) as server, routed(shop, server) as chat:
        asked = turn_of(chat.ask("How much do they spend per order?"))
        assert asked.clarifies
        assert not asked.results
        assert len(asked.offers) > 1
        chosen = turn_of(chat.ask("S3"))
    assert chosen.results[0].arguments["segment"] == "S3"


def test_a_mistake_is_the_tools_own_sentence(shop: Workspace) -> None:
    with StreamServer() as server, routed(shop, server) as chat:
        turn = turn_of(chat.ask("Show me the piece S1-fax-thrift"))
    assert "There is no piece 'S1-fax-thrift'" in texts(turn)[0]
    assert turn.error == ""


def test_chinese_is_answered_in_chinese(shop: Workspace) -> None:
    with StreamServer(says("好的。")) as server, routed(shop, server) as chat:
        turn = turn_of(chat.ask("S1的客单价是多少？"))
    assert turn.results[0].tool == "segment_facts"
    number = display(shop, "S1", "basket_value_minor")
    assert any(number in text and "其他顾客" in text for text in texts(turn, "tool"))


def test_another_model_takes_over_in_the_same_session(shop: Workspace) -> None:
    with StreamServer(says("Fine.")) as one, StreamServer(says("I am the other.")) as other, routed(shop, one) as chat:
        turn_of(chat.ask("How many customers are in S1?"))
        chat.use(other.name, "off")
        assert (chat.model_name, chat.routed) == (other.name, False)
        assert texts(turn_of(chat.ask("Who are you?"))) == ["I am the other."]
        with pytest.raises(ConfigError, match="router is 'maybe'"):
            chat.use(one.name, "maybe")
        assert chat.model_name == other.name
    # It has read what was said before it came.
    assert [message["role"] for message in other.asked[0]["messages"]][:4] == ["system", "user", "assistant", "tool"]


def test_events_come_in_the_order_in_which_a_reader_needs_them(shop: Workspace) -> None:
    with StreamServer(says("Fine.")) as server, routed(shop, server) as chat:
        events = list(chat.ask("How many customers are in S1?"))
    kinds = [event.event for event in events]
    assert kinds[:2] == ["tool_called", "tool_answered"]
    assert kinds[-1] == "ended"
    assert isinstance(events[2], Said)


def test_warming_up_is_waited_for_by_the_first_question(shop: Workspace) -> None:
    with StreamServer(says("Fine.")) as server, routed(shop, server) as chat:
        chat.warm()
        assert turn_of(chat.ask("How many customers are in S1?")).results


@pytest.mark.parametrize(
    ("setting", "model", "expected"),
    [
        ("auto", "local:", True),
        ("auto", "local:/models/big", True),
        ("auto", "openai:gpt", False),
        ("on", "openai:gpt", True),
        ("off", "local:", False),
    ],
)
def test_the_router_is_for_local_models_unless_it_is_said(setting: str, model: str, expected: bool) -> None:
    assert routes(setting, model) is expected


def test_only_the_embedded_model_is_held_to_one_fact() -> None:
    assert is_small("local:")
    assert not is_small("local:/models/big")
    assert not is_small("openai:gpt")


def test_a_spend_cap_wants_a_price(shop: Workspace) -> None:
    settings = (shop.root / "assistant.toml").read_text("utf-8").replace("[models]", "[models]\nspend_cap = 1.0")
    (shop.root / "assistant.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(ModelError, match="price"):
        Chat.open(Workspace.at(shop.root), model="openai:nobody-knows", confirm=no, listener=Silent())
