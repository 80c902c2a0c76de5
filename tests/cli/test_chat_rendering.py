"""How answers, tables and texts of the data look on a terminal."""

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from scripted_chat import EVIL, Typed, put_in_place

from assistant.cli.chat.cleaning import clean, clean_line
from assistant.cli.chat.flowing import Flow
from assistant.cli.chat.rendering import table
from assistant.cli.chat.wording import doing
from assistant.config import Settings
from assistant.records.chat import (
    Sentence,
    Table,
)
from assistant.workspace import Workspace

TOOLS = (
    "shop_overview", "list_segments", "describe_segment", "compare_segments", "segment_facts", "rank_segments",
    "count_customers", "search_products", "search_behaviour", "recommend", "show_persona", "edit_persona",
    "list_campaigns", "show_campaign", "show_piece", "explain_piece", "check_copy", "plan_campaign", "run_campaign",
    "draft_copy", "revise_piece", "edit_piece", "approve_piece", "reject_piece",
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", Settings())


@pytest.fixture
def typed(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> Typed:
    put_in_place(monkeypatch)
    return Typed(place, monkeypatch)


def flowed(*texts: str, width: int = 60, by: str = "openai:test", colours: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colours, color_system="standard" if colours else None)
    flow = Flow(console, wrapped=True)
    for text in texts:
        flow.say(Sentence(text=text, written_by=by))
    flow.end()
    return out.getvalue()


# Text that is not ours.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, "[red]Milk[/red] cheap"),
        ("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]0;never ended", "0;never ended"),
        ("\x9b31mred\x9d0;title\x9c", "red"),
        ("\x1bPsixel\x1b\\x", "x"),
        ("a\x08\x08b\x00\x7f", "ab"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("caf\u00e9 \U0001f469\u200d\U0001f33e 咖啡", "caf\u00e9 \U0001f469\u200d\U0001f33e 咖啡"),
        ("one\r\ntwo\tthree\u2028four", "one\ntwo three\nfour"),
    ],
)
def test_control_characters_are_taken_out_and_text_stays(text: str, shown: str) -> None:
    assert clean(text) == shown
    assert clean_line(text) == " ".join(shown.split())


def test_nothing_of_the_data_reaches_the_terminal_as_a_command(typed: Typed) -> None:
    shown = typed("Evil", "/why", "/why 1", "/segments", EVIL, f"/{EVIL}")
    assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "[red]Milk[/red] cheap" in shown
    assert "![x](http://evil)" in shown


def test_links_and_pictures_are_shown_as_they_are_typed() -> None:
    text = "See [here](http://evil.example) ![](http://evil.example/x.png) <b>now</b> <http://a.b> &#27;[31m &amp; *so*"
    assert flowed(text, width=200) == text.replace("*so*", "so") + "\n"
    assert "\x1b]8" not in flowed(text, width=200, colours=True)


def test_markdown_of_a_model_is_drawn_and_a_tools_own_words_are_not() -> None:
    assert flowed("**Big** *baskets* of `S2`, 5 * 3 * 2, first_name_default") == (
        "Big baskets of S2, 5 * 3 * 2, first_name_default\n"
    )
    assert flowed("**Big** # 1. - x", by="tool") == "**Big** # 1. - x\n"
    assert flowed("# Big", "1. so", by="tool") == "# Big 1. so\n"
    assert "\x1b[1mBig" in flowed("**Big**", colours=True)


# Sentences.


def test_sentences_flow_into_one_another_and_wrap_at_the_width() -> None:
    sentences = [f"Sentence number {number} says a few things about the segment." for number in range(9)]
    for width in (20, 60, 200):
        lines = flowed(*sentences, width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) < 9 * 60 / width + 10
        assert " ".join(lines) == " ".join(sentences)


def test_lists_headings_and_paragraphs_begin_lines() -> None:
    shown = flowed("# Who they are", "They save.", "- S1: 300 customers, who buy milk and bread at the end of a week",
                   "- S2: 200", "2. next", "\n\nSo it is.\n", "Then.", width=40)  # fmt: skip
    assert shown.splitlines() == [
        "Who they are",
        "They save.",
        "• S1: 300 customers, who buy milk and",
        "  bread at the end of a week",
        "• S2: 200",
        "2. next",
        "",
        "So it is.",
        "Then.",
    ]


def test_a_tools_list_and_a_models_words_after_it_begin_lines() -> None:
    out = io.StringIO()
    flow = Flow(Console(file=out, width=60), wrapped=True)
    for text, by in (("Two segments:", "tool"), ("- S1: *300*", "tool"), ("- S2: 200", "tool"),
                     ("That is all.", "tool"), ("So there are two.", "local:")):  # fmt: skip
        flow.say(Sentence(text=text, written_by=by))
    flow.end()
    assert out.getvalue() == "Two segments:\n• S1: *300*\n• S2: 200\nThat is all.\nSo there are two.\n"


def test_chinese_needs_no_spaces_and_wraps_anywhere_but_before_its_punctuation() -> None:
    lines = flowed("优惠券爱好者的平均购物篮是三十一美元。", "他们常常买牛奶。", width=10).splitlines()
    assert "".join(lines) == "优惠券爱好者的平均购物篮是三十一美元。他们常常买牛奶。"
    assert all(cell_len(line) <= 10 and line[0] != "。" for line in lines)


def test_a_word_wider_than_the_line_is_not_lost() -> None:
    assert flowed("so", "x" * 100, "there", width=20) == f"so\n{'x' * 100}\nthere\n"


def test_receipts_stand_behind_their_sentence_each_once(typed: Typed) -> None:
    shown = typed("How big is their basket?")
    assert "Coupon fans put $31.20 into a basket. [1] Others spend $41.20. [2]\n" in shown
    assert "(a sentence was kept back: no source vouches for a figure)" in shown
    out = io.StringIO()
    flow = Flow(Console(file=out, force_terminal=True, width=60, color_system="standard"), wrapped=True)
    flow.say(Sentence(text="A.", receipts=(3, 3, 4)))
    assert re.sub(r"\x1b\[\d*m", "", out.getvalue()) == "A. [3] [4]"
    assert "\x1b[2m[3]" in out.getvalue()


def test_a_tool_is_told_in_words_and_its_table_drawn(typed: Typed) -> None:
    shown = typed("How big is their basket?")
    assert "looking up facts of S2 ..." in shown
    assert "Facts of S2" in shown
    assert re.search(r"median basket\W+\$31\.20", shown)
    assert "{" not in shown


def test_a_table_whose_every_figure_the_tool_says_is_not_drawn_too(typed: Typed) -> None:
    shown = typed("Told")
    assert "Their median basket is $31.20. [1]" in shown
    assert "Basket\n" not in shown


def test_where_a_model_says_nothing_the_tools_own_words_are_said(typed: Typed) -> None:
    assert "Their median basket is $31.20.\n" in typed("Silent model")


def test_every_tool_has_words() -> None:
    assert len(TOOLS) == 24
    for tool in TOOLS:
        assert doing(tool, {}) != tool.replace("_", " ")
        assert "{" not in doing(tool, {})
    assert doing("compare_segments", {"first": "S1", "second": "S2", "metric": "basket"}) == (
        "comparing S1 with S2 by basket"
    )
    assert doing("search_products", {"text": EVIL, "segment": ""}) == "searching products for [red]Milk[/red] cheap"
    assert doing("sing_a_song", {"verse": 1}) == "sing a song"
    assert len(doing("search_products", {"text": "milk " * 100})) < 100


# Tables.


@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_table_keeps_to_the_width_and_breaks_no_figure(width: int) -> None:
    rows = tuple((f"S{n}", "A segment with a long name of many words", "$1,234,567.89", "12.5%", "6 days")
                 for n in range(3))  # fmt: skip
    out = io.StringIO()
    console = Console(file=out, width=width)
    console.print(table(Table(title="T", columns=("segment", "name", "revenue", "share", "gap"), rows=rows), width))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert out.getvalue().count("$1,234,567.89") == 3


def test_a_table_without_rows_says_so() -> None:
    out = io.StringIO()
    Console(file=out, width=60).print(table(Table(title="Campaigns", columns=("campaign",), rows=()), 60))
    assert out.getvalue() == "Campaigns\nNo rows.\n"


@pytest.mark.parametrize("width", [60, 200])
def test_a_whole_chat_keeps_to_the_width(typed: Typed, width: int) -> None:
    typed.width = width
    shown = typed("How big is their basket?", "/help", "/why", "/why 1", "/segments", "/sessions", "/cost", "/model")
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "\x1b" not in shown
