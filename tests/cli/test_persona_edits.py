"""A marketer edits a persona's file: edits are held against the data, versions are kept, and nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Assistant, Walk
from model_server import ModelServer

from benchmarks import personas as benchmark
from benchmarks.recount import Recount, contradiction


def new(about: str, text: str, *lines: str) -> str:
    return "\n".join(["", "[[claims]]", f'about = "{about}"', f"text = {json.dumps(text)}", *lines, ""])


def edit(shop: Path, added: str, old: str = "", new_text: str = "") -> str:
    """Change the file of S1; what it holds then."""
    path = shop / "personas" / "S1.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new_text) + added
    path.write_text(text, encoding="utf-8")
    return text


def shown(assistant: Assistant, shop: Path) -> dict[str, Any]:
    (row,) = assistant("personas", "--segment", "S1", "--json", folder=shop).rows
    return row


def versions(shop: Path) -> list[str]:
    return sorted(path.name for path in (shop / "personas" / "versions" / "S1").iterdir())


def test_no_verified_claim_is_contradicted_by_a_count_of_the_rows(
    walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    recount = Recount(walk.root)
    verified = [claim for row in walk.said["personas"].rows for claim in row["claims"] if claim["status"] == "verified"]
    assert len(verified) >= 15
    assert [contradiction(claim, recount) for claim in verified] == [""] * len(verified)
    assert benchmark.main(walk.root) == 0
    told = capsys.readouterr().out
    assert f"counted again: {len(verified)} of {len(verified)} verified claims, 0 contradicted" in told


def test_every_claim_counted_carries_its_numbers_and_its_query(walk: Walk) -> None:
    for row in walk.said["personas"].rows:
        assert row["counts"]["verified"] == sum(claim["status"] == "verified" for claim in row["claims"])
        for claim in row["claims"]:
            if claim["status"] == "verified":
                own = claim["evaluation"]
                assert own["query"].startswith("SELECT ")
                assert own["low"] <= own["value"] <= own["high"]
                assert own["difference_low"] <= own["difference"] <= own["difference_high"]
            else:
                assert claim["reasons"]


def test_a_persona_has_a_file_and_a_version(walk: Walk) -> None:
    text = (walk.root / "personas" / "S1.toml").read_text(encoding="utf-8")
    assert text.startswith("# Persona of S1, ")
    assert "[claims.predicate]" in text
    assert "# verified: " in text
    assert "# hypothesis: " in text
    assert versions(walk.root) == ["0001.json", "0001.toml"]


def test_true_edits_stay_false_ones_are_refuted_and_the_rest_are_hypotheses(
    assistant: Assistant, shop: Path, server: ModelServer
) -> None:
    true, false, vague = "They spend more than $1.", "They spend less than $1.", "They are busy families."
    server.forget()
    kept = edit(shop, new("who", true) + new("who", false) + new("who", vague))
    row = shown(assistant, shop)
    status = {claim["text"]: claim for claim in row["claims"]}
    assert status[true]["status"] == "verified"
    assert status[true]["written_by"] == "hand"
    assert status[vague]["status"] == "hypothesis"
    assert "busy, families" in status[vague]["reasons"][0]
    assert false not in status
    (refuted,) = [one for one in row["dropped"] if one["status"] == "refuted"]
    assert refuted["text"] == false
    assert "the data say $" in refuted["reasons"][0]
    assert row["counts"]["refuted"] == 1
    assert row["edited"]
    # The person's file is as it was left, and no model was asked.
    assert (shop / "personas" / "S1.toml").read_text(encoding="utf-8") == kept
    assert server.asked == []
    assert versions(shop) == ["0001.json", "0001.toml", "0002.json", "0002.toml"]
    assert (shop / "personas" / "versions" / "S1" / "0002.toml").read_text(encoding="utf-8") == kept
    # A claim without an id keeps the one it was given.
    edit(shop, new("price", "They spend more than $3."))
    names = {claim["text"]: claim["claim"] for claim in shown(assistant, shop)["claims"]}
    assert names[true] == status[true]["claim"]
    assert len(set(names.values())) == len(names)
    told = assistant("personas", "--segment", "S1", folder=shop)
    assert "x Refuted, and taken out: " in told.out
    assert "edited by hand" in told.out
    assert "verification: kept" in told.err
    assert versions(shop)[-1] == "0003.toml"


def test_a_predicate_that_a_person_turns_round_is_refuted(assistant: Assistant, shop: Path) -> None:
    before = shown(assistant, shop)
    own = next(claim for claim in before["claims"] if claim["status"] == "verified")
    sign = own["predicate"]["comparator"]
    turned = {">": "<", "<": ">"}[sign]
    path = shop / "personas" / "S1.toml"
    head, tail = path.read_text(encoding="utf-8").split(json.dumps(own["text"]), 1)
    tail = tail.replace(f'comparator = "{sign}"', f'comparator = "{turned}"', 1)
    path.write_text(head + '"They are what the predicate says."' + tail, encoding="utf-8")
    row = shown(assistant, shop)
    (hypothesis,) = [claim for claim in row["claims"] if claim["claim"] == own["claim"]]
    assert hypothesis["status"] == "hypothesis"
    path.write_text(head + json.dumps(own["text"]) + tail, encoding="utf-8")
    row = shown(assistant, shop)
    # Its words still say the other thing, so it is a hypothesis with the reason.
    (own_now,) = [claim for claim in row["claims"] if claim["claim"] == own["claim"]]
    assert "its words say" in own_now["reasons"][0]


def test_the_difference_between_versions_is_told(assistant: Assistant, shop: Path) -> None:
    assert "is the first of the persona of S1" in assistant("personas", "diff", "S1", folder=shop).mistake
    first = shown(assistant, shop)["claims"][-1]
    path = shop / "personas" / "S1.toml"
    text = path.read_text(encoding="utf-8")
    start = text.rindex("[[claims]]")
    path.write_text(text[:start] + new("who", "They spend more than $1."), encoding="utf-8")
    shown(assistant, shop)
    edit(shop, "", "They spend more than $1.", "They spend more than $2.")
    shown(assistant, shop)
    rows = assistant("personas", "diff", "s1", "--json", folder=shop).rows
    assert [(row["from"], row["to"], row["change"]) for row in rows] == [(2, 3, "added"), (2, 3, "removed")]
    rows = assistant("personas", "diff", "S1", "--from", 1, "--to", 3, "--json", folder=shop).rows
    assert {(row["change"], row["before"], row["after"]) for row in rows} == {
        ("added", "", "They spend more than $2."),
        ("removed", first["text"], ""),
    }
    told = assistant("personas", "diff", "S1", folder=shop).out
    assert "version 2 to 3" in told
    assert "$2." in told
    same = assistant("personas", "diff", "S1", "--from", 3, "--to", 3, "--json", folder=shop)
    assert same.rows == []
    assert "There is no version 9" in assistant("personas", "diff", "S1", "--to", 3, "--from", 9, folder=shop).mistake
    assert "No version of a persona of 'S8'" in assistant("personas", "diff", "S8", folder=shop).mistake


def test_a_broken_file_loses_nothing_and_asks_no_model(assistant: Assistant, shop: Path, server: ModelServer) -> None:
    (shop / "journal.sqlite").unlink()
    before = {path.name: path.read_bytes() for path in (shop / "personas").glob("*.json")}
    kept = edit(shop, new("whom", "They order more often than others."))
    server.forget()
    mistake = assistant("personas", folder=shop).mistake
    assert "S1.toml: claim " in mistake
    assert "about is 'whom'; expected one of who, buys, when, price, say, avoid" in mistake
    assert server.asked == []
    assert {path.name: path.read_bytes() for path in (shop / "personas").glob("*.json")} == before
    assert (shop / "personas" / "S1.toml").read_text(encoding="utf-8") == kept


def test_a_persons_claims_outlast_what_is_written_anew(assistant: Assistant, shop: Path) -> None:
    edit(shop, new("who", "They spend more than $1."))
    shown(assistant, shop)
    settings = shop / "assistant.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("persona_candidates = 2", "persona_candidates = 3")
    )
    row = shown(assistant, shop)
    assert row["edited"]
    assert [claim["text"] for claim in row["claims"] if claim["written_by"] == "hand"] == ["They spend more than $1."]


def test_without_its_file_a_persona_is_written_anew(assistant: Assistant, shop: Path) -> None:
    before = shown(assistant, shop)
    edit(shop, new("who", "They spend more than $1."))
    assert shown(assistant, shop) != before
    (shop / "personas" / "S1.toml").unlink()
    assert shown(assistant, shop) == before
    assert (shop / "personas" / "S1.toml").exists()
    assert versions(shop)[-1] == "0003.toml"


def test_a_persons_comments_are_no_edit_and_are_kept(assistant: Assistant, shop: Path) -> None:
    kept = edit(shop, "\n# Ask Ann about the coupons.\n")
    told = assistant("personas", folder=shop)
    assert "verification: kept" in told.err
    assert not shown(assistant, shop)["edited"]
    assert (shop / "personas" / "S1.toml").read_text(encoding="utf-8") == kept


def test_help_tells_of_both_commands(assistant: Assistant) -> None:
    said = assistant("personas", "--help").out
    assert "diff" in said
    assert "--segment" in said
