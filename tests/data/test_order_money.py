"""What lines are worth: prices, discounts of lines and of orders, refunds, returns, cancelled orders; to the cent."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingesting import PRODUCTS, Shop, lines

from assistant.data import connect
from assistant.data.converting import add_macros, spread
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping

BASE = {"order_id": "1", "customer_id": "a", "product_id": "p1", "ordered_at": "2024-01-02 10:00:00"}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def own(*names: str, **more: Any) -> SourceLayout:
    fields = {name: FieldSource(columns=(name,)) for name in (*BASE, *names)}
    return SourceLayout(layout="own", file="orders", tables=(TableMapping(table="orders", fields=fields, **more),))


def money(shop: Shop, rows: list[dict[str, object]], *columns: str, **more: Any) -> list[tuple[Any, ...]]:
    names = list(dict.fromkeys(name for row in rows for name in row if name not in BASE))
    orders = shop.put_rows("orders.csv", [{**BASE, **row} for row in rows])
    tables = shop.bring({"own": {"orders": own(*names, **more)}}, orders=orders)
    return lines(
        tables, *(columns or ("order_id", "line", "quantity", "amount_minor", "discount_minor", "coupon_minor"))
    )


def test_a_price_times_its_items_less_the_lines_discounts_is_what_was_received(shop: Shop) -> None:
    rows = [
        {"quantity": 3, "unit_amount": "0.335", "discount": "", "coupon": ""},
        {"quantity": 2, "unit_amount": "10.00", "discount": "1.50", "coupon": "0.50"},
    ]
    # 3 x 0.335 = 1.005, half of a cent: to the even one.
    assert money(shop, rows) == [("1", 0, 3, 100, 0, 0), ("1", 1, 2, 1800, 150, 50)]


def test_an_amount_that_was_received_is_not_reduced_again(shop: Shop) -> None:
    rows = [{"quantity": 1, "amount": "8.00", "discount": "2.00", "order_discount": "1.00"}]
    assert money(shop, rows) == [("1", 0, 1, 800, 300, 0)]


def test_discounts_and_coupons_of_an_order_are_spread_over_its_lines_to_the_cent(shop: Shop) -> None:
    rows = [
        {
            "product_id": f"p{at}",
            "quantity": 1,
            "unit_amount": "10.00",
            "order_discount": "1.00",
            "order_coupon": "5.00",
        }
        for at in range(3)
    ]
    found = money(shop, rows, "amount_minor", "discount_minor", "coupon_minor")
    assert [row[1] for row in found] == [34, 33, 33]
    assert sorted(row[2] for row in found) == [166, 167, 167]
    assert sum(row[0] for row in found) == 2400


def test_no_more_is_taken_off_lines_than_they_are_worth(shop: Shop) -> None:
    rows = [{"quantity": 1, "unit_amount": "3.00", "order_discount": "7.99"}]
    assert money(shop, rows, "amount_minor", "discount_minor") == [(0, 300)]


def test_what_stands_in_the_first_row_of_an_order_is_meant_for_all_of_it(shop: Shop) -> None:
    rows: list[dict[str, object]] = [
        {"quantity": 1, "unit_amount": "6.00", "order_discount": "3.00", "customer_id": "ann"},
        {"quantity": 1, "unit_amount": "3.00", "order_discount": "", "customer_id": ""},
        {"order_id": "2", "quantity": 1, "unit_amount": "3.00", "customer_id": "bob"},
    ]
    found = money(
        shop, rows, "customer_id", "amount_minor",
        group=("order_id",), fill_down=("customer_id", "order_discount"),
    )  # fmt: skip
    assert found == [("ann", 400), ("ann", 200), ("bob", 300)]


def test_a_refund_of_a_part_goes_back_over_the_lines_when_it_was_given_back(shop: Shop) -> None:
    rows = [
        {"quantity": 2, "amount": "10.00", "order_refund": "-3.33", "refunded_at": "2024-01-09 09:00:00"},
        {"quantity": 1, "amount": "5.00", "order_refund": "-3.33", "refunded_at": "2024-01-09 09:00:00"},
    ]
    found = money(shop, rows, "line", "quantity", "amount_minor", "ordered_at")
    assert [row[:3] for row in found] == [(0, 2, 1000), (1, 1, 500), (2, -1, -222), (3, -1, -111)]
    assert {str(row[3]) for row in found[2:]} == {"2024-01-09 09:00:00"}


def test_a_full_refund_brings_all_lines_back_whatever_was_refunded_beside_them(shop: Shop) -> None:
    rows = [
        {"quantity": 2, "amount": "10.00", "order_refund": "19.99", "refunded_at": "2024-01-05"},
        {"quantity": 1, "amount": "0.00", "order_refund": "19.99", "refunded_at": "2024-01-05"},
    ]
    found = money(shop, rows, "line", "quantity", "amount_minor", "ordered_at")
    assert [row[:3] for row in found] == [(0, 2, 1000), (1, 1, 0), (2, -2, -1000), (3, -1, 0)]
    assert {str(row[3]) for row in found[2:]} == {"2024-01-05 00:00:00"}


def test_the_items_that_came_back_are_those_that_are_named(shop: Shop) -> None:
    rows = [
        {"quantity": 4, "amount": "10.00", "returned_quantity": 1},
        {"quantity": 1, "amount": "5.00", "returned_quantity": 0},
        {"order_id": "2", "quantity": 2, "amount": "9.99", "returned_quantity": "-5"},
    ]
    found = money(shop, rows, "order_id", "line", "quantity", "amount_minor")
    assert found == [
        ("1", 0, 4, 1000), ("1", 1, 1, 500), ("1", 2, -1, -250), ("2", 0, 2, 999), ("2", 1, -2, -999),
    ]  # fmt: skip


def test_money_never_goes_back_before_it_came(shop: Shop) -> None:
    rows = [{"amount": "10.00", "order_refund": "1.00", "refunded_at": "2023-12-24"}]
    assert {str(row[0]) for row in money(shop, rows, "ordered_at")} == {"2024-01-02 10:00:00"}


def test_a_refunded_order_without_an_amount_comes_back_whole(shop: Shop) -> None:
    rows = [{"amount": "10.00", "status": "Refunded"}, {"order_id": "2", "amount": "5.00", "status": "paid"}]
    found = money(shop, rows, "order_id", "quantity", "amount_minor")
    assert found == [("1", 1, 1000), ("1", -1, -1000), ("2", 1, 500)]


def test_cancelled_orders_are_no_sales_and_are_counted(shop: Shop) -> None:
    rows = [
        {"amount": "10.00", "status": "Cancelled", "cancelled_at": ""},
        {"order_id": "2", "amount": "x", "status": "", "cancelled_at": "2024-01-03"},
        {"order_id": "3", "amount": "5.00", "status": "completed", "cancelled_at": ""},
        {"order_id": "4", "amount": "5.00", "cancelled_at": "2024-01-03", "order_refund": "5.00"},
    ]
    assert money(shop, rows, "order_id", "amount_minor") == [("3", 500)]
    assert shop.told("orders.csv", "orders").passed_over == {"a cancelled order": 3}


def test_rows_below_zero_items_are_returns_with_money_that_went_back(shop: Shop) -> None:
    rows = [
        {"quantity": -1, "amount": "5.00", "discount": "0.50"},
        {"quantity": -2, "amount": "-7.00", "discount": "-0.50"},
        {"quantity": 1, "amount": "3.00", "discount": "0.50"},
    ]
    found = money(shop, rows, "quantity", "amount_minor", "discount_minor")
    assert found == [(-1, -500, 0), (-2, -700, 0), (1, 300, 50)]


def test_a_sale_below_zero_is_quarantined_with_its_price(shop: Shop) -> None:
    rows = [{"quantity": 1, "unit_amount": "-5.00"}, {"order_id": "2", "quantity": 1, "unit_amount": "5.00"}]
    assert money(shop, rows, "order_id") == [("2",)]
    (row,) = shop.quarantine()
    assert (row["column"], row["value"], row["reason"]) == ("unit_amount", "'-5.00", "rule broken")


def test_lines_are_numbered_by_their_place_in_the_order_wherever_they_stand(shop: Shop) -> None:
    rows = [
        {"order_id": order, "product_id": product, "amount": "1"}
        for order, product in (("1", "x"), ("2", "y"), ("1", "z"), ("2", "x"))
    ]
    assert money(shop, rows, "order_id", "line", "product_id") == [
        ("1", 0, "x"), ("1", 1, "z"), ("2", 0, "y"), ("2", 1, "x"),
    ]  # fmt: skip


def test_a_line_number_that_stands_twice_is_quarantined(shop: Shop) -> None:
    rows = [{"line": at, "amount": amount} for at, amount in ((0, "1"), (1, "2"), (1, "3"))]
    assert money(shop, rows, "line", "amount_minor") == [(0, 100), (1, 200)]
    assert [(row["line"], row["reason"]) for row in shop.quarantine()] == [("4", "duplicate id")]


def test_the_catalogue_may_come_out_of_the_orders(shop: Shop) -> None:
    rows = [{**BASE, "amount": "1", "title": "Mug"}, {**BASE, "order_id": "2", "amount": "2", "title": "Mug"}]
    products = TableMapping(
        table="products",
        fields={"product_id": FieldSource(columns=("product_id",)), "name": FieldSource(columns=("title",))},
    )
    layout = own("amount").model_copy(update={"tables": (*own("amount").tables, products)})
    tables = shop.bring({"own": {"orders": layout}}, orders=shop.put_rows("orders.csv", rows), products=None)
    assert tables.products.execute()[["product_id", "name"]].to_numpy().tolist() == [["p1", "Mug"]]
    # A catalogue that is brought in later has the last word, and what only orders name stays.
    more = shop.bring_more(products=shop.put("products.csv", PRODUCTS))
    frame = more.products.order_by("product_id").execute()
    assert frame[["product_id", "name"]].to_numpy().tolist() == [["p1", "Milk"], ["p2", "Bread"]]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**14), st.lists(st.integers(0, 10**14), min_size=1, max_size=7)),
        min_size=1,
        max_size=8,
    )
)
def test_shares_add_up_exactly_and_are_less_than_one_from_what_is_due(orders: list[tuple[int, list[int]]]) -> None:
    engine = connect(threads=1)
    add_macros(engine)
    rows = [
        {"order_id": str(order), "line": line, "total": total, "weight": weight}
        for order, (total, weights) in enumerate(orders)
        for line, weight in enumerate(weights)
    ]
    table = engine.create_table("lines", pd.DataFrame(rows), temp=True, overwrite=True)
    found = spread(table, table.total, table.weight, "share").order_by(["order_id", "line"]).execute()
    engine.disconnect()
    for order, (total, weights) in enumerate(orders):
        shares = [int(share) for share in found[found["order_id"] == str(order)].sort_values("line")["share"]]
        due = weights if sum(weights) else [1] * len(weights)
        assert sum(shares) == total
        assert all(abs(share * sum(due) - total * weight) < sum(due) for share, weight in zip(shares, due, strict=True))
