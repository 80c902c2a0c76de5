"""Broken tables, and the words by which their errors say what is broken."""

from typing import Any

import ibis
import pandas as pd
import pytest

from assistant.data import CONTRACTS, check_table
from assistant.errors import DataError

AT = pd.Timestamp("2024-01-02 10:00:00")
GOOD: dict[str, dict[str, Any]] = {
    "orders": {
        "order_id": "1",
        "line": 0,
        "customer_id": "007",
        "product_id": "p1",
        "ordered_at": AT,
        "quantity": 1,
        "amount_minor": 1230,
        "discount_minor": 0,
        "coupon_minor": 0,
        "store_id": "9",
    },
    "products": {
        "product_id": "p1",
        "name": "Milk",
        "source_type": "MILK",
        "category": "Milk",
        "department": "Dairy",
        "private_brand": False,
        "package_size": "1 L",
        "advertisable": True,
    },
    "customers": {
        "customer_id": "007",
        "age_band": "35-44",
        "income_band": "50-74",
        "household_size": "2",
        "kids": "0",
    },
    "events": {
        "customer_id": "007",
        "event": "coupon_redeemed",
        "occurred_at": AT,
        "campaign_id": "1",
        "coupon_id": "c",
    },
    "past_campaigns": {"campaign_id": "1", "campaign_type": "Type A", "starts": AT.date(), "ends": AT.date()},
}


def table_of(name: str, *changes: dict[str, Any]) -> Any:
    """A table of one good row, and of one more for each change; a column that a row does not name is null."""
    contract = CONTRACTS[name]
    rows = [GOOD[name], *({**GOOD[name], **change} for change in changes)]
    frame = pd.DataFrame([{column: row.get(column) for column in contract.names} for row in rows], dtype=object)
    return ibis.memtable(frame, schema=ibis.schema({column.name: column.kind for column in contract.columns}))


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_table_that_keeps_its_contract_is_counted(name: str) -> None:
    assert check_table(CONTRACTS[name], table_of(name), "here") == 1


BROKEN = [
    ("orders", {"amount_minor": -5}, ("'amount_minor' holds -5 (1 rows", "a sale is 0 or more, only a return")),
    ("orders", {"quantity": -1}, ("'amount_minor' holds 1230 (1 rows", "a quantity below 0) is below 0")),
    ("orders", {"line": -1}, ("'line' holds -1", "its place in the order", "at least 0")),
    ("orders", {"discount_minor": -1}, ("'discount_minor' holds -1",)),
    ("orders", {"coupon_minor": -1}, ("'coupon_minor' holds -1",)),
    ("orders", {"customer_id": None}, ("'customer_id' holds nothing", "who ordered", "never empty")),
    ("orders", {"customer_id": ""}, ("'customer_id' holds ''", "never empty")),
    ("orders", {"ordered_at": pd.NaT}, ("'ordered_at' holds nothing", "local time")),
    ("products", {"name": None}, ("'name' holds nothing", "never empty")),
    ("customers", {"customer_id": ""}, ("'customer_id' holds ''",)),
    (
        "events",
        {"event": "opened"},
        ("'event' holds 'opened'", "one of browse, search, cart, purchase, campaign_received"),
    ),
    ("past_campaigns", {"campaign_type": None}, ("'campaign_type' holds nothing",)),
]


@pytest.mark.parametrize(("name", "change", "words"), BROKEN)
def test_a_value_that_breaks_the_contract_is_named_with_what_was_expected(
    name: str, change: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(DataError) as caught:
        check_table(CONTRACTS[name], table_of(name, {**change, **other_key(name)}), "shop.csv")
    message = str(caught.value)
    assert message.startswith("shop.csv: ")
    for word in words:
        assert word in message


def other_key(name: str) -> dict[str, Any]:
    """Keeps the second row from being a duplicate where its key is not what is broken."""
    return {
        "orders": {"order_id": "2"},
        "products": {"product_id": "p2"},
        "past_campaigns": {"campaign_id": "2"},
    }.get(name, {})


def test_rows_like_the_first_bad_one_are_counted() -> None:
    table = table_of("orders", *({"order_id": str(at), "amount_minor": -at} for at in range(2, 9)))
    with pytest.raises(DataError, match=r"\(7 rows like it\)"):
        check_table(CONTRACTS["orders"], table, "here")


def test_an_absent_text_is_no_mistake_where_the_contract_allows_it() -> None:
    assert check_table(CONTRACTS["orders"], table_of("orders", {"order_id": "2", "store_id": None}), "here") == 2


def test_a_missing_column_is_named_beside_those_there_are() -> None:
    with pytest.raises(DataError, match=r"has no column event, coupon_id; it has customer_id, occurred_at, event_id"):
        check_table(CONTRACTS["events"], table_of("events").drop("event", "coupon_id"), "here")


def test_a_column_of_another_type_is_named_with_both_types() -> None:
    table = table_of("orders").mutate(amount_minor=ibis.literal(12.3))
    with pytest.raises(DataError, match=r"column 'amount_minor' is float64; expected int64 \(what the shop received"):
        check_table(CONTRACTS["orders"], table, "here")


def test_a_key_that_stands_twice_is_named() -> None:
    with pytest.raises(DataError, match="1 keys stand more than once, such as order_id '1', line 0"):
        check_table(CONTRACTS["orders"], table_of("orders", {}), "here")


def test_a_table_without_a_key_may_repeat_its_rows() -> None:
    assert check_table(CONTRACTS["events"], table_of("events", {}), "here") == 2


def test_a_return_is_a_negative_quantity_with_money_that_went_back() -> None:
    back = {"order_id": "2", "quantity": -1, "amount_minor": -1230}
    assert check_table(CONTRACTS["orders"], table_of("orders", back), "here") == 2


def test_an_empty_table_keeps_its_contract() -> None:
    assert check_table(CONTRACTS["orders"], table_of("orders").limit(0), "here") == 0
