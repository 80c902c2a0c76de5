"""Rules against pandas by hand, against set algebra, and as TOML that says what is wrong with it."""

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted_shop import AS_OF, TODAY, moment, planted_rows, write_tables

from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.features import customer_features
from assistant.records.audiences import Audience, Rule
from assistant.records.certificates import CertificateSettings, Verdict
from assistant.segments.audiences import (
    Shop,
    audience_to_toml,
    certify_audience,
    describe,
    flagged,
    freeze,
    load_audience,
    members,
    open_shop,
    preview,
    read_audience,
)

WINE_QUIET = """
name = "Wine buyers who went quiet"
all = [ {bought = {category = "wine"}}, {not = {ordered = {within_days = 60}}} ]
"""
PRODUCTS = [
    {"product_id": "red", "name": "Red wine", "category": "Wine", "department": "Spirits", "brand": "Acme"},
    {"product_id": "white", "name": "White wine", "category": "Wine", "department": "Spirits", "brand": "Other"},
    {"product_id": "rye", "name": "Rye bread", "category": "Bread", "department": "Bakery", "brand": "Acme"},
    {"product_id": "odd", "name": "O'Hara's \"50%_off\"; drop table orders --", "category": "Odd", "department": "Odd"},
]


def order(who: str, days_ago: int, product: str = "rye", **values: Any) -> dict[str, Any]:
    """An order that many days before the cutoff; one day ago is the last day that is seen."""
    when = moment(AS_OF - dt.timedelta(days=days_ago))
    own = {"order_id": f"{who}{days_ago}", "customer_id": who, "product_id": product, "ordered_at": when}
    return {**own, **values}


ORDERS = [
    order("ann", 100, "red", amount_minor=1000), order("ann", 10), order("ann", 61),
    order("bob", 61, "white", amount_minor=500, coupon_minor=20), order("bob", 61, "rye", line=1),
    order("cid", 60, "red", amount_minor=2000), order("cid", 59, "red", quantity=-1, amount_minor=-2000),
    order("dot", 300, "rye", amount_minor=90_000), order("dot", 0, "red"),
    order("eve", 1, "odd", amount_minor=10), order("eve", 2, "odd", amount_minor=10),
]  # fmt: skip


def event(who: str, kind: str, days_ago: int, **values: Any) -> dict[str, Any]:
    return {"customer_id": who, "event": kind, "occurred_at": moment(AS_OF - dt.timedelta(days=days_ago)), **values}


EVENTS = [
    event("ann", "browse", 3, product_id="red"),
    event("ann", "browse", 3, product_id="rye"),
    event("bob", "browse", 40, product_id="rye"),
    event("cid", "search", 2, search_text="Dry RED wine"),
    event("dot", "search", 2, search_text="100% rye"),
    event("eve", "coupon_redeemed", 0),
]
CUSTOMERS = [
    {"customer_id": "ann", "age_band": "25-34", "email_opt_in": True, "loyalty": "Gold"},
    {"customer_id": "bob", "age_band": "45-54", "email_opt_in": False, "loyalty": " gold "},
    {"customer_id": "cid", "age_band": None, "email_opt_in": None, "loyalty": "Silver"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    rows = {"orders": ORDERS, "events": EVENTS, "customers": CUSTOMERS, "products": PRODUCTS}
    tables = write_tables(tmp_path_factory.mktemp("rules"), rows)
    features = customer_features(tables, TODAY).execute()
    assignments = pd.DataFrame({"customer_id": ["ann", "bob", "cid"], "segment": ["S1", "S2", None]})
    return open_shop(tables, TODAY, features, assignments)


def taken(rule: Rule, shop: Shop) -> str:
    """The initials of those whom a rule takes."""
    return "".join(sorted(who[0] for who in members(rule, shop).execute()["customer_id"]))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"bought": {"category": "wine"}}, "abc"),
        ({"bought": {"category": ["WINE", "bread"]}}, "abcd"),
        ({"bought": {"category": "Wine", "within_days": 61}}, "bc"),
        ({"bought": {"category": "Wine", "within_days": 60}}, "c"),
        ({"bought": {"category": "Wine", "at_least_minor": 501}}, "a"),
        ({"bought": {"product": "rye  BREAD", "at_least": 2}}, "a"),
        ({"bought": {"department": "bakery"}}, "abd"),
        ({"bought": {"brand": "acme"}}, "abcd"),
        ({"bought": {"product": "O'Hara's \"50%_off\"; drop table orders --"}}, "e"),
        ({"ordered": {}}, "abcde"),
        ({"ordered": {"within_days": 60}}, "ace"),
        ({"ordered": {"within_days": 59}}, "ae"),
        ({"ordered": {"within_days": 1}}, "e"),
        ({"ordered": {"at_least": 2}}, "ae"),
        ({"ordered": {"at_least": 3}}, "a"),
        ({"ordered": {"at_least_minor": 1000}}, "ad"),
        ({"ordered": {"with_coupon": True}}, "b"),
        ({"ordered": {"with_coupon": True, "within_days": 60}}, ""),
        ({"event": {"kind": "browse"}}, "ab"),
        ({"event": {"kind": "browse", "at_least": 2}}, "a"),
        ({"event": {"kind": "browse", "category": "wine"}}, "a"),
        ({"event": {"kind": "browse", "within_days": 39}}, "a"),
        ({"event": {"kind": "search", "search_text": "red WINE"}}, "c"),
        ({"event": {"kind": "search", "search_text": "%"}}, "d"),
        ({"event": {"kind": "coupon_redeemed"}}, ""),
        ({"feature": {"name": "frequency", "above": 2}}, "a"),
        ({"feature": {"name": "frequency", "at_least": 2}}, "ae"),
        ({"feature": {"name": "frequency", "below": 2}}, "bcd"),
        ({"feature": {"name": "recency_days", "between": [60, 61]}}, "bc"),
        ({"feature": {"name": "days_between_orders", "at_most": 10**6}}, "ae"),
        ({"not": {"feature": {"name": "days_between_orders", "at_most": 10**6}}}, "bcd"),
        ({"attribute": {"name": "age_band", "equals": "25-34"}}, "a"),
        ({"attribute": {"name": "age_band", "in": ["25-34", "45-54", "x"]}}, "ab"),
        ({"attribute": {"name": "loyalty", "equals": "GOLD"}}, "ab"),
        ({"attribute": {"name": "email_opt_in", "equals": True}}, "a"),
        ({"attribute": {"name": "email_opt_in", "equals": False}}, "b"),
        ({"not": {"attribute": {"name": "age_band", "equals": "25-34"}}}, "bcde"),
        ({"segment": "s1"}, "a"),
        ({"not": {"segment": "S1"}}, "bcde"),
        ({"any": [{"segment": "S2"}, {"ordered": {"at_least": 3}}]}, "ab"),
    ],
)  # fmt: skip
def test_each_condition_takes_those_it_says(rule: dict[str, Any], expected: str, shop: Shop) -> None:
    assert taken(Rule.model_validate(rule), shop) == expected


def test_the_example_takes_wine_buyers_without_an_order_for_sixty_days(shop: Shop) -> None:
    audience = read_audience(WINE_QUIET)
    assert taken(audience, shop) == "b"
    shown = preview(audience, shop)
    assert (shown.customers, shown.share) == (1, 0.2)
    assert shown.revenue_minor == 600
    assert [(own.condition, own.customers) for own in shown.conditions] == [
        ("bought wine", 3), ("not (ordered in the last 60 days)", 2),
    ]  # fmt: skip
    assert shown.rule == "bought wine, and not (ordered in the last 60 days)"


LEAVES = [
    {"bought": {"category": "Wine"}}, {"ordered": {"within_days": 60}}, {"event": {"kind": "browse"}},
    {"feature": {"name": "frequency", "at_least": 2}}, {"attribute": {"name": "loyalty", "equals": "gold"}},
    {"segment": "S1"},
]  # fmt: skip
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(TREES, min_size=1, max_size=6))
def test_all_any_and_not_are_those_of_sets(trees: list[dict[str, Any]], shop: Shop) -> None:
    everybody = set("abcde")
    alone = {str(leaf): set(taken(Rule.model_validate(leaf), shop)) for leaf in LEAVES}

    def sets(tree: dict[str, Any]) -> set[str]:
        if "not" in tree:
            return everybody - sets(tree["not"])
        if "all" in tree:
            return set.intersection(*map(sets, tree["all"]))
        return set.union(*map(sets, tree["any"])) if "any" in tree else alone[str(tree)]

    rules = {f"rule_{at}": Rule.model_validate(tree) for at, tree in enumerate(trees)}
    table = flagged(shop, rules).execute()
    for name, tree in zip(rules, trees, strict=True):
        assert {who[0] for who in table.loc[table[name], "customer_id"]} == sets(tree)


@given(TREES)
def test_toml_is_read_back_as_it_was_written(tree: dict[str, Any]) -> None:
    audience = Audience.model_validate({"name": 'Ünï "quoted" \\ name', **tree})
    assert read_audience(audience_to_toml(audience)) == audience


def test_toml_is_written_for_a_person() -> None:
    assert audience_to_toml(read_audience(WINE_QUIET)) == (
        'name = "Wine buyers who went quiet"\n'
        "all = [\n"
        '    {bought = {category = "wine"}},\n'
        "    {not = {ordered = {within_days = 60}}},\n"
        "]\n"
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("all = [", "not valid TOML"),
        ("name = 'x'", "the audience: expected exactly one condition of all, any, not, bought"),
        ("name = 'x'\nsegment = 'S1'\nall = [{segment = 'S2'}]", "found all and segment"),
        ("segment = 'S1'", "name is missing; add it"),
        ("name = 'x'\nall = []", "all: tuple should have at least 1 item"),
        ("name = 'x'\nall = [{segment = 'S1'}, {bougt = {category = 'Wine'}}]",
         "all[2] has no key 'bougt'; did you mean 'bought'?"),
        ("name = 'x'\nbought = {categry = 'Wine'}", "bought has no key 'categry'; did you mean 'category'?"),
        ("name = 'x'\nbought = {within_days = 3}",
         "bought: expected exactly one thing of product, category, department, brand; found none"),
        ("name = 'x'\nordered = {within_days = 0}",
         "ordered.within_days: input should be greater than or equal to 1; found 0"),
        ("name = 'x'\nnot = {event = {kind = 'brows'}}", "not.event.kind: input should be 'browse', 'search'"),
        ("name = 'x'\nfeature = {name = 'frequency', above = 1, below = 3}", "found above and below"),
        ("name = 'x'\nfeature = {name = 'frequency', between = [3, 1]}", "the smaller number first"),
        ("name = 'x'\nfeature = {name = 'frequency', above = nan}", "finite number"),
        ("name = 'x'\nfeature = {name = 'frequency', top_percent = 101}", "less than or equal to 100"),
        ("name = 'x'\nattribute = {name = 'kids'}", "expected exactly one condition of equals, in; found none"),
        ('name = "a\\u0007b"\nsegment = "S1"', "without control characters"),
        ("name = 'x'\nall = [" + "{not = {all = [" * 30 + "{segment = 'S1'}" + "]}}" * 30 + "]", "nested too deep"),
        ("name = 'x'\nordered = {within_days = " + "9" * 5000 + "}", "not valid TOML"),
        ("name = 'x'\nall = " + "[" * 3000 + "]" * 3000, "not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_what_is_known(toml: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_audience(toml, "quiet.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("quiet.toml")
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"any": [{"segment": "S1"}, {"bought": {"category": "Wien"}}]},
         "any[2].bought.category: the shop has no category 'Wien'; did you mean 'Wine'?"),
        ({"not": {"bought": {"product": "Rye bred"}}},
         "not.bought.product: the shop has no product 'Rye bred'; did you mean 'Rye bread'?"),
        ({"event": {"kind": "browse", "brand": "Acmee"}},
         "event.brand: the shop has no brand 'Acmee'; did you mean 'Acme'?"),
        ({"feature": {"name": "frequenzy", "above": 1}},
         "feature.name: there is no feature 'frequenzy'; did you mean 'frequency'?"),
        ({"attribute": {"name": "loyaty", "equals": "x"}}, "did you mean 'loyalty'?"),
        ({"attribute": {"name": "email", "equals": "a@example.com"}},
         "attribute.name: 'email' is no column of customers that a rule may ask for"),
        ({"segment": "S9"}, "segment: there is no segment 'S9'; known: S1, S2."),
        ({"feature": {"name": "frequency", "top_percent": 5}}, "a percentage that has not become a number"),
    ],
)  # fmt: skip
def test_a_name_that_the_shop_does_not_have_is_refused(rule: dict[str, Any], message: str, shop: Shop) -> None:
    with pytest.raises(DataError) as caught:
        members(Rule.model_validate(rule), shop)
    assert message in str(caught.value)


def test_without_segments_a_rule_cannot_ask_for_one(shop: Shop) -> None:
    bare = open_shop(shop.tables, shop.cutoff, shop.features)
    with pytest.raises(DataError, match="no segment 'S1'; fit segments with `assistant segments fit`"):
        members(Rule(segment="S1"), bare)


def test_a_percentage_becomes_a_number_that_stays(shop: Shop) -> None:
    frame = pd.DataFrame(
        {"customer_id": list("abcdefghij"), "monetary_minor": [10, 20, 30, 40, 50, 60, 70, 80, 80, np.nan]}
    )
    rule = Rule.model_validate(
        {"all": [{"feature": {"name": "monetary_minor", "top_percent": 10}},
                 {"not": {"any": [{"feature": {"name": "monetary_minor", "bottom_percent": 34}}, {"segment": "S1"}]}}]}
    )  # fmt: skip
    frozen = freeze(rule, frame)
    top, bottom = frozen.leaves[0].feature, frozen.leaves[1].feature
    assert top is not None
    assert bottom is not None
    # A tenth of nine customers is one, rounded up; the value of that one is had by two.
    assert (top.at_least, top.top_percent, top.frozen_from) == (80, None, "top 10 percent")
    assert (bottom.at_most, bottom.frozen_from) == (40, "bottom 34 percent")
    assert freeze(frozen, frame) == frozen
    assert describe(Rule(feature=top)) == "spend at least 80 minor units (top 10 percent)"
    with pytest.raises(DataError, match="no feature 'frequency'"):
        freeze(Rule.model_validate({"feature": {"name": "frequency", "top_percent": 1}}), frame)
    with pytest.raises(DataError, match="No customer has a value"):
        freeze(rule, frame.assign(monetary_minor=np.nan))


def test_rows_from_the_cutoff_on_change_no_audience(tmp_path: Path, shop: Shop) -> None:
    later = [order("bob", -days, "red", order_id=f"late{days}") for days in range(5)]
    rows = {"orders": [*ORDERS, *later], "events": EVENTS, "customers": CUSTOMERS, "products": PRODUCTS}
    tables = write_tables(tmp_path, rows)
    now = open_shop(tables, TODAY, customer_features(tables, TODAY))
    assert taken(read_audience(WINE_QUIET), now) == "b"
    then = Cutoff(AS_OF + dt.timedelta(days=30))
    assert taken(read_audience(WINE_QUIET), open_shop(tables, then, customer_features(tables, then))) == "c"


def test_a_rule_is_an_expression_whose_texts_are_literals(shop: Shop) -> None:
    tables, cutoff = shop.tables, shop.cutoff
    lazy = open_shop(tables, cutoff, customer_features(tables, cutoff))
    rule = Rule.model_validate({"event": {"kind": "search", "search_text": "'; drop table orders; --"}})
    expression = members(rule, lazy)
    assert isinstance(expression, ibis.Table)
    assert expression.columns == ("customer_id",)
    assert "'''; drop table orders; --'" in str(ibis.to_sql(expression))
    assert len(expression.execute()) == 0
    assert int(tables.orders.count().execute()) == len(ORDERS)


def test_an_audience_is_loaded_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "quiet.toml"
    with pytest.raises(DataError, match="does not exist"):
        load_audience(path)
    path.write_text(WINE_QUIET, encoding="utf-8")
    assert load_audience(path).name == "Wine buyers who went quiet"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(DataError, match="is not UTF-8"):
        load_audience(path)
    with pytest.raises(DataError, match="cannot be read"):
        load_audience(tmp_path)


def test_an_audience_of_a_habit_that_decides_later_spend_is_worth_asking_for(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, planted_rows(planted=True))
    features = customer_features(tables, TODAY).execute()
    audience = read_audience("name = 'Early'\nfeature = {name = 'morning_share', above = 0.5}")
    made = certify_audience(
        audience, "A1", features, open_shop(tables, TODAY, features), CertificateSettings(draws=200)
    )
    assert (made.of("A1").customers, made.of("A1").certified, made.of("A1").jaccard) == (200, True, None)
    assert made.coverage_customers == 0.5
    assert made.of("A1").silhouette is not None
    assert "a rule is the same" in made.stability_note
    assert made.summary.startswith(
        "The segment is certified; over the next 90 days beyond RFM quintiles it explains more"
    )
    assert {own.target: own.verdict for own in made.targets}["spend_winsorised"] is Verdict.ADDS


def test_an_audience_of_todays_segments_has_no_past(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, planted_rows(planted=True))
    features = customer_features(tables, TODAY).execute()
    assigned = features[["customer_id"]].assign(segment="S1")
    shop = open_shop(tables, TODAY, features, assigned)
    made = certify_audience(Audience(name="x", segment="S1"), "A1", features, shop, CertificateSettings(draws=200))
    assert "a segment of today" in made.holdout_note
    assert {own.verdict for own in made.targets} == {Verdict.UNKNOWN}


def test_wine_buyers_of_the_real_chain_by_hand(journey: Tables, features: pd.DataFrame) -> None:
    shop = open_shop(journey, Cutoff(dt.date(2018, 1, 1)), features)
    lines = journey.orders.execute().merge(
        journey.products.execute()[["product_id", "category"]], on="product_id", how="left"
    )
    wine = set(lines.loc[lines["category"] == "Wine", "customer_id"])
    recent = set(lines.loc[lines["ordered_at"] >= pd.Timestamp("2018-01-01") - pd.Timedelta(days=60), "customer_id"])
    found = set(members(read_audience(WINE_QUIET), shop).execute()["customer_id"])
    assert found == wine - recent
    assert found
    shown = preview(read_audience(WINE_QUIET), shop)
    assert shown.revenue_minor == lines.loc[lines["customer_id"].isin(found), "amount_minor"].sum()
    assert [own.customers for own in shown.conditions] == [len(wine), features["customer_id"].nunique() - len(recent)]
