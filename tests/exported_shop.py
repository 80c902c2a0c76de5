"""One small shop, and the truth that every export of it must give back.

The shop is made of a seed: customers, a catalogue with variants, two years of orders with discounts, coupons, refunds
and cancellations. Amounts are cents; `shop_exports` and `event_exports` write it as four platforms do.
"""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, object]


@dataclass(frozen=True)
class Variant:
    """What can be bought: a title with an option, an own SKU or none."""

    title: str
    option: str
    sku: str
    cents: int
    kind: str
    vendor: str
    description: str

    @property
    def line_name(self) -> str:
        """As an order line prints it."""
        return f"{self.title} - {self.option}" if self.option else self.title

    @property
    def product_id(self) -> str:
        """What an order line and the catalogue must agree on."""
        return self.sku or self.line_name


@dataclass(frozen=True)
class Customer:
    """Who buys."""

    email: str
    first_name: str
    last_name: str
    consents: bool


@dataclass(frozen=True)
class Order:
    """What was bought at once; cents."""

    number: str
    customer: Customer
    at: dt.datetime
    lines: tuple[tuple[Variant, int], ...]
    discount: int
    code: str
    refund: int
    cancelled: bool

    @property
    def gross(self) -> int:
        """Before any discount."""
        return sum(variant.cents * quantity for variant, quantity in self.lines)

    @property
    def paid(self) -> int:
        """After the discount and before the refund."""
        return self.gross - self.discount


@dataclass(frozen=True)
class OrderTruth:
    """What the canonical tables must say of an order, over its lines; cents."""

    customer_id: str
    at: dt.datetime
    products: tuple[str, ...]
    items: int
    paid: int
    discount: int
    coupon: int
    refund: int


@dataclass
class Truth:
    """What must come out of an export."""

    orders: dict[str, OrderTruth]
    products: dict[str, str]
    """id -> name."""
    consents: dict[str, bool] = field(default_factory=dict)
    events: list[tuple[str, str, dt.datetime]] = field(default_factory=list)
    """(customer, event, when), in order."""

    @property
    def spend(self) -> dict[str, int]:
        """Customer -> cents that the shop kept."""
        totals: dict[str, int] = {}
        for order in self.orders.values():
            totals[order.customer_id] = totals.get(order.customer_id, 0) + order.paid - order.refund
        return totals


@dataclass(frozen=True)
class Shop:
    """All of it."""

    customers: tuple[Customer, ...]
    variants: tuple[Variant, ...]
    orders: tuple[Order, ...]


_TITLES = (
    ("Crew Tee", "T-shirts", ("Black / S", "Black / M", "White / S"), 1999),
    ("Café Mug, 30 cl", "Kitchen", ("",), 1250),
    ('Notebook "A5"', "Paper", ("Lined", "Plain"), 495),
    ("Wool Cap", "Hats", ("Red", "Grün"), 2499),
    ("Gift wrap", "Extras", ("",), 300),
    ("Linen apron", "Kitchen", ("",), 3990),
)


def make_shop(seed: int, customers: int = 40, orders: int = 160, hours: int = 100, *, regulars: bool = False) -> Shop:
    """A shop; the same seed, the same shop.

    Args:
        seed: of the draws.
        customers: how many.
        orders: how many, cancelled ones among them.
        hours: between one order and the next.
        regulars: whether some customers order much more often than others; else all are alike.
    """
    draw = random.Random(seed)
    people = tuple(
        Customer(f"ann{at}@example.com", f"Ann{at}", "O'Neil" if at % 7 == 0 else f"Bee{at}", draw.random() < 0.6)
        for at in range(customers)
    )
    variants: list[Variant] = []
    for number, (title, kind, options, cents) in enumerate(_TITLES):
        for option in options:
            # Some shops give no SKU to some products: they meet by name.
            sku = "" if number in (2, 4) else f"SKU-{number}{len(variants):02d}"
            description = f"<p>{title} &amp; more.<br>Made <b>well</b>, 5 &lt; 6.</p>"
            variants.append(Variant(title, option, sku, cents, kind, f"Maker {number % 3}", description))
    made = []
    for at in range(orders):
        lines = tuple((variant, draw.randint(1, 3)) for variant in draw.sample(variants, draw.randint(1, 4)))
        gross = sum(variant.cents * quantity for variant, quantity in lines)
        discount = draw.choice((0, 0, 0, gross // 10, 500 if gross > 1000 else 0, gross // 3))
        code = draw.choice(("", "SPRING10", "WELCOME")) if discount else ""
        refund = draw.choice((0, 0, 0, 0, gross - discount, (gross - discount) // 2, 100))
        made.append(
            Order(
                number=f"{1001 + at}",
                customer=people[int(customers * draw.random() ** 3)] if regulars else draw.choice(people),
                at=dt.datetime(2023, 1, 1, 9)
                + dt.timedelta(hours=at * hours, minutes=draw.randint(0, 59), seconds=at % 60),
                lines=lines,
                discount=discount,
                code=code,
                refund=min(refund, gross - discount),
                cancelled=draw.random() < 0.08,
            )
        )
    return Shop(people, tuple(variants), tuple(made))


def money(cents: int) -> str:
    """12.30."""
    return f"{cents // 100}.{cents % 100:02d}" if cents >= 0 else f"-{money(-cents)}"


def truth_of(shop: Shop, order_id: str = "{}", *, coupons: bool = True) -> Truth:
    """What the exports must give back; cancelled orders are none.

    Args:
        shop: the shop.
        order_id: how the platform writes an order's number.
        coupons: whether the export tells what was a coupon or a discount.
    """
    return Truth(
        orders={
            order_id.format(order.number): OrderTruth(
                customer_id=order.customer.email,
                at=order.at,
                products=tuple(sorted({variant.product_id for variant, _ in order.lines})),
                items=sum(quantity for _, quantity in order.lines),
                paid=order.paid,
                discount=order.discount if coupons and not order.code else 0,
                coupon=order.discount if coupons and order.code else 0,
                refund=order.refund,
            )
            for order in shop.orders
            if not order.cancelled
        },
        products={variant.product_id: variant.title for variant in shop.variants},
        consents={customer.email: customer.consents for customer in shop.customers},
    )


def write_rows(path: Path, header: str, rows: Iterable[Mapping[str, object]]) -> Path:
    """A CSV file with a header; a column that a row lacks is empty."""
    names = next(csv.reader([header]))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
