"""Metrics made of the house's checks: of pieces, of lines, of any text that the case says the facts of."""

from collections.abc import Mapping
from typing import Any

import pytest
from metric_subjects import INPUTS, frame, piece, piece_detail, slots, subject

from assistant.copywriting import check_field, parse
from evals.metrics import metric_named
from evals.records import Score

SMS = {"sms": "{offer.discount} off {product} with {offer.code} until {offer.deadline}."}
TEXT = (
    "Mill Lane Foods. 15% off rye bread with SPRING15 until March 31. https://example.com/spring Reply STOP to opt out"
)
PUSH = "Save {offer.discount} on {product} until {offer.deadline}."


def measured(name: str, *args: Any, **told: Any) -> Score:
    metric = metric_named(name)
    assert metric.measure is not None
    return metric.measure(subject(*args, **told))


def of_piece(name: str, channel: str, lines: Mapping[str, str], **told: Any) -> Score:
    detail = {**piece_detail(channel, lines), **told.pop("detail", {})}
    return measured(name, detail=detail, channel=channel, **told)


def of_line(name: str, written: str, *problems: str, **told: Any) -> Score:
    results = check_field(parse(written), frame("push").context("text"))
    detail = {
        "line": "push",
        "field": "text",
        "written": written,
        "problems": [*problems, *(f"{one.check}: {one.message}" for one in results if one.severity == "error")],
        "checks": [one.model_dump(mode="json") for one in results],
        "slots": slots("push"),
    }
    return measured(name, written, channel="push", detail=detail, **told)


@pytest.mark.parametrize("name", ["checks", "receipts", "channel_fit"])
def test_careful_copy_passes_as_a_piece_a_line_and_a_text(name: str) -> None:
    scores = (
        of_piece(name, "sms", SMS),
        of_line(name, PUSH),
        measured(name, TEXT, channel="sms", inputs=INPUTS),
    )
    assert [(score.value, score.state) for score in scores] == [(1, "valid")] * 3, scores


@pytest.mark.parametrize(
    ("text", "checks", "receipts", "channel_fit"),
    [
        # A rate that the brief does not have; the channel does not mind.
        (TEXT.replace("15% off", "60% off"), 0, 0, 1),
        (TEXT.replace("SPRING15", "SPRING50"), 0, 0, 1),
        (TEXT.replace("March 31", "April 9"), 0, 0, 1),
        # A claim that is no figure is left to the checks.
        (TEXT.replace("15% off", "The best, 15% off"), 0, 1, 1),
        # Of two things one is wrong: the only field stands, the way out is missing.
        (TEXT.replace("Reply STOP to opt out", "See you"), 0, 1, 1 / 2),
        # The only field is too long.
        (TEXT + " and so on" * 30, 0, 1, 1 / 2),
    ],
)
def test_each_fault_of_a_text_is_found_by_the_metric_that_is_about_it(
    text: str, checks: float, receipts: float, channel_fit: float
) -> None:
    told = {"channel": "sms", "inputs": INPUTS}
    found = [measured(name, text, **told).value for name in ("checks", "receipts", "channel_fit")]
    assert found == [checks, receipts, channel_fit]


def test_an_explanation_names_the_checks_that_failed() -> None:
    score = measured("checks", TEXT.replace("15% off", "60% off"), channel="sms", inputs=INPUTS)
    assert score.explanation.startswith("unsupported_percent")
    assert "'60%' is no fact; the offer is 15% off" in score.explanation


def test_checks_can_be_chosen_and_left_out() -> None:
    text = TEXT.replace("15% off", "60% off")
    told = {"channel": "sms", "inputs": INPUTS}
    assert measured("checks", text, options={"only": ["superlative"]}, **told).value == 1
    assert measured("checks", text, options={"only": ["unsupported_percent"]}, **told).value == 0
    assert measured("checks", text, options={"except": ["unsupported_percent", "offer_changed"]}, **told).value == 1
    assert metric_named("checks").check_options({"only": "law"}) == "only is 'law', expected a list of texts"


def test_a_piece_fails_where_no_candidate_of_a_line_could_stand() -> None:
    failed = piece("sms", SMS, ("no_candidate, sms: of 4 candidates none passed; the control's line stands there",))
    score = measured("checks", channel="sms", detail={"piece": failed.model_dump(mode="json")})
    assert score.value == 0
    assert score.explanation.startswith("no_candidate: of 4 candidates none passed")


def test_a_line_fails_where_it_lacks_a_slot_that_it_should_hold() -> None:
    score = of_line("checks", PUSH, "slots: it must hold offer.deadline and product")
    assert (score.value, score.explanation) == (0, "slots: it must hold offer.deadline and product")


def test_a_fact_of_a_piece_has_the_value_that_its_source_has() -> None:
    score = of_piece("receipts", "sms", SMS)
    assert {(one.claim, one.place) for one in score.evidence} >= {
        ("15%", "brief:offer.amount"),
        ("SPRING15", "brief:offer.code"),
        ("March 31", "brief:deadline"),
    }
    changed = [{**slot, "value": "20%"} if slot["slot"] == "offer.discount" else slot for slot in slots("sms")]
    score = of_piece("receipts", "sms", SMS, detail={"slots": changed})
    assert score.value == 0
    assert "'15%'" in score.explanation
    assert "'20%'" in score.explanation


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Save 15% on {product} until {offer.deadline}.", "fact_outside_slot"),
        ("Save {offer.price} on {product} until {offer.deadline}.", "unknown_slot"),
        ("Save {offer.deadline} on {product} until {offer.discount}.", "slot_use"),
    ],
)
def test_a_line_that_writes_a_fact_itself_has_no_receipt_for_it(written: str, why: str) -> None:
    score = of_line("receipts", written)
    assert score.value == 0
    assert score.explanation.startswith(why)


def test_fit_is_the_share_of_fields_that_stand() -> None:
    text = f"Subject: {'Rye bread ' * 12}\nPreheader: Until March 31.\nBody: Rye bread is 15% off."
    told = {"channel": "email", "inputs": INPUTS}
    # Two of three fields; the fourth thing, what law demands, is missing.
    assert measured("channel_fit", text, **told).value == 2 / 4
    score = measured("channel_fit", text, options={"fields": ["subject", "footer"]}, **told)
    assert score.value == 2 / 5
    assert "footer: it is not there" in score.explanation


def test_a_line_fits_or_does_not() -> None:
    assert of_line("channel_fit", PUSH).value == 1
    assert of_line("channel_fit", PUSH + " And so on and so forth." * 5).value == 0


@pytest.mark.parametrize("name", ["checks", "receipts"])
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"channel": "sms"}, "the case has no inputs.brief that a text could be held against"),
        ({"channel": "fax", "inputs": INPUTS}, "the case's channel is 'fax', not one of email,"),
        ({"channel": "sms", "language": "xx", "inputs": INPUTS}, "the case's language is 'xx', not one of en,"),
        ({"channel": "sms", "inputs": {"brief": {"goal": "Sell."}}}, "the case's Brief cannot be read: offer: "),
        ({"channel": "sms", "detail": {"piece": {}}}, "the trial's Piece cannot be read: Field required"),
    ],
)
def test_without_a_ground_a_text_is_not_judged(name: str, told: Mapping[str, Any], reason: str) -> None:
    score = measured(name, "15% off", **told)
    assert (score.state, score.value) == ("invalid", None)
    assert score.explanation.startswith(reason)


def test_a_piece_without_its_slots_has_no_receipts_to_be_judged() -> None:
    detail = {"piece": piece("sms", SMS).model_dump(mode="json")}
    score = measured("receipts", channel="sms", detail=detail)
    assert score.explanation == "the trial does not tell the slots that it may use"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"channel": "fax"}, "the case's channel is 'fax', not one of "),
        ({"channel": "landing"}, "its fields have no labels, so their limits cannot be told"),
    ],
)
def test_fit_needs_a_channel_and_fields(told: Mapping[str, Any], reason: str) -> None:
    score = measured("channel_fit", "Rye bread for less.", **told)
    assert score.state == "invalid"
    assert score.explanation.startswith(reason)


def test_fields_that_no_channel_has_are_no_option() -> None:
    assert (
        metric_named("channel_fit").check_options({"fields": ["subjekt"]}).startswith("fields has 'subjekt', expected")
    )
