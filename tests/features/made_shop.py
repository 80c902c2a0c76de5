"""Canonical tables written straight from rows, and rows as unkind as a shop's may be."""

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assistant.data import CONTRACTS

AS_OF = dt.date(2024, 7, 1)
Row = dict[str, Any]

_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_LEFT_OUT: Mapping[str, Row] = {
    "orders": {
        "line": 0, "product_id": "p0", "quantity": 1, "amount_minor": 100, "discount_minor": 0, "coupon_minor": 0,
    },
    "products": {
        "name": "Thing", "category": "Milk", "department": "Dairy", "private_brand": False, "advertisable": True,
    },
}  # fmt: skip


def write_tables(folder: Path, **tables: Iterable[Row]) -> Path:
    """Write all canonical tables; what a row leaves out is a product for a dollar, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, contract in CONTRACTS.items():
        rows = [{**_LEFT_OUT.get(name, {}), **row} for row in tables.get(name, ())]
        schema = pa.schema([(column.name, _TYPES[column.kind]) for column in contract.columns])
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    return folder


# Composed and decomposed, of three scripts, with what SQL and file formats have a use for.
_LETTERS = ("a", "Ä", "A\u0308", "客户", "ж", "😀", "o'b", 'q"u', "%_", " b ", "NULL", "0", "007", "ﬀ", "ı")
# Month ends, a leap day, both nights in which clocks change in America and in Europe, a quarter's first moments.
_MOMENTS = (
    "2024-01-31 23:59:59", "2024-02-29 00:00:00", "2024-02-29 23:59:59", "2023-02-28 12:00:00", "2024-03-10 02:30:00",
    "2023-11-05 01:30:00", "2024-03-31 02:30:00", "2023-10-29 02:30:00", "2024-04-01 00:00:00", "2024-03-31 23:59:59",
    "2024-01-01 00:00:00", "2023-12-31 23:59:59", "2024-06-30 23:59:59", "2024-06-30 00:00:00", "2024-07-01 00:00:00",
)  # fmt: skip
_CHANNELS = (None, "web", "Web", "store", "приложение", "o'clock", "fax", "web", "web")
_KINDS = ("browse", "search", "cart", "purchase", "campaign_received", "campaign_opened", "coupon_redeemed")


def unkind_shop(lines: int, seed: int) -> dict[str, list[Row]]:
    """Rows of every table: ties, nulls, nothing spent, returns, orders over midnight, more categories than bits."""
    draw = random.Random(seed)
    customers = [f"{draw.choice(_LETTERS)}{at % max(1, lines // 12)}" for at in range(max(2, lines // 8))]
    products = [
        {
            "product_id": f"p{at}",
            # More categories than an integer has bits, ties among them, names that differ by case only.
            "category": draw.choice((f"C{at % 70}", f"c{at % 70}", "No category", "Läden", "o'k")),
            "department": draw.choice(("D1", "d1", "D2", "No department", "Ü")),
            "brand": draw.choice((None, "B1", "ẞ")),
            "private_brand": draw.random() < 0.3,
        }
        for at in range(300)
    ]
    orders: list[Row] = []
    while len(orders) < lines:
        orders += _order(draw, len(orders), draw.choice(customers))
    events = [
        {
            "customer_id": draw.choice((*customers, "visitor")),
            "event": draw.choice(_KINDS),
            "occurred_at": _moment(draw),
            "campaign_id": draw.choice((None, "K1", "K2", "кампания")),
        }
        for _ in range(lines // 2)
    ]
    campaigns = [{"campaign_id": "K1", "campaign_type": "A", "starts": AS_OF, "ends": AS_OF}]
    return {"orders": orders[:lines], "products": products, "events": events, "past_campaigns": campaigns}


def _order(draw: random.Random, number: int, customer: str) -> list[Row]:
    start = _moment(draw)
    # Two customers under one number, one of the later in the alphabet with the earlier moment: both are orders.
    order = draw.choice((f"o{number}", f"o{number}", "shared"))
    rows = []
    for line in range(draw.choice((1, 1, 2, 3, 7))):
        quantity = draw.choice((1, 1, 2, 0, 1_000, -1, -3))
        amount = draw.choice((0, 1, 100, 100, 2**40, draw.randrange(10_000)))
        rows.append(
            {
                "order_id": order,
                "line": number + line,
                "customer_id": customer,
                "product_id": f"p{int(300 * draw.random() ** 2)}" if draw.random() < 0.97 else "unknown",
                # The later lines of a late order come after midnight.
                "ordered_at": start + dt.timedelta(minutes=draw.choice((0, 0, 40)) * line),
                "quantity": quantity,
                "amount_minor": -amount if quantity < 0 else amount,
                "discount_minor": draw.choice((0, 0, 50)),
                "coupon_minor": draw.choice((0, 0, 0, 25)),
                "sales_channel": draw.choice(_CHANNELS),
                "known_at": draw.choice((None, start + dt.timedelta(days=2))),
            }
        )
    return rows


def _moment(draw: random.Random) -> dt.datetime:
    if draw.random() < 0.3:
        return dt.datetime.fromisoformat(draw.choice(_MOMENTS))
    # Some of the last hours lie on the day of the cutoff itself.
    return dt.datetime(2022, 1, 1) + dt.timedelta(seconds=draw.randrange(912 * 86_400 + 6 * 3_600))
