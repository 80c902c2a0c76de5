"""Answers piece by piece, through all that stands before a model."""

import itertools
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from gateways import gateway_to
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from model_server import ModelServer
from stream_server import CUT, END, STOP, UNTIL_LEFT, USAGE, StreamServer, called, said

from assistant.config import Limits
from assistant.errors import ModelError
from assistant.llm import BatchModel, Budget, Journal, cost_of, is_truncated
from assistant.llm.chat_model import GuardedChatModel
from assistant.llm.events import StreamedReply
from assistant.llm.faults import Fault
from assistant.llm.local.speech import Speech
from assistant.llm.prices import most_tokens
from assistant.llm.streaming import StreamingModel
from assistant.records import Outcome, Price, Request, Tool, ToolCall

Ask = Callable[..., Request]
TEN = Price(input=Decimal(10), output=Decimal(20))
TOOL = Tool(
    name="customers_of",
    description="How many customers a segment has.",
    parameters='{"type": "object", "properties": {"segment": {"enum": ["S1", "S2"]}}, "required": ["segment"]}',
)
WHOLE = [said("Fresh "), said("bread."), *END]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, and pauses between attempts a tenth as long."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr("assistant.llm.dispatching.FIRST_PAUSE", 0.05)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def parts(told: Iterable[str | Outcome]) -> tuple[list[str], Outcome]:
    """Pieces, and the one outcome, which comes last."""
    *pieces, outcome = told
    assert isinstance(outcome, Outcome)
    assert all(isinstance(piece, str) and piece for piece in pieces)
    return [str(piece) for piece in pieces], outcome


def settled(outcome: Outcome) -> dict[str, Any]:
    """All of an outcome that two runs share."""
    return outcome.model_dump(exclude={"seconds"})


# What a hosted model sends.


def test_pieces_come_one_by_one_before_the_answer_is_written(tmp_path: Path, ask_for: Ask) -> None:
    second, last = threading.Event(), threading.Event()
    with StreamServer([said("Fresh "), second, said("bread."), last, *END]) as server:
        told = gateway_to(server.name, tmp_path).stream(ask_for("a"))
        # The server does not go on before a piece was taken.
        assert next(told) == "Fresh "
        second.set()
        assert next(told) == "bread."
        last.set()
        outcome = next(told)
        assert isinstance(outcome, Outcome)
        assert (outcome.status, outcome.text, outcome.attempts) == ("ok", "Fresh bread.", 1)
        assert (outcome.tokens_in, outcome.tokens_out) == (11, 7)
        assert list(told) == []
    assert server.asked[0]["stream"] is True
    assert server.asked[0]["stream_options"] == {"include_usage": True}


def test_a_streamed_outcome_is_the_one_that_a_whole_answer_has(tmp_path: Path, ask_for: Ask) -> None:
    with ModelServer() as server:
        gateway = gateway_to(server.name, tmp_path, prices={server.name: TEN})
        pieces, outcome = parts(gateway.stream(ask_for("a")))
        (whole,) = gateway.complete([ask_for("a")])
    assert len(pieces) > 3
    assert "".join(pieces) == whole.text
    assert settled(outcome) == settled(whole)
    assert outcome.cost_nanodollars == cost_of(TEN, 11, 7)


def test_a_model_that_writes_slowly_is_heard_long_before_it_ends(tmp_path: Path, ask_for: Ask) -> None:
    with ModelServer(between=0.05) as server:
        moments = [time.monotonic() for _ in gateway_to(server.name, tmp_path).stream(ask_for("a"))]
    assert moments[-1] - moments[0] > 0.2


def test_a_server_that_answers_whole_is_one_piece(chat_server: Any, tmp_path: Path, ask_for: Ask) -> None:
    pieces, outcome = parts(gateway_to(chat_server.name, tmp_path).stream(ask_for("a", "bread")))
    assert pieces == ["you said: bread"]
    assert (outcome.status, outcome.text, outcome.tokens_out) == ("ok", "you said: bread", 7)
    assert chat_server.asked[0]["stream"] is True


def test_what_a_server_refuses_to_stream_with_is_left_out_from_then_on(tmp_path: Path, ask_for: Ask) -> None:
    refusals = [(400, "Unrecognized request argument supplied: stream_options"), (400, "cannot stream this model")]
    with StreamServer(*refusals, WHOLE, WHOLE) as server:
        gateway = gateway_to(server.name, tmp_path)
        for key in ("a", "b"):
            _, outcome = parts(gateway.stream(ask_for(key)))
            assert (outcome.text, outcome.attempts) == ("Fresh bread.", 1)
    asked = [(body.get("stream"), "stream_options" in body) for body in server.asked]
    assert asked == [(True, True), (True, False), (None, False), (None, False)]
    assert all("temperature" in body for body in server.asked)


@pytest.mark.parametrize(
    "fragments",
    [
        [called(0, "c1", "customers_of"), called(0, arguments='{"segment"'), called(0, arguments=': "S1"}')],
        [called(0, "c1", "customers_of", '{"segment"'), called(0, "c1", "customers_of", ': "S1"}')],
        [called(None, "c1", "customers_of", '{"segment": "S1"}')],
    ],
    ids=["by index", "name and id repeated", "no index"],
)
def test_fragments_of_a_tool_call_are_put_together_and_are_no_text(
    tmp_path: Path, ask_for: Ask, fragments: list[Any]
) -> None:
    with StreamServer([said("Let me see."), *fragments, *END]) as server:
        pieces, outcome = parts(gateway_to(server.name, tmp_path).stream(ask_for("a", tools=(TOOL,))))
    assert pieces == ["Let me see."]
    assert outcome.tool_calls == (ToolCall(id="c1", name="customers_of", arguments='{"segment": "S1"}'),)
    assert outcome.text == "Let me see."


@pytest.mark.parametrize("indices", [(0, 1), (0, 0), (None, None)])
def test_two_calls_are_two_whatever_their_indices(tmp_path: Path, ask_for: Ask, indices: tuple[Any, Any]) -> None:
    calls = [called(at, f"c{n}", "customers_of", f'{{"segment": "S{n}"}}') for n, at in enumerate(indices, start=1)]
    with StreamServer([*calls, *END]) as server:
        pieces, outcome = parts(gateway_to(server.name, tmp_path).stream(ask_for("a", tools=(TOOL,))))
    assert pieces == []
    assert [call.arguments for call in outcome.tool_calls] == ['{"segment": "S1"}', '{"segment": "S2"}']


def test_an_answer_cut_or_withheld_ends_as_a_whole_one_does(tmp_path: Path, ask_for: Ask) -> None:
    def ending(reason: str) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}

    cut, withheld = ([said("Fresh"), ending(reason), USAGE, "[DONE]"] for reason in ("length", "content_filter"))
    with StreamServer(cut, withheld) as server:
        gateway = gateway_to(server.name, tmp_path)
        pieces, outcome = parts(gateway.stream(ask_for("a")))
        assert (pieces, outcome.text, is_truncated(outcome)) == (["Fresh"], "Fresh", True)
        pieces, outcome = parts(gateway.stream(ask_for("b")))
    assert (pieces, outcome.status) == (["Fresh"], "failed")
    assert "content_filter" in outcome.error


# Guard, journal, budget.


def test_what_the_guard_refuses_is_not_sent(tmp_path: Path, journal: Journal, ask_for: Ask) -> None:
    with StreamServer(WHOLE) as server:
        gateway = gateway_to(server.name, tmp_path, journal=journal)
        pieces, outcome = parts(gateway.stream(ask_for("a", "Write to mary@example.com.")))
    assert (pieces, outcome.status, server.asked) == ([], "refused", [])
    assert "e-mail" in outcome.error
    assert journal.count(status="refused") == 1


def test_the_journal_has_the_outcome_first_and_answers_the_next_time(
    tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    gate = threading.Event()
    with StreamServer([said("Fresh "), gate, said("bread."), *END]) as server:
        gateway = gateway_to(server.name, tmp_path, journal=journal)
        told = gateway.stream(ask_for("a"))
        assert next(told) == "Fresh "
        assert journal.count() == 0
        gate.set()
        assert [journal.count() for each in told if isinstance(each, Outcome)] == [1]
        pieces, outcome = parts(gateway.stream(ask_for("b")))
        assert pieces == ["Fresh bread."]
        assert (outcome.key, outcome.from_journal, outcome.cost_nanodollars) == ("b", True, 0)
        replay = gateway_to(server.name, tmp_path, journal=journal, from_journal=True)
        assert parts(replay.stream(ask_for("c")))[0] == ["Fresh bread."]
        with pytest.raises(ModelError, match="run once without --from-journal"):
            next(replay.stream(ask_for("d", "Something else.")))
    assert len(server.asked) == 1


def test_a_spend_cap_is_kept_and_the_price_is_the_answers_own(tmp_path: Path, ask_for: Ask) -> None:
    request = ask_for("a")
    most = cost_of(TEN, most_tokens(request), request.max_tokens)
    assert most is not None
    with StreamServer(WHOLE) as server:
        budget = Budget(most)
        gateway = gateway_to(server.name, tmp_path, prices={server.name: TEN}, budget=budget)
        _, outcome = parts(gateway.stream(request))
        assert outcome.cost_nanodollars == budget.spent == cost_of(TEN, 11, 7)
        pieces, outcome = parts(gateway.stream(ask_for("b", "Something else.")))
    assert (pieces, outcome.status) == ([], "unsent")
    assert "spend cap" in outcome.error
    assert len(server.asked) == 1
    assert not budget.in_flight


def test_streams_are_begun_at_the_pace_that_is_set(tmp_path: Path, ask_for: Ask) -> None:
    with ModelServer() as server:
        gateway = gateway_to(server.name, tmp_path, limits=Limits(requests_per_minute=600))
        list(gateway.stream(ask_for("warm up")))
        began = time.monotonic()
        for place in range(4):
            list(gateway.stream(ask_for(f"{place}", f"number {place}")))
        assert time.monotonic() - began >= 3 * 60 / 600


# What goes wrong.


@pytest.mark.parametrize(
    "broken",
    [[CUT], [said(" \n"), CUT], [], [called(0, "c1", "customers_of", "{"), CUT], ["no JSON"], ["[1]"], [USAGE],
     [{"error": {"message": "overloaded"}}], [said("  "), *END], (500, "try again")],
    ids=["cut", "cut after blanks", "nothing", "cut in a call", "no JSON", "no chunk", "no end", "error", "blanks",
         "status"],
)  # fmt: skip
def test_an_answer_that_breaks_before_its_first_piece_is_asked_for_again(
    tmp_path: Path, ask_for: Ask, broken: Any
) -> None:
    with StreamServer(broken, WHOLE) as server:
        pieces, outcome = parts(gateway_to(server.name, tmp_path).stream(ask_for("a")))
    assert pieces == ["Fresh ", "bread."]
    assert (outcome.status, outcome.text, outcome.attempts) == ("ok", "Fresh bread.", 2)
    paid = isinstance(broken, list) and broken[-1:] == list(END[-1:])
    assert outcome.unsure == (isinstance(broken, list) and not paid)
    assert outcome.tokens_out == (14 if paid else 7)


@pytest.mark.parametrize(
    "broken",
    [[CUT], [], ["no JSON"], [{"error": {"message": "overloaded"}}], [threading.Event()]],
    ids=["cut", "no end", "no JSON", "error", "too slow"],
)
def test_an_answer_that_breaks_after_its_first_piece_failed_with_the_text_so_far(
    tmp_path: Path, journal: Journal, ask_for: Ask, broken: list[Any]
) -> None:
    budget = Budget()
    with StreamServer([said("Fresh "), said("bread"), *broken], WHOLE) as server:
        limits = Limits(timeout_seconds=0.5)
        gateway = gateway_to(
            server.name, tmp_path, journal=journal, limits=limits, budget=budget, prices={server.name: TEN}
        )
        pieces, outcome = parts(gateway.stream(ask_for("a")))
        assert pieces == ["Fresh ", "bread"]
        assert (outcome.status, outcome.text, outcome.attempts, outcome.unsure) == ("failed", "Fresh bread", 1, 1)
        assert outcome.error
        assert len(server.asked) == 1
        assert budget.spent == cost_of(TEN, most_tokens(ask_for("a")), 64)
        assert journal.calls(1)[0].text == "Fresh bread"
        # It is no answer, so it is asked for again.
        assert parts(gateway.stream(ask_for("a")))[1].text == "Fresh bread."


def test_the_end_of_an_answer_that_was_written_is_not_missed(tmp_path: Path, ask_for: Ask) -> None:
    with StreamServer([said("Fresh bread."), STOP, CUT], [said("Fresh bread."), "[DONE]"]) as server:
        for key in ("a", "b"):
            _, outcome = parts(gateway_to(server.name, tmp_path).stream(ask_for(key)))
            assert (outcome.status, outcome.attempts) == ("ok", 1)


def test_a_server_that_cannot_be_reached_fails_after_its_retries(tmp_path: Path, ask_for: Ask) -> None:
    with StreamServer() as server:
        pass
    gateway = gateway_to(server.name, tmp_path, limits=Limits(retries=1))
    pieces, outcome = parts(gateway.stream(ask_for("a")))
    assert (pieces, outcome.status, outcome.attempts, outcome.unsure) == ([], "failed", 2, 0)


# Who leaves early.


def test_leaving_early_drops_the_connection_and_the_attempt_may_have_been_billed(
    tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    budget = Budget()
    with StreamServer([said("Fresh "), UNTIL_LEFT], WHOLE) as server:
        gateway = gateway_to(server.name, tmp_path, journal=journal, budget=budget, prices={server.name: TEN})
        told = gateway.stream(ask_for("a"))
        assert next(told) == "Fresh "
        began = time.monotonic()
        told.close()
        assert time.monotonic() - began < 1.0
        assert server.left.wait(5.0)
        assert journal.count() == 0
        assert not budget.in_flight
        assert budget.spent == cost_of(TEN, most_tokens(ask_for("a")), 64)
        _, outcome = parts(gateway.stream(ask_for("a")))
        assert (outcome.status, outcome.attempts, outcome.unsure) == ("ok", 1, 1)
        # It is told once.
        assert journal.interrupted([journal.calls(1)[0].hash]) == {}


CHILD = """
import sys
from pathlib import Path
from assistant.llm import Gateway, Guard, Journal
from assistant.records import Message, Request
name, folder = sys.argv[1], Path(sys.argv[2])
asked = (Message(role="user", content="Say hello."),)
request = Request(key="a", prompt="tests/ask@1", prompt_hash="sha256:0", messages=asked)
with Journal(folder / "journal.sqlite") as journal:
    for piece in Gateway(name, guard=Guard(), journal=journal, cache_dir=folder).stream(request):
        print(piece, flush=True)
"""


@pytest.mark.parametrize("told", [[], [said("Fresh ")]], ids=["before its first piece", "after it"])
def test_ctrl_c_ends_a_stream_at_once(tmp_path: Path, ask_for: Ask, told: list[Any]) -> None:
    with StreamServer([*told, UNTIL_LEFT], WHOLE) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, server.name, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        while not server.asked:
            assert child.poll() is None
            time.sleep(0.01)
        assert not told or child.stdout.readline().strip() == "Fresh"
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=15) != 0
        assert time.monotonic() - began < 5.0
        child.stdout.close()
        assert server.left.wait(5.0)
        with Journal(tmp_path / "journal.sqlite") as journal:
            _, outcome = parts(gateway_to(server.name, tmp_path, journal=journal).stream(ask_for("a")))
    assert (outcome.status, outcome.unsure) == ("ok", 1)


# Models of other providers.


class Gated(GenericFakeChatModel):
    """A provider's model whose stream may wait and break."""

    steps: Any = None
    closed: Any = None

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for step in self.steps.pop(0):
                if isinstance(step, threading.Event):
                    step.wait(20)
                elif isinstance(step, Exception):
                    raise step
                else:
                    message = step if isinstance(step, AIMessageChunk) else AIMessageChunk(content=step)
                    yield ChatGenerationChunk(message=message)
        finally:
            if self.closed:
                self.closed.set()


def test_a_providers_model_is_streamed(tmp_path: Path, ask_for: Ask) -> None:
    model = GenericFakeChatModel(messages=itertools.repeat("Fresh bread today."))
    gateway = gateway_to("fake:x", tmp_path, model)
    pieces, outcome = parts(gateway.stream(ask_for("a")))
    (whole,) = gateway.complete([ask_for("a")])
    assert pieces == ["Fresh", " ", "bread", " ", "today."]
    assert settled(outcome) == settled(whole)


def test_a_providers_pieces_come_before_its_end_and_its_calls_are_put_together(tmp_path: Path, ask_for: Ask) -> None:
    gate = threading.Event()
    first = {"name": "customers_of", "args": '{"segment"', "id": "c1", "index": 0, "type": "tool_call_chunk"}
    second = {"name": None, "args": ': "S1"}', "id": None, "index": 0, "type": "tool_call_chunk"}
    usage = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}
    steps = ["Let me see.", gate, AIMessageChunk(content="", tool_call_chunks=[first])]
    steps += [AIMessageChunk(content="", tool_call_chunks=[second], usage_metadata=usage)]
    told = gateway_to("fake:x", tmp_path, Gated(messages=iter(()), steps=[steps])).stream(ask_for("a"))
    assert next(told) == "Let me see."
    gate.set()
    pieces, outcome = parts(told)
    assert pieces == []
    assert outcome.tool_calls == (ToolCall(id="c1", name="customers_of", arguments='{"segment": "S1"}'),)
    assert (outcome.tokens_in, outcome.tokens_out) == (11, 7)


def test_a_providers_stream_that_breaks_is_repeated_until_a_piece_was_told(tmp_path: Path, ask_for: Ask) -> None:
    lost = ConnectionError("lost")
    model = Gated(messages=iter(()), steps=[[lost], ["Fresh ", lost], ["Fresh bread."]])
    pieces, outcome = parts(gateway_to("fake:x", tmp_path, model).stream(ask_for("a")))
    assert pieces == ["Fresh "]
    assert (outcome.status, outcome.text, outcome.attempts, outcome.unsure) == ("failed", "Fresh ", 2, 2)
    assert len(model.steps) == 1


def test_leaving_a_providers_stream_does_not_wait_for_it(tmp_path: Path, ask_for: Ask) -> None:
    gate, closed = threading.Event(), threading.Event()
    model = Gated(messages=iter(()), steps=[["Fresh ", gate, "bread", *["."] * 1000]], closed=closed)
    told = gateway_to("fake:x", tmp_path, model).stream(ask_for("a"))
    assert next(told) == "Fresh "
    began = time.monotonic()
    told.close()
    assert time.monotonic() - began < 1.0
    gate.set()
    assert closed.wait(5.0)


# Models in this process.


class Scripted(GenericFakeChatModel):
    """A batch model that cannot tell pieces."""

    @property
    def fingerprint(self) -> str:
        return "scripted"

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        for request in requests:
            yield Outcome(key=request.key, sample=0, status="ok", text="Fresh bread.")


class Breaking(Scripted):
    """One that tells pieces, and breaks."""

    def pieces(self, request: Request) -> Iterator[str | Outcome]:
        yield "Fresh "
        raise MemoryError("no room\nfor keys")


def test_a_batch_model_that_cannot_stream_is_one_piece(tmp_path: Path, journal: Journal, ask_for: Ask) -> None:
    gateway = gateway_to("local:x", tmp_path, Scripted(messages=iter(())), journal=journal)
    pieces, outcome = parts(gateway.stream(ask_for("a")))
    assert pieces == ["Fresh bread."]
    assert (outcome.attempts, outcome.cost_nanodollars) == (1, 0)
    assert parts(gateway.stream(ask_for("b")))[1].from_journal


def test_a_local_model_that_breaks_failed_with_the_text_so_far(tmp_path: Path, journal: Journal, ask_for: Ask) -> None:
    gateway = gateway_to("local:x", tmp_path, Breaking(messages=iter(())), journal=journal)
    pieces, outcome = parts(gateway.stream(ask_for("a")))
    assert pieces == ["Fresh "]
    assert (outcome.status, outcome.text) == ("failed", "Fresh ")
    assert outcome.error == "MemoryError: no room for keys"
    assert journal.calls(1)[0].status == "failed"


LOCAL = {
    "greedy": ("Write about tea.", {}),
    "sampled": ("Write about tea.", {"temperature": 1.2, "seed": 3}),
    "grammar": ("Write.", {"grammar": 'root ::= "半价 naïve 🥖🍞 " [a-z ]* "!"'}),
    "schema": ("Write.", {"json_schema": '{"type": "object", "properties": {"a": {"enum": ["x", "y"]}}}'}),
    "no grammar": ("Write.", {"grammar": "root ::= ("}),
    "call": ("How many customers does S2 have?", {"tools": (TOOL,), "tool_choice": "required"}),
    "cut call": ("How many?", {"tools": (TOOL,), "tool_choice": "required", "max_tokens": 5}),
    "words or call": ("Say hello to me.", {"tools": (TOOL,), "tool_choice": "auto"}),
}


@pytest.mark.parametrize("case", LOCAL)
def test_the_local_models_stream_ends_as_its_answer_does(
    local_model: Any, tmp_path: Path, ask_for: Ask, case: str
) -> None:
    assert isinstance(local_model, BatchModel)
    assert isinstance(local_model, StreamingModel)
    words, settings = LOCAL[case]
    request = ask_for("a", words, **{"max_tokens": 24, **settings})
    pieces, outcome = parts(gateway_to("local:", tmp_path, local_model).stream(request))
    (answer,) = local_model.answers([request])
    told = settled(answer) | {"attempts": 1, "cost_nanodollars": 0}
    assert settled(outcome) == told
    assert "".join(pieces) == ("" if outcome.tool_calls else outcome.text)
    if case in ("greedy", "sampled", "grammar", "schema"):
        assert len(pieces) > 3
    assert bool(outcome.tool_calls) == (case == "call")
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(pieces)


def test_a_local_stream_tells_nothing_of_a_stop_string(local_model: Any, tmp_path: Path, ask_for: Ask) -> None:
    (whole,) = local_model.answers([ask_for("whole", "Write a story about tea.", max_tokens=14)])
    middle = " ".join(whole.text.split()[3:5])
    request = ask_for("cut", "Write a story about tea.", max_tokens=14, stop=("zzz", middle))
    pieces, outcome = parts(gateway_to("local:", tmp_path, local_model).stream(request))
    (answer,) = local_model.answers([request])
    assert "".join(pieces) == outcome.text == answer.text == whole.text[: whole.text.index(middle)]
    assert len(pieces) > 1


def test_a_local_stream_that_is_left_writes_no_more(
    local_model: Any, tmp_path: Path, journal: Journal, ask_for: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    really = type(local_model._decoder)._step
    monkeypatch.setattr(type(local_model._decoder), "_step", lambda *told: steps.append(1) or really(*told))
    told = gateway_to("local:", tmp_path, local_model, journal=journal).stream(ask_for("a", max_tokens=60))
    assert isinstance(next(told), str)
    told.close()
    assert len(steps) < 5
    assert journal.count() == 0


@given(
    st.text(alphabet="ab{é半🥖 ", max_size=12),
    st.lists(st.text(alphabet="ab半", min_size=1, max_size=3), max_size=2),
    st.booleans(),
)
def test_what_was_told_is_never_taken_back(text: str, stop: list[str], tools: bool) -> None:
    request = Request(
        key="a", messages=(), prompt="p", prompt_hash="", stop=tuple(stop), tools=(TOOL,) if tools else ()
    )
    speech = Speech(request, lambda tokens: bytes(tokens).decode(errors="replace"))
    whole = text[: min((at for each in stop if (at := text.find(each)) >= 0), default=len(text))]
    tokens = list(text.encode())
    told = ""
    for count in range(1, len(tokens) + 1):
        if any(each in bytes(tokens[:count]).decode(errors="replace") for each in stop):
            break
        told += speech.next(tokens[:count])
        assert whole.startswith(told)
    if tools and text.lstrip().startswith("{"):
        assert told == ""
    elif not stop and text.strip():
        assert told == text


@given(st.data())
def test_events_are_read_wherever_their_bytes_are_cut(data: st.DataObject) -> None:
    ends = data.draw(st.sampled_from(["\n", "\r\n"]))
    chunks = [
        said("半价 "),
        called(0, "c1", "customers_of", '{"a"'),
        said("🥖"),
        called(0, arguments=": 1}"),
        STOP,
        USAGE,
    ]
    lines = [
        ": a comment",
        "event: message",
        *(f"data: {json.dumps(each, ensure_ascii=False)}{ends}" for each in chunks),
    ]
    whole = ends.join([*lines, "data:[DONE]"]).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    told = StreamedReply()
    pieces = []
    for start, end in itertools.pairwise([0, *cuts, len(whole)]):
        pieces += told.feed(whole[start:end])
    pieces += told.close()
    assert pieces == ["半价 ", "🥖"]
    reply = told.reply()
    assert (reply.text, reply.tokens_out) == ("半价 🥖", 7)
    assert reply.tool_calls == (ToolCall(id="c1", name="customers_of", arguments='{"a": 1}'),)


@given(st.binary(max_size=60), st.booleans())
def test_whatever_a_server_streams_is_a_reply_or_a_fault(noise: bytes, event: bool) -> None:
    def read() -> None:
        told = StreamedReply()
        list(told.feed(b"data: " * event + noise))
        list(told.close())
        told.reply()

    with pytest.raises(Fault):
        read()


# The chat model.


class Heard(BaseCallbackHandler):
    """What callbacks are told."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        self.tokens.append(token)


def added(chunks: Iterable[AIMessageChunk]) -> AIMessageChunk:
    first, *rest = chunks
    return first.__add__(rest)


def test_a_chat_models_stream_adds_up_to_its_answer(tmp_path: Path) -> None:
    with ModelServer() as server:
        model = GuardedChatModel(gateway_to(server.name, tmp_path, prices={server.name: TEN}), prompt="chat/x@1")
        heard = Heard()
        chunks = list(model.stream("Hello.", config={"callbacks": [heard]}))
        whole = model.invoke("Hello.")
    assert len(chunks) > 3
    told = added(chunks)
    assert "".join(heard.tokens) == told.content == whole.content
    assert told.usage_metadata == whole.usage_metadata
    assert whole.response_metadata.items() <= told.response_metadata.items()
    assert told.response_metadata["model_name"] == server.name
    assert told.response_metadata["cost_nanodollars"] == cost_of(TEN, 11, 7)
    assert told.response_metadata["from_journal"] is False


def test_a_chat_models_calls_come_with_its_last_chunk(tmp_path: Path, journal: Journal) -> None:
    calls = [called(n, f"c{n}", "customers_of", f'{{"segment": "S{n}"}}') for n in range(2)]
    with StreamServer([said("Let me see."), *calls, *END]) as server:
        model = GuardedChatModel(gateway_to(server.name, tmp_path, journal=journal), prompt="chat/x@1")
        told = added(model.bind_tools([]).stream("How many?"))
        whole = model.bind_tools([]).invoke("How many?")
    assert isinstance(whole, AIMessage)
    assert told.tool_calls == whole.tool_calls
    assert [call["args"] for call in told.tool_calls] == [{"segment": "S0"}, {"segment": "S1"}]
    assert told.content == whole.content == "Let me see."
    assert whole.response_metadata["from_journal"] is True


def test_a_local_models_call_is_no_text_of_its_message(local_model: Any, tmp_path: Path) -> None:
    def customers_of(segment: str) -> str:
        """How many customers a segment has."""
        return segment

    model = GuardedChatModel(gateway_to("local:", tmp_path, local_model), prompt="chat/x@1", max_tokens=64)
    bound = model.bind_tools([customers_of], tool_choice="any")
    chunks = list(bound.stream("How many customers does S2 have?"))
    whole = bound.invoke("How many customers does S2 have?")
    assert added(chunks).tool_calls == whole.tool_calls
    assert len(whole.tool_calls) == 1
    assert added(chunks).content == whole.content == ""


def test_what_is_no_answer_is_a_model_error_whether_streamed_or_not(tmp_path: Path) -> None:
    with StreamServer([said("Fresh "), CUT]) as server:
        model = GuardedChatModel(gateway_to(server.name, tmp_path), prompt="chat/x@1")
        with pytest.raises(ModelError, match="e-mail"):
            list(model.stream("Write to mary@example.com."))
        told = model.stream("Hello.")
        assert next(told).content == "Fresh "
        with pytest.raises(ModelError, match="gave no answer"):
            list(told)


def test_leaving_a_chat_models_stream_drops_the_connection(tmp_path: Path) -> None:
    with StreamServer([said("Fresh "), UNTIL_LEFT]) as server:
        told = GuardedChatModel(gateway_to(server.name, tmp_path), prompt="chat/x@1").stream("Hello.")
        assert next(told).content == "Fresh "
        told.close()  # type: ignore[attr-defined]
        assert server.left.wait(5.0)


def test_an_agents_messages_are_streamed_through_the_gateway(tmp_path: Path, journal: Journal) -> None:
    from langchain.agents import create_agent

    def customers_of(segment: str) -> str:
        """How many customers a segment has."""
        return "210 customers"

    gate = threading.Event()
    with StreamServer(
        [called(0, "c1", "customers_of", '{"segment": "S1"}'), *END], [said("S1 has "), gate, said("210."), *END]
    ) as server:
        model = GuardedChatModel(gateway_to(server.name, tmp_path, journal=journal), prompt="chat/agent@1")
        agent: Any = create_agent(model, tools=[customers_of])
        told = []
        for message, _ in agent.stream({"messages": [("user", "How many are in S1?")]}, stream_mode="messages"):
            told.append(message)
            if message.content == "S1 has ":
                gate.set()
    words = [message.content for message in told if isinstance(message, AIMessageChunk) and message.content]
    assert words == ["S1 has ", "210."]
    assert [turn["role"] for turn in server.asked[1]["messages"]] == ["user", "assistant", "tool"]
    assert journal.count(prompt="chat/agent@1") == 2
