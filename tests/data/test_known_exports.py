"""Exports of four platforms, from file to canonical table, against the truth they were made of; nothing is typed."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from event_exports import ga4_export, klaviyo_exports
from exported_shop import Truth, make_shop
from shop_exports import shopify_exports, woocommerce_exports

from assistant.data import Tables, load_files

SEEDS = (1, 2, 3)


def loaded(folder: Path, files: Mapping[str, Path]) -> Tables:
    out = folder / "out"
    out.mkdir()
    load_files(out, files)
    return Tables(out)


def orders_of(tables: Tables) -> pd.DataFrame:
    frame: pd.DataFrame = tables.orders.execute()
    return frame


def assert_orders_are(lines: pd.DataFrame, truth: Truth) -> None:
    sales, returns = lines[lines["quantity"] > 0], lines[lines["amount_minor"] < 0]
    assert set(sales["order_id"]) == set(truth.orders)
    given_back = returns.groupby("order_id")["amount_minor"].sum()
    for order_id, group in sales.groupby("order_id"):
        expected = truth.orders[str(order_id)]
        assert set(group["customer_id"]) == {expected.customer_id}
        assert set(group["ordered_at"]) == {expected.at}
        assert tuple(sorted(set(group["product_id"]))) == expected.products
        assert group["quantity"].sum() == expected.items
        assert group["amount_minor"].sum() == expected.paid
        assert group["discount_minor"].sum() == expected.discount
        assert group["coupon_minor"].sum() == expected.coupon
        assert -given_back.get(order_id, 0) == expected.refund


def spend_of(lines: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(cents) for name, cents in lines.groupby("customer_id")["amount_minor"].sum().items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("headers", ["", "2025"])
def test_shopify_orders_products_and_customers_are_the_shop(tmp_path: Path, seed: int, headers: str) -> None:
    files, truth = shopify_exports(tmp_path, make_shop(seed), products_of=headers)
    tables = loaded(tmp_path, files)
    lines = orders_of(tables)
    assert_orders_are(lines, truth)
    assert spend_of(lines) == truth.spend
    products = tables.products.execute().set_index("product_id")
    assert products["name"].to_dict() == truth.products
    # Every line that was bought is a product of the catalogue.
    assert set(lines["product_id"]) <= set(products.index)
    assert products.loc["Gift wrap", "description"] == "Gift wrap & more. Made well, 5 < 6."
    assert set(products["category"]) == {"T-shirts", "Kitchen", "Paper", "Hats", "Extras"}
    assert set(products["department"]) == {"Home, Garden & More"}
    customers = tables.customers.execute().set_index("customer_id")
    assert customers["email_opt_in"].to_dict() == truth.consents


def test_shopify_orders_alone_name_their_products_and_customers(tmp_path: Path) -> None:
    files, truth = shopify_exports(tmp_path, make_shop(4))
    tables = loaded(tmp_path, {"orders": files["orders"]})
    assert_orders_are(orders_of(tables), truth)
    assert set(tables.products.execute()["product_id"]) == set(truth.products)
    customers = tables.customers.execute().set_index("customer_id")["email_opt_in"].to_dict()
    assert customers == {name: said for name, said in truth.consents.items() if name in customers}
    assert set(customers) >= {order.customer_id for order in truth.orders.values()}


@pytest.mark.parametrize("seed", SEEDS)
def test_woocommerce_orders_and_products_are_the_shop(tmp_path: Path, seed: int) -> None:
    files, truth = woocommerce_exports(tmp_path, make_shop(seed))
    tables = loaded(tmp_path, files)
    lines = orders_of(tables)
    assert_orders_are(lines, truth)
    assert spend_of(lines) == truth.spend
    products = tables.products.execute().set_index("product_id")
    assert products["name"].to_dict() == truth.products
    assert set(products["category"]) == {"T-shirts", "Kitchen", "Paper", "Hats", "Extras"}
    assert set(products["department"]) == {"Shop"}


def test_google_analytics_events_are_the_funnel(tmp_path: Path) -> None:
    shop = make_shop(1)
    files, truth = ga4_export(tmp_path, shop)
    orders, _ = shopify_exports(tmp_path, shop)
    events = loaded(tmp_path, {**orders, **files}).events.execute()
    found = sorted(zip(events["customer_id"], events["event"], events["occurred_at"], strict=True))
    assert found == sorted(truth.events)
    searches = events[events["event"] == "search"]
    assert set(searches["search_text"]) == {"warm & soft"}
    bought = events[events["event"] == "purchase"]
    assert bought["order_id"].notna().all()
    assert set(bought["product_id"]) <= set(truth.products)
    assert events["session_id"].notna().all()


def test_klaviyo_profiles_and_events_are_contacts_consents_and_responses(tmp_path: Path) -> None:
    shop = make_shop(1)
    files, truth = klaviyo_exports(tmp_path, shop)
    orders, _ = woocommerce_exports(tmp_path, shop)
    tables = loaded(tmp_path, {**orders, **files})
    customers = tables.customers.execute().set_index("customer_id")
    assert customers.loc[list(truth.consents), "email_opt_in"].to_dict() == truth.consents
    assert not customers.loc[list(truth.consents), "sms_opt_in"].any()
    assert customers.loc["ann1@example.com", "first_name"] == "Ann1"
    events = tables.events.execute()
    found = sorted(zip(events["customer_id"], events["event"], events["occurred_at"], strict=True))
    assert found == sorted(truth.events)
