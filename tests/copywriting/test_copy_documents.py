"""Spans, slots, lengths."""

import pytest
from copy_fixtures import brief, fact, frame, job, sheet, slots
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import ShopSettings
from assistant.copywriting import language_named, parse, piece_slots, products_for, render, sms_parts
from assistant.copywriting.assembling import longest
from assistant.copywriting.grammars import line_grammar
from assistant.records import Brief, Elements, Offer


def test_a_slot_that_opens_a_sentence_has_a_capital_and_elsewhere_none() -> None:
    filled = render(parse("{product} for you. {product}, or {product}"), slots("Hot dog buns"))
    assert filled == "Hot dog buns for you. Hot dog buns, or hot dog buns"


def test_names_that_are_written_with_a_capital_keep_it() -> None:
    assert render(parse("More {product}"), slots("Italian or French bread")) == "More Italian or French bread"


def test_lengths_are_measured_with_the_longest_product_and_first_name() -> None:
    values = slots("Milk", "A much longer product name")
    assert values["product"].value == "milk"
    spans = parse("Hi {first_name}, {product}")
    assert longest(spans, frame(slots=values)) == len("Hi , ") + 20 + len("a much longer product name")


def test_the_longest_first_name_of_the_data_comes_before_the_setting() -> None:
    order = brief()
    products = products_for(order, sheet(fact("buys:Milk")))
    shop = ShopSettings(first_name_worst=20)
    for known, length in ((None, 20), (31, 31), (9, 9), (2, len("there"))):
        values = piece_slots(order, shop, "USD", products[0], products, longest_first_name=known)
        assert len(values["first_name"].worst) == length


def test_a_brief_without_a_code_has_no_code_slot_and_no_grammar_asks_for_it() -> None:
    values = slots(offer=Offer(kind="percent_off", amount=15))
    assert "offer.code" not in values
    grammar = line_grammar("sms", values.names, language_named("en"), Elements(motive="thrift"))
    assert "offer.discount" in grammar
    assert "offer.code" not in grammar
    with pytest.raises(KeyError):
        values["offer.code"]


def test_an_amount_off_is_money_of_the_shop() -> None:
    order = brief(offer=Offer(kind="amount_off", amount=1250))
    products = products_for(order, sheet(fact("buys:Milk")))
    assert piece_slots(order, ShopSettings(), "EUR", products[0], products)["offer.discount"].value == "€12.50"


def test_products_that_differ_beyond_chance_come_before_staples_and_carry_their_fact() -> None:
    found = products_for(
        brief(),
        sheet(fact("has_bought:Milk"), fact("buys:Eggs", direction="same"), fact("buys:Candy bars"), fact("buys:Milk")),
    )
    assert [(product.name, product.receipt) for product in found] == [
        ("Candy bars", "fact:S1.F03"),
        ("Milk", "fact:S1.F04"),
    ]


def test_the_briefs_own_products_win() -> None:
    order: Brief = brief(products=("Milk",))
    assert [product.receipt for product in products_for(order, sheet(fact("buys:Eggs")))] == ["brief:products.0"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_text_messages_are_counted_in_parts_as_networks_do(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@given(st.text(alphabet="ab {}.\n!product", max_size=60))
def test_parsing_loses_nothing(text: str) -> None:
    signs = {"text": "{text}", "break": "\n"}
    said = (signs.get(span.kind, "{{{slot}}}").format(text=span.text, slot=span.slot) for span in parse(text))
    assert "".join(said) == text


def test_spans_tell_facts_merge_tags_and_links_apart() -> None:
    spans = parse("Hi {first_name}\n[Stop]({unsubscribe}) {link} {product}")
    assert [(span.kind, span.text, span.slot) for span in spans] == [
        ("text", "Hi ", ""),
        ("merge", "", "first_name"),
        ("break", "", ""),
        ("link", "Stop", "unsubscribe"),
        ("text", " ", ""),
        ("link", "", "link"),
        ("text", " ", ""),
        ("slot", "", "product"),
    ]


@given(st.text(max_size=40))
def test_a_products_name_is_never_read_as_a_slot(name: str) -> None:
    values = slots(f"x{name}{{offer.code}}")
    assert render(parse("{product}"), values).endswith("{offer.code}")


def test_pieces_of_one_segment_are_shown_different_examples() -> None:
    from assistant.copywriting import copy_requests

    first, second = (copy_requests(job("sms", angle=angle))[0].messages for angle in ("thrift", "ease"))
    assert first != second
    assert copy_requests(job("sms"))[0].messages == copy_requests(job("sms"))[0].messages
