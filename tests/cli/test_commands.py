"""Every command a marketer types, from an empty folder to a report."""

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Assistant, Walk
from model_server import ModelServer, asked_of, completion
from rich.console import Console

from assistant.cli import output


def test_every_command_of_the_walk_succeeds(walk: Walk) -> None:
    assert {name: said.code for name, said in walk.said.items()} == dict.fromkeys(walk.said, 0)


def test_init_names_what_to_edit_and_what_to_type_next(walk: Walk) -> None:
    said = walk.said["init"]
    assert said.out == ""
    assert str(walk.root / "assistant.toml") in said.err
    assert f"Next: assistant ingest --workspace {walk.root}" in said.err
    assert (walk.root / "briefs" / "example.toml").is_file()


def test_init_keeps_the_settings_of_a_workspace(assistant: Assistant, shop: Path) -> None:
    before = (shop / "assistant.toml").read_bytes()
    assert assistant("init", shop, "--name", "Another name").code == 0
    assert (shop / "assistant.toml").read_bytes() == before


def test_the_brief_to_start_from_can_be_read(assistant: Assistant, walk: Walk) -> None:
    said = assistant("campaign", "run", "briefs/example.toml", "--segment", "S9", folder=walk.root)
    assert "S9" in said.mistake  # the segment is all that is wrong


def test_ingest_counts_the_rows_of_every_table(walk: Walk, shop_files: dict[str, Path]) -> None:
    lines = {table: len(file.read_text(encoding="utf-8").splitlines()) - 1 for table, file in shop_files.items()}
    assert {row["table"]: row["rows"] for row in walk.said["ingest"].rows} == lines


def test_segments_fit_and_list_show_the_same(assistant: Assistant, walk: Walk) -> None:
    listed = assistant("segments", "list", "--json", folder=walk.root)
    assert listed.rows == walk.said["fit"].rows
    assert listed.err == ""
    assert [row["segment"] for row in listed.rows] == [f"S{number}" for number in range(1, len(listed.rows) + 1)]
    assert {"segment", "name", "customers", "revenue_share"} <= set(listed.rows[0])
    assert sum(row["customers"] for row in listed.rows) == 150
    assert sum(row["revenue_share"] for row in listed.rows) == pytest.approx(1)


def test_segments_show_tells_what_sets_one_apart_in_any_case(assistant: Assistant, walk: Walk) -> None:
    rows = assistant("segments", "show", "s1", "--json", folder=walk.root).rows
    assert {"feature", "value", "others", "effect"} <= set(rows[0])
    assert abs(rows[0]["effect"]) == max(abs(row["effect"]) for row in rows)


def test_facts_are_numbered(walk: Walk) -> None:
    rows = walk.said["facts"].rows
    assert [row["fact"] for row in rows] == [f"S1.F{number:02d}" for number in range(1, len(rows) + 1)]
    assert {"fact", "metric", "value", "display", "direction", "source"} <= set(rows[0])


def test_index_counts_documents_and_is_kept_the_second_time(assistant: Assistant, walk: Walk) -> None:
    (row,) = walk.said["index"].rows
    assert (row["kept"], row["documents"]) == (False, row["embedded"])
    (again,) = assistant("index", "--json", folder=walk.root).rows
    assert again == {**row, "kept": True}


def test_an_index_that_was_damaged_is_made_again(assistant: Assistant, shop: Path) -> None:
    for file in shop.glob("index/version-*/chroma.sqlite3"):
        file.write_bytes(b"no database")
    assert "`assistant index`" in assistant("search", "milk", folder=shop).mistake
    (row,) = assistant("index", "--json", folder=shop).rows
    assert not row["kept"]
    assert assistant("search", "milk", "--json", folder=shop).rows


def test_search_finds_a_product_by_its_words(assistant: Assistant, walk: Walk) -> None:
    rows = assistant("search", "ground coffee", "--kind", "product", "--limit", "3", "--json", folder=walk.root).rows
    assert rows[0]["document"] == "product:ground-coffee"
    assert len(rows) == 3
    assert {row["kind"] for row in rows} == {"product"}
    assert {"document", "kind", "segment", "text", "source", "score"} <= set(rows[0])


def test_search_can_be_held_to_a_segment_in_any_case(assistant: Assistant, walk: Walk) -> None:
    rows = assistant("search", "coupons", "--segment", "s2", "--limit", "100", "--json", folder=walk.root).rows
    assert {row["segment"] for row in rows} == {"", "S2"}


def test_personas_say_what_each_claim_rests_on(walk: Walk) -> None:
    rows = walk.said["personas"].rows
    facts = {row["fact"] for row in walk.said["facts"].rows}
    assert [row["segment"] for row in rows] == ["S1", "S2", "S3"]
    assert all(row["name"] for row in rows)
    claims = rows[0]["claims"]
    assert (
        {"verified", "hypothesis"} <= {claim["status"] for claim in claims} <= {"verified", "undecidable", "hypothesis"}
    )
    for claim in claims:
        assert set(claim["facts"]) <= facts
        assert claim["facts"] or claim["documents"]
    assert any(claim["written_by"].startswith("openai:") for claim in claims)


def test_personas_of_one_segment(assistant: Assistant, walk: Walk) -> None:
    assert [row["segment"] for row in assistant("personas", "--segment", "s2", "--json", folder=walk.root).rows] == [
        "S2"
    ]


def test_a_campaign_is_counted_as_its_pieces_are(assistant: Assistant, walk: Walk) -> None:
    (row,) = walk.said["campaign"].rows
    assert assistant("campaign", "list", "--json", folder=walk.root).rows == [row]
    pieces = assistant("campaign", "pieces", "--json", folder=walk.root).rows
    assert row["campaign"] == "spring"
    assert row["pieces"] == len(pieces) == 3 * 2 * 3  # segments, channels, two angles and a control
    assert row["controls"] == sum(piece["angle"] == "control" for piece in pieces)
    assert row["ready"] == sum(piece["status"] == "checked" for piece in pieces) > row["controls"]
    assert row["needs_review"] == sum(piece["status"] == "needs_review" for piece in pieces)


def test_pieces_are_shown_as_a_customer_would_see_them(assistant: Assistant, walk: Walk) -> None:
    pieces = assistant("campaign", "pieces", "spring", "--json", folder=walk.root).rows
    assert {"piece", "segment", "channel", "angle", "status", "reasons", "fields"} <= set(pieces[0])
    for piece in pieces:
        assert piece["piece"] == f"{piece['segment']}-{piece['channel']}-{piece['angle']}"
        assert bool(piece["reasons"]) == (piece["status"] == "needs_review")
        text = " ".join(piece["fields"].values())
        assert "{" not in text
        assert "SPRING15" in text
        assert "January 31" in text


def test_pieces_can_be_chosen(assistant: Assistant, walk: Walk) -> None:
    chosen = ["--segment", "s2", "--channel", "sms", "--status", "checked"]
    pieces = assistant("campaign", "pieces", *chosen, "--json", folder=walk.root).rows
    assert {(piece["segment"], piece["channel"], piece["status"]) for piece in pieces} == {("S2", "sms", "checked")}


def test_the_report_is_where_the_command_says(assistant: Assistant, walk: Walk) -> None:
    (row,) = walk.said["report"].rows
    path = Path(row["report"])
    assert path == (walk.root / "report.html").resolve()
    assert "Mill Lane Foods" in path.read_text(encoding="utf-8")
    again = assistant("report", folder=walk.root / "data")  # the workspace is found from below
    assert again.out == f"{path}\n"


def test_a_workspace_can_be_named_from_anywhere(assistant: Assistant, walk: Walk, tmp_path: Path) -> None:
    assert assistant("segments", "list", "--json", "--workspace", walk.root, folder=tmp_path).rows


def test_tables_show_names_as_text_and_never_as_markup(assistant: Assistant, shop: Path) -> None:
    path = shop / "segments" / "segmentation.json"
    said = path.read_text(encoding="utf-8")
    first = assistant("segments", "list", "--json", folder=shop).rows[0]["name"]
    path.write_text(said.replace(first, "[red]Bold[/red]"), encoding="utf-8")
    shown = assistant("segments", "list", folder=shop).out
    assert "[red]" in shown


def test_models_list_says_what_can_be_opened(assistant: Assistant) -> None:
    rows = assistant("models", "list", "--json").rows
    assert {"model", "meaning", "installed"} <= set(rows[0])
    assert all(row["installed"] for row in rows if row["model"].startswith("openai:") and "installed" in row)


def test_models_check_says_what_a_model_can_and_cannot_do(assistant: Assistant, server: ModelServer) -> None:
    rows = {row["probe"]: row for row in assistant("models", "check", server.name, "--json").rows}
    assert rows["reply"]["can"] == "yes"
    # The server takes a schema, tools and `n`, and minds none of them.
    assert [rows[name]["can"] for name in ("structured reply", "tool call", "several answers at once")] == ["no"] * 3
    assert "ignores it" in rows["structured reply"]["found"]
    assert "tokens/s" in rows["speed"]["found"]
    assert rows["price"]["can"] == "unknown"


def test_models_check_of_a_server_that_is_not_there_fails_without_a_traceback(assistant: Assistant) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        said = assistant("models", "check", f"openai:x?base_url=http://127.0.0.1:{held.getsockname()[1]}/v1", "--json")
    assert said.code == 1
    assert {row["probe"]: row["can"] for row in said.rows}["reply"] == "no"
    assert "did not answer" in said.err
    assert "Traceback" not in said.err


def test_models_calls_shows_the_latest_first(assistant: Assistant, walk: Walk) -> None:
    rows = assistant("models", "calls", "--limit", "5", "--json", folder=walk.root).rows
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert {row["prompt"].split("/")[0] for row in rows} == {"copy"}
    assert {row["status"] for row in rows} == {"ok"}


def test_models_calls_can_be_filtered_and_shown_whole(assistant: Assistant, walk: Walk) -> None:
    (first, *_) = assistant("models", "calls", "--prompt", "persona/claim@1", "--json", folder=walk.root).rows
    assert first["prompt"] == "persona/claim@1"
    shown = assistant("models", "calls", first["id"], folder=walk.root).out
    assert first["text"] in shown
    assert first["messages"][-1]["content"] in shown
    assert assistant("models", "calls", first["id"], "--json", folder=walk.root).rows == [first]
    word = first["messages"][-1]["content"].split()[0].upper()
    found = assistant("models", "calls", "--text", word, "--limit", "10000", "--json", folder=walk.root).rows
    assert first["id"] in [row["id"] for row in found]
    for empty in (
        ["--status", "failed"],
        ["--model", "local:"],
        ["--since", "2999-01-01"],
        ["--text", "no such words"],
    ):
        assert assistant("models", "calls", *empty, "--json", folder=walk.root).rows == []
    assert "no call 0" in assistant("models", "calls", "0", folder=walk.root).mistake


def test_a_campaign_is_asked_by_a_batch_file(
    assistant: Assistant, shop: Path, server: ModelServer, tmp_path: Path
) -> None:
    with sqlite3.connect(shop / "journal.sqlite") as journal:
        journal.execute("DELETE FROM calls WHERE prompt LIKE 'copy/%'")
    journal.close()
    for piece in shop.glob("campaigns/*"):
        shutil.rmtree(piece)
    (written,) = assistant(
        "models", "batch", "write", tmp_path / "ask.jsonl", "--brief", "briefs/spring.toml", "--json", folder=shop
    ).rows
    lines = [json.loads(line) for line in (tmp_path / "ask.jsonl").read_text(encoding="utf-8").splitlines()]
    assert written["requests"] == len(lines) > 0
    answers = [
        {"custom_id": line["custom_id"], "error": None,
         "response": {"status_code": 200, "body": completion(line["body"])}}
        for line in lines
    ]  # fmt: skip
    (tmp_path / "told.jsonl").write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    (collected,) = assistant("models", "batch", "collect", tmp_path / "told.jsonl", "--json", folder=shop).rows
    assert (collected["answers"], collected["awaited"]) == (len(lines), 0)
    (listed,) = assistant("models", "batch", "list", "--json", folder=shop).rows
    assert (listed["requests"], listed["awaited"]) == (len(lines), 0)

    server.forget()
    assert assistant("campaign", "run", "briefs/spring.toml", folder=shop).code == 0
    asked = {asked_of(line["body"]["messages"], line["body"]["seed"]) for line in lines}
    assert asked.isdisjoint(server.asked)


def test_batch_commands_say_what_is_missing(assistant: Assistant, shop: Path, tmp_path: Path) -> None:
    assert "batch write" in assistant("models", "batch", "collect", folder=shop).mistake
    assert "batch write" in assistant("models", "batch", "submit", tmp_path / "x.jsonl", folder=shop).mistake


def test_a_second_run_of_everything_asks_no_model(assistant: Assistant, walk: Walk, server: ModelServer) -> None:
    server.forget()
    assert assistant("campaign", "run", "briefs/spring.toml", folder=walk.root).code == 0
    assert server.asked == []


def test_an_interrupted_command_says_how_to_go_on() -> None:
    script = (
        "import os, signal, threading\n"
        "from assistant.cli import main\n"
        "from assistant.cli.commands import models\n"
        "def wait(*_, **__):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    threading.Event().wait(20)\n"
        "models.Gateway = wait\n"
        "main.sys.argv = ['assistant', 'models', 'check', 'local:']\n"
        "main.run()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 130
    assert "type the same again to go on" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
def test_a_table_shows_every_figure_and_name_whole_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(output, "results", Console(width=columns))
    names = ("segment", "name", "customers", "share", "revenue", "revenue share", "Jaccard", "certified")
    row = ("S1", "Top-spending, most frequent shoppers", "57", "14%", "$79,827.93", "39%", "0.84", "certified")
    output.emit_table(names, [row, row])
    said = capsys.readouterr().out
    for word in (*row[2:], "Top-spending,", "frequent", *" ".join(names).split()):
        assert said.count(word) >= (1 if word in " ".join(names) else 2), said
