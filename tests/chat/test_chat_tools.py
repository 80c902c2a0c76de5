"""Tools on a small shop: what they find is what the files say, and each of their sentences has its receipts."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from model_server import ModelServer

from assistant.chat.desk import Desk, language_of
from assistant.chat.figures import Evidence
from assistant.chat.mentions import stated_in
from assistant.chat.toolbox import Toolbox, as_told
from assistant.chat.tools import TOOLS
from assistant.pipeline import Models, Silent, load_campaign, load_personas
from assistant.records.chat import Language, Question, ToolResult
from assistant.workspace import Workspace

PIECE = "S1-email-thrift"


class Bench:
    """Tools at a desk, and what a person was asked."""

    def __init__(self, workspace: Workspace, agrees: bool = True) -> None:
        self.workspace = workspace
        self.asked: list[Question] = []

        def confirm(question: Question) -> bool:
            self.asked.append(question)
            return agrees

        self.desk = Desk(
            workspace, models=Models(workspace), confirm=confirm, listener=Silent(), by="Ada",
            clock=lambda: dt.datetime.now(dt.UTC),
        )  # fmt: skip
        self.evidence = Evidence({group.segment: group.name for group in self.desk.groups()})
        self.box = Toolbox(self.desk, self.evidence, lambda event: None)

    def run(self, tool: str, language: Language = "en", **arguments: Any) -> ToolResult:
        self.box.language = language
        return self.box.run(tool, arguments)


@pytest.fixture(scope="module")
def looking(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Tools that only look things up share one copy."""
    root = tmp_path_factory.mktemp("looking") / "shop"
    shutil.copytree(made_shop, root)
    bench = Bench(Workspace.at(root), agrees=False)
    yield bench
    bench.desk.close()


@pytest.fixture
def bench(shop: Workspace) -> Iterator[Bench]:
    made = Bench(shop)
    yield made
    made.desk.close()


def said(result: ToolResult) -> str:
    return "\n".join(sentence.text for sentence in result.sentences)


def sheet(workspace: Workspace, segment: str) -> dict[str, dict[str, Any]]:
    facts = json.loads((workspace.segments / "facts" / f"{segment}.json").read_text("utf-8"))["facts"]
    return {fact["metric"]: fact for fact in facts}


LOOKUPS: list[tuple[str, dict[str, Any]]] = [
    ("shop_overview", {}),
    ("list_segments", {}),
    ("describe_segment", {"segment": "S1"}),
    ("compare_segments", {"first": "S1", "second": "S2"}),
    ("compare_segments", {"first": "S1", "second": "S3", "metric": "AOV"}),
    ("segment_facts", {"segment": "S2"}),
    ("segment_facts", {"segment": "S2", "metric": "coupons"}),
    ("segment_facts", {"segment": "S2", "metric": "when"}),
    ("rank_segments", {"metric": "spend per order"}),
    ("rank_segments", {"metric": "days since the last order", "lowest": True}),
    ("count_customers", {"segment": "S1"}),
    ("count_customers", {"who": "ordered in the last 60 days"}),
    ("count_customers", {"who": "bought milk", "segment": "S1"}),
    ("search_products", {"text": "cheese"}),
    ("search_behaviour", {"text": "bread", "segment": "S1"}),
    ("recommend", {"segment": "S1"}),
    ("recommend", {"segment": "S2", "kind": "new"}),
    ("show_persona", {"segment": "S1"}),
    ("list_campaigns", {}),
    ("show_campaign", {}),
    ("show_campaign", {"campaign": "spring", "state": "ready"}),
    ("show_piece", {"piece": PIECE}),
    ("explain_piece", {"piece": PIECE}),
    ("check_copy", {"text": "Half price milk until March 3! Save 20%.", "channel": "sms"}),
    ("plan_campaign", {"brief": "spring"}),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("tool", "arguments"), LOOKUPS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_sentence_of_a_tool_is_bound_and_passes_the_gate(
    looking: Bench, tool: str, arguments: dict[str, Any], language: Language
) -> None:
    result = looking.run(tool, language, **arguments)
    assert result.status == "ok", said(result)
    assert result.sentences
    alone = Evidence(looking.evidence.names)
    alone.add(result)
    for sentence in result.sentences:
        assert {own.source for own in sentence.figures} <= {own.source for own in result.figures}
        bound = alone.bind(sentence.text, language_of(sentence.text), result.subjects)
        assert bound.reason == "", (sentence.text, bound.reason)
        assert not bound.corrected, (sentence.text, bound.text)
    told = json.loads(as_told(result))
    assert told["found"]
    assert len(as_told(result)) < 10_000


def test_all_tools_are_looked_at() -> None:
    acting = {name for name, tool in TOOLS.items() if tool.acts}
    assert {tool for tool, _ in LOOKUPS} | acting == set(TOOLS)
    assert acting == {
        "edit_persona", "run_campaign", "draft_copy", "revise_piece", "edit_piece", "approve_piece", "reject_piece"
    }  # fmt: skip


def test_the_overview_counts_what_the_tables_hold(looking: Bench) -> None:
    orders = looking.workspace.data / "orders.parquet"
    customers, count, sales = duckdb.sql(
        f"SELECT count(DISTINCT customer_id), count(DISTINCT order_id), sum(amount_minor) FROM '{orders}'"
    ).fetchall()[0]
    result = looking.run("shop_overview")
    told = {figure.label: figure.amount for figure in result.figures}
    assert (told["customers with an order"], told["orders"], told["sales"]) == (customers, count, sales)


def test_a_ranking_is_in_the_order_of_the_fact_sheets(looking: Bench) -> None:
    result = looking.run("rank_segments", metric="spend per order")
    values = {name: sheet(looking.workspace, name)["basket_value_minor"] for name in ("S1", "S2", "S3")}
    ordered = sorted(values, key=lambda name: -values[name]["value"])
    assert [row[0] for row in result.table.rows] == ordered if result.table else False
    assert values[ordered[0]]["display"] in result.sentences[0].text
    lowest = looking.run("rank_segments", metric="spend per order", lowest=True)
    assert lowest.subjects[0] == ordered[-1]


def test_customers_are_counted_by_a_rule_and_few_are_not_told_of(looking: Bench) -> None:
    orders, products = (looking.workspace.data / f"{name}.parquet" for name in ("orders", "products"))
    inside = looking.workspace.segments / "assignments.parquet"
    (count,) = duckdb.sql(
        f"SELECT count(DISTINCT customer_id) FROM '{orders}' JOIN '{products}' USING (product_id) "
        f"JOIN '{inside}' USING (customer_id) WHERE name = 'Whole milk' AND segment = 'S1'"
    ).fetchall()[0]
    result = looking.run("count_customers", who="bought whole milk", segment="S1")
    assert result.figures[0].amount == count
    few = looking.run("count_customers", who="bought whole milk at least 40 times")
    assert "Fewer than 20 customers" in said(few)
    assert [figure.amount for figure in few.figures] == [20]


def test_a_comparison_shows_both_segments_values(looking: Bench) -> None:
    result = looking.run("compare_segments", first="S1", second="S2", metric="spend per order")
    for name in ("S1", "S2"):
        assert sheet(looking.workspace, name)["basket_value_minor"]["display"] in said(result)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("describe_segment", {"segment": "S9"}, "There is no segment 'S9'; there are S1"),
        ("segment_facts", {"segment": "S1", "metric": "shoe size"}, "No fact is about 'shoe size'"),
        ("rank_segments", {"metric": "height"}, "No fact is about 'height'"),
        ("compare_segments", {"first": "S1", "second": "s1"}, "name two to compare"),
        ("count_customers", {}, "Say whom to count"),
        ("search_products", {"text": " "}, "Say what to look for"),
        ("show_piece", {"piece": "S1-fax-thrift"}, "There is no piece 'S1-fax-thrift'"),
        ("show_campaign", {"campaign": "autumn"}, "There is no campaign 'autumn'"),
        ("plan_campaign", {"brief": "autumn"}, "There is no brief 'autumn' in briefs/; there are spring"),
        ("check_copy", {"text": "Hi", "channel": "fax"}, "fax"),
        ("edit_persona", {"segment": "S1", "claim": "S1.C99", "text": "Hi."}, "has no claim 'S1.C99'"),
        ("draft_copy", {"segment": "S1", "product": "Zebra stripes"}, "There is no one product 'Zebra stripes'"),
        ("draft_copy", {"segment": "S1", "deadline": "soonish"}, "'soonish' is no day"),
        ("draft_copy", {"segment": "S1", "angle": "fear"}, "fear"),
    ],
)
def test_a_mistake_is_one_sentence(looking: Bench, tool: str, arguments: dict[str, Any], told: str) -> None:
    result = looking.run(tool, **arguments)
    assert result.status == "error"
    assert told in said(result)
    assert not looking.asked


@pytest.mark.parametrize(
    ("typed", "segment"),
    [("s2", "S2"), ("most frequent, top-spending shoppers", "S1"), ("most frequnt, top-spending", "S1")],
)
def test_segments_are_found_as_people_type_them(looking: Bench, typed: str, segment: str) -> None:
    assert looking.desk.segment(typed).segment == segment


def test_no_means_no(looking: Bench) -> None:
    looking.asked.clear()
    result = looking.run("approve_piece", piece=PIECE)
    assert (result.status, len(looking.asked)) == ("declined", 1)
    looking.asked.clear()


def test_a_claim_in_a_persons_words_is_held_against_the_data_again(bench: Bench) -> None:
    (persona, *_) = load_personas(bench.workspace)
    path = bench.workspace.personas / "S1.toml"
    path.write_text("# My own comment.\n" + path.read_text("utf-8"), encoding="utf-8")
    claim = persona.claims[0].claim
    result = bench.run("edit_persona", segment="S1", claim=claim, text="They love the smell of bread.")
    assert result.status == "ok"
    assert "hypothesis" in said(result)
    (after, *_) = load_personas(bench.workspace)
    assert next(own.text for own in after.claims if own.claim == claim) == "They love the smell of bread."
    assert [own.text for own in after.claims[1:]] == [own.text for own in persona.claims[1:]]
    assert path.read_text("utf-8").startswith("# My own comment.")
    assert bench.asked[0].changes.startswith("personas/S1.toml")


def test_a_refuted_claim_is_told_with_the_numbers(bench: Bench) -> None:
    (persona, *_) = load_personas(bench.workspace)
    result = bench.run(
        "edit_persona", segment="S1", claim=persona.claims[0].claim, text="They order less often than other customers."
    )
    assert "refute" in said(result)


def test_pieces_are_decided_edited_and_written_again(bench: Bench) -> None:
    text = "Save 15% on your shop"
    assert (
        bench.run("edit_piece", piece=PIECE, field="subject", text="Save {offer.discount} on your shop").status == "ok"
    )
    shown = bench.run("show_piece", piece=PIECE)
    assert text in said(shown)
    assert any(figure.says.startswith("brief:offer.amount") for figure in shown.figures)
    assert bench.run("approve_piece", piece=PIECE, reason="it is fine").status == "ok"
    assert bench.run("reject_piece", piece="S1-sms-ease", reason="too loud").status == "ok"
    campaign = load_campaign(bench.workspace, "spring")
    assert campaign.standings[PIECE].state == "approved"
    assert campaign.standings[PIECE].by == "Ada"
    assert (campaign.standings["S1-sms-ease"].state, campaign.standings["S1-sms-ease"].reason) == (
        "rejected",
        "too loud",
    )
    assert bench.run("revise_piece", piece="S1-sms-ease", note="be calmer").status == "ok"
    assert load_campaign(bench.workspace, "spring").standings["S1-sms-ease"].state != "rejected"
    assert [question.tool for question in bench.asked] == [
        "edit_piece", "approve_piece", "reject_piece", "revise_piece"
    ]  # fmt: skip


def test_a_draft_is_a_small_campaign_with_the_offer_that_was_asked_for(bench: Bench, server: ModelServer) -> None:
    result = bench.run(
        "draft_copy", segment="S2", channel="sms", percent_off=20, code="spring20", product="cheddar cheese",
        deadline="January 20",
    )  # fmt: skip
    assert result.status == "ok", said(result)
    campaign = load_campaign(bench.workspace, "draft-1")
    offer = campaign.brief.offer
    assert (offer.amount, offer.code, offer.products) == (20, "SPRING20", ("Cheddar cheese",))
    assert campaign.brief.deadline == dt.date(2024, 1, 20)
    assert {(piece.segment, piece.channel) for piece in campaign.pieces} == {("S2", "sms")}
    assert "draft-1" in result.subjects
    assert "20%" in said(result)
    assert "20% off until 2024-01-20" in bench.asked[0].asks
    # A second draft takes its sender from the brief, not from the first draft, and has a name of its own.
    assert bench.run("draft_copy", segment="S1", channel="push").status == "ok"
    assert (bench.workspace.root / "briefs" / "draft-2.toml").exists()


def test_a_campaign_is_run_with_its_estimate_shown(bench: Bench) -> None:
    result = bench.run("run_campaign", brief="spring")
    assert result.status == "ok"
    assert "pieces" in bench.asked[0].asks
    assert {question.tool for question in bench.asked} == {"run_campaign"}


def test_a_workspace_with_nothing_made_says_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "assistant.toml").write_text("", encoding="utf-8")
    desk = Desk(
        Workspace.at(tmp_path), models=Models(Workspace.at(tmp_path)), confirm=lambda question: True, listener=Silent(),
        by="Ada", clock=lambda: dt.datetime.now(dt.UTC),
    )  # fmt: skip
    box = Toolbox(desk, Evidence(), lambda event: None)
    for tool, arguments, command in (
        ("shop_overview", {}, "assistant ingest"),
        ("list_segments", {}, "assistant segments fit"),
        ("show_campaign", {}, "assistant campaign run"),
        ("search_products", {"text": "milk"}, "assistant index"),
    ):
        result = box.run(tool, arguments)
        assert result.status == "error"
        assert command in said(result)


def test_a_table_has_as_many_cells_as_columns(looking: Bench) -> None:
    for tool, arguments in LOOKUPS:
        table = looking.run(tool, **arguments).table
        assert table is None or all(len(row) == len(table.columns) for row in table.rows)


def test_figures_that_were_shown_are_numbers_that_can_be_read(looking: Bench) -> None:
    for tool, arguments in LOOKUPS:
        for figure in looking.run(tool, **arguments).figures:
            assert stated_in(figure.shown, "en") or not any(sign.isdigit() for sign in figure.shown), figure
