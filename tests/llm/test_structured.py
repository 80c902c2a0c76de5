"""Answers of a stated form, whatever the server does with the form; and agents, that ask on their own."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from gateways import gateway_to
from pydantic import BaseModel, Field, field_validator

from assistant.llm import AsGrammar, AsJson, AsRecord, Guard, Journal, structured
from assistant.llm.schemas import strict, value_of
from assistant.records import Request

Ask = Callable[..., Request]


class Line(BaseModel):
    text: str = Field(max_length=40)
    tone: Literal["warm", "plain"]
    score: int | None = None

    @field_validator("text")
    @classmethod
    def _whole(cls, text: str) -> str:
        if text.endswith(" and"):
            raise ValueError("ends in the middle")
        return text


GOOD = '{"text": "Fresh bread", "tone": "warm", "score": null}'


class Scripted:
    """A server on loopback that gives the next reply of a list, and keeps what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                reply = outer.replies.pop(0)
                if isinstance(reply, int):
                    self._send(reply, {"error": {"message": "response_format is not supported", "code": "x"}})
                else:
                    message = reply if isinstance(reply, dict) else {"role": "assistant", "content": reply}
                    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
                    self._send(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})

            def _send(self, status: int, told: Any) -> None:
                content = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def name(self) -> str:
        return f"openai:scripted?base_url=http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


def test_a_strict_answer_is_a_record_at_once(server: Scripted, tmp_path: Path, ask_for: Ask) -> None:
    server.replies = [GOOD]
    (result,) = structured(gateway_to(server.name, tmp_path), AsRecord(Line), [ask_for("a")])
    assert result.value == Line(text="Fresh bread", tone="warm")
    assert result.outcome.attempts == 1
    sent = server.asked[0]["response_format"]["json_schema"]
    assert sent["strict"] is True
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["required"] == ["text", "tone", "score"]
    assert "maxLength" not in json.dumps(sent)


@pytest.mark.parametrize(
    ("first", "wrong"),
    [
        ("Fresh bread, warm.", "no JSON"),
        ('{"text": "Fresh bread"}', "'tone' is a required property"),
        ('{"text": "Fresh bread", "tone": "loud", "score": 1}', "'loud' is not one of"),
        (f'{{"text": "{"x" * 41}", "tone": "warm", "score": 1}}', "too long"),
        ('{"text": "Bread and", "tone": "warm", "score": 1}', "ends in the middle"),
    ],
)
def test_an_answer_that_does_not_fit_is_asked_for_once_more_told_what_was_wrong(
    server: Scripted, tmp_path: Path, ask_for: Ask, first: str, wrong: str
) -> None:
    server.replies = [first, GOOD]
    with Journal(tmp_path / "journal.sqlite") as journal:
        gateway = gateway_to(server.name, tmp_path, journal=journal)
        (result,) = structured(gateway, AsRecord(Line), [ask_for("a")])
        assert journal.count() == 2
    assert result.value == Line(text="Fresh bread", tone="warm")
    assert (result.outcome.key, result.outcome.attempts, result.outcome.tokens_out) == ("a", 2, 10)
    repair = server.asked[1]["messages"]
    assert repair[-2] == {"role": "assistant", "content": first}
    assert wrong in repair[-1]["content"]


def test_an_answer_that_stays_wrong_is_an_outcome_of_its_own(server: Scripted, tmp_path: Path, ask_for: Ask) -> None:
    server.replies = ["no", "still no"]
    (result,) = structured(gateway_to(server.name, tmp_path), AsRecord(Line), [ask_for("a")])
    assert result.value is None
    assert result.outcome.status == "invalid"
    assert "neither the answer nor its repair" in result.outcome.error


def test_a_server_that_refuses_schemas_is_asked_in_words_from_then_on(
    server: Scripted, tmp_path: Path, ask_for: Ask
) -> None:
    server.replies = [400, f"```json\n{GOOD}\n```", GOOD]
    gateway = gateway_to(server.name, tmp_path)
    for key in ("a", "b"):
        (result,) = structured(gateway, AsRecord(Line), [ask_for(key, sample=len(server.asked))])
        assert result.value == Line(text="Fresh bread", tone="warm")
    assert ["response_format" in body for body in server.asked] == [True, False, False]
    assert "JSON Schema" in server.asked[2]["messages"][-1]["content"]


def test_a_grammar_is_judged_where_it_cannot_be_held_to(server: Scripted, tmp_path: Path, ask_for: Ask) -> None:
    server.replies = ["maybe", "yes"]
    (result,) = structured(gateway_to(server.name, tmp_path), AsGrammar('root ::= "yes" | "no"'), [ask_for("a")])
    assert result.value == "yes"
    assert "maybe" in server.asked[1]["messages"][-2]["content"]


def test_a_strict_schema_keeps_what_the_shop_calls_its_fields() -> None:
    told = {
        "type": "object",
        "properties": {"title": {"type": "string", "title": "Title", "minLength": 2}, "default": {"type": "integer"}},
        "required": ["title"],
    }
    made = strict(told)
    assert set(made["properties"]) == {"title", "default"}
    assert made["properties"]["title"] == {"type": "string"}
    assert made["properties"]["default"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert value_of(json.dumps(told), '{"title": "x"}')[1]


def test_json_of_a_plain_schema(server: Scripted, tmp_path: Path, ask_for: Ask) -> None:
    server.replies = ["[1, 2]"]
    form = AsJson('{"type": "array", "items": {"type": "integer"}}')
    (result,) = structured(gateway_to(server.name, tmp_path), form, [ask_for("a")])
    assert result.value == [1, 2]


def test_an_agents_calls_pass_the_guard_and_the_journal(server: Scripted, tmp_path: Path) -> None:
    from langchain.agents import create_agent

    from assistant.errors import ModelError
    from assistant.llm.chat_model import GuardedChatModel

    def customers_of(segment: str) -> str:
        """How many customers a segment has."""
        return "210 customers" if segment == "S1" else "mary@example.com"

    call = {"id": "c1", "type": "function", "function": {"name": "customers_of", "arguments": '{"segment": "S1"}'}}
    leak = {**call, "function": {**call["function"], "arguments": '{"segment": "S2"}'}}
    with Journal(tmp_path / "journal.sqlite") as journal:
        gateway = gateway_to(server.name, tmp_path, journal=journal, guard=Guard())
        agent: Any = create_agent(GuardedChatModel(gateway, prompt="chat/agent@1"), tools=[customers_of])
        server.replies = [{"role": "assistant", "content": None, "tool_calls": [call]}, "S1 has 210 customers."]
        said = agent.invoke({"messages": [("user", "How many are in S1?")]})
        assert said["messages"][-1].content == "S1 has 210 customers."
        assert [turn["role"] for turn in server.asked[1]["messages"]] == ["user", "assistant", "tool"]
        assert journal.count(prompt="chat/agent@1") == 2
        # What a tool returns is sent on by the agent alone, and stopped all the same.
        server.replies = [{"role": "assistant", "content": None, "tool_calls": [leak]}, "never sent"]
        with pytest.raises(ModelError, match="e-mail address"):
            agent.invoke({"messages": [("user", "How many are in S2?")]})
    assert server.replies == ["never sent"]
    assert "mary@" not in json.dumps(server.asked)


def test_a_chat_model_gives_records(server: Scripted, tmp_path: Path) -> None:
    from assistant.llm.chat_model import GuardedChatModel

    arguments = '{"text": "Fresh bread", "tone": "warm"}'
    call = {"id": "c1", "type": "function", "function": {"name": "Line", "arguments": arguments}}
    server.replies = [{"role": "assistant", "content": None, "tool_calls": [call]}]
    model = GuardedChatModel(gateway_to(server.name, tmp_path), prompt="chat/x@1")
    assert model.with_structured_output(Line).invoke("a line") == Line(text="Fresh bread", tone="warm")
    assert server.asked[0]["tool_choice"] in ("required", {"type": "function", "function": {"name": "Line"}})
