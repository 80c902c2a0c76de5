"""Shopify's exports of orders and products, from file to certificate in commands alone: no mapping, no settings."""

import json
from pathlib import Path

from command_line import Assistant
from exported_shop import make_shop
from shop_exports import shopify_exports

CUSTOMERS, ORDERS = 300, 3_000


def test_shopifys_exports_come_to_a_certificate_with_no_mapping_typed(assistant: Assistant, tmp_path: Path) -> None:
    shop = make_shop(5, CUSTOMERS, ORDERS, hours=4, regulars=True)
    files, truth = shopify_exports(tmp_path / "exports", shop)
    root = tmp_path / "shop"
    assistant("init", root)
    words = ["ingest", "--orders", files["orders"], "--products", files["products"], "--json"]
    read = {row["table"]: row["rows"] for row in assistant(*words, folder=root).rows}
    assert read["products"] == len(truth.products)
    sources = json.loads((root / "data" / "quality.json").read_text(encoding="utf-8"))["sources"]
    orders = next(source for source in sources if source["table"] == "orders")
    assert sum(orders["passed_over"].values()) == orders["rows_read"] - orders["taken"]
    assert set(orders["passed_over"]) == {"a cancelled order", "Financial Status: voided"}
    segments = assistant("segments", "fit", "--json", folder=root).rows
    buyers = {order.customer_id for order in truth.orders.values()}
    assert sum(segment["customers"] for segment in segments) == len(buyers)
    (certificate,) = assistant("segments", "certificate", "--json", folder=root).rows
    assert [own["segment"] for own in certificate["segments"]] == [own["segment"] for own in segments]
    assert all(0 <= own["jaccard"]["mean"] <= 1 for own in certificate["segments"])
    assert {"spend_winsorised", "orders"} <= {score["target"] for score in certificate["scores"]}
