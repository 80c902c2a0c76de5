"""The customer table of made-up shops against plain loops over the same rows, for every customer."""

import math
from pathlib import Path

import pandas as pd
import pytest
from counted_by_loop import counted
from made_shop import AS_OF, Row, unkind_shop, write_tables

from assistant.data import Cutoff, Tables
from assistant.features import customer_features, feature_named


def table_of(folder: Path) -> pd.DataFrame:
    frame: pd.DataFrame = customer_features(Tables(folder), Cutoff(AS_OF)).execute()
    return frame.set_index("customer_id")


def assert_counted(folder: Path, tables: dict[str, list[Row]]) -> None:
    ours = table_of(write_tables(folder, **tables))
    theirs = counted(tables, AS_OF)
    assert sorted(ours.index) == sorted(theirs)
    assert set(ours.columns) == set(next(iter(theirs.values())))
    wrong = [
        (customer, column, ours.at[customer, column], value)
        for customer, row in theirs.items()
        for column, value in row.items()
        if not _same(ours.at[customer, column], value)
    ]
    assert not wrong


def _same(ours: float, theirs: float | None) -> bool:
    if theirs is None:
        return bool(pd.isna(ours))
    # Integers to the digit; quotients of the same integers to the last bits, where a sum is beyond a float's digits.
    return ours == theirs if isinstance(theirs, int) else math.isclose(ours, theirs, rel_tol=1e-15, abs_tol=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_feature_of_every_customer_is_what_a_loop_counts(tmp_path: Path, seed: int) -> None:
    tables = unkind_shop(600, seed)
    assert any(row["quantity"] < 0 for row in tables["orders"])
    assert_counted(tmp_path, tables)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 8))
def test_every_feature_of_larger_shops_is_what_a_loop_counts(tmp_path: Path, seed: int) -> None:
    assert_counted(tmp_path, unkind_shop(20_000, seed))


def test_a_shop_without_events_returns_and_channels_has_no_columns_of_them(tmp_path: Path) -> None:
    tables = unkind_shop(200, 3)
    plain = [
        {**row, "sales_channel": "web", "quantity": abs(row["quantity"]), "amount_minor": abs(row["amount_minor"])}
        for row in tables["orders"]
    ]
    assert_counted(tmp_path, {**tables, "orders": plain, "events": []})
    columns = table_of(tmp_path).columns
    assert not [name for name in columns if feature_named(name).topic in ("funnel", "returns", "campaigns")]
    assert not [name for name in columns if name.startswith("channel: ")]


def test_a_part_of_the_funnel_has_the_columns_of_that_part(tmp_path: Path) -> None:
    tables = unkind_shop(200, 4)
    some = [row for row in tables["events"] if row["event"] in ("browse", "cart", "coupon_redeemed")]
    assert_counted(tmp_path, {**tables, "events": some})
    columns = table_of(tmp_path).columns
    funnel = [name for name in columns if feature_named(name).topic in ("funnel", "campaigns")]
    assert funnel == ["browse_events", "cart_events", "days_since_visit", "cart_rate"]


def test_a_shop_of_one_line_has_its_row(tmp_path: Path) -> None:
    moment = pd.Timestamp("2024-06-30 23:59:59").to_pydatetime()
    line = unkind_shop(60, 5)["orders"][0] | {"ordered_at": moment, "quantity": 1, "amount_minor": 5}
    assert_counted(tmp_path, {"orders": [line], "products": []})


def test_what_only_came_back_is_money_and_no_order(tmp_path: Path) -> None:
    line = {"line": 0, "product_id": "p0", "discount_minor": 0, "coupon_minor": 0}
    moments = [pd.Timestamp(f"2024-06-{day} 12:00:00").to_pydatetime() for day in (1, 11, 21)]
    orders = [
        {**line, "customer_id": "a", "order_id": "1", "ordered_at": moments[0], "quantity": 2, "amount_minor": 900},
        {**line, "customer_id": "a", "order_id": "2", "ordered_at": moments[2], "quantity": -1, "amount_minor": -300},
        {**line, "customer_id": "b", "order_id": "3", "ordered_at": moments[1], "quantity": -1, "amount_minor": -1},
    ]
    tables: dict[str, list[Row]] = {"orders": orders, "products": []}
    assert_counted(tmp_path, tables)
    row = table_of(tmp_path).loc["a"]
    assert (row["frequency"], row["recency_days"], row["tenure_days"], row["monetary_minor"]) == (1, 30, 30, 600)
    assert (row["return_share"], row["returned_spend_share"], row["basket_items"]) == (0, 300 / 900, 2)
