"""A persona's file: what is written can be read back, and a broken one says where and what was expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DataError
from assistant.personas import Edit, compare_personas, persona_to_toml, read_edit
from assistant.records import Claim, Persona, Predicate, Where
from assistant.records.personas import Dropped

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60).map(str.strip).filter(bool)
NUMBERS = st.floats(-1e9, 1e9).map(lambda number: round(number, 6))


@st.composite
def asked(draw: st.DrawFn) -> Predicate:
    metric = draw(st.sampled_from(["frequency", "basket_value_minor", "coupon_share", "customer: town", "buys:"]))
    if metric == "buys:":
        metric += draw(LINES)
    where = None
    if metric == "customer: town":
        where = Where(one_of=tuple(draw(st.lists(LINES, min_size=1, max_size=3))))
    elif not metric.startswith("buys:") and draw(st.booleans()):
        where = Where(above=draw(NUMBERS))
    share = where is not None or metric.startswith("buys:")
    units = {"frequency": "orders", "basket_value_minor": "minor units"}
    return Predicate.model_validate(
        {
            "metric": metric, "statistic": "share" if share else "median", "where": where, "population": "S1",
            "comparator": draw(st.sampled_from([">", "<=", "about"])),
            "threshold": draw(st.one_of(st.just("others"), NUMBERS)),
            "unit": "share" if share else units.get(metric, "share"),
        }
    )  # fmt: skip


@st.composite
def personas(draw: st.DrawFn) -> Persona:
    claims = [
        Claim(
            claim=f"S1.C{number:02d}", about=draw(st.sampled_from(["who", "price", "say"])), text=draw(LINES),
            status="hypothesis", written_by="m", reasons=(draw(st.text(max_size=30)),),
            predicate=draw(st.none() | asked()),
        )
        for number in range(1, draw(st.integers(0, 4)) + 1)
    ]  # fmt: skip
    return Persona(
        segment="S1", name=draw(st.text(max_size=30)), line=draw(st.text(max_size=30)), occasion="steady",
        claims=tuple(claims), dropped=(), model="m", prompt_hashes={}, caution=draw(st.text(max_size=30)),
    )  # fmt: skip


@given(personas(), st.sampled_from(["USD", "JPY"]))
def test_a_file_holds_what_its_persona_does_whatever_names_are_in_it(persona: Persona, currency: str) -> None:
    text = persona_to_toml(persona, currency)
    read = read_edit(text, "S1.toml", "S1", currency)
    expected = Edit.of(persona)
    assert [own.model_copy(update={"predicate": None}) for own in read.claims] == [
        own.model_copy(update={"predicate": None}) for own in expected.claims
    ]
    for one, other in zip(read.claims, expected.claims, strict=True):
        assert one.predicate == other.predicate
    if persona.caution.strip() and persona.caution.isprintable():
        assert f"# ! {persona.caution}".rstrip() in text


def test_amounts_are_in_the_shops_currency_and_shares_may_be_percents() -> None:
    text = """
[[claims]]
about = "who"
text = "x"
[claims.predicate]
metric = "basket_value_minor"
statistic = "mean"
comparator = ">"
threshold = 49.99
unit = "USD"
[[claims]]
about = "when"
text = "y"
[claims.predicate]
metric = "evening_share"
statistic = "mean"
comparator = ">"
threshold = 30
unit = "percent"
"""
    first, second = (own.predicate for own in read_edit(text, "f", "S1", "USD").claims)
    assert first is not None
    assert second is not None
    assert (first.threshold, first.unit.value) == (4999.0, "minor units")
    assert (second.threshold, second.unit.value) == (0.3, "share")


GOOD = """\
segment = "S1"

[[claims]]
claim = "S1.C01"
about = "who"
text = "They order more often than others."
[claims.predicate]
metric = "frequency"
statistic = "mean"
comparator = ">"
threshold = "others"

[[claims]]
about = "who"
text = "New."
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('segment = "S1"', 'segment = "S2"', "S1.toml: segment is 'S2'; expected 'S1'"),
        ('segment = "S1"', 'sigment = "S1"', "S1.toml has no key 'sigment'; known: segment, claims"),
        ('about = "who"\ntext = "New', 'about = "whom"\ntext = "New', "claim 2, line 13: about is 'whom'; expected"),
        ('about = "who"\ntext = "They', 'text = "They', "claim 1 (S1.C01, line 3): about is None; expected one of who"),
        ('text = "New."', 'txt = "New."', "claim 2, line 13 has no key 'txt'; known: claim, about, text"),
        ('text = "New."', 'text = ""', "claim 2, line 13: text is ''; expected one line"),
        ('text = "New."', 'text = 7', "claim 2, line 13: text is 7; expected one line"),
        ('text = "New."', 'text = "a\\nb"', "expected one line"),
        ('claim = "S1.C01"', 'claim = "C1"', "claim is 'C1'; expected an id such as 'S1.C01'"),
        ('about = "who"\ntext = "New', 'claim = "S1.C01"\nabout = "who"\ntext = "New', "an id that another claim has"),
        ('comparator = ">"', 'comparator = "=>"', "predicate: comparator is '=>'; expected one of >, <, >=, <=, about"),
        ('statistic = "mean"', 'statistic = "share"', "expected a where with the statistic share"),
        ('statistic = "mean"', 'statistic = "mode"', "statistic is 'mode'; expected one of mean, median, share"),
        ('threshold = "others"', 'threshold = "many"', "threshold is 'many'; expected a number or 'others'"),
        ('threshold = "others"', "threshold = nan", "threshold is nan; expected a number or 'others'"),
        ('threshold = "others"', "threshold = true", "threshold is True; expected a number or 'others'"),
        ('threshold = "others"', 'threshold = 3\nunit = "EUR"', "unit is 'EUR'; expected 'orders'"),
        ('metric = "frequency"', "", "metric is missing; expected a name"),
        ("[claims.predicate]", "[claims.predicat]", "has no key 'predicat'"),
        ('claim = "S1.C01"', 'claim = "S1.C01', "S1.toml is not valid TOML"),
        ("[[claims]]\nabout", "[claims]\nabout", "S1.toml is not valid TOML"),
    ],
)  # fmt: skip
def test_a_broken_file_says_where_and_what_was_expected(old: str, new: str, told: str) -> None:
    assert read_edit(GOOD, "S1.toml", "S1", "USD").claims[1].text == "New."
    assert old in GOOD
    with pytest.raises(DataError) as error:
        read_edit(GOOD.replace(old, new), "S1.toml", "S1", "USD")
    assert str(error.value).startswith("S1.toml")
    assert told in str(error.value)


def persona(*claims: Claim, dropped: tuple[Dropped, ...] = ()) -> Persona:
    return Persona(
        segment="S1", name="n", line="l", occasion="steady", claims=claims, dropped=dropped, model="m", prompt_hashes={}
    )


def claim(number: int, text: str, status: str = "verified") -> Claim:
    return Claim.model_validate(
        {"claim": f"S1.C{number:02d}", "about": "who", "text": text, "status": status, "written_by": "m"}
    )


def test_changes_are_claims_added_removed_reworded_and_judged_otherwise() -> None:
    before = persona(claim(1, "a"), claim(2, "b"), claim(3, "c"), claim(4, "d"))
    gone = Dropped(claim="S1.C04", about="who", text="d", status="refuted", reasons=("no",))
    after = persona(claim(1, "a"), claim(2, "B"), claim(5, "e"), dropped=(gone,))
    told = {(change.change, change.claim, change.status_after) for change in compare_personas(before, after)}
    assert told == {
        ("changed", "S1.C02", "verified"), ("added", "S1.C05", "verified"), ("removed", "S1.C03", ""),
        ("status", "S1.C04", "refuted"),
    }  # fmt: skip
    assert compare_personas(after, after) == ()


def test_a_claim_whose_id_moved_is_no_change() -> None:
    assert compare_personas(persona(claim(1, "a"), claim(2, "b")), persona(claim(1, "b"), claim(2, "a"))) == ()


def test_a_refuted_claim_is_no_claim() -> None:
    with pytest.raises(ValueError, match="belongs under dropped"):
        persona(claim(1, "a", "refuted"))
