"""Linting, receipts, dialects and the brand kit, as a person types them."""

import json
from pathlib import Path

import pytest
from command_line import Assistant, Walk

GOOD = "Mill Lane Foods: save 15% on whole milk with SPRING15 until January 31. Reply STOP to opt out"


def test_a_clean_text_is_clean_and_its_facts_are_shown(assistant: Assistant, walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "message.txt"
    file.write_text(GOOD, encoding="utf-8")
    words = ("check", file, "--channel", "sms", "--brief", "briefs/spring.toml")
    said = assistant(*words, folder=walk.root)
    assert said.code == 0
    assert "brief:offer.amount" in said.out
    (row,) = assistant(*words, "--json", folder=walk.root).rows
    assert row["clean"]
    assert {bound["receipt"] for bound in row["bound"]} >= {"brief:sender", "brief:offer.code", "catalogue:Whole milk"}


def test_a_fabrication_is_found_and_the_exit_code_says_so(assistant: Assistant, walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "message.txt"
    file.write_text(GOOD.replace("15%", "60%") + " Rated 4.9 by 2,000 shoppers.", encoding="utf-8")
    said = assistant("check", file, "--channel", "sms", "--brief", "briefs/spring.toml", "--json", folder=walk.root)
    assert said.code == 1
    (row,) = said.rows
    checks = [finding["check"] for finding in row["findings"] if finding["severity"] == "error"]
    assert checks[:2] == ["unsupported_percent", "unsupported_number"]
    assert "the offer is 15% off" in row["findings"][0]["message"]


def test_a_table_of_texts_is_judged_row_by_row(assistant: Assistant, walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text(f'id,text\na,"{GOOD}"\nb,"Only three left. Reply STOP, says Mill Lane Foods"\n', encoding="utf-8")
    said = assistant("check", file, "--channel", "sms", "--brief", "briefs/spring.toml", "--json", folder=walk.root)
    assert [(row["text"], row["clean"]) for row in said.rows] == [("a", True), ("b", False)]
    assert "1 of 2 texts" in said.err


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        ("id,words\n1,x\n", (), "has no column 'text'; its columns are id, words"),
        ("id,text\n1,x\n", ("--column", "copy"), "has no column 'copy'"),
        ("id,text\n1,x\n", ("--channel", "fax"), "no channel 'fax'"),
        ("id,text\n1,x\n", ("--language", "xx"), "no language 'xx'"),
        ("id,text\n1,x\n", ("--segment", "S99"), "no segment 'S99'"),
        ("id,text\n1,x\n", ("--market", "ZZ"), "no market 'ZZ'"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    assistant: Assistant, walk: Walk, tmp_path: Path, content: str, words: tuple[str, ...], told: str
) -> None:
    file = tmp_path / "texts.csv"
    file.write_text(content, encoding="utf-8")
    assert told in assistant("check", file, *words, folder=walk.root).mistake


def test_a_text_can_be_checked_without_a_workspace(assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "message.txt"
    file.write_text("The best cheese in the world, now 60% off", encoding="utf-8")
    said = assistant("check", file, "--channel", "push", "--json", folder=tmp_path)
    assert said.code == 1
    assert {finding["check"] for finding in said.rows[0]["findings"]} >= {"superlative", "unsupported_percent"}


def test_why_goes_from_the_words_to_the_rows(assistant: Assistant, walk: Walk) -> None:
    pieces = assistant(
        "campaign", "pieces", "--status", "checked", "--channel", "email", "--json", folder=walk.root
    ).rows
    piece = next(row for row in pieces if any(slot["receipt"].startswith("fact:") for slot in row["slots"]))
    found = assistant("campaign", "why", piece["piece"], "--json", folder=walk.root).rows
    slots = {slot["slot"]: slot for sentence in found for slot in sentence["slots"]}
    assert "briefs" not in slots["offer.discount"]["says"]
    assert slots["offer.discount"]["says"].endswith("amount = 15")
    product = slots["product"]
    assert product["query"].startswith("SELECT")
    assert product["rows"][0]["customers"] > 0
    assert product["rows"][-1]["name"].lower() == product["shown"].lower()
    # One sentence alone, by some of its words.
    words = found[0]["sentence"].split()[0]
    some = assistant("campaign", "why", piece["piece"].lower(), words, folder=walk.root)
    assert words in some.out
    assert "does not say" in assistant("campaign", "why", piece["piece"], "no such words", folder=walk.root).mistake
    assert "no piece" in assistant("campaign", "why", "S99-email-x", folder=walk.root).mistake


def test_pieces_are_shown_as_a_platform_takes_them(assistant: Assistant, walk: Walk) -> None:
    said = assistant("campaign", "pieces", "--channel", "email", "--dialect", "klaviyo", "--json", folder=walk.root)
    assert "{{ first_name|default:'there' }}" in said.rows[0]["templates"]["body"]
    assert said.rows[0]["syntax"] == "rendered with django"
    plain = assistant("campaign", "pieces", "--channel", "email", "--dialect", "mailchimp", folder=walk.root)
    assert "syntax unverified" in plain.err
    assert "*|IF:FNAME|*" in plain.out
    assert "did you mean 'braze'" in assistant("campaign", "pieces", "--dialect", "braz", folder=walk.root).mistake


def test_a_brand_is_learned_and_a_kit_that_is_there_is_kept(assistant: Assistant, shop: Path, tmp_path: Path) -> None:
    past = tmp_path / "past"
    past.mkdir()
    (past / "past.txt").write_text(
        "Hi,\n\nyour bread is ready, come by Maple Street.\n---\nHi,\n\nrolls again, and tea at Maple Street.",
        encoding="utf-8",
    )
    assert "no " in assistant("brand", "show", folder=shop).mistake.lower()
    (row,) = assistant("brand", "learn", past, "--json", folder=shop).rows
    assert (row["messages"], row["names"]) == (2, ["Maple Street"])
    kit = (shop / "brand.toml").read_text(encoding="utf-8")
    assistant("brand", "learn", past, folder=shop)
    assert (shop / "brand.toml").read_text(encoding="utf-8") == kit
    assert (shop / "brand.learned.toml").exists()
    assert json.loads(assistant("brand", "show", "--json", folder=shop).out)[0]["names"] == ["Maple Street"]
    (shop / "brand.toml").write_text('[[banned]]\nterm = "milk"\n[[required]]\nterm = "milk today"\n', encoding="utf-8")
    assert "is banned and" in assistant("brand", "show", folder=shop).mistake
