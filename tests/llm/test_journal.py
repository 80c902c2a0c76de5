import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import WorkspaceError
from assistant.llm import Journal, call_hash
from assistant.llm.truncation import truncated
from assistant.records import Message, Outcome, Request, Tool

Ask = Callable[..., Request]
MODEL = "openai:tiny"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

messages = st.lists(
    st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=st.text(max_size=3)),
    min_size=1,
    max_size=3,
).map(tuple)
asked = st.fixed_dictionaries(
    {
        "messages": messages,
        "max_tokens": st.integers(1, 3),
        "temperature": st.sampled_from([0.0, 0.5, 1.0]),
        "top_p": st.sampled_from([0.5, 1.0]),
        "seed": st.integers(0, 2),
        "sample": st.integers(0, 2),
        "grammar": st.none() | st.text(max_size=2),
        "stop": st.lists(st.text(max_size=2), max_size=2).map(tuple),
    }
)
models = st.tuples(st.sampled_from(["a", "b", "a:b", ""]), st.sampled_from(["", "a", "b"]))


def request_of(settings: dict[str, Any], key: str = "x") -> Request:
    return Request(key=key, prompt="p@1", prompt_hash=key, **settings)


@given(models, asked, models, asked)
def test_two_calls_share_a_hash_only_if_nothing_differs(
    model: tuple[str, str], one: dict[str, Any], other_model: tuple[str, str], other: dict[str, Any]
) -> None:
    same = (model, one) == (other_model, other)
    assert (call_hash(*model, request_of(one)) == call_hash(*other_model, request_of(other, "y"))) == same


@given(asked, st.sampled_from(sorted(Request.model_fields)))
def test_any_one_setting_that_changes_changes_the_hash(settings: dict[str, Any], name: str) -> None:
    changed: dict[str, Any] = {
        "messages": (*settings["messages"], Message(role="user", content="more")),
        "max_tokens": settings["max_tokens"] + 1,
        "temperature": settings["temperature"] + 0.25,
        "top_p": settings["top_p"] / 2,
        "seed": settings["seed"] + 1,
        "sample": settings["sample"] + 1,
        "grammar": (settings["grammar"] or "") + "x",
        "stop": (*settings["stop"], "x"),
        "json_schema": "{}",
        "tools": (Tool(name="x"),),
        "tool_choice": "none",
    }
    naming = {"key", "prompt", "prompt_hash", "smallest_group"}
    assert set(changed) | naming == set(Request.model_fields)  # a new field must be given a place here
    if name not in naming:
        hashes = {call_hash("m", "f", request_of(each)) for each in (settings, {**settings, name: changed[name]})}
        assert len(hashes) == 2


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    with Journal(tmp_path / "journal.sqlite", clock=lambda: NOON) as opened:
        yield opened


def answer(key: str, **fields: Any) -> Outcome:
    given = {"status": "ok", "text": f"text of {key}", "tokens_in": 5, "tokens_out": 3, "seconds": 0.5}
    return Outcome(key=key, sample=0, **{**given, **fields})


def test_an_answer_is_replayed_under_the_new_key(journal: Journal, ask_for: Ask) -> None:
    journal.put(MODEL, ask_for("old"), answer("old", mean_logprob=-1.5))
    replayed = journal.answers(MODEL, [ask_for("new"), ask_for("other", "Something else.")])
    told = {"seconds": 0, "mean_logprob": -1.5, "cost_nanodollars": 0, "from_journal": True}
    assert replayed == {"new": answer("new", text="text of old", **told)}


def test_an_answer_of_other_weights_is_not_replayed(journal: Journal, ask_for: Ask) -> None:
    journal.put("local:", ask_for("a"), answer("a"), fingerprint="sha256:1")
    assert journal.answers("local:", [ask_for("a")], fingerprint="sha256:2") == {}
    assert journal.answers("local:", [ask_for("a")], fingerprint="sha256:1") != {}


def test_a_truncated_answer_is_replayed_and_a_lost_one_is_not(journal: Journal, ask_for: Ask) -> None:
    cut, lost = ask_for("cut"), ask_for("lost", "Something else.")
    journal.put(MODEL, cut, answer("cut", status="failed", error=truncated(64)))
    journal.put(MODEL, lost, answer("lost", status="failed", text="", error="APIConnectionError: gone"))
    replayed = journal.answers(MODEL, [cut, lost])
    assert set(replayed) == {"cut"}
    assert replayed["cut"].text == "text of cut"


def test_an_answer_after_a_failure_is_replayed(journal: Journal, ask_for: Ask) -> None:
    journal.put(MODEL, ask_for("a"), answer("a"))
    journal.put(MODEL, ask_for("a"), answer("a", status="failed", error="timeout"))
    assert journal.answers(MODEL, [ask_for("a")])["a"].status == "ok"


def test_thousands_of_answers_are_found(journal: Journal, ask_for: Ask) -> None:
    requests = [ask_for(f"{place}", sample=place) for place in range(1201)]
    for request in requests:
        journal.put(MODEL, request, answer(request.key))
    assert len(journal.answers(MODEL, requests)) == 1201


def test_calls_are_listed_newest_first_with_all_that_was_asked(journal: Journal, ask_for: Ask) -> None:
    journal.put(MODEL, ask_for("a", "Grüße, {product}!", seed=4, stop=("x",)), answer("a"))
    journal.put("local:", ask_for("b"), answer("b", status="failed", error="gone"), fingerprint="sha256:1")
    newest, oldest = journal.calls()
    assert (newest.request, newest.status, newest.fingerprint) == ("b", "failed", "sha256:1")
    assert oldest.messages == [{"role": "user", "content": "Grüße, {product}!"}]
    assert oldest.parameters["seed"] == 4
    assert oldest.parameters["stop"] == ["x"]
    assert oldest.made_at == NOON
    assert (oldest.prompt, oldest.prompt_hash, oldest.tokens_in) == ("tests/ask@1", "sha256:0", 5)
    assert [call.request for call in journal.calls(1)] == ["b"]
    assert [call.request for call in journal.calls(model=MODEL)] == ["a"]
    assert journal.count() == 2
    assert journal.count(status="failed", prompt="tests/ask@1") == 1
    assert journal.count(prompt="' OR 1=1 --") == 0


def test_a_journal_is_read_by_the_next_process(tmp_path: Path, ask_for: Ask) -> None:
    path = tmp_path / "new" / "journal.sqlite"
    with Journal(path) as first:
        first.put(MODEL, ask_for("a"), answer("a"))
        with Journal(path) as second:  # committed while the first is still open
            assert second.count() == 1


def write_some(path: Path, request: Request, start: Any) -> None:
    start.wait(20)
    with Journal(path) as journal:
        for _ in range(20):
            journal.put(MODEL, request, answer(request.key))


def test_processes_may_write_at_once(tmp_path: Path, ask_for: Ask) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    path = tmp_path / "journal.sqlite"
    writers = [context.Process(target=write_some, args=(path, ask_for(f"{n}"), start)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    with Journal(path) as journal:
        assert journal.count() == 80


def test_a_file_that_is_no_journal_is_a_workspace_error(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_text("these are notes, and they are long enough to be no empty database" * 20)
    with pytest.raises(WorkspaceError, match="is no journal"):
        Journal(path)


def test_a_journal_that_cannot_be_opened_is_a_workspace_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        Journal(tmp_path)


def test_a_journal_of_another_version_is_a_workspace_error(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path):
        pass
    file = sqlite3.connect(path)
    file.execute("PRAGMA user_version = 99")
    file.close()
    with pytest.raises(WorkspaceError, match="version 99"):
        Journal(path)


VERSION_1 = """
CREATE TABLE calls (
    id INTEGER PRIMARY KEY, hash TEXT NOT NULL, made_at TEXT NOT NULL, model TEXT NOT NULL, fingerprint TEXT NOT NULL,
    request TEXT NOT NULL, prompt TEXT NOT NULL, prompt_hash TEXT NOT NULL, parameters TEXT NOT NULL,
    messages TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL, tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL, seconds REAL NOT NULL, mean_logprob REAL
) STRICT;
CREATE INDEX calls_by_hash ON calls (hash);
INSERT INTO calls VALUES (
    7, 'sha256:old', '2026-05-04T12:00:00+00:00', 'local:', 'sha256:1', 'a', 'tests/ask@1', 'sha256:0',
    '{"max_tokens": 64, "temperature": 0.0, "top_p": 1.0, "seed": 4, "sample": 2, "grammar": null, "stop": ["x"]}',
    '[{"role": "user", "content": "Gr\u00fc\u00dfe"}]', 'Hallo', 'ok', '', 5, 3, 0.5, -1.5
);
PRAGMA user_version = 1;
"""


def test_the_answers_of_version_1_still_answer(tmp_path: Path, ask_for: Ask) -> None:
    path = tmp_path / "journal.sqlite"
    old = sqlite3.connect(path)
    old.executescript(VERSION_1)
    old.close()
    for _ in range(2):  # the second time it is of this version
        with Journal(path) as journal:
            (call,) = journal.calls()
            asked = ask_for("new", "Gr\u00fc\u00dfe", seed=4, sample=2, stop=("x",))
            assert journal.answers("local:", [asked], fingerprint="sha256:1")["new"].text == "Hallo"
            assert journal.answers("local:", [asked], fingerprint="sha256:2") == {}
            assert journal.answers("local:", [asked], fingerprint=None)["new"].text == "Hallo"
    assert (call.sample, call.attempts, call.cost_nanodollars, call.tool_calls) == (2, 1, None, [])
