import itertools
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from gateways import complete
from langchain_core.language_models import FakeListChatModel

from assistant.config import Limits
from assistant.llm import Journal, is_truncated, open_model
from assistant.records import Outcome, Request

Ask = Callable[..., Request]
Server = Any
SECRET = "sk-proj-verysecret0123456789"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def numbered(ask_for: Ask, count: int) -> list[Request]:
    return [ask_for(f"{place}", f"number {place}") for place in range(count)]


def test_every_request_has_one_outcome_and_the_journal_has_it_first(
    chat_server: Server, tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    seen = []
    requests = numbered(ask_for, 9)
    for count, outcome in enumerate(
        complete(model, chat_server.name, iter(requests), journal=journal, on_outcome=seen.append), start=1
    ):
        assert outcome.text == f"you said: number {outcome.key}"
        assert (outcome.status, outcome.tokens_in, outcome.tokens_out) == ("ok", 11, 7)
        assert seen[-1] == outcome
        assert journal.count() >= count
    assert sorted(outcome.key for outcome in seen) == [f"{place}" for place in range(9)]


def test_what_is_journalled_comes_first_and_is_not_asked_again(
    chat_server: Server, tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    requests = numbered(ask_for, 6)
    list(complete(model, chat_server.name, requests[3:], journal=journal))
    chat_server.asked.clear()
    outcomes = list(complete(model, chat_server.name, requests, journal=journal))
    assert [outcome.from_journal for outcome in outcomes] == [True] * 3 + [False] * 3
    assert sorted(chat_server.prompts) == ["number 0", "number 1", "number 2"]
    assert journal.count() == 6


def test_settings_are_sent_where_the_provider_has_them(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    settings = {"temperature": 0.3, "top_p": 0.9, "max_tokens": 17, "stop": ("END",)}
    requests = [ask_for(f"{n}", system="Be brief.", seed=5, sample=n, **settings) for n in range(2)]
    list(complete(model, chat_server.name, requests))
    for body in chat_server.asked:
        assert {name: body[name] for name in ("temperature", "top_p", "max_tokens", "stop")} == {
            **settings,
            "stop": ["END"],
        }
        assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert len({body["seed"] for body in chat_server.asked}) == 2


def test_settings_a_provider_does_not_know_break_nothing(ask_for: Ask) -> None:
    model = FakeListChatModel(responses=["fine"])
    (outcome,) = complete(model, "fake:list", [ask_for("a", temperature=0.5, seed=3, max_tokens=9, stop=("x",))])
    assert (outcome.status, outcome.text) == ("ok", "fine")


def test_server_errors_are_tried_again(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.failures.extend([500, 429])
    model = open_model(chat_server.name, cache_dir=tmp_path)
    (outcome,) = complete(model, chat_server.name, [ask_for("a", "number 1")])
    assert (outcome.status, outcome.text, outcome.attempts) == ("ok", "you said: number 1", 3)
    assert len(chat_server.asked) == 3


def test_errors_that_stay_fail_that_request_alone(
    chat_server: Server, tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    chat_server.failures.extend([400])
    outcomes = list(complete(model, chat_server.name, numbered(ask_for, 4), journal=journal, concurrency=1))
    assert [outcome.status for outcome in outcomes] == ["failed", "ok", "ok", "ok"]
    assert "400" in outcomes[0].error
    assert "try again" in outcomes[0].error
    again = list(complete(model, chat_server.name, numbered(ask_for, 4), journal=journal))
    assert [outcome.status for outcome in again] == ["ok"] * 4
    assert sum(outcome.from_journal for outcome in again) == 3


def test_a_refused_connection_is_a_failed_outcome_in_one_line(tmp_path: Path, ask_for: Ask) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port
        name = f"openai:tiny?base_url=http://127.0.0.1:{held.getsockname()[1]}/v1"
        model = open_model(name, cache_dir=tmp_path)
        (outcome,) = complete(model, name, [ask_for("a")], limits=Limits(retries=1))
    assert (outcome.status, outcome.attempts, outcome.unsure) == ("failed", 2, 0)
    assert "onnect" in outcome.error
    assert "\n" not in outcome.error


@pytest.mark.parametrize("status", [200, 401])
def test_the_key_is_sent_and_never_told(
    chat_server: Server, tmp_path: Path, ask_for: Ask, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    key = "a-key-that-looks-like-none"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    chat_server.failures.extend([status] if status != 200 else [])
    chat_server.error_text = f"Incorrect API key provided: {key}, or {SECRET}.\nBearer {key}"
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        model = open_model(chat_server.name, cache_dir=tmp_path)
        (outcome,) = complete(model, chat_server.name, [ask_for("a")], journal=journal)
        assert chat_server.keys == [f"Bearer {key}"]
        assert outcome.status == ("ok" if status == 200 else "failed")
        told = f"{outcome} {journal.calls()}".encode()
        for file in tmp_path.glob("journal.sqlite*"):
            told += file.read_bytes()
    assert key.encode() not in told
    assert SECRET.encode() not in told


def test_an_answer_cut_by_the_provider_is_truncated(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.finish_reason = "length"
    model = open_model(chat_server.name, cache_dir=tmp_path)
    (outcome,) = complete(model, chat_server.name, [ask_for("a", "number 1")])
    assert is_truncated(outcome)
    assert outcome.text == "you said: number 1"


def test_an_answer_withheld_by_the_provider_failed(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.finish_reason = "content_filter"
    model = open_model(chat_server.name, cache_dir=tmp_path)
    (outcome,) = complete(model, chat_server.name, [ask_for("a")])
    assert outcome.status == "failed"
    assert "content_filter" in outcome.error
    assert not is_truncated(outcome)


def test_two_requests_with_one_key_are_refused_before_anything_is_asked(
    chat_server: Server, tmp_path: Path, ask_for: Ask
) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    with pytest.raises(ValueError, match="twin"):
        complete(model, chat_server.name, [ask_for("twin"), ask_for("twin", sample=1), ask_for("other")])
    assert chat_server.asked == []


def test_requests_are_in_flight_together(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.pause = 0.3
    model = open_model(chat_server.name, cache_dir=tmp_path)
    began = time.monotonic()
    list(complete(model, chat_server.name, numbered(ask_for, 16), concurrency=16))
    assert time.monotonic() - began < 16 * 0.3 / 2


def test_a_caller_who_stops_early_gets_what_is_in_flight_journalled_and_sends_no_more(
    chat_server: Server, tmp_path: Path, journal: Journal, ask_for: Ask
) -> None:
    model = open_model(chat_server.name, cache_dir=tmp_path)
    chat_server.pause = 0.5
    told: list[str] = []
    outcomes = complete(
        model, chat_server.name, numbered(ask_for, 50), journal=journal, concurrency=2, on_stop=lambda: told.append("x")
    )
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert journal.count(status="ok") == len(chat_server.asked) <= 5
    time.sleep(0.8)
    assert journal.count() == len(chat_server.asked)


@pytest.mark.parametrize("presses", [1, 2])
def test_one_ctrl_c_waits_for_what_is_in_flight_and_two_do_not(
    chat_server: Server, tmp_path: Path, presses: int
) -> None:
    chat_server.pause = 3.0
    child = subprocess.Popen([sys.executable, "-c", CHILD, chat_server.name, str(tmp_path)], stderr=subprocess.DEVNULL)
    while len(chat_server.asked) < 2:
        assert child.poll() is None
        time.sleep(0.02)
    began = time.monotonic()
    for _ in range(presses):
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
    child.wait(timeout=15)
    with Journal(tmp_path / "journal.sqlite") as journal:
        assert journal.count(status="ok") == (2 if presses == 1 else 0)
    assert (time.monotonic() - began > 2.0) == (presses == 1)
    assert len(chat_server.asked) == 2


class Breaking(FakeListChatModel):
    """A model whose batch breaks off after two answers."""

    @property
    def fingerprint(self) -> str:
        return "breaking"

    def answers(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        for request in requests[:2]:
            yield Outcome(key=request.key, sample=0, status="ok", text="fine")
        raise MemoryError("no room\nfor keys")


def test_a_batch_that_breaks_off_keeps_its_answers(journal: Journal, ask_for: Ask) -> None:
    outcomes = list(complete(Breaking(responses=[]), "local:x", numbered(ask_for, 4), journal=journal))
    assert [outcome.status for outcome in outcomes] == ["ok", "ok", "failed", "failed"]
    assert outcomes[3].error == "MemoryError: no room for keys"
    assert journal.calls(1)[0].fingerprint == "breaking"
    assert len(journal.answers("local:x", numbered(ask_for, 4), fingerprint="breaking")) == 2


def test_the_local_models_answers_are_journalled_one_by_one(local_model: Any, journal: Journal, ask_for: Ask) -> None:
    requests = [ask_for(f"{n}", f"Say {n}.", max_tokens=n) for n in (2, 4, 6)]
    for count, _ in enumerate(complete(local_model, "local:", requests, journal=journal), start=1):
        assert journal.count() == count
    again = list(complete(local_model, "local:", requests, journal=journal))
    assert [outcome.from_journal for outcome in again] == [True] * 3
    assert [outcome.text for outcome in again] == [call.text for call in reversed(journal.calls())]


def test_a_local_batch_may_be_left_early(local_model: Any, journal: Journal, ask_for: Ask) -> None:
    requests = [ask_for(f"{n}", f"Say {n}.", max_tokens=2 * n) for n in range(1, 5)]
    first = list(itertools.islice(complete(local_model, "local:", requests, journal=journal), 1))
    assert [call.request for call in journal.calls()] == [first[0].key]


CHILD = """
import sys
from pathlib import Path
from assistant.config import Limits
from assistant.llm import Gateway, Guard, Journal
from assistant.records import Message, Request
name, folder = sys.argv[1], Path(sys.argv[2])
requests = [
    Request(key=f"{n}", prompt="p@1", prompt_hash="", messages=(Message(role="user", content=f"number {n}"),))
    for n in range(20)
]
with Journal(folder / "journal.sqlite") as journal:
    gateway = Gateway(name, guard=Guard(), journal=journal, cache_dir=folder, limits=Limits(concurrency=2))
    list(gateway.complete(requests))
"""


def test_a_killed_run_asks_again_only_for_what_was_in_flight(chat_server: Server, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.pause = 0.15
    child = subprocess.Popen([sys.executable, "-c", CHILD, chat_server.name, str(tmp_path)])
    while len(chat_server.asked) < 8:
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    asked_before = list(chat_server.prompts)
    chat_server.asked.clear()
    chat_server.pause = 0.0

    with Journal(tmp_path / "journal.sqlite") as journal:
        kept = {call.messages[-1]["content"] for call in journal.calls()}
        model = open_model(chat_server.name, cache_dir=tmp_path)
        outcomes = list(complete(model, chat_server.name, numbered(ask_for, 20), journal=journal))
    # Two were in flight, and two may just have been answered; each had been written, or had not.
    assert len(asked_before) - 4 <= len(kept) <= len(asked_before)
    # What was in flight may have been billed once already, and says so.
    assert sum(outcome.unsure for outcome in outcomes) == len(asked_before) - len(kept)
    assert kept.isdisjoint(chat_server.prompts)
    assert sorted(kept | set(chat_server.prompts)) == sorted(f"number {n}" for n in range(20))
    assert [outcome.status for outcome in outcomes] == ["ok"] * 20
    assert sum(outcome.from_journal for outcome in outcomes) == len(kept)
