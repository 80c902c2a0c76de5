"""The customer table as somebody fluent in pandas writes it: texts as categories, one group-by a grain."""

from pathlib import Path

import numpy as np
import pandas as pd

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FUNNEL = ("browse", "search", "cart", "purchase")
_LINES = [
    "order_id", "customer_id", "product_id", "ordered_at", "quantity", "amount_minor", "discount_minor",
    "coupon_minor", "sales_channel",
]  # fmt: skip


def in_pandas(folder: Path, as_of: str) -> pd.DataFrame:
    """All columns of `customer_features`, in any order, of a shop with returns, channels and all kinds of events."""
    end = pd.Timestamp(as_of)
    lines = pd.read_parquet(folder / "orders.parquet", columns=_LINES)
    lines = lines[lines["ordered_at"] < end]
    customer, names = pd.factorize(lines["customer_id"])
    lines["customer"] = customer
    lines["order"] = pd.factorize(lines["order_id"])[0]
    lines = lines.drop(columns=["customer_id", "order_id"])
    sold = lines[lines["quantity"] >= 0]
    table = _habits(_orders(lines, sold), end)
    sales = table.pop("sales")
    for name, money in _spending(folder, sold).items():
        table[name] = money.reindex(table.index).fillna(0)
        if name != "categories_bought":
            table[name] = (table[name] / sales).where(sales != 0, 0.0)
    table.index = pd.Index(names[table.index], name="customer_id")
    for name, column in _events(folder, end).items():
        table[name] = column.reindex(table.index)
    table[[f"{kind}_events" for kind in _FUNNEL]] = table[[f"{kind}_events" for kind in _FUNNEL]].fillna(0)
    return table.reset_index()


def _orders(lines: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    own = sold.groupby(["customer", "order"], sort=False)
    orders = own.agg(
        moment=("ordered_at", "min"),
        sales=("amount_minor", "sum"),
        discount=("discount_minor", "sum"),
        coupon=("coupon_minor", "sum"),
        items=("quantity", "sum"),
        lines=("quantity", "size"),
        channel=("sales_channel", "first"),
    )
    back = lines[lines["quantity"] < 0].groupby(["customer", "order"], sort=False)["amount_minor"].agg(["sum", "size"])
    orders = orders.join(back, how="outer").reset_index("customer")
    orders["net"] = orders["sales"].fillna(0) + orders["sum"].fillna(0)
    orders["returned"] = orders["size"].notna() & orders["moment"].notna()
    return orders


def _habits(orders: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    day, hour, weekday = orders["moment"].dt.normalize(), orders["moment"].dt.hour, orders["moment"].dt.weekday
    age = (end - day).dt.days
    orders = orders.assign(
        age=age,
        coupon=orders["coupon"] > 0,
        s1=orders["sales"].where(age <= 91, 0),
        s0=orders["sales"].where((age > 91) & (age <= 182), 0),
        morning=hour.between(5, 10),
        midday=hour.between(11, 15),
        evening=hour.between(16, 20),
        night=(hour >= 21) | (hour < 5),
        **{name: weekday == at for at, name in enumerate(_WEEKDAYS)},
    )
    counts = orders["channel"].groupby(orders["channel"]).size()
    channels = {f"channel: {name}": orders["channel"] == name for name in counts.index}
    orders = orders.assign(**channels)
    parts = ["morning", "midday", "evening", "night", *_WEEKDAYS, *channels]
    own = orders.groupby("customer", sort=False)
    sums = own[["net", "sales", "discount", "items", "lines", "s1", "s0", "coupon", "returned", *parts]].sum()
    ages = own["age"].agg(["min", "max", "count"])
    sums, ages = sums[ages["count"] > 0], ages[ages["count"] > 0]
    n = ages["count"]
    span = ages["max"] - ages["min"]
    table = pd.DataFrame(
        {
            "recency_days": ages["min"],
            "frequency": n,
            "monetary_minor": sums["net"],
            "tenure_days": ages["max"],
            "days_between_orders": span / (n - 1).replace(0, np.nan),
            "overdue": ages["min"] * (n - 1) / span.replace(0, np.nan),
            "basket_value_minor": sums["net"] / n,
            "basket_lines": sums["lines"] / n,
            "basket_items": sums["items"] / n,
            "discount_share": (sums["discount"] / (sums["sales"] + sums["discount"])).fillna(0),
            "coupon_share": sums["coupon"] / n,
            "return_share": sums["returned"] / n,
            "returned_spend_share": ((sums["sales"] - sums["net"]) / sums["sales"]).where(sums["sales"] != 0, 0.0),
            "weekend_share": (sums["saturday"] + sums["sunday"]) / n,
            "trend": ((sums["s1"] - sums["s0"]) / (sums["s1"] + sums["s0"])).fillna(0),
            "sales": sums["sales"],
        }
    )
    for part in parts:
        table[part if part in channels else f"{part}_share"] = sums[part] / n
    return table


def _spending(folder: Path, sold: pd.DataFrame) -> dict[str, pd.Series]:
    products = pd.read_parquet(
        folder / "products.parquet", columns=["product_id", "category", "department", "private_brand"]
    ).set_index("product_id")
    at = products.index.get_indexer(pd.Index(sold["product_id"]))
    own = pd.DataFrame({"customer": sold["customer"].to_numpy(), "amount": sold["amount_minor"].to_numpy()})
    columns: dict[str, pd.Series] = {}
    for name, count, unknown in (("department", 8, "No department"), ("category", 12, "No category")):
        own[name] = products[name].astype("category").iloc[at].to_numpy()
        own[name] = own[name].astype("category")
        money = own.groupby(["customer", name], observed=True, sort=False)["amount"].sum().unstack(name)
        if name == "category":
            columns["categories_bought"] = money.drop(columns=unknown, errors="ignore").notna().sum(axis=1)
        totals = own.groupby(name, observed=True)["amount"].sum().drop(unknown, errors="ignore")
        largest = sorted(totals.index, key=lambda own_name: (-totals[own_name], own_name))[:count]
        columns |= {f"{name}: {value}": money[value] for value in largest}
    private = products["private_brand"].to_numpy()[at]
    columns["private_brand_share"] = own[private].groupby("customer", sort=False)["amount"].sum()
    return columns


def _events(folder: Path, end: pd.Timestamp) -> dict[str, pd.Series]:
    events = pd.read_parquet(folder / "events.parquet", columns=["customer_id", "event", "occurred_at", "campaign_id"])
    events = events[events["occurred_at"] < end]
    visits = events[events["event"].isin(_FUNNEL)]
    counts = visits.groupby(["customer_id", "event"], sort=False).size().unstack("event", fill_value=0)
    columns = {f"{kind}_events": counts[kind] for kind in _FUNNEL}
    last = visits.groupby("customer_id", sort=False)["occurred_at"].max()
    columns["days_since_visit"] = (end - last.dt.normalize()).dt.days
    columns["cart_rate"] = counts["cart"] / counts["browse"].replace(0, np.nan)
    columns["purchase_rate"] = counts["purchase"] / counts["cart"].replace(0, np.nan)
    keys = ["customer_id", "campaign_id"]
    sent = events.loc[events["event"] == "campaign_received", keys].dropna().drop_duplicates()
    redeemed = events.loc[events["event"] == "coupon_redeemed", keys].dropna().drop_duplicates()
    sent = sent.merge(redeemed.assign(redeemed=True), on=keys, how="left")
    columns["redemption_share"] = sent["redeemed"].notna().groupby(sent["customer_id"]).mean()
    return columns
