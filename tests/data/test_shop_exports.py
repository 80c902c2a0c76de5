"""Exports as shops' systems write them, from file to tables with no mapping typed."""

import csv
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingesting import Shop, lines

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Phone,Cancelled at,Refunded Amount,Vendor,Id,Source,Lineitem discount"
)
SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Price,Image Src,Status"
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def shopify(path: Path, header: str, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def shopify_files(shop: Shop) -> dict[str, Path]:
    def first(name: str, email: str, at: str, **more: str) -> dict[str, str]:
        return {"Name": name, "Email": email, "Created at": at, "Currency": "USD", "Financial Status": "paid", **more}

    def item(name: str, quantity: str, title: str, price: str, sku: str) -> dict[str, str]:
        return {
            "Name": name, "Lineitem quantity": quantity, "Lineitem name": title, "Lineitem price": price,
            "Lineitem sku": sku,
        }  # fmt: skip

    mug, tea = ("Mug", "10.00", "MUG"), ("Tea", "10.00", "TEA")
    rows = [
        first(
            "#1001", "Ann@x.com", "2024-01-02 10:00:00 -0500",
            **{"Accepts Marketing": "yes", "Discount Code": "SPRING", "Discount Amount": "5.00", "Source": "web"},
        )
        | item("#1001", "2", *mug),
        item("#1001", "1", *tea),
        first(
            "#1002", "bob@x.com", "2024-02-02 10:00:00 -0500",
            **{"Refunded Amount": "3.33", "Accepts Marketing": "no"},
        )
        | item("#1002", "1", *mug),
        item("#1002", "1", "Gift, wrapped", "5.00", ""),
        first("#1003", "bob@x.com", "2024-02-03 10:00:00 -0500", **{"Financial Status": "voided",
              "Cancelled at": "2024-02-04 10:00:00 -0500"}) | item("#1003", "1", *mug),
        first("#1004", "ANN@x.com", "2024-07-03 10:00:00 -0400", **{"Financial Status": "refunded",
              "Cancelled at": "2024-07-04 10:00:00 -0400", "Refunded Amount": "36.00", "Accepts Marketing": "no"})
        | item("#1004", "3", *mug),
    ]  # fmt: skip
    products = [
        {"Handle": "mug", "Title": "Mug", "Body (HTML)": "<p>A <b>nice</b>\nmug</p>", "Vendor": "Acme",
         "Product Category": "Home > Kitchen", "Type": "Mugs", "Option1 Name": "Title",
         "Option1 Value": "Default Title", "Variant SKU": "MUG", "Variant Price": "10.00"},
        {"Handle": "mug", "Image Src": "https://cdn.example/2.png"},
        {"Handle": "tea", "Title": "Tea", "Type": "Tea", "Variant SKU": "TEA", "Variant Price": "10.00"},
        {"Handle": "tea", "Option1 Value": "Large", "Variant SKU": "TEA-L", "Variant Price": "12.00"},
    ]  # fmt: skip
    return {
        "orders": shopify(shop.folder / "orders_export.csv", SHOPIFY_ORDERS, rows),
        "products": shopify(shop.folder / "products_export.csv", SHOPIFY_PRODUCTS, products),
    }


def test_shopifys_orders_and_products_become_tables(shop: Shop) -> None:
    tables = shop.bring({"time_zone": "America/New_York"}, **shopify_files(shop))
    found = lines(tables, "order_id", "product_id", "quantity", "amount_minor", "coupon_minor")
    assert found == [
        ("#1001", "MUG", 2, 1667, 333), ("#1001", "TEA", 1, 833, 167),
        ("#1002", "MUG", 1, 1000, 0), ("#1002", "Gift, wrapped", 1, 500, 0),
        ("#1002", "MUG", -1, -222, 0), ("#1002", "Gift, wrapped", -1, -111, 0),
    ]  # fmt: skip
    assert {str(at) for (at,) in lines(tables, "ordered_at")} == {"2024-01-02 10:00:00", "2024-02-02 10:00:00"}
    products = tables.products.order_by("product_id").execute()
    assert products[["product_id", "name", "price_minor"]].to_numpy().tolist() == [
        ["Gift, wrapped", "Gift, wrapped", 500], ["MUG", "Mug", 1000], ["TEA", "Tea", 1000], ["TEA-L", "Tea", 1200],
    ]  # fmt: skip
    assert products["description"].tolist()[1] == "A nice mug"
    customers = tables.customers.order_by("customer_id").execute()
    assert customers["customer_id"].tolist() == ["ann@x.com", "bob@x.com"]
    # Ann agreed in January and no longer in July.
    assert [bool(said) for said in customers["email_opt_in"]] == [False, False]
    assert customers["known_at"].tolist()[0] == pd.Timestamp("2024-01-02 10:00:00")
    assert shop.told("orders_export.csv", "orders").passed_over == {
        "Financial Status: voided": 1, "a cancelled order": 1,
    }  # fmt: skip


def ga4_rows() -> list[dict[str, object]]:
    def row(name: str, micros: int, items: list[dict[str, object]], **params: object) -> dict[str, object]:
        kinds = {str: "string_value", int: "int_value"}
        said = [{"key": key, "value": {kinds[type(value)]: value}} for key, value in params.items()]
        return {
            "event_name": name, "event_timestamp": micros, "event_params": said, "user_id": None,
            "user_pseudo_id": "u1", "items": items, "platform": "WEB",
            "ecommerce": {"transaction_id": str(params.get("transaction_id", ""))},
        }  # fmt: skip

    first = 1_704_189_600_000_000
    mug: dict[str, object] = {"item_id": "MUG", "item_name": "Mug", "price": 10.5, "quantity": 2}
    return [
        row("page_view", first, [], ga_session_id=7),
        row("view_item", first + 1_000_000, [mug], ga_session_id=7),
        row("view_search_results", first + 2_000_000, [], ga_session_id=7, search_term="mugs"),
        row("add_to_cart", first + 3_000_000, [mug, {**mug, "item_id": "TEA"}], ga_session_id=7),
        row("purchase", first + 4_000_000, [mug], ga_session_id=7, transaction_id="T1"),
    ]


def ga4_file(shop: Shop, kind: str) -> Path:
    if kind == "json":
        return shop.put("ga4.jsonl", "".join(json.dumps(row) + "\n" for row in ga4_rows()))
    path = shop.folder / "ga4.parquet"
    pq.write_table(pa.Table.from_pylist(ga4_rows()), path)
    return path


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_nested_events_become_the_funnel_an_item_a_row(shop: Shop, kind: str) -> None:
    path = ga4_file(shop, kind)
    tables = shop.bring(
        orders=shop.put("o.csv", "order_id,customer_id,product_id,ordered_at,amount\n1,u1,MUG,2024-01-02,5\n"),
        events=path,
    )
    events = tables.events.order_by(["occurred_at", "product_id"]).execute()
    assert events["event"].tolist() == ["browse", "search", "cart", "cart", "purchase"]
    assert events["product_id"].fillna("").tolist() == ["MUG", "", "MUG", "TEA", "MUG"]
    assert events["search_text"].fillna("").tolist() == ["", "mugs", "", "", ""]
    assert set(events["session_id"]) == {"7"}
    assert str(events["occurred_at"].iloc[0]) == "2024-01-02 10:00:01"
    told = shop.told(path.name, "events")
    assert (told.rows_read, told.taken, told.passed_over) == (6, 5, {"event: page_view": 1})


def test_an_export_under_a_strange_name_and_encoding_with_decimal_commas_is_understood(shop: Shop) -> None:
    content = (
        "Bestellnummer;Kundennummer;Artikelnummer;Artikelbezeichnung;Bestelldatum;Menge;Gesamtpreis;Währung\r\n"
        "A-1;0007;M1;Käse, gerieben;31.01.2024 18:05;2;1.234,50;EUR\r\n"
        "A-1;0007;M2;Brötchen;31.01.2024 18:05;10;3,90;EUR\r\n"
        "A-2;0008;M2;Brötchen;02.02.2024 07:30;4;1,56;EUR\r\n"
    )
    tables = shop.bring({"currency": "EUR"}, orders=shop.put("Umsätze 2024.txt", content.encode("cp1252")))
    assert lines(tables, "order_id", "customer_id", "quantity", "amount_minor") == [
        ("A-1", "0007", 2, 123450), ("A-1", "0007", 10, 390), ("A-2", "0008", 4, 156),
    ]  # fmt: skip
    assert str(lines(tables, "ordered_at")[0][0]) == "2024-01-31 18:05:00"
