"""A server that goes wrong on purpose: no request is lost, none is answered twice, no bad reply is an answer."""

import itertools
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from gateways import gateway_to
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import Limits
from assistant.llm import Journal
from assistant.llm.faults import retry_after
from assistant.records import Request
from benchmarks.fault_server import FAULTS, FaultServer

Ask = Callable[..., Request]
FAST = Limits(concurrency=64, timeout_seconds=1.0, retries=8)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts a tenth as long."""
    monkeypatch.setattr("assistant.llm.dispatching.FIRST_PAUSE", 0.05)


def numbered(ask_for: Ask, count: int) -> list[Request]:
    return [ask_for(f"{place}", f"number {place}") for place in range(count)]


@pytest.mark.usefixtures("quick")
def test_a_thousand_requests_at_a_server_that_fails_a_third_of_the_time_have_one_outcome_each(
    tmp_path: Path, ask_for: Ask
) -> None:
    server = FaultServer(share=0.3, seed=1)
    requests = numbered(ask_for, 1000)
    with Journal(tmp_path / "journal.sqlite") as journal:
        outcomes = list(gateway_to(server.name, tmp_path, journal=journal, limits=FAST).complete(requests))
        kept = journal.count()
    server.close()
    assert Counter(outcome.key for outcome in outcomes) == Counter(request.key for request in requests)
    assert kept == 1000
    for outcome in outcomes:
        assert outcome.status == "ok"
        assert outcome.text == f"you said: number {outcome.key}"
        # An answer that came whole ended it: never asked again, never answered twice.
        assert server.answered[f"number {outcome.key}"] == 1
        assert outcome.attempts == server.arrived[f"number {outcome.key}"]
    # What was billed without an answer is known, or said to be unsure: every one is accounted for.
    billed_again = sum(server.billed.values()) - 1000
    empty = server.told["empty"]
    assert billed_again == sum(server.told[fault] for fault in ("hang", "drop", "truncated", "schema", "empty"))
    assert sum(outcome.unsure for outcome in outcomes) == billed_again - empty
    assert sum(outcome.tokens_out for outcome in outcomes) == 7 * (1000 + empty)
    assert set(server.told) == {*FAULTS, "none"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_one_outcome_that_is_no_answer(tmp_path: Path, ask_for: Ask, fault: str) -> None:
    server = FaultServer(share=1.0, faults=[fault])
    limits = Limits(timeout_seconds=0.5, retries=2)
    (outcome,) = gateway_to(server.name, tmp_path, limits=limits).complete([ask_for("a")])
    server.close()
    assert outcome.status == ("invalid" if fault in ("truncated", "schema", "empty") else "failed")
    assert outcome.attempts == sum(server.arrived.values()) == 3
    assert outcome.unsure == (3 if fault in ("hang", "drop", "truncated", "schema") else 0)
    assert outcome.error


def test_a_server_that_says_when_is_not_asked_before(tmp_path: Path, ask_for: Ask) -> None:
    server = FaultServer(share=0.2, faults=["429_later"], seed=4)
    list(gateway_to(server.name, tmp_path, limits=Limits(concurrency=1)).complete(numbered(ask_for, 20)))
    server.close()
    assert server.told["429_later"]
    times: dict[str, list[float]] = {}
    for moment, said in server.moments:
        times.setdefault(said, []).append(moment)
    waits = [later - earlier for each in times.values() for earlier, later in itertools.pairwise(each)]
    assert len(waits) == server.told["429_later"]
    assert min(waits) >= 0.05


def test_a_key_that_is_wrong_ends_the_batch_at_once(chat_server: object, tmp_path: Path, ask_for: Ask) -> None:
    chat_server.failures.extend([401] * 100)  # type: ignore[attr-defined]
    name = chat_server.name  # type: ignore[attr-defined]
    outcomes = list(gateway_to(name, tmp_path, limits=Limits(concurrency=2)).complete(numbered(ask_for, 50)))
    assert Counter(outcome.status for outcome in outcomes)["unsent"] >= 46
    assert len(chat_server.asked) <= 4  # type: ignore[attr-defined]
    assert all("401" in outcome.error for outcome in outcomes)


@given(st.floats(0, 10_000), st.sampled_from(["retry-after", "Retry-After"]))
def test_seconds_to_wait_are_read(seconds: float, name: str) -> None:
    assert retry_after({name: f"{seconds:.3f}"}) == pytest.approx(seconds, abs=0.001)
    assert retry_after({"retry-after-ms": f"{seconds * 1000:.0f}", name: "99999"}) == pytest.approx(seconds, abs=0.001)


@pytest.mark.parametrize("told", ["", "soon", "Wed, 99 Foo 2026", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_what_cannot_be_read_is_no_wait(told: str) -> None:
    assert not retry_after({"retry-after": told})


CHILD = """
import sys
from pathlib import Path
from assistant.config import Limits
from assistant.llm import Gateway, Guard, Journal, dispatching
from assistant.records import Message, Request
name, folder = sys.argv[1], Path(sys.argv[2])
requests = [
    Request(key=f"{n}", prompt="p@1", prompt_hash="", messages=(Message(role="user", content=f"number {n}"),))
    for n in range(120)
]
limits = Limits(concurrency=8, timeout_seconds=0.6, retries=8)
with Journal(folder / "journal.sqlite") as journal:
    list(Gateway(name, guard=Guard(), journal=journal, cache_dir=folder, limits=limits).complete(requests))
""".replace(", dispatching", "").replace(
    "name, folder", "import assistant.llm.dispatching as dispatching\ndispatching.FIRST_PAUSE = 0.05\nname, folder", 1
)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_a_run_that_is_killed_again_and_again_asks_no_journalled_answer_twice(
    tmp_path: Path, ask_for: Ask, seed: int
) -> None:
    kill_and_resume(tmp_path, seed, kills=2)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_the_moment_of_the_kill_no_journalled_answer_is_asked_for_twice(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    kill_and_resume(tmp_path_factory.mktemp("kill"), seed, kills=3)


def kill_and_resume(folder: Path, seed: int, kills: int) -> None:
    """Kill a run at random moments, let the last one end, and compare what the server saw with the journal."""
    server = FaultServer(share=0.3, seed=seed, hang=0.8, pause=0.03)
    chance = random.Random(seed)
    path = folder / "journal.sqlite"
    known: set[str] = set()
    for turn in range(kills + 1):
        before = len(server.moments)
        child = subprocess.Popen([sys.executable, "-c", CHILD, server.name, str(folder)])
        if turn < kills:
            while len(server.moments) == before:
                assert child.poll() is None
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.5))
            child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=60) == (-signal.SIGKILL if turn < kills else 0)
        asked = {said for _, said in server.moments[before:]}
        assert not known & asked
        with Journal(path) as journal:
            calls = journal.calls(10_000)
        known = {str(call.messages[-1]["content"]) for call in calls if call.status == "ok"}
    server.close()
    assert known == {f"number {n}" for n in range(120)}
    assert Counter(call.request for call in calls if call.status == "ok").most_common(1)[0][1] == 1
    # An answer may have been sent twice only where the kill came between its sending and its journalling: of the eight
    # that were in flight, and of as many that had come and were about to be written.
    twice = sum(count - 1 for count in server.answered.values())
    assert twice <= 16 * kills
    assert twice <= sum(call.unsure for call in calls)
