"""A campaign from the plan to the platform, as a CRM team types it."""

import csv
import json
import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Assistant, Said, Walk
from model_server import ModelServer

from assistant.cli.campaigns import browser_program

MATCHED = ("--match-by", "customer_id", "--assume-consent", "email", "--assume-consent", "sms")


def pieces_of(assistant: Assistant, shop: Path, *words: str) -> list[dict[str, Any]]:
    return assistant("campaign", "pieces", *words, "--json", folder=shop).rows


def as_written(shop: Path) -> list[dict[str, Any]]:
    lines = (shop / "campaigns/spring/pieces.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ledger(shop: Path) -> list[dict[str, Any]]:
    lines = (shop / "campaigns/spring/ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def with_setting(shop: Path, section: str, line: str) -> None:
    replaced(shop / "assistant.toml", f"[{section}]", f"[{section}]\n{line}")


def priced(shop: Path, server: ModelServer) -> None:
    path = shop / "assistant.toml"
    price = f'\n[models.prices."{server.name}"]\ninput = 10.0\noutput = 20.0\n'
    path.write_text(path.read_text(encoding="utf-8") + price, encoding="utf-8")


# Plan


def test_a_plan_says_what_would_be_made_for_how_many_and_what_it_takes(assistant: Assistant, walk: Walk) -> None:
    plan = assistant(
        "campaign", "plan", "briefs/spring.toml", "--model", "openai:gpt-4o-mini", "--json", folder=walk.root
    )
    (told,) = plan.rows
    assert (told["pieces"], told["controls"], told["customers"]) == (12, 6, 150)
    assert {(b["segment"], b["channel"]) for b in told["blocks"]} == {
        (s, c) for s in ("S1", "S2", "S3") for c in ("email", "sms")
    }
    ours, other = told["models"]
    # All of it is in the journal, so it is free; another model would be asked anew.
    assert ours["known"] == ours["calls"] > 0
    assert ours["tokens_in"] == ours["tokens_out"] == 0
    assert other["known"] == 0
    assert other["cost_nanodollars"] > 0
    assert other["most_nanodollars"] > other["cost_nanodollars"]
    assert other["basis"] == "assumed"


def test_a_plan_of_some_is_smaller_and_of_nothing_is_refused(assistant: Assistant, walk: Walk) -> None:
    words = ("campaign", "plan", "briefs/spring.toml")
    (some,) = assistant(*words, "--segment", "S2", "--channel", "sms", "--json", folder=walk.root).rows
    assert (some["pieces"], some["controls"]) == (2, 1)
    told = assistant(*words, "--channel", "push", folder=walk.root).mistake
    assert told == "The brief spring has no channel 'push'; there are email, sms."


def test_nothing_is_asked_of_anybody_for_a_plan(assistant: Assistant, shop: Path, server: ModelServer) -> None:
    (shop / "journal.sqlite").unlink()
    server.forget()
    (told,) = assistant("campaign", "plan", "briefs/spring.toml", "--json", folder=shop).rows
    assert told["models"][0]["known"] == 0
    assert not server.asked


def test_a_run_above_the_amount_set_asks_first(assistant: Assistant, shop: Path, server: ModelServer) -> None:
    priced(shop, server)
    with_setting(shop, "models", "ask_above = 0.0001")
    replaced(shop / "briefs/spring.toml", '"thrift", "ease"', '"treat", "discovery"')
    server.forget()
    told = assistant("campaign", "run", "briefs/spring.toml", folder=shop).mistake
    assert "and ask_above is $0.0001; say --yes, or set models.ask_above in assistant.toml." in told
    assert not server.asked
    assert assistant("campaign", "run", "briefs/spring.toml", "--yes", folder=shop).code == 0
    assert {piece["angle"] for piece in pieces_of(assistant, shop)} == {"treat", "discovery", "control"}


# Run


def test_a_run_that_is_there_is_kept(assistant: Assistant, shop: Path, server: ModelServer) -> None:
    server.forget()
    before = (shop / "campaigns/spring/pieces.jsonl").read_bytes()
    said = assistant("campaign", "run", "briefs/spring.toml", folder=shop)
    assert "= campaign: kept, nothing it depends on has changed" in said.err
    assert (shop / "campaigns/spring/pieces.jsonl").read_bytes() == before
    assert not server.asked


def test_a_run_of_some_leaves_the_others_as_they_were(assistant: Assistant, shop: Path) -> None:
    before = {piece["piece"]: piece for piece in pieces_of(assistant, shop)}
    candidates = [piece["candidates"] for piece in as_written(shop)]
    replaced(shop / "assistant.toml", "copy_candidates = 2", "copy_candidates = 3")
    said = assistant("campaign", "run", "briefs/spring.toml", "--segment", "S2", "--channel", "email", folder=shop)
    assert said.code == 0, said.err
    after = {piece["piece"]: piece for piece in pieces_of(assistant, shop)}
    assert list(after) == list(before)
    for name, piece in after.items():
        if not name.startswith("S2-email"):
            assert piece == before[name]
    for piece, count in zip(as_written(shop), candidates, strict=True):
        meant = piece["piece"].startswith("S2-email") and piece["angle"] != "control"
        assert (piece["candidates"] > count) == meant, piece["piece"]


def test_only_what_was_rejected_is_written_again_by_the_reason(assistant: Assistant, shop: Path) -> None:
    name = next(p["piece"] for p in pieces_of(assistant, shop, "--status", "checked") if p["angle"] != "control")
    rest = {p["piece"]: p["revision"] for p in pieces_of(assistant, shop) if p["piece"] != name}
    assistant("campaign", "review", "--reject", name, "--reason", "Say it shorter.", "--by", "Ann", folder=shop)
    said = assistant("campaign", "run", "briefs/spring.toml", "--only", "rejected", folder=shop)
    assert said.code == 0, said.err
    assert "1 pieces written again" in said.err
    made = [entry for entry in ledger(shop) if "made" in entry]
    assert [(entry["made"]["piece"], entry["reason"]) for entry in made] == [(name, "Say it shorter.")]
    now = {p["piece"]: p for p in pieces_of(assistant, shop)}
    assert {n: p["revision"] for n, p in now.items() if n != name} == rest
    assert now[name]["status"] in ("checked", "needs_review")
    with sqlite3.connect(shop / "journal.sqlite") as journal:
        (asked,) = journal.execute(
            "SELECT count(*) FROM calls WHERE messages LIKE '%The reviewer asks: Say it shorter.%'"
        ).fetchone()
    journal.close()
    assert asked


def test_there_is_nothing_to_go_on_with_where_nothing_was_stopped(assistant: Assistant, walk: Walk) -> None:
    told = assistant("campaign", "resume", folder=walk.root).mistake
    assert told == ("There is nothing to go on with; no run was stopped. Write with `assistant campaign run BRIEF`.")


# Review


def test_a_piece_is_approved_rejected_and_listed_with_who_did_it(assistant: Assistant, shop: Path) -> None:
    first, second = [p["piece"] for p in pieces_of(assistant, shop, "--status", "checked")][:2]
    words = ("campaign", "review", "--approve", first, "--reject", second, "--reason", "Dull.", "--by", "Ann")
    (told,) = assistant(*words, "--json", folder=shop).rows
    assert told["states"]["approved"] == told["states"]["rejected"] == 1
    (row,) = assistant("campaign", "list", "--json", folder=shop).rows
    assert row["states"] == told["states"]
    shown = assistant("campaign", "pieces", "--status", "rejected", folder=shop).out
    assert f"{second}: rejected by Ann, " in shown
    assert {(e["by"], e["state"]) for e in ledger(shop)[-2:]} == {("Ann", "approved"), ("Ann", "rejected")}


def test_a_rejection_wants_a_reason(assistant: Assistant, walk: Walk) -> None:
    told = assistant("campaign", "review", "--reject", "S1-sms-ease", folder=walk.root).mistake
    assert told == "A piece is rejected with a reason, which its next version is written by; say --reason."


def test_who_names_no_piece_is_told_some(assistant: Assistant, walk: Walk) -> None:
    told = assistant("campaign", "review", "--approve", "S9-email-ease", folder=walk.root).mistake
    assert told.startswith("spring has no piece 'S9-email-ease'; there are S1-email-control, ")


def test_the_screen_wants_a_terminal(assistant: Assistant, walk: Walk) -> None:
    told = assistant("campaign", "review", folder=walk.root).mistake
    assert told == "The review screen needs a terminal; use --approve, --reject, --out FILE or --read FILE, see --help."


def edited(path: Path, change: dict[str, dict[str, str]]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(change.get(row["piece"], {}))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_table_that_was_sent_round_comes_back(assistant: Assistant, shop: Path) -> None:
    table = shop / "review.csv"
    assistant("campaign", "review", "--out", table, folder=shop)
    pieces = {p["piece"]: p for p in pieces_of(assistant, shop)}
    mails = [name for name, p in pieces.items() if p["channel"] == "email" and p["status"] == "checked"]
    good, changed, bad, wrong, late = mails[:5]
    edited(
        table,
        {
            good: {"decision": "approve"},
            changed: {"subject": "{offer.discount} off {product}", "decision": "approve"},
            bad: {"subject": "Now 90% off everything", "decision": "approve"},
            wrong: {"decision": "perhaps"},
            late: {"revision": "000000000000", "decision": "approve"},
        },
    )
    said = assistant("campaign", "review", "--read", table, "--by", "Ann", folder=shop)
    assert said.code == 0, said.err
    after = {p["piece"]: p for p in pieces_of(assistant, shop)}
    assert after[good]["status"] == after[changed]["status"] == "approved"
    assert after[changed]["fields"]["subject"].startswith("15% off ")
    assert after[changed]["written_by"]["subject"] == "hand"
    # The words are kept, and what is wrong with them is said; nothing that a check refuses is let out.
    assert after[bad]["status"] == "needs_review"
    assert after[bad]["fields"]["subject"] == "Now 90% off everything"
    assert after[wrong]["status"] == after[late]["status"] == "checked"
    left_out = [line for line in said.err.splitlines() if line.startswith("Left out: ")]
    assert len(left_out) == 3
    assert any(f"{bad}: {bad} fails fact_outside_slot" in line for line in left_out)
    assert any("column decision: 'perhaps'; expected approve, reject or nothing." in line for line in left_out)
    assert any(f"{late}: the table has revision 000000000000 and the piece is at" in line for line in left_out)
    assert f"{changed}, subject: " in said.out
    untouched = set(pieces) - {good, changed, bad, wrong, late}
    assert all(after[name] == pieces[name] for name in untouched)


def test_an_edit_in_the_editor_is_checked_and_shown(
    assistant: Assistant, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = shop / "editor.py"
    script.write_text(
        "import pathlib, re, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text(encoding='utf-8')\n"
        "head, rest = text.split('== subject ==\\n')\n"
        "told = '{offer.discount} off {product}\\n' + rest.split('\\n', 1)[1]\n"
        "path.write_text(head + '== subject ==\\n' + told, 'utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    name = next(p["piece"] for p in pieces_of(assistant, shop, "--channel", "email") if p["angle"] == "ease")
    said = assistant("campaign", "review", "--edit", name, "--by", "Ann", folder=shop)
    assert said.code == 0, said.err
    assert f"{name}, subject: " in said.out
    (piece,) = [p for p in pieces_of(assistant, shop) if p["piece"] == name]
    assert piece["fields"]["subject"].startswith("15% off")


def test_the_report_shows_what_was_decided(assistant: Assistant, shop: Path) -> None:
    name = pieces_of(assistant, shop, "--status", "checked")[0]["piece"]
    assistant("campaign", "review", "--approve", name, "--by", "Ann Reviewer", folder=shop)
    assert assistant("report", "--json", folder=shop).rows[0]["kept"] is False
    assert "approved by <bdi>Ann Reviewer</bdi>" in (shop / "report.html").read_text(encoding="utf-8")
    assert assistant("report", "--json", folder=shop).rows[0]["kept"] is True


# Export


def exported(assistant: Assistant, shop: Path, *words: str) -> Said:
    return assistant("campaign", "export", *MATCHED, *words, "--json", folder=shop)


@pytest.fixture
def approved(assistant: Assistant, shop: Path) -> Path:
    assistant("campaign", "review", "--approve-checked", "--by", "Ann", folder=shop)
    return shop


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_nothing_unapproved_is_exported(assistant: Assistant, shop: Path) -> None:
    told = assistant("campaign", "export", folder=shop).mistake
    assert told == "Nothing of spring is approved; type `assistant campaign review spring`."
    assert not (shop / "campaigns/spring/export").exists()
    names = [p["piece"] for p in pieces_of(assistant, shop, "--status", "checked")]
    assistant("campaign", "review", "--approve", names[0], "--approve", names[1], "--by", "Ann", folder=shop)
    (told_of,) = exported(assistant, shop, "--dialect", "klaviyo").rows
    assert set(told_of["pieces"]) == set(names[:2])
    everything = b"\n".join(files_in(Path(told_of["folder"])).values()).decode("utf-8", "replace")
    assert not [name for name in names[2:] if f'{name}"' in everything or f"{name}," in everything]
    assert {p["piece"] for p in pieces_of(assistant, shop, "--status", "exported")} == set(names[:2])


def test_an_export_is_the_same_again_and_says_so(assistant: Assistant, approved: Path) -> None:
    (first,) = exported(assistant, approved, "--dialect", "klaviyo", "--dialect", "mailchimp", "--holdout", "0.2").rows
    before = files_in(approved / "campaigns/spring/export")
    (again,) = exported(assistant, approved, "--dialect", "klaviyo", "--dialect", "mailchimp", "--holdout", "0.2").rows
    assert (first["changed"], again["changed"]) == (True, False)
    assert files_in(approved / "campaigns/spring/export") == before
    assert {"manifest.json", "SHA256SUMS", "klaviyo/email.json", "mailchimp/sms.csv"} <= set(before)
    assert {"recipients/email.csv", "recipients/sms.csv", "recipients/holdout.csv"} <= set(before)
    told = json.loads(before["manifest.json"])
    assert {piece["approved_by"] for piece in told["pieces"]} == {"Ann"}
    assert not list((approved / "campaigns/spring").glob(".export*"))


def test_recipients_get_their_products_and_are_in_one_arm(assistant: Assistant, approved: Path) -> None:
    (told,) = exported(assistant, approved).rows
    with (Path(told["folder"]) / "recipients/email.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (counts,) = [c for c in told["recipients"]["counts"] if c["channel"] == "email"]
    assert len(rows) == counts["recipients"] == sum(counts["arms"].values())
    assert all(row["product_1"] for row in rows)
    assert len({row["customer_id"] for row in rows}) == len(rows)
    assert sum(told["recipients"]["sms_parts"].values()) > 0


def test_an_export_that_was_killed_half_way_leaves_the_one_before(assistant: Assistant, approved: Path) -> None:
    exported(assistant, approved)
    folder = approved / "campaigns/spring/export"
    before = files_in(folder)
    # As a kill between the two renames leaves it, with what else it was writing.
    folder.rename(folder.with_name(".export.old-12345678"))
    (approved / "campaigns/spring/.export.87654321").mkdir()
    told = assistant("campaign", "export", "--codes", "none.txt", *MATCHED, folder=approved)
    assert told.code == 2
    assert files_in(folder) == before
    assert not list(folder.parent.glob(".export.*"))


def test_where_consent_is_unknown_nobody_is_written_to(assistant: Assistant, approved: Path) -> None:
    said = assistant("campaign", "export", folder=approved)
    assert said.code == 0, said.err
    assert "Nobody's consent is in the data; where it is held elsewhere, say --assume-consent CHANNEL." in said.err
    rows = (approved / "campaigns/spring/export/recipients/email.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1


def test_a_folder_that_is_something_else_is_left_alone(assistant: Assistant, approved: Path) -> None:
    (approved / "mine").mkdir()
    (approved / "mine/notes.txt").write_text("keep me", encoding="utf-8")
    told = assistant("campaign", "export", "--out", "mine", folder=approved).mistake
    assert told == "mine holds something else than an export of spring; name another folder with --out."
    assert (approved / "mine/notes.txt").read_text(encoding="utf-8") == "keep me"


def test_pieces_for_segments_that_are_no_more_stay_in(assistant: Assistant, approved: Path) -> None:
    settings = approved / "assistant.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("resamples = 4", "resamples = 5"), encoding="utf-8"
    )
    assert assistant("segments", "fit", folder=approved).code == 0
    told = assistant("campaign", "export", *MATCHED, folder=approved).mistake
    assert told.startswith("spring was written for version 1 of the segments, and version 2 is in force")


# Bundle, replay, diff, audit


def test_a_bundle_is_made_again_in_another_folder_without_a_model(
    assistant: Assistant, approved: Path, tmp_path: Path, server: ModelServer
) -> None:
    name = pieces_of(assistant, approved, "--channel", "email")[1]["piece"]
    again = assistant("campaign", "review", "--again", name, "--note", "Shorter.", "--by", "Ann", folder=approved)
    assert again.code == 0, again.err
    (told,) = assistant("campaign", "bundle", "--out", tmp_path / "spring.zip", "--json", folder=approved).rows
    assert told["pieces"] == 18
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    server.forget()
    (made,) = assistant(
        "campaign", "replay", tmp_path / "spring.zip", "--out", "pieces.jsonl", "--json", folder=elsewhere
    ).rows
    assert made == {"pieces": 18, "differing": []}
    assert not server.asked
    written = [json.loads(line) for line in (elsewhere / "pieces.jsonl").read_text(encoding="utf-8").splitlines()]
    now = {p["piece"]: p for p in pieces_of(assistant, approved)}
    assert {p["piece"]: p["fields"][0]["text"] for p in written} == {
        n: next(iter(p["fields"].values())) for n, p in now.items()
    }
    same = assistant("campaign", "diff", "spring", tmp_path / "spring.zip", "--json", folder=approved).rows
    assert {row["change"] for row in same} == {"same"}


def test_two_runs_are_compared_with_the_reason(assistant: Assistant, shop: Path, tmp_path: Path) -> None:
    assistant("campaign", "bundle", "--out", tmp_path / "before.zip", folder=shop)
    with_setting(shop, "models", "seed = 99")
    assert assistant("campaign", "run", "briefs/spring.toml", folder=shop).code == 0
    rows = assistant("campaign", "diff", tmp_path / "before.zip", "spring", "--json", folder=shop).rows
    changed = [row for row in rows if row["change"] == "changed"]
    assert changed
    assert all(row["reasons"] == ["seed"] for row in changed)
    shown = assistant("campaign", "diff", tmp_path / "before.zip", "spring", folder=shop).out
    assert f"{changed[0]['piece']}: changed: seed" in shown


def test_an_archive_that_was_tampered_with_is_a_mistake(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no archive")
    told = assistant("campaign", "replay", tmp_path / "x.zip").mistake
    assert told.endswith("expected what `assistant campaign bundle` wrote.")


def test_the_audit_names_who_approved_and_what_each_value_rests_on(assistant: Assistant, approved: Path) -> None:
    (told,) = assistant("campaign", "audit", "--json", folder=approved).rows
    page = Path(told["files"][0]).read_text(encoding="utf-8")
    assert 'Approved by <b dir="auto">Ann</b>' in page
    assert "brief:offer.amount" in page
    assert "CAN-SPAM Act" in page
    for piece in pieces_of(assistant, approved):
        assert piece["piece"] in page


@pytest.mark.browser
def test_the_audit_is_printed_on_numbered_pages(assistant: Assistant, approved: Path) -> None:
    if browser_program() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the PATH, and CI has to print the audit")
        pytest.skip("no Chromium on the PATH")
    words = ("campaign", "audit", "--pdf", "--out", "signed.html")
    (told,) = assistant(*words, "--json", folder=approved).rows
    assert [Path(file).name for file in told["files"]] == ["signed.html", "signed.pdf"]
    made = (approved / "signed.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) > 3
