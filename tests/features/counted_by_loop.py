"""The customer table counted in plain loops over a shop's rows: no engine, no pandas, no code of the product.

Only the words come from the product: which columns stand beside each other is decided here anew.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from made_shop import Row

_FUNNEL = ("browse", "search", "cart", "purchase")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def counted(tables: dict[str, list[Row]], as_of: dt.date) -> dict[str, dict[str, float | None]]:
    """Every feature of every customer; customer -> column -> value, None where there is none."""
    midnight = dt.datetime.combine(as_of, dt.time())
    lines = [row for row in tables["orders"] if row["ordered_at"] < midnight]
    events = [row for row in tables.get("events", []) if row["occurred_at"] < midnight]
    products = {row["product_id"]: row for row in tables["products"]}
    of_customer: dict[str, list[Row]] = defaultdict(list)
    for row in lines:
        of_customer[row["customer_id"]].append(row)
    of_visitor: dict[str, list[Row]] = defaultdict(list)
    for row in events:
        of_visitor[row["customer_id"]].append(row)
    names = _names(lines, products)
    table = {}
    for customer, own in of_customer.items():
        if any(row["quantity"] >= 0 for row in own):
            table[customer] = {
                **_of_orders(own, as_of, names["channel"], any(row["quantity"] < 0 for row in lines)),
                **_of_products(own, products, names),
                **_of_events(of_visitor[customer], as_of, {row["event"] for row in events}),
            }
    return table


def _names(lines: list[Row], products: dict[str, Row]) -> dict[str, list[str]]:
    money: dict[str, Counter[str]] = {"department": Counter(), "category": Counter()}
    channels: Counter[str | None] = Counter()
    for row in lines:
        if row["quantity"] >= 0:
            channels[row.get("sales_channel")] += 1
            for column, counter in money.items():
                counter[_word(products, row, column)] += row["amount_minor"]
    largest = {column: _first(counter, count) for (column, counter), count in zip(money.items(), (8, 12), strict=True)}
    return {**largest, "channel": _first(channels, 6) if len(channels) > 1 else []}


def _word(products: dict[str, Row], row: Row, column: str) -> str:
    word = products.get(row["product_id"], {}).get(column, "")
    return "" if word in ("No category", "No department") else str(word)


def _first(counter: Counter[str] | Counter[str | None], count: int) -> list[str]:
    kept: list[str] = []
    for name, _ in sorted(((str(n), c) for n, c in counter.items() if n), key=lambda item: (-item[1], item[0])):
        if name.casefold() not in {other.casefold() for other in kept}:
            kept.append(name)
    return kept[:count]


def _of_orders(own: list[Row], as_of: dt.date, channels: list[str], returns: bool) -> dict[str, float | None]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in own:
        groups[row["order_id"]].append(row)
    orders = {name: [row for row in rows if row["quantity"] >= 0] for name, rows in groups.items()}
    orders = {name: rows for name, rows in orders.items() if rows}
    sold = [row for rows in orders.values() for row in rows]
    moments = {name: min(row["ordered_at"] for row in rows) for name, rows in orders.items()}
    days = sorted(moment.date() for moment in moments.values())
    frequency = len(orders)
    net = sum(row["amount_minor"] for row in own)
    sales = sum(row["amount_minor"] for row in sold)
    discount = sum(row["discount_minor"] for row in sold)
    recency, tenure = (as_of - days[-1]).days, (as_of - days[0]).days
    quarters = [0, 0]
    for name, rows in orders.items():
        age = (as_of - moments[name].date()).days
        if age <= 182:
            quarters[0 if age <= 91 else 1] += sum(row["amount_minor"] for row in rows)

    def share(count: int) -> float:
        return count / frequency

    values: dict[str, float | None] = {
        "recency_days": recency,
        "frequency": frequency,
        "monetary_minor": net,
        "tenure_days": tenure,
        "days_between_orders": (tenure - recency) / (frequency - 1) if frequency > 1 else None,
        "overdue": recency * (frequency - 1) / (tenure - recency) if tenure > recency else None,
        "basket_value_minor": net / frequency,
        "basket_lines": len(sold) / frequency,
        "basket_items": sum(row["quantity"] for row in sold) / frequency,
        "discount_share": discount / (sales + discount) if sales + discount else 0.0,
        "coupon_share": share(sum(any(row["coupon_minor"] > 0 for row in rows) for rows in orders.values())),
        "weekend_share": share(sum(moment.weekday() >= 5 for moment in moments.values())),
        "trend": (quarters[0] - quarters[1]) / sum(quarters) if sum(quarters) else 0.0,
    }
    for at, day in enumerate(_DAYS):
        values[f"{day}_share"] = share(sum(moment.weekday() == at for moment in moments.values()))
    for part, hours in {
        "morning": range(5, 11), "midday": range(11, 16), "evening": range(16, 21),
        "night": (*range(21, 24), *range(5)),
    }.items():  # fmt: skip
        values[f"{part}_share"] = share(sum(moment.hour in hours for moment in moments.values()))
    ways = {name: min((row["sales_channel"] for row in rows if row.get("sales_channel")), default=None)
            for name, rows in orders.items()}  # fmt: skip
    values |= {f"channel: {name}": share(sum(way == name for way in ways.values())) for name in channels}
    if returns:
        back = {row["order_id"] for row in own if row["quantity"] < 0}
        values["return_share"] = share(len(back & set(orders)))
        values["returned_spend_share"] = (sales - net) / sales if sales else 0.0
    return values


def _of_products(own: list[Row], products: dict[str, Row], names: dict[str, list[str]]) -> dict[str, float | None]:
    sold = [row for row in own if row["quantity"] >= 0]
    sales = sum(row["amount_minor"] for row in sold)

    def share(rows: Iterable[Row]) -> float:
        return sum(row["amount_minor"] for row in rows) / sales if sales else 0.0

    values: dict[str, float | None] = {
        "categories_bought": len({_word(products, row, "category") for row in sold} - {""}),
        "private_brand_share": share(row for row in sold if products.get(row["product_id"], {}).get("private_brand")),
    }
    for column in ("department", "category"):
        for name in names[column]:
            values[f"{column}: {name}"] = share(row for row in sold if _word(products, row, column) == name)
    return values


def _of_events(own: list[Row], as_of: dt.date, there: set[str]) -> dict[str, float | None]:
    counts = Counter(row["event"] for row in own)
    values: dict[str, float | None] = {f"{kind}_events": counts[kind] for kind in _FUNNEL if kind in there}
    if values:
        visits = [row["occurred_at"].date() for row in own if row["event"] in _FUNNEL]
        values["days_since_visit"] = (as_of - max(visits)).days if visits else None
    for name, part, whole in (("cart_rate", "cart", "browse"), ("purchase_rate", "purchase", "cart")):
        if {part, whole} <= there:
            values[name] = counts[part] / counts[whole] if counts[whole] else None
    if "campaign_received" in there:
        received = {row["campaign_id"] for row in own if row["event"] == "campaign_received"} - {None}
        redeemed = {row["campaign_id"] for row in own if row["event"] == "coupon_redeemed"}
        values["redemption_share"] = len(received & redeemed) / len(received) if received else None
    return values
