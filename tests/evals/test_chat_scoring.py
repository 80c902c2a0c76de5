"""The scripts of the chat are well-formed, their figures are held against files, and the scripted model speaks SSE."""

import json
from pathlib import Path
from typing import Any

import duckdb
import openai
import pytest

from assistant.records import Unit
from assistant.records.chat import Figure, Sentence, Table, ToolResult
from evals.chat import Conversation, Expected, Truth, check_sentence, check_table, load_conversations
from evals.chat.conversations import ARGUMENTS, ASKING, CLARIFY, filled, load_held_out, load_unseen
from evals.chat.phrases import count_of
from evals.chat.scoring import right_arguments, right_tool
from evals.chat.scripted_model import INVENTED, ScriptedModel
from evals.chat.stated import stated_in

NAMES = {"S1": "Frequent shoppers", "S2": "Coupon-led shoppers"}
SIZES = {"S1": (120, 0.6, 0.75), "S2": (80, 0.4, 0.25)}


def fact(segment: str, number: int, metric: str, label: str, unit: Unit, value: float, others: float | None) -> Any:
    return {
        "fact": f"{segment}.F{number:02d}", "segment": segment, "topic": "value", "metric": metric, "label": label,
        "value": value, "unit": unit.value, "others": others, "ratio": None if others is None else value / others,
        "low": None, "high": None, "ratio_low": None, "ratio_high": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments, their sheets, a brief, and orders of two hundred customers."""
    root = tmp_path_factory.mktemp("shop")
    for folder in ("segments/facts", "data", "briefs"):
        (root / folder).mkdir(parents=True)
    days = {"S1": 14.0, "S2": 30.0}
    spends = {"S1": 449_481.0, "S2": 126_177.0}
    coupons = {"S1": 0.046, "S2": 0.25}
    for segment, name in NAMES.items():
        size, share, money = SIZES[segment]
        away = "S2" if segment == "S1" else "S1"
        facts = [
            fact(segment, 1, "customers", "customers in the segment", Unit.CUSTOMERS, size, None),
            fact(segment, 2, "customer_share", "share of all customers", Unit.SHARE, share, None),
            fact(segment, 3, "revenue_share", "share of all spend", Unit.SHARE, money, None),
            fact(segment, 4, "monetary_minor", "spend", Unit.MONEY, spends[segment], spends[away]),
            fact(
                segment, 5, "coupon_share", "share of orders with a coupon", Unit.SHARE, coupons[segment], coupons[away]
            ),
            fact(segment, 6, "recency_days", "days since the last order", Unit.DAYS, days[segment], None),
        ]
        sheet = {"segment": segment, "name": name, "as_of": "2024-01-01", "currency": "USD", "facts": facts}
        (root / "segments" / "facts" / f"{segment}.json").write_text(json.dumps(sheet))
    told = {
        "segments": [
            {
                "segment": segment, "name": NAMES[segment], "customers": size, "customer_share": share,
                "revenue_minor": int(money * 1_000_000), "revenue_share": money, "jaccard": 0.9,
            }
            for segment, (size, share, money) in SIZES.items()
        ]
    }  # fmt: skip
    (root / "segments" / "segmentation.json").write_text(json.dumps(told))
    (root / "briefs" / "spring.toml").write_text(
        'campaign = "spring"\nstarts = 2024-01-02\ndeadline = 2024-01-31\nchannels = ["email"]\nangles = ["thrift"]\n'
        '[offer]\nkind = "percent_off"\namount = 15\ncode = "SPRING15"\n'
    )
    out = root.as_posix()
    duckdb.sql(
        "SELECT i::VARCHAR AS customer_id, 100 * i AS monetary_minor, 1.0 * i AS recency_days FROM range(1, 201) t(i)"
    ).write_parquet(f"{out}/segments/features.parquet")
    duckdb.sql(
        "SELECT i::VARCHAR AS customer_id, CASE WHEN i <= 120 THEN 'S1' ELSE 'S2' END AS segment "
        "FROM range(1, 201) t(i)"
    ).write_parquet(f"{out}/segments/assignments.parquet")
    duckdb.sql(
        "SELECT i::VARCHAR AS customer_id, i::VARCHAR AS order_id, 'P1' AS product_id, 1 AS quantity, 100 * i AS "
        "amount_minor, 0 AS coupon_minor, TIMESTAMP '2023-12-31 12:00:00' - i * INTERVAL 1 DAY AS ordered_at "
        "FROM range(1, 201) t(i)"
    ).write_parquet(f"{out}/data/orders.parquet")
    duckdb.sql(
        "SELECT 'P1' AS product_id, 'Microwave pizza for one' AS name, 'Coffee' AS category, 'Grocery' AS department"
    ).write_parquet(f"{out}/data/products.parquet")
    return root


@pytest.fixture(scope="module")
def truth(root: Path) -> Truth:
    return Truth.read(root)


def figure(source: str, subject: str, unit: Unit = Unit.COUNT) -> Figure:
    # Its own amount is nonsense on purpose: a score must not believe what the chat says of itself.
    return Figure(source=source, shown="?", amount=-1, unit=unit, label="?", subject=subject, says="?")


def said(text: str, *figures: Figure) -> Sentence:
    return Sentence(text=text, figures=figures, written_by="model")


def verdicts(truth: Truth, sentence: Sentence, *results: ToolResult, said: tuple[str, ...] = ()) -> list[str]:
    return [one.verdict for one in check_sentence(sentence, truth, {own.call: own for own in results}, said)]


RIGHT = [
    ("S1 spends $4,494.81, against $1,261.77 for all others, 3.6 times as much.", [("S1.F04", "S1")]),
    (
        "Frequent shoppers: 120 customers, 60% of all, with 75% of spend.",
        [("S1.F01", "S1"), ("S1.F02", "S1"), ("S1.F03", "S1")],
    ),
    ("They spend about $4,500 each.", [("S1.F04", "S1")]),
    ("A quarter of spend comes from S2.", [("S2.F03", "S2")]),
    ("They last ordered two weeks ago.", [("S1.F06", "S1")]),
    ("S1 uses a coupon in 4.6% of orders, S2 in 25%.", [("S1.F05", "S1"), ("S2.F05", "S2")]),
    ("S1 有 120 位顾客，占60%。", [("S1.F01", "S1"), ("S1.F02", "S1")]),
    ("The facts are of 2024-01-01, the offer ends on January 31.", []),
    ("S2 has a microwave pizza for one, and S1-email-thrift is ready [1].", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sources"), RIGHT, ids=[text[:30] for text, _ in RIGHT])
def test_true_figures_are_accepted(truth: Truth, text: str, sources: list[tuple[str, str]]) -> None:
    told = verdicts(truth, said(text, *(figure(source, subject) for source, subject in sources)))
    assert set(told) <= {"right"}
    assert told or not sources


WRONG = [
    ("S1 spends $4,594.81.", [("S1.F04", "S1")], "a digit"),
    ("S1 has 120 customers, 61% of all.", [("S1.F01", "S1"), ("S1.F02", "S1")], "a percent"),
    ("S2 has 120 customers.", [("S1.F01", "S1")], "another segment's, by its receipt"),
    ("S2 has 120 customers.", [("S2.F01", "S2")], "another segment's, under a receipt of its own"),
    ("S1 uses a coupon in 25% of orders, S2 in 4.6%.", [("S1.F05", "S1"), ("S2.F05", "S2")], "swapped"),
    ("Two thirds of spend comes from S2.", [("S2.F03", "S2")], "a share in words"),
    ("They last ordered three weeks ago.", [("S1.F06", "S1")], "days in words"),
    ("They spend twice as much as the others.", [("S1.F04", "S1")], "a ratio in words"),
    ("They spend 120 dollars.", [("S1.F01", "S1")], "customers as money"),
    (INVENTED, [], "no receipt at all"),
    (INVENTED, [("S1.F04", "S1")], "a receipt of something else"),
    ("S1 spends $4,494.81.", [("S1.F99", "S1")], "a fact that is not there"),
    ("The offer ends on February 28.", [], "a date"),
    ("S1 有 130 位顾客。", [("S1.F01", "S1")], "a digit in Chinese"),
    ("S2 贡献了一半的消费。", [("S2.F03", "S2")], "words in Chinese"),
    ("S2 贡献了三成消费。", [("S2.F03", "S2")], "tenths in Chinese"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sources", "kind"), WRONG, ids=[kind for _, _, kind in WRONG])
def test_false_figures_are_found(truth: Truth, text: str, sources: list[tuple[str, str]], kind: str) -> None:
    told = verdicts(truth, said(text, *(figure(source, subject) for source, subject in sources)))
    assert "wrong" in told, kind


def test_a_figure_of_a_call_is_counted_anew(truth: Truth, root: Path) -> None:
    counted = count_of("ordered in the last 30 days", root, "2024-01-01")
    assert counted is not None
    assert counted.customers == 29
    result = ToolResult(
        call="count_customers#1",
        tool="count_customers",
        arguments={"who": "ordered in the last 30 days", "segment": ""},
    )
    own = figure("count_customers#1", "")
    assert verdicts(truth, said("29 customers did.", own), result) == ["right"]
    assert verdicts(truth, said("39 customers did.", own), result) == ["wrong"]
    assert verdicts(truth, said("29 customers: ordered in the last 30 days.", own), result) == ["right"]
    assert count_of("wear hats", root, "2024-01-01") is None


def test_rows_are_held_against_whose_they_are(truth: Truth) -> None:
    result = ToolResult(call="list_segments#1", tool="list_segments", subjects=("S1", "S2"))
    columns = ("segment", "name", "customers", "share")
    right = Table(columns=columns, rows=(("S1", NAMES["S1"], "120", "60%"), ("S2", NAMES["S2"], "80", "40%")))
    assert {one.verdict for one in check_table(right, truth, result)} == {"right"}
    wrong = Table(columns=columns, rows=(("S1", NAMES["S1"], "80", "60%"), ("S2", NAMES["S2"], "80", "40%")))
    assert [one.figure for one in check_table(wrong, truth, result) if one.verdict == "wrong"] == ["80"]
    compared = ToolResult(call="compare_segments#2", tool="compare_segments", arguments={"first": "S1", "second": "S2"})
    table = Table(
        columns=("metric", "S1", "S2", "difference"), rows=(("spend", "$4,494.81", "$1,261.77", "$3,233.04"),)
    )
    assert {one.verdict for one in check_table(table, truth, compared)} == {"right"}
    swapped = table.model_copy(update={"rows": (("share of orders with a coupon", "25%", "4.6%", "20%"),)})
    assert [one.verdict for one in check_table(swapped, truth, compared)].count("right") <= 2


def test_what_the_person_said_may_be_repeated(truth: Truth) -> None:
    assert verdicts(truth, said("That takes 20% off."), said=("draft an email with 20% off",)) == ["right"]
    assert verdicts(truth, said("That takes 25% off."), said=("draft an email with 20% off",)) == ["wrong"]


def test_tools_and_arguments_are_compared() -> None:
    expected = Expected("x", ("segment_facts",), {"segment": "S1", "metric": {"contains": ["coupon", "price"]}})
    assert right_arguments(expected, {"segment": " s1", "metric": "Share of Coupons"}, NAMES)
    assert right_arguments(expected, {"segment": "frequent  shoppers", "metric": "price"}, NAMES)
    assert not right_arguments(expected, {"segment": "S2", "metric": "price"}, NAMES)
    assert not right_arguments(expected, {"segment": "S1"}, NAMES)
    ranked = Expected("x", ("rank_segments",), {"lowest": False})
    assert right_arguments(ranked, {}, NAMES)
    assert not right_arguments(ranked, {"lowest": True}, NAMES)
    asks = Expected("x", (CLARIFY,), {})
    assert right_tool(asks, ())
    assert not right_tool(asks, ("list_segments",))
    assert not right_tool(expected, ())


def test_numbers_are_read_in_all_their_forms() -> None:
    read = {
        "twenty-five percent": ("share", 25),
        "$1.2 million": ("money", 1_200_000),
        "1,234 customers": ("customers", 1234),
        "百分之二十五": ("share", 25),
        "三倍": ("times", 3),
        "两千三百位顾客": ("customers", 2300),
        "3 weeks": ("days", 21),
    }
    for text, (kind, amount) in read.items():
        (one,) = stated_in(text)
        assert one.kind == kind, text
        assert one.holds(amount), text
    assert stated_in("one of them may go first") == []


def test_the_scripts_are_well_formed() -> None:
    conversations = load_conversations()
    assert len(conversations) == 60
    assert sum(one.language == "zh" for one in conversations) == 10
    assert len({one.name for one in conversations}) == 60
    assert sum(one.slow for one in conversations) <= 2
    turns = [turn for conversation in conversations for turn in conversation.turns]
    assert 180 <= len(turns) <= 220
    turns_are_well_formed(conversations)


def test_the_held_out_scripts_are_well_formed() -> None:
    held_out, conversations = load_held_out(), load_conversations()
    assert len(held_out) == 24
    assert sum(one.language == "zh" for one in held_out) == 6
    assert len({one.name for one in (*held_out, *conversations)}) == 84
    assert not any(one.slow for one in held_out)
    assert 75 <= sum(len(one.turns) for one in held_out) <= 90
    assert max(len(one.turns) for one in held_out) <= 5
    turns_are_well_formed(held_out)
    tuned = {turn.say.casefold() for one in conversations for turn in one.turns}
    assert not tuned & {turn.say.casefold() for one in held_out for turn in one.turns}


def test_the_unseen_scripts_are_well_formed() -> None:
    unseen, others = load_unseen(), (*load_held_out(), *load_conversations())
    assert len(unseen) == 24
    assert sum(one.language == "zh" for one in unseen) == 6
    assert len({one.name for one in (*unseen, *others)}) == 108
    assert not any(one.slow for one in unseen)
    assert 75 <= sum(len(one.turns) for one in unseen) <= 90
    assert max(len(one.turns) for one in unseen) <= 5
    turns_are_well_formed(unseen)
    known = {turn.say.casefold() for one in others for turn in one.turns}
    assert len(known & {turn.say.casefold() for one in unseen for turn in one.turns}) == 0


def turns_are_well_formed(conversations: tuple[Conversation, ...]) -> None:
    """Every tool is asked for, and each turn's tools and arguments are known."""
    turns = [(conversation, turn) for conversation in conversations for turn in conversation.turns]
    assert {tool for _, turn in turns for tool in turn.tools} == {*ARGUMENTS, CLARIFY}
    for conversation, turn in turns:
        assert 2 <= len(conversation.turns) <= 6
        known = {name for tool in turn.tools for name in ARGUMENTS.get(tool, ())}
        assert set(turn.arguments) <= known, turn.say
        assert set(turn.call or ()) <= known, turn.say
        assert not turn.confirm or ASKING & set(turn.tools), turn.say
        writes = {"draft_copy", "revise_piece", "run_campaign"} & set(turn.tools)
        assert not (turn.confirm and writes and not conversation.slow), turn.say
        if turn.call is not None:
            assert right_arguments(turn, turn.call, NAMES), turn.say


def test_placeholders_are_filled(root: Path) -> None:
    turn = Expected("{S1.name}", ("describe_segment",), {"segment": ["{most.customers}", "{least.customers.name}"]})
    (one,) = filled([Conversation("x", "en", (turn,))], root)
    assert one.turns[0].say == NAMES["S1"]
    assert one.turns[0].arguments == {"segment": ["S1", NAMES["S2"]]}


SCRIPT = Conversation(
    "x",
    "en",
    (
        Expected("describe S1", ("describe_segment",), {"segment": "S1"}),
        Expected("and S2?", ("describe_segment",), {"segment": ["S2"]}),
        Expected("hm", (CLARIFY,), {}),
    ),
)
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "describe_segment",
            "parameters": {"type": "object", "properties": {"segment": {"type": "string"}}, "required": ["segment"]},
        },
    }
]


def ask(server: ScriptedModel, messages: list[Any], *, stream: bool) -> tuple[str, str, str]:
    """Words, the called tool and its arguments, by the client that hosted models are asked with."""
    with openai.OpenAI(base_url=server.base_url, api_key="none") as client:
        if not stream:
            message = (
                client.chat.completions.create(model="scripted", messages=messages, tools=TOOLS).choices[0].message
            )
            call: Any = message.tool_calls[0].function if message.tool_calls else None
            return message.content or "", call.name if call else "", call.arguments if call else ""
        words, name, arguments = "", "", ""
        parts = client.chat.completions.create(
            model="scripted", messages=messages, tools=TOOLS, stream=True, stream_options={"include_usage": True}
        )
        used = 0
        for part in parts:
            used += part.usage.total_tokens if part.usage else 0
            for choice in part.choices:
                words += choice.delta.content or ""
                for piece in choice.delta.tool_calls or ():
                    name += (piece.function.name if piece.function else "") or ""
                    arguments += (piece.function.arguments if piece.function else "") or ""
        assert used > 0
        return words, name, arguments


@pytest.mark.parametrize("stream", [False, True])
def test_the_scripted_model_plays_the_script(stream: bool) -> None:
    found = json.dumps({"sentences": [{"text": "S1 has 120 customers."}, {"text": "It brings 75% of spend."}]})
    system = {"role": "system", "content": "You help marketers."}
    with ScriptedModel([SCRIPT]) as server:
        messages: list[Any] = [system, {"role": "user", "content": "Describe  S1"}]
        words, name, arguments = ask(server, messages, stream=stream)
        assert (words, name, json.loads(arguments)) == ("", "describe_segment", {"segment": "S1"})
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": found},
        ]
        answers = [ask(server, messages, stream=stream)[0] for _ in range(7)]
        assert answers[0].splitlines() == ["S1 has 120 customers.", "It brings 75% of spend."]
        assert [INVENTED in answer for answer in answers] == [False, False, True, False, False, True, False]
        assert server.altered == [("S1 has 120 customers.", "S1 has 220 customers.")]
        assert answers[6].startswith("S1 has 220 customers.")
        messages += [{"role": "assistant", "content": answers[0]}, {"role": "user", "content": "and S2?"}]
        assert ask(server, messages, stream=stream)[1:] == ("describe_segment", '{"segment": "S2"}')
        asked, name, _ = ask(server, [system, {"role": "user", "content": "hm"}], stream=stream)
        assert asked.endswith("?")
        assert name == ""
