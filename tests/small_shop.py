"""A small shop made of nothing but a seed: three groups that behave differently, a dozen products, a year of orders."""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SETTINGS = """\
[shop]
name = "Mill Lane Foods"

[segments]
k_max = 4
resamples = 4

[facts]
resamples = 100

[models]
persona = "{model}"
copy = "{model}"
embedder = "hashing"

[writing]
persona_candidates = 2
copy_candidates = 2
"""

BRIEF = """\
campaign = "spring"
goal = "Bring every household back for a spring shop."
starts = 2024-01-02
deadline = 2024-01-31
channels = ["email", "sms"]
angles = ["thrift", "ease"]
sender = "Mill Lane Foods"
link = "https://example.com/spring"
address = "1 Mill Lane, Springfield, Ohio"

[offer]
kind = "percent_off"
amount = 15
code = "SPRING15"
"""

# name, category, department, cents, the shop's own brand
PRODUCTS = (
    ("Whole milk", "Milk", "Dairy", 249, True),
    ("Cheddar cheese", "Cheese", "Dairy", 599, False),
    ("Plain yogurt", "Yogurt", "Dairy", 379, False),
    ("Rye bread", "Bread", "Bakery", 329, True),
    ("Butter croissant", "Pastry", "Bakery", 189, False),
    ("Apples", "Fruit", "Produce", 299, False),
    ("Bananas", "Fruit", "Produce", 129, False),
    ("Carrots", "Vegetables", "Produce", 159, True),
    ("Spaghetti", "Pasta", "Pantry", 149, True),
    ("Tomato sauce", "Sauces", "Pantry", 229, False),
    ("Ground coffee", "Coffee", "Pantry", 899, False),
    ("Laundry detergent", "Laundry", "Household", 1199, False),
)


@dataclass(frozen=True)
class Group:
    """Customers who behave alike: how many, how often, how much, what, with how many coupons, until when."""

    customers: int
    orders: tuple[int, int]
    lines: tuple[int, int]
    favourites: tuple[int, ...]
    coupons: float
    last_days: tuple[int, int]
    """Days of the year in which the last order lies."""


GROUPS = (
    Group(60, (12, 18), (2, 4), (0, 1, 3, 5), 0.02, (350, 364)),
    Group(45, (5, 8), (2, 3), (8, 9, 10), 0.7, (330, 364)),
    Group(45, (1, 3), (1, 2), (4, 6, 11), 0.0, (60, 150)),
)
YEAR = dt.date(2023, 1, 1)
CAMPAIGN = ("C1", "Type A", dt.date(2023, 6, 1), dt.date(2023, 6, 30))


def write_shop(folder: Path, seed: int = 7) -> dict[str, Path]:
    """Write the shop's files; table name -> CSV. The same seed gives the same bytes.

    Money stands in `orders.csv` in cents and in the coupon column in dollars, as both may be given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    orders: list[tuple[object, ...]] = []
    customers: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    for group in GROUPS:
        for _ in range(group.customers):
            customer = f"C{len(customers):04d}"
            customers.append((customer, draw.choice(("25-34", "35-44", "45-54"))))
            orders += _orders_of(customer, group, draw, len(orders))
            events.append((customer, "campaign_received", "2023-06-01 09:00:00", CAMPAIGN[0], ""))
            if draw.random() < group.coupons:
                events.append((customer, "coupon_redeemed", "2023-06-10 12:00:00", CAMPAIGN[0], "K1"))
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "orders": (("order_id", "customer_id", "product_id", "ordered_at", "amount_minor", "coupon"), orders),
        "products": (("product_id", "name", "category", "department", "private_brand"), _products()),
        "customers": (("customer_id", "age_band"), customers),
        "events": (("customer_id", "event", "occurred_at", "campaign_id", "coupon_id"), events),
        "past_campaigns": (("campaign_id", "campaign_type", "starts", "ends"), [CAMPAIGN]),
    }
    return {name: _write(folder / f"{name}.csv", header, rows) for name, (header, rows) in tables.items()}


def _products() -> list[tuple[object, ...]]:
    return [
        (f"P{number:02d}", name, category, department, str(own).lower())
        for number, (name, category, department, _, own) in enumerate(PRODUCTS)
    ]


def _orders_of(customer: str, group: Group, draw: random.Random, number: int) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = []
    last = draw.randint(*group.last_days)
    count = draw.randint(*group.orders)
    days = [*sorted(draw.sample(range(1, last), count - 1)), last]
    for at, day in enumerate(days):
        when = dt.datetime.combine(YEAR + dt.timedelta(days=day), dt.time(draw.randint(8, 20), draw.randint(0, 59)))
        order = f"O{number}-{at}"
        coupon = draw.random() < group.coupons
        basket = set(draw.sample(group.favourites, min(draw.randint(*group.lines), len(group.favourites))))
        basket.add(draw.randrange(len(PRODUCTS)))
        for product in sorted(basket):
            lines.append((order, customer, f"P{product:02d}", when, PRODUCTS[product][3], "0.50" if coupon else "0.00"))
    return lines


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
