"""What customers buy more of than others: shares, lifts and their shrinkage, against the hand and loops."""

import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from made_shop import AS_OF, Row, unkind_shop, write_tables

from assistant.data import Cutoff, Tables
from assistant.features import affinities

PRODUCTS: list[Row] = [
    {"product_id": "milk", "category": "Milk", "department": "Dairy", "brand": "Own"},
    {"product_id": "beer", "category": "Beer", "department": "Drinks", "brand": None},
    {"product_id": "thing", "category": "No category", "department": "No department", "brand": None},
]


def table_of(folder: Path, tables: dict[str, list[Row]]) -> pd.DataFrame:
    found: pd.DataFrame = affinities(Tables(write_tables(folder, **tables)), Cutoff(AS_OF)).execute()
    return found.set_index(["customer_id", "attribute", "value"]).sort_index()


def line(customer: str, product: str, amount: int, quantity: int = 1) -> Row:
    return {
        "customer_id": customer,
        "order_id": f"{customer} {product} {quantity}",
        "product_id": product,
        "amount_minor": amount,
        "quantity": quantity,
        "ordered_at": pd.Timestamp("2024-05-05 12:00:00").to_pydatetime(),
    }


def test_shares_lifts_and_shrinkage_are_those_of_the_formula(tmp_path: Path) -> None:
    lines = [line("a", "milk", 300), line("a", "beer", 100), line("b", "milk", 100), line("b", "thing", 300)]
    table = table_of(tmp_path, {"orders": lines, "products": PRODUCTS})
    # Milk is 400 of 800 of the shop's spend over four lines, so half a line is worth 100.
    row = table.loc[("a", "category", "Milk")]
    assert (row["lines"], row["spend_minor"], row["spend_share"]) == (1, 300, 0.75)
    assert (row["lift"], row["shrunken_lift"]) == (0.75 / 0.5, (300 + 100) / (200 + 100))
    beer = table.loc[("a", "department", "Drinks")]
    assert (beer["lift"], beer["shrunken_lift"]) == (0.25 / 0.125, (100 + 100) / (50 + 100))
    assert table.loc[("b", "brand", "Own"), "spend_share"] == 0.25
    # What has no category is spend, and no category.
    assert sorted(table.loc["b"].index) == [("brand", "Own"), ("category", "Milk"), ("department", "Dairy")]


def test_what_comes_back_takes_nothing_off_a_taste(tmp_path: Path) -> None:
    lines = [line("a", "milk", 300), line("a", "milk", -300, -1), line("b", "beer", 100)]
    table = table_of(tmp_path, {"orders": lines, "products": PRODUCTS})
    assert table.loc[("a", "category", "Milk"), ["lines", "spend_minor"]].tolist() == [1, 300]


def test_who_spent_nothing_has_no_taste(tmp_path: Path) -> None:
    lines = [line("a", "milk", 0), line("b", "beer", 100)]
    row = table_of(tmp_path, {"orders": lines, "products": PRODUCTS}).loc[("a", "category", "Milk")]
    assert (row["spend_share"], row["shrunken_lift"]) == (0, 1)
    assert pd.isna(row["lift"])


def test_shrinkage_pulls_towards_one_and_most_where_least_is_known(tmp_path: Path) -> None:
    lines = [line("small", "beer", 100), line("large", "beer", 10_000), line("rest", "milk", 9_900)]
    beer = table_of(tmp_path, {"orders": lines, "products": PRODUCTS}).xs("Beer", level="value")["shrunken_lift"]
    small, large = (beer.xs(name, level="customer_id").iloc[0] for name in ("small", "large"))
    assert 1 < small < large < 20_000 / 10_100


@pytest.mark.parametrize("attribute", ["department", "category", "brand"])
def test_an_unkind_shop_has_the_affinities_of_a_loop(tmp_path: Path, attribute: str) -> None:
    tables = unkind_shop(500, 21)
    own = {row["product_id"]: row[attribute] or "" for row in tables["products"]}
    sold = [row for row in tables["orders"] if row["quantity"] >= 0 and row["ordered_at"].date() < AS_OF]
    spend, customers, values = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    for row in sold:
        value = own.get(row["product_id"], "")
        spend[row["customer_id"], value] += row["amount_minor"]
        customers[row["customer_id"]] += row["amount_minor"]
        values[value] += row["amount_minor"]
    table = table_of(tmp_path, tables).xs(attribute, level="attribute")
    assert set(table.index) == {key for key in spend if key[1] not in ("", "No category", "No department")}
    half = customers.total() / len(sold) / 2
    for (customer, value), row in table.iterrows():
        observed, expected = spend[customer, value], customers[customer] * values[value] / customers.total()
        assert row["spend_minor"] == observed
        assert math.isclose(row["shrunken_lift"], (observed + half) / (expected + half), rel_tol=1e-12)
        if expected:
            assert math.isclose(row["lift"], observed / expected, rel_tol=1e-12)
            assert math.isclose(row["spend_share"], observed / customers[customer], rel_tol=1e-12)
