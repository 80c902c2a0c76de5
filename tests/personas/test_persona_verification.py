"""Claims are held against the rows: the false are refuted with the numbers, the verified cannot be contradicted."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_table import small_table

from assistant.config import FactSettings
from assistant.personas import Edit, EditedClaim, Evidence, persona_to_toml, verify_persona
from assistant.records import Claim, FactSheet, Persona, Predicate
from benchmarks.recount import Recount, contradiction

SHEET = FactSheet(segment="S1", name="n", as_of="2024-01-01", currency="USD", facts=())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, Recount]:
    root, table = small_table(tmp_path_factory.mktemp("verifying"))
    evidence = Evidence(table, FactSettings(min_group_size=20, resamples=200), 7, lambda ids: set(ids) & {"hours:S1"})
    return evidence, Recount(root)


def persona(segment: str, *claims: Claim) -> Persona:
    return Persona(
        segment=segment, name="n", line="l", occasion="steady", claims=claims, dropped=(), model="m", prompt_hashes={}
    )


def by_hand(segment: str, *texts: str) -> Edit:
    claims = tuple(EditedClaim(claim="", about="who", text=text) for text in texts)
    return Edit(segment=segment, claims=claims)


def verified(shop: tuple[Evidence, Recount], *texts: str, segment: str = "S1") -> Persona:
    sheet = SHEET.model_copy(update={"segment": segment})
    return verify_persona(persona(segment), sheet, shop[0], by_hand(segment, *texts))


def predicate(metric: str = "frequency", comparator: str = ">", unit: str = "orders") -> Predicate:
    return Predicate.model_validate(
        {
            "metric": metric, "statistic": "mean", "population": "S1", "comparator": comparator, "threshold": "others",
            "unit": unit,
        }
    )  # fmt: skip


def test_a_planted_falsehood_is_refuted_with_the_numbers_whoever_wrote_it(shop: tuple[Evidence, Recount]) -> None:
    planted = Claim(
        claim="S1.C01", about="who", text="They order less often than others.", status="hypothesis",
        written_by="a model", predicate=predicate(comparator="<"),
    )  # fmt: skip
    found = verify_persona(persona("S1", planted), SHEET, shop[0])
    assert found.claims == ()
    (dropped,) = found.dropped
    assert (dropped.claim, dropped.status, dropped.written_by) == ("S1.C01", "refuted", "a model")
    value, others = shop[1].numbers(predicate().model_dump(mode="json")) or (0, 0)
    assert f"{value:.1f} orders against {others:.1f} orders" in dropped.reasons[0]
    assert found.counts == {"verified": 0, "undecidable": 0, "hypothesis": 0, "refuted": 1}
    by_a_person = verified(shop, "They order less often than others.")
    assert [one.status for one in by_a_person.dropped] == ["refuted"]


def test_a_true_comparison_with_a_wrong_number_is_refuted(shop: tuple[Evidence, Recount]) -> None:
    value, others = shop[1].numbers(predicate().model_dump(mode="json")) or (0.0, 0.0)
    right = f"They place {value:.1f} orders, more than the {others:.1f} orders of other customers."
    wrong = f"They place {value + 1:.1f} orders, more than the {others:.1f} orders of other customers."
    theirs = f"They place {value:.1f} orders, more than the {others + 1:.1f} orders of other customers."
    found = verified(shop, right, wrong, theirs)
    assert [claim.text for claim in found.claims if claim.status == "verified"] == [right]
    assert [one.text for one in found.dropped] == [wrong, theirs]
    assert f"it says {value + 1:.1f}" in found.dropped[0].reasons[0]
    assert f"it says {others + 1:.1f}" in found.dropped[1].reasons[0]


def test_a_models_sentence_with_a_word_that_nothing_decides_gives_way_to_the_fact_sheets(
    shop: tuple[Evidence, Recount],
) -> None:
    loose = Claim(
        claim="S1.C01", about="who", text="They gladly order more often than others.", status="hypothesis",
        written_by="a model", predicate=predicate(),
    )  # fmt: skip
    found = verify_persona(persona("S1", loose), SHEET, shop[0])
    assert found.claims[0].status == "hypothesis"
    assert "gladly" in found.claims[0].reasons[0]


def test_the_caution_of_a_segment_below_the_bar_is_its_personas(shop: tuple[Evidence, Recount]) -> None:
    caution = "Below the bar: it does not hold."
    found = verify_persona(persona("S1"), SHEET.model_copy(update={"caution": caution}), shop[0])
    assert found.caution == caution
    assert f"# ! {caution}" in persona_to_toml(found, "USD")


def test_advice_is_a_hypothesis_whatever_it_says(shop: tuple[Evidence, Recount]) -> None:
    edit = Edit(segment="S1", claims=(EditedClaim(claim="", about="say", text="They order more often than others."),))
    found = verify_persona(persona("S1"), SHEET, shop[0], edit)
    assert [claim.status for claim in found.claims] == ["hypothesis"]


def test_hours_link_to_the_document_of_the_hours_where_the_index_has_it(shop: tuple[Evidence, Recount]) -> None:
    found = verified(shop, "They place at least 1% of their orders in the evening.", "They spend more than $1.")
    assert [claim.documents for claim in found.claims] == [("hours:S1",), ()]


def test_a_segment_too_small_says_nothing(shop: tuple[Evidence, Recount]) -> None:
    found = verified(shop, "They order more often than others.", segment="S4")
    (claim,) = found.claims
    assert claim.status == "undecidable"
    assert claim.evaluation is not None
    assert claim.evaluation.value is None


def test_a_persons_sentences_stay_and_a_models_take_the_numbers_of_today(shop: tuple[Evidence, Recount]) -> None:
    value, others = shop[1].numbers(predicate().model_dump(mode="json")) or (0.0, 0.0)

    def written(shown: float) -> Persona:
        text = f"They place {shown:.1f} orders, more than the {others:.1f} orders of other customers."
        return persona(
            "S1",
            Claim(claim="S1.C01", about="who", text=text, status="hypothesis", written_by="m", predicate=predicate()),
        )

    stale = written(value - 3)
    edit = Edit(
        segment="S1",
        claims=(*Edit.of(stale).claims, EditedClaim(claim="", about="who", text="They order more often than others.")),
    )
    found = verify_persona(written(value), SHEET, shop[0], edit, before=stale)
    assert [claim.claim for claim in found.claims] == ["S1.C01", "S1.C02"]
    assert [claim.written_by for claim in found.claims] == ["m", "hand"]
    assert f"{value:.1f} orders" in found.claims[0].text
    assert found.edited
    assert found.dropped == ()


METRICS = (
    "spend {bound} ${number} per order", "spend {bound} ${number}", "place {bound} {number} orders",
    "place {bound} {number}% of their orders in the evening", "use coupons in {bound} {number}% of their orders",
    "order {more} often than others", "spend {more} than others", "leave {more} days between orders than others",
    "place {number} orders, {more} than the {other} orders of other customers",
    "place a {share} share of their orders on Sunday than others",
)  # fmt: skip
PEOPLE = (
    "{bound} {number}% of them use coupons", "{bound} {number}% of them have bought cheddar cheese",
    "{bound} {number}% of them shop at weekends", "{bound} half of them spend more than ${other} per order",
    "Most use coupons", "Half of them have bought bananas", "{bound} {number}% of them are 35-44 years old",
)  # fmt: skip


@st.composite
def sentences(draw: st.DrawFn) -> str:
    template = draw(st.sampled_from([*(f"They {own}." for own in METRICS), *PEOPLE]))
    text = template.format(
        bound=draw(st.sampled_from(["more than", "less than", "at least", "at most", "about", ""])),
        number=draw(st.integers(1, 100)),
        other=draw(st.integers(1, 40)),
        more=draw(st.sampled_from(["more", "less"])),
        share=draw(st.sampled_from(["larger", "smaller"])),
    )
    return " ".join(text.split())


def test_nobody_contradicts_what_is_verified_of_random_sentences(shop: tuple[Evidence, Recount]) -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(sentences(), min_size=3, max_size=6, unique=True), st.sampled_from(["S1", "S2", "S3"]))
    def check(texts: list[str], segment: str) -> None:
        found = verified(shop, *texts, segment=segment)
        assert len(found.claims) + len(found.dropped) == len(texts)
        for claim in found.claims:
            counted[claim.status] += 1
            if claim.status == "verified":
                assert contradiction(claim.model_dump(mode="json"), shop[1]) == "", claim.text
        for one in found.dropped:
            counted["refuted"] += 1
            # What is taken out is false of these customers, or quotes a number that is not theirs.
            assert one.predicate is not None
            assert contradiction(one.model_dump(mode="json"), shop[1]), one.text

    check()
    assert min(counted[status] for status in ("verified", "refuted", "undecidable")) >= 10, counted


def test_the_recount_does_find_a_contradiction(shop: tuple[Evidence, Recount]) -> None:
    (claim,) = verified(shop, "They order more often than others.").claims
    honest = claim.model_dump(mode="json")
    assert contradiction(honest, shop[1]) == ""
    for wrong in (
        {"evaluation": {**honest["evaluation"], "value": 3.0}},
        {"predicate": {**honest["predicate"], "comparator": "<"}},
        {"text": "They place 999 orders, more often than others."},
        {"text": "They order less than others."},
    ):
        assert contradiction({**honest, **wrong}, shop[1])
