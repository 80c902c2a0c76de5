"""Each check fails on what it is for, and leaves good copy alone."""

import pytest
from copy_fixtures import brief, job, slots

from assistant.copywriting import LINES, check_field, check_pieces, control_piece, parse
from assistant.copywriting.writing import problems

BAD = [
    ("subject", "Save 20 on {product}", "fact_outside_slot"),
    ("subject", "Only $89 for {product}", "fact_outside_slot"),
    ("subject", "Save ٢٠ on {product}", "fact_outside_slot"),
    ("subject", "Big % off {product}", "fact_outside_slot"),
    ("body", "See {product} at www.example.org", "fact_outside_slot"),
    ("body", "See {product} at example.com", "fact_outside_slot"),
    ("subject", "Half price {product}", "number_in_words"),
    ("subject", "{product} for half the money", "number_in_words"),
    ("subject", "Twenty percent off {product}", "number_in_words"),
    ("subject", "Buy two, enjoy {product}", "number_in_words"),
    ("subject", "Free {product} for you", "offer_in_words"),
    ("subject", "A gift with {product}", "offer_in_words"),
    ("body", "Hurry, {product} won't wait.", "urgency"),
    ("body", "While stocks last: {product}", "urgency"),
    ("body", "Come for {product} this week.", "time"),
    ("body", "Come on Saturday for {product}.", "time"),
    ("subject", "Our best-selling {product}", "superlative"),
    ("subject", "Clinically proven {product}", "superlative"),
    ("subject", "The cheapest {product} in town", "superlative"),
    ("body", "Healthy {product} for you.", "health"),
    ("body", "Your kids will like {product}.", "person"),
    ("body", "As a language model I like {product}.", "self"),
    ("subject", "{product} from Kroger", "proper_noun"),
    ("body", "You know that Anna likes it, {product}.", "proper_noun"),
    ("subject", "Save {offer.price} on {product}", "unknown_slot"),
    ("body", "Cheese and cheese and more cheese with {product}.", "repetition"),
    ("body", "You can have {product} and you can have it.", "repetition"),
    ("subject", "{product} and {product}", "repetition"),
    ("subject", "{{product}} for you", "markup"),
    ("subject", "**Bold** {product}", "markup"),
    ("body", "Take <b>{product}</b>.", "markup"),
    ("subject", "{% unsubscribe %} {product}", "markup"),
    ("subject", "{product} ,for you", "punctuation"),
    ("subject", "{product}..", "punctuation"),
    ("subject", "Just this: one thing: {product}", "punctuation"),
    ("subject", "   ", "empty"),
    ("subject", "A very long subject line about {product} that nobody will ever read to its end", "length"),
    ("body", "Take {offer.code} off {product}.", "slot_use"),
    ("body", "Sell {offer.discount} on {product}.", "slot_use"),
    ("body", "Come on {offer.deadline} for {product}.", "slot_use"),
    ("body", "{product} is good for you.", "slot_use"),
    ("body", "Save {offer.discount} off {product}.", "slot_use"),
    ("body", "With {offer.code} until {product}.", "slot_use"),
]

GOOD = [
    ("subject", "Save {offer.discount} on {product}"),
    ("subject", "{product}, sorted"),
    ("preheader", "The lower price lasts until {offer.deadline}."),
    ("body", "Hi {first_name},\n\nLet {product} be the easy part.\n\nUse {offer.code} by {offer.deadline} to save "
     "{offer.discount}."),
    ("action", "Fill my basket"),
    ("footer", "{sender}, {address}. {unsubscribe}"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "check"), BAD)
def test_a_check_finds_what_it_is_for(field: str, text: str, check: str) -> None:
    found = check_field("email", field, parse(text), slots())
    assert check in {result.check for result in found if result.severity == "error"}, found


@pytest.mark.parametrize(("field", "text"), GOOD)
def test_good_copy_passes(field: str, text: str) -> None:
    assert [result for result in check_field("email", field, parse(text), slots()) if result.severity == "error"] == []


def test_a_fact_word_inside_a_slots_value_is_the_datas_own() -> None:
    found = check_field("email", "subject", parse("Try {product}"), slots("Three Cheese Pizza 500 g, best fresh"))
    assert [result for result in found if result.severity == "error"] == []


def test_every_worked_example_of_the_prompts_passes_the_checks() -> None:
    refused = {
        (line, shot.assistant): problems(one, line, shot.assistant)
        for channel in LINES
        for one in [job(channel)]
        for line in one.lines
        for shot in one.prompts[line].shots
    }
    assert len(refused) > 200
    assert {example: reasons for example, reasons in refused.items() if reasons} == {}


@pytest.mark.parametrize("code", ["SPRING15", ""])
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_the_control_of_a_brief_is_ready(channel: str, code: str) -> None:
    order = brief(offer={"kind": "percent_off", "amount": 15, "code": code})
    piece = control_piece(order, "S1", channel, slots("A product with a name of exactly forty l", offer=order.offer))
    assert piece.status == "ready", piece.reasons


def test_pieces_that_say_the_same_are_found_and_controls_are_not_compared() -> None:
    one = control_piece(brief(), "S1", "sms", slots())
    twins = [one.model_copy(update={"piece": f"S{n}-sms-thrift", "angle": "thrift"}) for n in (1, 2)]
    found = check_pieces([*twins, one, one.model_copy(update={"piece": "S9-sms-control"})])
    assert list(found) == ["S2-sms-thrift"]
    assert "S1-sms-thrift" in found["S2-sms-thrift"][0].message


def test_a_preheader_that_repeats_the_subject_is_found() -> None:
    piece = control_piece(brief(), "S1", "email", slots())
    subject = next(field for field in piece.fields if field.field == "subject")
    same = [field.model_copy(update={"text": subject.text}) if field.field == "preheader" else field
            for field in piece.fields]  # fmt: skip
    found = check_pieces([piece.model_copy(update={"fields": tuple(same)})])
    assert found[piece.piece][0].check == "repetition"
