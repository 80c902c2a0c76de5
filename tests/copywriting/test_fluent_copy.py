"""What fluent writers make up is found in every language, and harmless copy that comes near to it is left alone."""

import tomllib
from pathlib import Path

import pytest
from copy_fixtures import brief, frame

from assistant.copywriting import check_field, elements_of, known_languages, language_named, parse
from assistant.copywriting.grammars import line_grammar
from assistant.copywriting.linting import Binder, LintGround, lint_text

SAID = tomllib.loads(Path(__file__).with_name("fluent_copy.toml").read_text(encoding="utf-8"))
MARKETS = {"en": "US", "de": "DE", "es": "ES", "fr": "FR", "zh": "CN"}
PLACES = [(kind, language) for kind, languages in SAID["faults"].items() for language in languages]
BY_STYLE_ALONE = frozenset({"length", "length_aim"})


def in_document(sentence: str, language: str) -> set[str]:
    found = check_field(parse(sentence), frame("email", language).context("body"))
    return {result.check for result in found if result.severity == "error"} - BY_STYLE_ALONE


def in_text(sentence: str, language: str) -> set[str]:
    ground = LintGround(channel="push", language=language, market=MARKETS[language], brief=brief())
    found = lint_text(sentence, Binder(ground)).findings
    return {finding.check for finding in found if finding.severity == "error"} - BY_STYLE_ALONE


@pytest.mark.parametrize(("kind", "language"), PLACES)
def test_what_a_fluent_writer_makes_up_is_found_in_a_document_and_in_text(kind: str, language: str) -> None:
    sentences = SAID["faults"][kind][language]
    assert len(sentences) >= 3
    assert [said for said in sentences if not in_document(said, language)] == []
    assert [said for said in sentences if not in_text(said, language)] == []


@pytest.mark.parametrize("language", known_languages())
def test_harmless_copy_near_to_a_claim_is_left_alone_as_text(language: str) -> None:
    sentences = SAID["clean"][language]
    assert len(sentences) >= 35
    assert {said: found for said in sentences if (found := in_text(said, language))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Ends {offer.deadline}.", "Good up to {offer.deadline}.", "Code: {offer.code}, last day {offer.deadline}.",
        "Use {offer.code} for {offer.discount} off.", "{offer.code} gives you {offer.discount} off.",
        "Your code {offer.code} takes {offer.discount} off.", "Pop {offer.code} in at checkout.",
        "Your code for {product} is here.", "Your code is waiting inside this email.", "A code for unhurried days.",
        "We hope it gives you an idea or two.", "There is a discount, and it is easy to use. Use it at checkout.",
    ],
)  # fmt: skip
def test_slots_and_words_may_be_said_as_people_say_them(text: str) -> None:
    assert in_document(text, "en") == set()


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("{product} is on your list.", "slot_use"), ("If {product} are on your list, look here.", "slot_use"),
        ("Take {offer.code} off {product}.", "slot_use"), ("Save {offer.discount} off.", "slot_use"),
        ("Come and and see.", "repetition"), ("Two for you.", "number_in_words"), ("Last day for this.", "urgency"),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_still_refused(text: str, check: str) -> None:
    assert check in in_document(text, "en")


def test_claims_have_no_set_left_to_fill_and_are_of_every_language() -> None:
    kinds = {code: {kind.check for kind in language_named(code).forbidden} for code in known_languages()}
    assert all(kinds["en"] <= checks for checks in kinds.values()), kinds
    for code in known_languages():
        for kind in language_named(code).forbidden:
            assert kind.patterns is None or "(?:<" not in kind.patterns.pattern


def test_the_brief_s_own_terms_are_no_condition() -> None:
    terms = "Members only. Not valid with other offers."
    offer = brief().offer.model_copy(update={"terms": terms})
    ground = LintGround(channel="push", brief=brief(offer=offer))
    found = {finding.check for finding in lint_text(f"Save 15% on your shop. {terms}", Binder(ground)).findings}
    assert "conditions" not in found
    assert "conditions" in {f.check for f in lint_text("Members only.", Binder(ground)).findings}


def test_what_others_may_say_beside_a_slot_is_not_what_a_local_model_is_held_to() -> None:
    # A grammar that let a small model write "pop {offer.code}" and "last day is" made its copy worse.
    use = language_named("en").slot_uses["offer.code"]
    assert "pop" in use.also_before
    assert not set(use.also_before) & set(use.before)
    known = ("offer.code", "offer.discount", "offer.deadline")
    grammar = line_grammar("offer", known, language_named("en"), elements_of("thrift", 0, 0))
    assert "use {offer.code}" in grammar
    assert "pop {offer.code}" not in grammar
