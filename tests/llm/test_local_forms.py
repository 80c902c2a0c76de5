"""The local model held to schemas and tools; its devices, its names, and memory that runs out."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from assistant.errors import ModelError
from assistant.llm import open_model
from assistant.llm.local.bounds import NUMBER, Bounds, Pieces, unbounded
from assistant.llm.local.model import LocalChatModel
from assistant.llm.local.naming import find_model, parse_local
from assistant.llm.schemas import value_of
from assistant.records import Message, Outcome, Request, Tool, ToolCall

Ask = Callable[..., Request]

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "subject": {"type": "string", "maxLength": 24},
            "tone": {"enum": ["warm", "plain"]},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 1, "maxItems": 2},
        },
        "required": ["subject", "tone", "lines"],
        "additionalProperties": False,
        "$defs": {"line": {"type": "string", "maxLength": 40}},
    }
)
TOOL = Tool(
    name="customers_of",
    description="How many customers a segment has.",
    parameters='{"type": "object", "properties": {"segment": {"enum": ["S1", "S2"]}}, "required": ["segment"]}',
)


def test_every_answer_fits_its_schema_with_all_its_bounds(local_model: LocalChatModel, ask_for: Ask) -> None:
    goods = ("bread", "milk", "apples", "tea")
    requests = [
        ask_for(f"{n}", f"Write a long e-mail about {goods[n % 4]}.", json_schema=SCHEMA, temperature=1.0, sample=n,
                max_tokens=200)
        for n in range(12)
    ]  # fmt: skip
    outcomes = list(local_model.answers(requests))
    assert {outcome.key for outcome in outcomes} == {request.key for request in requests}
    for outcome in outcomes:
        assert outcome.status == "ok", outcome
        assert value_of(SCHEMA, outcome.text)[1] == "", outcome.text
    # The bounds were needed: some string came close to its own.
    assert max(len(value_of(SCHEMA, outcome.text)[0]["subject"]) for outcome in outcomes) >= 12


letters = st.text(alphabet='abc "\\{}[]:,é', max_size=30)


@given(letters, letters, st.lists(letters, max_size=3))
def test_bounds_know_how_much_room_every_string_has(subject: str, tone: str, lines: list[str]) -> None:
    written = json.dumps({"subject": subject, "tone": tone, "lines": lines}, ensure_ascii=False)
    vocabulary = ["x" * length for length in range(60)]
    pieces = Pieces(vocabulary, len(vocabulary), torch.device("cpu"))
    bounds = Bounds(SCHEMA)
    seen = set()
    for at, sign in enumerate(written):
        logits = torch.zeros(len(vocabulary))
        bounds.mask(logits, pieces)
        longest = int(logits.isfinite().nonzero().max())
        if longest < 59:
            seen.add(longest)
            opened = written[:at].count('"')
            assert opened
        bounds.feed(sign)
    assert 24 in seen
    assert (40 in seen) == bool(lines)
    assert max(seen) == (40 if lines else 24)


WEIGHT = json.dumps(
    {
        "type": "object",
        "properties": {"grams": {"type": "integer"}, "share": {"type": "number"}},
        "required": ["grams", "share"],
        "additionalProperties": False,
    }
)


def test_numbers_end_where_a_reader_would_lose_digits(local_model: LocalChatModel, ask_for: Ask) -> None:
    questions = ("What weighs a parcel?", "Name three things that people buy.", "How far is the moon?")
    requests = [
        ask_for(f"{n}", questions[n % 3], json_schema=WEIGHT, temperature=1.0 * (n >= 3), sample=n, max_tokens=64)
        for n in range(12)
    ]
    for outcome in local_model.answers(requests):
        assert outcome.status == "ok", outcome
        assert value_of(WEIGHT, outcome.text)[1] == "", outcome.text
        assert all(len(str(number)) <= NUMBER + 1 for number in json.loads(outcome.text).values())


@given(st.integers(0, 2**32))
def test_a_number_that_was_begun_can_always_be_ended(seed: int) -> None:
    draw = random.Random(seed)
    vocabulary = [*"0123456789.eE+-}", "12", "345", ".5", "1.", "e-", ", "]
    pieces = Pieces(vocabulary, len(vocabulary), torch.device("cpu"))
    bounds, written = Bounds(WEIGHT), ""
    bounds.feed('{"grams": ')
    while not written.endswith(("}", " ")):
        logits = torch.zeros(len(vocabulary))
        bounds.mask(logits, pieces)
        left = [vocabulary[place] for place in logits.isfinite().nonzero().flatten().tolist()]
        # A number may not end with a sign or a point, and it ends as late as can be.
        left = [token for token in left if token[0].isdigit() or (written[-1:].isdigit() and token != "}")]
        assert left, written
        token = draw.choice([each for each in left if each != ", "] or left)
        bounds.feed(token)
        written += token
    assert len(written.rstrip(", ")) <= NUMBER


def test_what_a_grammar_cannot_count_is_left_out_of_it_and_names_are_not() -> None:
    told = {"properties": {"maxLength": {"type": "string", "maxLength": 3}}, "required": ["maxLength"]}
    assert unbounded(told) == {"properties": {"maxLength": {"type": "string"}}, "required": ["maxLength"]}


@pytest.mark.parametrize("choice", ["required", "customers_of"])
def test_a_tool_that_has_to_be_called_is_called_with_arguments_of_its_form(
    local_model: LocalChatModel, ask_for: Ask, choice: str
) -> None:
    request = ask_for("a", "How many customers does S2 have?", tools=(TOOL,), tool_choice=choice, max_tokens=64)
    (outcome,) = local_model.answers([request])
    (call,) = outcome.tool_calls
    assert call.name == "customers_of"
    assert value_of(TOOL.parameters, call.arguments)[1] == ""
    assert next(iter(local_model.answers([request]))).tool_calls == (call,)


def test_a_tool_that_may_be_called_leaves_words_possible(local_model: LocalChatModel, ask_for: Ask) -> None:
    asked = {"tools": (TOOL,), "max_tokens": 40}
    outcomes = {
        outcome.key: outcome
        for outcome in local_model.answers(
            [
                ask_for("free", "Say hello to me.", tool_choice="auto", **asked),
                ask_for("none", "Say hello to me.", tool_choice="none", **asked),
            ]
        )
    }
    for outcome in outcomes.values():
        assert outcome.text
        assert not outcome.tool_calls
    assert outcomes["none"].tokens_in < outcomes["free"].tokens_in


def test_what_tools_said_is_read_back(local_model: LocalChatModel) -> None:
    call = ToolCall(id="1", name="customers_of", arguments='{"segment": "S1"}')

    def asked(answer: str) -> Request:
        messages = (
            Message(role="user", content="How many?"),
            Message(role="assistant", content="", tool_calls=(call,)),
            Message(role="tool", content=answer, tool_call_id="1"),
        )
        return Request(key=answer, messages=messages, prompt="p", prompt_hash="", max_tokens=16)

    first, second = local_model.answers([asked("210"), asked("there are none at all")])
    assert first.tokens_in != second.tokens_in


def test_an_agent_runs_on_the_local_model(local_model: LocalChatModel) -> None:
    from langchain.agents import create_agent
    from langchain_core.messages import ToolMessage

    asked: list[str] = []

    def customers_of(segment: str) -> str:
        """How many customers a segment has."""
        asked.append(segment)
        return "210"

    bound = local_model.bind_tools([customers_of], tool_choice="any", max_tokens=64)
    reply = bound.invoke("How many customers does S1 have?")
    assert reply.tool_calls[0]["name"] == "customers_of"
    agent: Any = create_agent(local_model, tools=[customers_of])
    said = agent.invoke({"messages": [("user", "How many customers does S1 have?")]}, {"recursion_limit": 8})
    calls = [message for message in said["messages"] if isinstance(message, ToolMessage)]
    assert len(calls) == len(asked)
    assert said["messages"][-1].content


class Line(BaseModel):
    text: str = Field(max_length=30)


def test_it_gives_records(local_model: LocalChatModel) -> None:
    made = local_model.with_structured_output(Line).invoke("A line about bread.", max_tokens=80)
    assert isinstance(made, Line)


def test_a_batch_that_does_not_fit_is_halved_and_loses_nobody(
    local_model: LocalChatModel, ask_for: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [ask_for(f"{n}", f"Say {n}.", max_tokens=2 + n) for n in range(9)]
    expected = {outcome.key: outcome.text for outcome in local_model.answers(requests)}
    decoder = local_model._decoder
    model = decoder._model
    tried: list[int] = []

    def narrow(**asked: Any) -> Any:
        rows = len(asked["input_ids"])
        tried.append(rows)
        if rows > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return type(model).__call__(model, **asked)

    narrowed = _Narrow(model, narrow)
    monkeypatch.setattr(decoder, "_model", narrowed)
    outcomes = list(local_model.answers(requests))
    assert max(tried) > 3
    assert len(outcomes) == 9
    assert {outcome.key: outcome.text for outcome in outcomes} == expected

    monkeypatch.setattr(decoder, "_model", _Narrow(model, _never))
    outcomes = list(local_model.answers(requests[:3]))
    assert [outcome.status for outcome in outcomes] == ["failed"] * 3
    assert "no memory" in outcomes[0].error


class _Narrow:
    def __init__(self, model: Any, call: Callable[..., Any]) -> None:
        self._model, self._call = model, call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, **asked: Any) -> Any:
        return self._call(**asked)


def _never(**asked: Any) -> Outcome:
    raise MemoryError("CUDA out of memory")


@pytest.mark.parametrize(
    ("rest", "source", "device", "dtype"),
    [
        ("", "", "", ""),
        ("@cpu", "", "cpu", ""),
        ("org/name@cuda:1,bf16", "org/name", "cuda:1", "bf16"),
        ("models/mine@f32", "models/mine", "", "f32"),
    ],
)
def test_a_local_name_says_where_and_how(rest: str, source: str, device: str, dtype: str) -> None:
    name = parse_local(rest)
    assert (name.source, name.device, name.dtype) == (source, device, dtype)


def test_a_word_that_is_not_known_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'fast' behind its @; expected one or two of cpu, cuda"):
        parse_local("org/name@fast")
    (tmp_path / "mine@home").mkdir()
    assert parse_local(str(tmp_path / "mine@home")).source == str(tmp_path / "mine@home")


def test_a_model_of_a_hub_is_found_where_it_was_fetched(
    local_model: LocalChatModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    snapshot = tmp_path / "models--shop--tiny" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (tmp_path / "models--shop--tiny" / "refs").mkdir()
    (tmp_path / "models--shop--tiny" / "refs" / "main").write_text("abc")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    folder, fingerprint = find_model("shop/tiny", tmp_path)
    assert folder == snapshot
    assert fingerprint.startswith("sha256:")
    with pytest.raises(ModelError, match="assistant models check local:shop/other --download"):
        find_model("shop/other", tmp_path)


def test_another_precision_is_another_model(local_model: LocalChatModel, cache_dir: Path, ask_for: Ask) -> None:
    if torch.cuda.is_available():
        pytest.skip("the default is another one here")
    half = open_model("local:@cpu,bf16", cache_dir=cache_dir)
    assert isinstance(half, LocalChatModel)
    assert half.fingerprint == f"{local_model.fingerprint} bf16"
    (outcome,) = half.answers([ask_for("a", "Say hello.", max_tokens=8)])
    assert outcome.text
    with pytest.raises(ModelError, match="torch finds no such device"):
        open_model("local:@cuda", cache_dir=cache_dir)
