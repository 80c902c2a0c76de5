"""A shop written straight into canonical tables, with what follows from what planted in it."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.data import CONTRACTS, Tables

DAY = dt.date(2024, 1, 1)
"""Where the past ends in these shops."""

_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


@dataclass
class Shop:
    """Purchases to be written; days are counted back from `DAY`, so -3 lies three days behind it."""

    lines: list[dict[str, object]] = field(default_factory=list)
    products: list[dict[str, object]] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)

    def sell(self, product: str, name: str | None = None, advertisable: bool = True) -> None:
        """Take a product into the catalogue."""
        self.products.append(
            {
                "product_id": product,
                "name": name or f"Name of {product}",
                "category": "Things",
                "department": "Shop",
                "private_brand": False,
                "advertisable": advertisable,
            }
        )

    def buy(self, customer: str, products: Iterable[str], days_ago: int, quantity: int = 1) -> None:
        """One order; with a quantity below 0, a return."""
        order = f"O{len(self.lines)}"
        moment = dt.datetime.combine(DAY - dt.timedelta(days=days_ago), dt.time(10))
        for line, product in enumerate(products):
            self.lines.append(
                {
                    "order_id": order,
                    "line": line,
                    "customer_id": customer,
                    "product_id": product,
                    "ordered_at": moment,
                    "quantity": quantity,
                    "amount_minor": 100 * quantity,
                    "discount_minor": 0,
                    "coupon_minor": 0,
                }
            )

    def open(self, folder: Path, shuffled: int | None = None) -> Tables:
        """Write the tables and open them; `shuffled` is the seed of another order of rows."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = list(self.lines)
        if shuffled is not None:
            random.Random(shuffled).shuffle(lines)
        customers = sorted({str(line["customer_id"]) for line in lines} | set(self.customers))
        rows: dict[str, Sequence[dict[str, object]]] = {
            "orders": lines,
            "products": self.products,
            "customers": [{"customer_id": customer} for customer in customers],
        }
        for table, contract in CONTRACTS.items():
            schema = pa.schema([(column.name, _TYPES[column.kind]) for column in contract.columns])
            pq.write_table(pa.Table.from_pylist(list(rows.get(table, ())), schema), folder / f"{table}.parquet")
        return Tables(folder)


def communities(customers: int = 240, seed: int = 3) -> Shop:
    """Three kinds of customers, each with its own ten products, and five products for all.

    Who is of the first kind and bought `A00` bought `A01` too, but for every twentieth.
    """
    draw = random.Random(seed)
    shop = Shop()
    own = {kind: [f"{kind}{number:02d}" for number in range(10)] for kind in "ABC"}
    staples = [f"Z{number:02d}" for number in range(5)]
    for product in (*own["A"], *own["B"], *own["C"], *staples):
        shop.sell(product)
    for number in range(customers):
        kind = "ABC"[number % 3]
        customer = f"{kind}-{number:03d}"
        for _ in range(draw.randint(2, 6)):
            basket = set(draw.sample(own[kind][2:], 2)) | set(draw.sample(staples, 2))
            shop.buy(customer, sorted(basket), draw.randint(1, 300))
        if kind == "A" and draw.random() < 0.6:
            shop.buy(customer, ["A00"] if number % 20 == 0 else ["A00", "A01"], draw.randint(1, 300))
    return shop


def kinds(shop: Shop) -> pd.DataFrame:
    """The kind of each customer as its segment."""
    customers = sorted({str(line["customer_id"]) for line in shop.lines})
    return pd.DataFrame({"customer_id": customers, "segment": [f"S{'ABC'.index(c[0]) + 1}" for c in customers]})
