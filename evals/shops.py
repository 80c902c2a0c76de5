"""A synthetic shop with known groups of customers, out of a real catalogue, as Shopify exports it.

Nobody in it exists: a customer is a number at example.com. What is true of the groups is planted, so what is found and
said of them can be held against it.
"""

import csv
import datetime as dt
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import DataError

FIRST_DAY = dt.date(2025, 1, 6)
DAYS = 420


@dataclass(frozen=True)
class Product:
    """One entry of the catalogue."""

    sku: str
    title: str
    category: str
    brand: str
    cents: int
    description: str


@dataclass(frozen=True)
class Group:
    """Customers who behave alike."""

    name: str
    customers: int
    orders: tuple[int, int]
    lines: tuple[int, int]
    last_days: tuple[int, int]
    """Days before the end on which the last order lies."""
    coupons: float
    """Share of orders with a discount code."""
    categories: int
    """How many categories they keep to."""


GROUPS = (
    Group("regulars", 140, (14, 24), (2, 4), (0, 12), 0.08, 4),
    Group("coupon hunters", 120, (6, 11), (2, 4), (0, 40), 0.8, 5),
    Group("lapsed", 150, (4, 8), (1, 3), (170, 300), 0.12, 4),
    Group("occasional", 190, (1, 3), (1, 2), (20, 120), 0.12, 6),
)


def read_catalogue(path: Path) -> tuple[Product, ...]:
    """The products of a JSON file with ProductId, Brand, Model, Category, Price and Description.

    Raises:
        DataError: the file is none of that kind.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Product(
                sku=f"SKU-{row['ProductId']}",
                title=str(row["Model"]),
                category=str(row["Category"]),
                brand=str(row["Brand"]),
                cents=round(float(row["Price"]) * 100),
                description=str(row["Description"]),
            )
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no catalogue ({error}); expected a JSON list of products.") from None


def write_shopify_exports(
    folder: Path, products: Sequence[Product], seed: int = 7
) -> tuple[dict[str, Path], dict[str, str]]:
    """Write orders and products as Shopify's admin exports them.

    Args:
        folder: where to.
        products: the catalogue.
        seed: of all draws.

    Returns:
        Files by name, and the true group of each customer by e-mail address.
    """
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, str] = {}
    orders: list[dict[str, object]] = []
    by_category: dict[str, list[Product]] = {}
    for product in products:
        by_category.setdefault(product.category, []).append(product)
    for group in GROUPS:
        for _ in range(group.customers):
            email = f"customer{len(truth) + 1:04d}@example.com"
            truth[email] = group.name
            orders += _orders_of(email, group, by_category, draw, len(orders))
    files = {
        "orders": _write(folder / "orders_export_1.csv", orders),
        "products": _write(folder / "products_export_1.csv", map(_product_row, products)),
    }
    return files, truth


def _orders_of(
    email: str, group: Group, by_category: dict[str, list[Product]], draw: random.Random, number: int
) -> list[dict[str, object]]:
    own = draw.sample(sorted(by_category), min(group.categories, len(by_category)))
    last = DAYS - draw.randint(*group.last_days)
    days = sorted({last, *(draw.randint(1, last) for _ in range(draw.randint(*group.orders) - 1))})
    rows: list[dict[str, object]] = []
    for at, day in enumerate(days):
        lines = draw.sample([product for name in own for product in by_category[name]], draw.randint(*group.lines))
        total = sum(product.cents for product in lines)
        coupon = draw.random() < group.coupons
        stamp = dt.datetime.combine(
            FIRST_DAY + dt.timedelta(days=day), dt.time(draw.randint(8, 21), draw.randint(0, 59))
        )
        for place, product in enumerate(lines):
            row: dict[str, object] = {
                "Name": f"#{number + at + 1001}-{email[8:12]}",
                "Email": email,
                "Created at": f"{stamp:%Y-%m-%d %H:%M:%S} +0000",
                "Lineitem quantity": 1,
                "Lineitem name": product.title,
                "Lineitem price": f"{product.cents / 100:.2f}",
                "Lineitem sku": product.sku,
                "Vendor": product.brand,
            }
            first = {
                "Financial Status": "paid",
                "Currency": "USD",
                "Accepts Marketing": "yes",
                "Discount Code": "TREAT10" if coupon else "",
                "Discount Amount": f"{total // 10 / 100 if coupon else 0:.2f}",
                "Source": "web",
            }
            rows.append({**row, **(first if place == 0 else dict.fromkeys(first, ""))})
    return rows


def _product_row(product: Product) -> dict[str, object]:
    return {
        "Handle": product.title.lower().replace(" ", "-"),
        "Title": product.title,
        "Body (HTML)": product.description,
        "Vendor": product.brand,
        "Type": product.category,
        "Product Category": product.category,
        "Variant SKU": product.sku,
        "Variant Price": f"{product.cents / 100:.2f}",
    }


def _write(path: Path, rows: Iterable[dict[str, object]]) -> Path:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
