"""Facts recomputed from the source's own Parquet files with pandas: no engine, no feature code, no fact code of ours.

Only the words come from the product: what a product is called and whether it may be named.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from assistant.data import advertisable, readable_label, readable_name
from assistant.records import Fact

AS_OF = pd.Timestamp("2018-01-01")


def recompute(fact: Fact, assignments: pd.DataFrame, raw: Mapping[str, Path]) -> tuple[float, float | None]:
    """A fact's value and that of all other customers, from the raw rows.

    Args:
        fact: its segment and its metric are looked at, nothing else.
        assignments: `customer_id`, `segment`.
        raw: the source's files by name.
    """
    inside = set(assignments.loc[assignments["segment"] == fact.segment, "customer_id"])
    table = customer_table(raw)
    mine = table.index.isin(inside)
    if fact.metric == "customers":
        return float(mine.sum()), None
    if fact.metric == "customer_share":
        return float(mine.sum()) / len(table), None
    if fact.metric == "revenue_share":
        spend = table["monetary_minor"]
        return float(spend[mine].sum()) / float(spend.sum()), None
    if fact.metric.startswith("redeems:"):
        sent = _campaigns_sent(raw)
        sent = sent[sent["campaign_type"] == fact.metric.removeprefix("redeems:")]
        own = sent["customer_id"].isin(inside)
        return float(sent["answered"][own].mean()), float(sent["answered"][~own].mean())
    if fact.metric.startswith("buys:"):
        lines = raw_lines(raw)
        named = lines["named"] == fact.metric.removeprefix("buys:")
        own = lines["customer_id"].isin(inside)
        return float(named[own].mean()), float(named[~own].mean())
    if fact.metric.startswith("has_bought:"):
        lines = raw_lines(raw)
        buyers = set(lines.loc[lines["named"] == fact.metric.removeprefix("has_bought:"), "customer_id"])
        others = set(table.index) - inside
        return len(buyers & inside) / len(inside), len(buyers & others) / len(others)
    return float(table[fact.metric][mine].mean()), float(table[fact.metric][~mine].mean())


def raw_lines(raw: Mapping[str, Path]) -> pd.DataFrame:
    """Order lines: local time, whole cents, and the name a product may be advertised by (empty: none)."""
    return _lines(str(raw["transactions"]), str(raw["products"]))


def customer_table(raw: Mapping[str, Path]) -> pd.DataFrame:
    """Every feature of every household, by `customer_id`."""
    table = _customers(str(raw["transactions"]), str(raw["products"])).copy()
    sent = _campaigns_sent(raw).groupby("customer_id")["answered"].mean()
    table["redemption_share"] = sent.reindex(table.index)
    return table


@lru_cache(maxsize=1)
def _lines(transactions: str, products: str) -> pd.DataFrame:
    rows = pd.read_parquet(transactions)
    local = rows["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.tz_localize(None)
    lines = pd.DataFrame(
        {
            "customer_id": rows["household_id"].astype(str),
            "order_id": rows["basket_id"].astype(str),
            "product_id": rows["product_id"],
            "at": local,
            # Fuel is measured, in thousandths of a gallon: one item.
            "quantity": rows["quantity"].where(rows["quantity"] <= 200, 1),
            "amount": _cents(rows["sales_value"]),
            "discount": _cents(rows["retail_disc"]),
            "coupon": _cents(rows["coupon_disc"]) + _cents(rows["coupon_match_disc"]),
        }
    )
    catalogue = _catalogue(products).reindex(lines["product_id"])
    for column in ("named", "category", "department"):
        lines[column] = catalogue[column].fillna("").to_numpy()
    lines["private"] = (catalogue["brand"] == "Private").to_numpy()
    return lines


def _catalogue(path: str) -> pd.DataFrame:
    products = pd.read_parquet(path).set_index("product_id")
    words = products[["product_type", "product_category", "department"]]
    words = words.astype(object).where(words.notna(), None)
    triples = pd.Series(list(words.itertuples(index=False, name=None)), index=products.index)
    names = {triple: readable_name(*triple) if triple[0] and advertisable(*triple) else "" for triple in set(triples)}
    return pd.DataFrame(
        {
            "named": triples.map(names),
            "category": words["product_category"].map(lambda word: readable_label(word) or ""),
            "department": words["department"].map(lambda word: readable_label(word) or ""),
            "brand": products["brand"],
        }
    )


def _cents(value: pd.Series) -> pd.Series:
    return (value * 100).round().astype("int64")


@lru_cache(maxsize=1)
def _customers(transactions: str, products: str) -> pd.DataFrame:
    lines = _lines(transactions, products)
    orders = lines.groupby("order_id").agg(
        customer_id=("customer_id", "first"),
        at=("at", "min"),
        amount=("amount", "sum"),
        discount=("discount", "sum"),
        coupon=("coupon", "sum"),
        lines=("product_id", "size"),
        items=("quantity", "sum"),
    )
    orders["day"] = orders["at"].dt.normalize()
    hour = orders["at"].dt.hour
    orders["morning"] = hour.isin([5, 6, 7, 8, 9, 10])
    orders["midday"] = hour.isin([11, 12, 13, 14, 15])
    orders["evening"] = hour.isin([16, 17, 18, 19, 20])
    orders["night"] = hour.isin([21, 22, 23, 0, 1, 2, 3, 4])
    orders["weekend"] = orders["at"].dt.day_name().isin(["Saturday", "Sunday"])
    orders["with_coupon"] = orders["coupon"] > 0
    own = orders.groupby("customer_id")
    table = pd.DataFrame({"frequency": own.size(), "monetary_minor": own["amount"].sum()})
    table["recency_days"] = (AS_OF - own["day"].max()).dt.days
    table["tenure_days"] = (AS_OF - own["day"].min()).dt.days
    gaps = (own["day"].max() - own["day"].min()).dt.days
    table["days_between_orders"] = gaps / (table["frequency"] - 1).replace(0, float("nan"))
    table["basket_value_minor"] = table["monetary_minor"] / table["frequency"]
    table["overdue"] = table["recency_days"] / table["days_between_orders"].replace(0, float("nan"))
    table["basket_lines"] = own["lines"].mean()
    table["basket_items"] = own["items"].sum() / table["frequency"]
    table["discount_share"] = own["discount"].sum() / (table["monetary_minor"] + own["discount"].sum())
    table["coupon_share"] = own["with_coupon"].mean()
    private = lines[lines["private"]].groupby("customer_id")["amount"].sum()
    table["private_brand_share"] = private.reindex(table.index).fillna(0) / table["monetary_minor"]
    table["weekend_share"] = own["weekend"].mean()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        on_day = orders["at"].dt.day_name() == day
        table[f"{day.lower()}_share"] = on_day.groupby(orders["customer_id"]).mean()
    for part in ("morning", "midday", "evening", "night"):
        table[f"{part}_share"] = own[part].mean()
    table["categories_bought"] = (
        lines[lines["category"] != ""].groupby("customer_id")["category"].nunique().reindex(table.index).fillna(0)
    )
    table["trend"] = _trend(orders).reindex(table.index).fillna(0.0)
    for column, count in (("department", 8), ("category", 12)):
        known = lines[lines[column] != ""]
        for name in known.groupby(column)["amount"].sum().nlargest(count).index:
            spend = known[known[column] == name].groupby("customer_id")["amount"].sum()
            table[f"{column}: {name}"] = spend.reindex(table.index).fillna(0) / table["monetary_minor"]
    shares = table.columns[table.columns.str.contains("_share|: ")]
    table[shares] = table[shares].fillna(0.0)
    return table


def _trend(orders: pd.DataFrame) -> pd.Series:
    quarter = pd.Timedelta(days=91)
    last = orders[orders["day"] >= AS_OF - quarter].groupby("customer_id")["amount"].sum()
    before = orders[(orders["day"] >= AS_OF - 2 * quarter) & (orders["day"] < AS_OF - quarter)]
    before = before.groupby("customer_id")["amount"].sum()
    last, before = last.align(before, fill_value=0)
    return (last - before) / (last + before)


def _campaigns_sent(raw: Mapping[str, Path]) -> pd.DataFrame:
    """One row a household and campaign received: its type, and whether a coupon of it came back."""
    sent = pd.read_parquet(raw["campaigns"]).merge(pd.read_parquet(raw["campaign_descriptions"]), on="campaign_id")
    redeemed = pd.read_parquet(raw["coupon_redemptions"])[["household_id", "campaign_id"]].drop_duplicates()
    sent = sent.merge(redeemed.assign(answered=True), on=["household_id", "campaign_id"], how="left")
    sent["answered"] = sent["answered"].notna()
    sent["customer_id"] = sent["household_id"].astype(str)
    return sent
