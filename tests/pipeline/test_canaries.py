"""People planted in a shop's data, and in the places where an attacker would put them: no byte of them ever leaves."""

import csv
import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from model_server import reply
from small_shop import BRIEF, SETTINGS, write_shop

from assistant.errors import ModelError
from assistant.llm import Journal
from assistant.llm.chat_model import GuardedChatModel
from assistant.pipeline import Models, Pipeline, Silent
from assistant.records import Message, Request
from assistant.workspace import Workspace

PERSON = {"first_name": "Wilhelmina", "last_name": "Quartermaine", "email": "w.quartermaine@example.com",
          "phone": "+44 20 7946 0958", "address": "221 Baker Street"}  # fmt: skip
PLANTED = ("quartermaine", "wilhelmina", "7946 0958", "baker street", "cust000")


class Ear:
    """A server on loopback that keeps every byte it is sent and answers from the prompt's worked examples."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append(f"{self.requestline}\n{self.headers}".encode() + content)
                body = json.loads(content)
                message = {"role": "assistant", "content": reply(body["messages"], body["seed"])}
                answer = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}], "usage": {}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def name(self) -> str:
        return f"openai:ear?base_url=http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def assert_nothing_was_heard(self) -> None:
        for told in self.heard:
            low = told.decode().lower()
            digits = re.sub(r"\D", "", low)
            assert not [planted for planted in PLANTED if planted in low]
            assert "2079460958" not in digits


@pytest.fixture
def ear() -> Iterator[Ear]:
    server = Ear()
    yield server
    server.close()


@pytest.fixture(scope="module")
def planted_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose customers are people with contacts, and whose facts are made."""
    folder = tmp_path_factory.mktemp("canaries")
    files = write_shop(folder / "files", 60)
    customers = sorted({row["customer_id"] for row in _rows(files["orders"])})
    told = [
        {
            "customer_id": f"CUST000{customer}",
            **{name: f"{value}" if at else PERSON[name] for name, value in each.items()},
        }
        for at, customer in enumerate(customers)
        for each in [{name: _of(name, at) for name in PERSON}]
    ]
    orders = [{**row, "customer_id": f"CUST000{row['customer_id']}"} for row in _rows(files["orders"])]
    _write(files["orders"], orders)
    files["customers"] = folder / "files" / "customers.csv"
    _write(files["customers"], told)
    root = folder / "shop"
    root.mkdir()
    (root / "assistant.toml").write_text(SETTINGS.replace("{model}", "openai:x?base_url=http://127.0.0.1:1/v1"))
    workspace = Workspace(root)
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.ingest_files({name: (str(path),) for name, path in files.items()})
        pipeline.index()
    return root


@pytest.fixture
def shop(planted_shop: Path, tmp_path: Path, ear: Ear) -> Workspace:
    root = tmp_path / "shop"
    shutil.copytree(planted_shop, root)
    (root / "assistant.toml").write_text(SETTINGS.replace("{model}", ear.name))
    return Workspace(root)


def run_campaign(workspace: Workspace, brief: str) -> dict[str, object]:
    path = workspace.root / "brief.toml"
    path.write_text(brief, encoding="utf-8")
    with workspace.writing():
        return dict(Pipeline(workspace, Silent()).campaign(path).manifest.notes)


def test_personas_and_copy_of_a_shop_full_of_people_say_nothing_of_them(shop: Workspace, ear: Ear) -> None:
    notes = run_campaign(shop, BRIEF)
    assert "refused" not in notes
    assert len(ear.heard) > 50
    ear.assert_nothing_was_heard()


@pytest.mark.parametrize(
    "tone",
    [
        "as Wilhelmina Quartermaine would say it",
        "warm, signed QUARTERMAINE, Wilhelmina",
        "write to w.quartermaine (at) example.com",
        "call 020 7946 0958",
        "from 221 Baker Street",
        "for customer CUST000{0}",
    ],
)
def test_a_brief_that_names_a_customer_is_not_sent(shop: Workspace, ear: Ear, tone: str) -> None:
    prompts = shop.prompts / "copy"
    prompts.mkdir(parents=True)
    customer = next(iter(_ids(shop)))
    with pytest.raises(ModelError, match="not sent, as it holds"):
        run_campaign(shop, f'tone = "{tone.replace("CUST000{0}", customer)}"\n{BRIEF}')
    ear.assert_nothing_was_heard()
    with Journal(shop.journal) as journal:
        assert journal.count(status="refused")
        refused = str(journal.calls(10_000, status="refused")).lower()
    assert not [planted for planted in PLANTED if planted in refused]


def test_a_prompt_of_the_workspaces_own_is_no_way_out(shop: Workspace, ear: Ear) -> None:
    prompt = shop.prompts / "persona" / "name.toml"
    prompt.parent.mkdir(parents=True)
    prompt.write_text(
        'id = "persona/name@9"\nreleased = false\npurpose = "x"\nvariables = ["traits"]\n'
        'system = "You name groups like Wilhelmina Quartermaine would."\nuser = "$traits"\n'
    )
    notes = run_campaign(shop, BRIEF)
    assert notes["pieces"]
    with Journal(shop.journal) as journal:
        assert journal.count(status="refused", prompt="persona/name@9")
    ear.assert_nothing_was_heard()


@pytest.mark.parametrize("role", ["chat", "judge"])
def test_what_a_chat_or_a_judge_is_told_passes_the_same_guard(shop: Workspace, ear: Ear, role: str) -> None:
    with Models(shop).gateway(ear.name) as gateway:
        model = GuardedChatModel(gateway, prompt=f"{role}/answer@1")
        for text in ("Who is Wilhelmina Quartermaine?", "mail w.quartermaine@example.com", "ring 02079460958"):
            with pytest.raises(ModelError, match="not sent, as it holds"):
                model.invoke(text)
        small = Request(
            key="a", messages=(Message(role="user", content="they buy milk"),), prompt="p", prompt_hash="",
            smallest_group=3,
        )  # fmt: skip
        (outcome,) = gateway.complete([small])
        assert outcome.status == "refused"
    assert ear.heard == []


def test_the_guard_is_made_again_when_the_data_changes_or_its_files_are_damaged(shop: Workspace) -> None:
    def refuses() -> bool:
        with Models(shop).gateway("local:") as gateway:
            message = Message(role="user", content="Dear Wilhelmina Quartermaine")
            return bool(gateway.refusal(Request(key="a", messages=(message,), prompt="p", prompt_hash="")))

    assert refuses()
    (shop.root / ".guard" / "name.npy").write_bytes(b"nonsense")
    assert refuses()
    shutil.rmtree(shop.root / ".guard")
    assert refuses()


def _ids(workspace: Workspace) -> list[str]:
    return [str(value) for value in pq.read_table(workspace.data / "customers.parquet")["customer_id"].to_pylist()]


def _of(name: str, at: int) -> str:
    return {"first_name": f"First{at}", "last_name": f"Last{at}", "email": f"c{at}@example.org",
            "phone": f"+1 555 {at:07d}", "address": f"{at} Elm Close"}[name]  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
