"""Each check fails on what it is for, and leaves good copy alone."""

import pytest
from copy_fixtures import brief, frame, job, slots

from assistant.copywriting import CHANNELS, PieceSlots, check_field, check_pieces, control_piece, known_languages, parse
from assistant.copywriting.channels import line_named
from assistant.copywriting.checks.repetition import check_preheader
from assistant.copywriting.writing import problems
from assistant.records import CheckResult

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
    ("subject", "Clinically proven {product}", "health"),
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
    ("footer", "{sender}, {address}. [Unsubscribe]({unsubscribe})"),
]  # fmt: skip


def errors(field: str, text: str, values: PieceSlots | None = None, channel: str = "email") -> list[CheckResult]:
    found = check_field(parse(text), frame(channel, slots=values or slots()).context(field))
    return [result for result in found if result.severity == "error"]


@pytest.mark.parametrize(("field", "text", "check"), BAD)
def test_a_check_finds_what_it_is_for(field: str, text: str, check: str) -> None:
    found = errors(field, text)
    assert check in {result.check for result in found}, found


@pytest.mark.parametrize(("field", "text"), GOOD)
def test_good_copy_passes(field: str, text: str) -> None:
    assert errors(field, text) == []


def test_a_fact_word_inside_a_slots_value_is_the_datas_own() -> None:
    assert errors("subject", "Try {product}", slots("Three Cheese Pizza 500 g, best fresh")) == []


def test_every_worked_example_of_the_prompts_passes_the_checks() -> None:
    refused = {
        (one.frame.language, line, shot.assistant): problems(one, line, shot.assistant)
        for channel in CHANNELS
        for language in known_languages()
        for one in [job(channel, language)]
        for line in one.lines
        for shot in one.prompts[line].shots
        if line_named(line).shots in ("", *shot.tags)
    }
    assert len(refused) > 200
    assert {example: reasons for example, reasons in refused.items() if reasons} == {}


@pytest.mark.parametrize("code", ["SPRING15", ""])
@pytest.mark.parametrize("channel", list(CHANNELS))
@pytest.mark.parametrize("language", known_languages())
def test_the_control_of_a_brief_is_ready(channel: str, code: str, language: str) -> None:
    order = brief(offer={"kind": "percent_off", "amount": 15, "code": code})
    personal = CHANNELS[channel].personal
    # An advert's headline holds 30 signs.
    name = "A product with a name of exactly forty l" if personal else "Canned fruit"
    values = slots(name, language=language, personal=personal, offer=order.offer)
    piece = control_piece(order, frame(channel, language, slots=values))
    assert piece.status == "ready", piece.reasons


def test_pieces_that_say_the_same_are_found_and_controls_are_not_compared() -> None:
    one = control_piece(brief(), frame("sms"))
    twins = [one.model_copy(update={"piece": f"S{n}-sms-thrift", "angle": "thrift"}) for n in (1, 2)]
    found = check_pieces([*twins, one, one.model_copy(update={"piece": "S9-sms-control"})])
    assert list(found) == ["S2-sms-thrift"]
    assert "S1-sms-thrift" in found["S2-sms-thrift"][0].message


def test_a_preheader_that_repeats_the_subject_is_found() -> None:
    piece = control_piece(brief(), frame())
    texts = {field.field: field.text for field in piece.fields}
    assert check_preheader(texts, frame().context("")) == []
    (found,) = check_preheader({**texts, "preheader": texts["subject"]}, frame().context(""))
    assert found.check == "repetition"
