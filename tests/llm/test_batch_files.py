"""Requests by files, against a server on loopback that keeps files and batches as OpenAI's does."""

import email
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from gateways import gateway_to

from assistant.errors import ModelError
from assistant.llm import Journal, batch_files, collect_batches, read_answers, submit_batch, write_batch
from assistant.records import Price, Request

Ask = Callable[..., Request]


class BatchServer:
    """Files and batches; `work()` answers all that was submitted, `fails` holds texts whose answer is an error."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.fails: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/files"):
                    head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
                    parts = email.message_from_bytes(head + content).get_payload()
                    assert isinstance(parts, list)
                    upload: Any = next(part for part in parts if part.get_filename())  # type: ignore[union-attr]
                    name = f"file-{len(outer.files)}"
                    outer.files[name] = upload.get_payload(decode=True)
                    size = len(outer.files[name])
                    self._send({"id": name, "object": "file", "bytes": size, "created_at": 1, "filename": "x",
                                "purpose": "batch", "status": "processed"})  # fmt: skip
                else:
                    asked = json.loads(content)
                    name = f"batch_{len(outer.batches)}"
                    outer.batches[name] = {
                        "id": name, "object": "batch", "created_at": 1, "status": "validating", **asked,
                        "output_file_id": None, "error_file_id": None,
                    }  # fmt: skip
                    self._send(outer.batches[name])

            def do_GET(self) -> None:
                last = self.path.partition("?")[0].rsplit("/", 1)[-1]
                if last == "batches":
                    self._send({"object": "list", "data": list(outer.batches.values()), "has_more": False})
                elif last == "content":
                    self._raw(outer.files[self.path.rsplit("/", 2)[-2]])
                else:
                    self._send(outer.batches[last])

            def _send(self, told: Any) -> None:
                self._raw(json.dumps(told).encode())

            def _raw(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
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
        return f"openai:batch?base_url=http://127.0.0.1:{self._server.server_port}/v1"

    def work(self) -> None:
        for batch in self.batches.values():
            lines = self.files[batch["input_file_id"]].decode().splitlines()
            answers = [self.answer(json.loads(line)) for line in lines]
            good = [answer for answer in answers if answer["response"]["status_code"] == 200]
            bad = [answer for answer in answers if answer["response"]["status_code"] != 200]
            for field, kept in (("output_file_id", good), ("error_file_id", bad)):
                if kept:
                    name = f"file-{len(self.files)}"
                    self.files[name] = "\n".join(map(json.dumps, kept)).encode()
                    batch[field] = name
            batch["status"] = "completed"

    def answer(self, line: dict[str, Any]) -> dict[str, Any]:
        said = line["body"]["messages"][-1]["content"]
        if said in self.fails:
            response = {"status_code": 400, "body": {"error": {"message": "no such thing"}}}
        else:
            message = {"role": "assistant", "content": f"you said: {said}"}
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            body = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
            response = {"status_code": 200, "body": body}
        return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[BatchServer]:
    made = BatchServer()
    yield made
    made.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as opened:
        yield opened


def numbered(ask_for: Ask, count: int) -> list[Request]:
    return [ask_for(f"{place}", f"number {place}") for place in range(count)]


def test_a_file_is_written_submitted_and_collected_and_the_run_asks_nobody(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask
) -> None:
    price = Price.model_validate({"input": "10", "output": "20", "batch": "0.5"})
    gateway = gateway_to(server.name, tmp_path, journal=journal, prices={server.name: price})
    server.fails = {"number 3"}
    (written,) = write_batch(gateway, journal, numbered(ask_for, 8), tmp_path / "requests.jsonl")
    assert written.requests == 8
    lines = [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text().splitlines()]
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert len({line["custom_id"] for line in lines}) == 8
    submitted = submit_batch(gateway, journal, tmp_path / "requests.jsonl")
    assert (submitted.batch, submitted.status) == ("batch_0", "validating")
    (waiting,) = collect_batches(gateway, journal)
    assert (waiting.answers, waiting.awaited) == (0, 8)
    server.work()
    (collected,) = collect_batches(gateway, journal)
    assert (collected.status, collected.answers, collected.failed, collected.awaited) == ("completed", 7, 1, 0)
    assert collect_batches(gateway, journal) == []
    call = journal.calls(1, status="ok")[0]
    assert call.cost_nanodollars == (11 * 10_000 + 7 * 20_000) // 2
    assert [request.key for request in gateway.missing(numbered(ask_for, 8))] == ["3"]
    outcomes = list(gateway.complete([request for request in numbered(ask_for, 8) if request.key != "3"]))
    assert all(outcome.from_journal for outcome in outcomes)


def test_a_file_is_submitted_once_even_where_the_process_forgot(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask
) -> None:
    gateway = gateway_to(server.name, tmp_path, journal=journal)
    path = tmp_path / "requests.jsonl"
    write_batch(gateway, journal, numbered(ask_for, 2), path)
    submit_batch(gateway, journal, path)
    with pytest.raises(ModelError, match="submitted already, as batch_0"):
        submit_batch(gateway, journal, path)
    journal.set_batch(path.name, batch="", status="written")  # killed before it wrote the batch down
    assert submit_batch(gateway, journal, path).batch == "batch_0"
    assert len(server.batches) == 1


def test_a_file_that_was_changed_after_the_guard_saw_it_is_not_submitted(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask
) -> None:
    gateway = gateway_to(server.name, tmp_path, journal=journal)
    path = tmp_path / "requests.jsonl"
    write_batch(gateway, journal, numbered(ask_for, 2), path)
    path.write_text(path.read_text().replace("number 1", "jo@example.com"))
    with pytest.raises(ModelError, match="was changed"):
        submit_batch(gateway, journal, path)
    assert not server.files


def test_no_file_holds_what_the_guard_refuses(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask
) -> None:
    gateway = gateway_to(server.name, tmp_path, journal=journal)
    with pytest.raises(ModelError, match="e-mail address"):
        write_batch(gateway, journal, [ask_for("a", "to jo@example.com")], tmp_path / "requests.jsonl")
    assert not (tmp_path / "requests.jsonl").exists()


def test_many_requests_are_several_files(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_files, "MOST_REQUESTS", 3)
    gateway = gateway_to(server.name, tmp_path, journal=journal)
    written = write_batch(gateway, journal, numbered(ask_for, 8), tmp_path / "requests.jsonl")
    assert [each.requests for each in written] == [3, 3, 2]
    assert [Path(each.file).name for each in written] == ["requests.jsonl", "requests-2.jsonl", "requests-3.jsonl"]


def test_answers_that_were_made_elsewhere_are_read(
    server: BatchServer, journal: Journal, tmp_path: Path, ask_for: Ask
) -> None:
    gateway = gateway_to(server.name, tmp_path, journal=journal)
    write_batch(gateway, journal, numbered(ask_for, 3), tmp_path / "requests.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text().splitlines()]
    answers = [json.dumps(server.answer(line)) for line in lines[:2]]
    strange = '{"custom_id": "sha256:0", "response": null, "error": null}'
    (tmp_path / "out.jsonl").write_text("\n".join([*answers, strange, '{"custom', ""]))
    collected = read_answers(gateway, journal, tmp_path / "out.jsonl")
    assert (collected.answers, collected.failed, collected.unknown) == (2, 0, 2)
    assert len(gateway.missing(numbered(ask_for, 3))) == 1
    (tmp_path / "other.jsonl").write_text(strange)
    with pytest.raises(ModelError, match="none of its 1 lines"):
        read_answers(gateway, journal, tmp_path / "other.jsonl")


def test_a_model_that_takes_no_files_says_so(journal: Journal, tmp_path: Path, ask_for: Ask) -> None:
    with pytest.raises(ModelError, match="takes no batch files"):
        write_batch(gateway_to("local:", tmp_path), journal, numbered(ask_for, 1), tmp_path / "requests.jsonl")
