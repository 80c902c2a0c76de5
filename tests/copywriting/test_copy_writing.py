"""Candidates, the choice among them, the repair and the honest fallback."""

from copy_fixtures import frame, job

from assistant.copywriting import copy_requests, repair_requests, write_pieces
from assistant.copywriting.writing import LEAST_LIKELY, likelihood
from assistant.records import BrandKit, Outcome

GOOD = {
    "subject": "Save {offer.discount} on {product}",
    "preheader": "The lower price lasts until {offer.deadline}.",
    "opening": "Start with {product} and see what is left over.",
    "offer": "Use {offer.code} by {offer.deadline} to save {offer.discount}.",
    "action": "Fill my basket",
}


def answers(texts: dict[str, list[str]], likelihoods: dict[str, float] | None = None) -> dict[str, Outcome]:
    return {
        f"S1-email-thrift.{line}.{sample}": Outcome(
            key=f"S1-email-thrift.{line}.{sample}",
            sample=sample,
            status="ok",
            text=text,
            mean_logprob=(likelihoods or {}).get(text, -0.3),
        )
        for line, said in texts.items()
        for sample, text in enumerate(said)
    }


def test_every_line_is_asked_for_as_often_as_there_are_candidates() -> None:
    keys = [request.key for request in copy_requests(job())]
    assert len(keys) == len(set(keys)) == 5 * 4
    assert {request.grammar is None for request in copy_requests(job())} == {False}


def test_a_piece_whose_lines_pass_is_ready_and_every_slot_has_a_receipt() -> None:
    piece = write_pieces([job()], answers({line: [text] for line, text in GOOD.items()}), "test")[0]
    assert (piece.status, piece.reasons) == ("ready", ())
    assert {slot.slot: slot.receipt for slot in piece.slots}["product"] == "fact:S1.F01"
    assert {field.field: field.text for field in piece.fields}["subject"] == "Save 15% on shredded cheese"
    assert {field.field: field.written_by for field in piece.fields}["footer"] == "house"


def test_the_likeliest_candidate_that_passes_is_chosen() -> None:
    subjects = ["Half price {product}", "Pay less for {product}", "Spend less on {product}, keep the rest"]
    texts = {**{line: [text] for line, text in GOOD.items()}, "subject": subjects}
    likely = {
        "Half price {product}": -0.01,
        "Pay less for {product}": -0.9,
        "Spend less on {product}, keep the rest": -0.2,
    }
    piece = write_pieces([job()], answers(texts, likely), "test")[0]
    assert piece.fields[0].text == "Spend less on shredded cheese, keep the rest"


def test_a_line_without_a_passing_candidate_is_the_controls_and_the_piece_needs_review() -> None:
    texts = {**{line: [text] for line, text in GOOD.items()}, "subject": ["Free {product}", "Only $9 for {product}"]}
    piece = write_pieces([job()], answers(texts), "test")[0]
    assert piece.status == "needs_review"
    assert piece.reasons[0].startswith("no_candidate, subject: of 2 candidates none passed")
    assert piece.fields[0].text == "15% off shredded cheese"
    assert piece.fields[0].written_by == "brief"


def test_words_that_hang_together_badly_do_not_pass() -> None:
    texts = {line: [text] for line, text in GOOD.items()}
    piece = write_pieces([job()], answers(texts, {GOOD["opening"]: -3.0}), "test")[0]
    assert piece.status == "needs_review"
    assert "read badly" in piece.reasons[0]


def test_a_backend_that_tells_no_likelihood_is_judged_by_the_checks_alone() -> None:
    texts = {line: [text] for line, text in GOOD.items()}
    outcomes = {k: o.model_copy(update={"mean_logprob": None}) for k, o in answers(texts).items()}
    assert write_pieces([job()], outcomes, "test")[0].status == "ready"


def test_a_repair_is_asked_for_once_with_the_reason_and_only_where_nothing_passed() -> None:
    texts = {**{line: [text] for line, text in GOOD.items()}, "subject": ["Free {product}"]}
    repairs = repair_requests(job(), answers(texts))
    assert {request.key for request in repairs} == {"S1-email-thrift.subject.4", "S1-email-thrift.subject.5"}
    assert "offer_in_words" in repairs[0].messages[-1].content
    assert repairs[0].messages[-2].content == "Free {product}"


def test_two_pieces_do_not_say_the_same_line_where_another_is_nearly_as_likely() -> None:
    texts = {
        **{line: [text] for line, text in GOOD.items()},
        "subject": ["Pay less for {product}", "A little less for {product}"],
    }
    outcomes = answers(texts, {"Pay less for {product}": -0.2, "A little less for {product}": -0.4})
    other = {key.replace("S1-", "S2-"): outcome for key, outcome in outcomes.items()}
    pieces = write_pieces([job(), job(frame=frame(segment="S2"))], {**outcomes, **other}, "test")
    assert pieces[0].fields[0].text != pieces[1].fields[0].text


def test_a_line_that_only_repeats_a_worked_example_is_told_and_does_not_need_review_for_it() -> None:
    texts = {**{line: [text] for line, text in GOOD.items()}, "subject": ["Spend less on {product} and keep a little"]}
    piece = write_pieces([job()], answers(texts), "test")[0]
    told = {(result.field, result.severity) for result in piece.checks if result.check == "worked_example"}
    assert told == {("preheader", "warning"), ("body", "warning")}
    assert piece.status == "ready"


def test_the_brands_voice_is_told_to_the_model_and_an_empty_kit_tells_nothing() -> None:
    brand = BrandKit.model_validate({"voice": {"rules": ["Sentences are short.", "No exclamation mark."]}})
    told = copy_requests(job(frame=frame(brand=brand)))[0].messages
    plain = copy_requests(job())[0].messages
    assert (
        told[0].content == f"{plain[0].content}\nHow this shop writes:\n- Sentences are short.\n- No exclamation mark."
    )
    assert told[1:] == plain[1:]


def test_a_word_that_no_dictionary_has_makes_a_line_of_another_language_fail() -> None:
    one = job("sms", "fr")
    good = "Économisez {offer.discount} avec {offer.code} jusqu'au {offer.deadline}, {product}."
    bad = good.replace("Économisez", "Escherisez")

    def likely(text: str) -> float:
        return likelihood(one, "sms", Outcome(key="x", sample=0, status="ok", text=text, mean_logprob=-3.0))

    assert likely(good) == 0
    assert likely(bad) < LEAST_LIKELY
