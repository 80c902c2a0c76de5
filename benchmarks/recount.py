"""What a persona's claims say, counted again from a workspace's order lines and events: pandas, no code of ours.

It reads files and knows the words of their columns, nothing else; a metric it does not know is said to be so.
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = {
    "morning": range(5, 11),
    "midday": range(11, 16),
    "evening": range(16, 21),
    "night": (21, 22, 23, 0, 1, 2, 3, 4),
}


class Recount:
    """A workspace's rows, and what a predicate's two numbers are by them."""

    def __init__(self, workspace: Path) -> None:
        """Read the rows before the day the segments are as of."""
        self.root = workspace
        self.end = pd.Timestamp(json.loads((workspace / "segments" / "segmentation.json").read_text())["as_of"])
        lines = pd.read_parquet(workspace / "data" / "orders.parquet")
        self.lines = lines[lines["ordered_at"] < self.end].merge(
            pd.read_parquet(workspace / "data" / "products.parquet"), on="product_id", how="left"
        )
        self.sold = self.lines[self.lines["quantity"] >= 0]
        self.customers = pd.Index(sorted(self.sold["customer_id"].unique()))

    def numbers(self, predicate: Mapping[str, Any]) -> tuple[float, float] | None:
        """The value of the segment and of all others; None where this file does not know the metric."""
        inside = self.customers.isin(self.members(predicate["population"]))
        metric: str = predicate["metric"]
        kind, _, name = metric.partition(":")
        if kind == "buys":
            rows = self.sold["customer_id"], self.sold["name"].eq(name) & self.sold["advertisable"].eq(True)
            mine = rows[0].isin(self.customers[inside])
            return float(rows[1][mine].mean()), float(rows[1][~mine].mean())
        if kind == "redeems":
            sent = self.sent[(self.sent["campaign_type"] == name) & self.sent["customer_id"].isin(self.customers)]
            mine = sent["customer_id"].isin(self.customers[inside])
            return float(sent["answered"][mine].mean()), float(sent["answered"][~mine].mean())
        values = self.values(metric, kind, name.strip())
        if values is None:
            return None
        where = predicate.get("where")
        if where:
            values = _asked(values, {key: limit for key, limit in where.items() if limit is not None})
        both = [values[group].dropna().astype(float) for group in (inside, ~inside)]
        mean, other = (own.median() if predicate["statistic"] == "median" else own.mean() for own in both)
        return float(mean), float(other)

    def members(self, population: str) -> set[str]:
        """Ids of a segment's or an audience's customers."""
        audience = self.root / "segments" / "audiences" / f"{population}.parquet"
        table = pd.read_parquet(audience if audience.exists() else self.root / "segments" / "assignments.parquet")
        return set(table.loc[table["segment"] == population, "customer_id"])

    def values(self, metric: str, kind: str, name: str) -> "pd.Series[Any] | None":
        """A metric of every customer, by id."""
        if kind == "has_bought":
            rows = self.sold[self.sold["name"].eq(name) & self.sold["advertisable"].eq(True)]
            return pd.Series(self.customers.isin(rows["customer_id"]).astype(float), index=self.customers)
        if kind == "customer":
            table = pd.read_parquet(self.root / "data" / "customers.parquet").set_index("customer_id")
            return table[name].reindex(self.customers) if name in table else None
        if kind in ("department", "category"):
            own = self.sold[self.sold[kind] == name].groupby("customer_id")["amount_minor"].sum()
            return (own.reindex(self.customers).fillna(0) / self.money).where(self.money != 0, 0.0)
        if metric not in self.table and metric.endswith("_events"):
            return self._events(metric.removesuffix("_events"))
        return self.table.get(metric)

    @cached_property
    def money(self) -> "pd.Series[Any]":
        """What each customer paid, returns left out."""
        return self.sold.groupby("customer_id")["amount_minor"].sum().reindex(self.customers)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """One row an order of a customer."""
        both = self.sold.groupby(["customer_id", "order_id"], as_index=False)
        return both.agg(
            at=("ordered_at", "min"),
            lines=("line", "size"),
            things=("quantity", "sum"),
            coupon=("coupon_minor", "sum"),
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """Most features, a row a customer."""
        orders, own = self.orders, self.orders.groupby("customer_id")
        day = orders["at"].dt.normalize()
        first, last = (getattr(day.groupby(orders["customer_id"]), end)() for end in ("min", "max"))
        count = own.size()
        table = pd.DataFrame({"frequency": count, "recency_days": (self.end - last).dt.days})
        table["tenure_days"] = (self.end - first).dt.days
        table["monetary_minor"] = self.lines.groupby("customer_id")["amount_minor"].sum()
        span = (last - first).dt.days
        table["days_between_orders"] = span / (count - 1).where(count > 1)
        table["overdue"] = table["recency_days"] / table["days_between_orders"].where(span > 0)
        table["basket_value_minor"] = table["monetary_minor"] / count
        table["basket_lines"], table["basket_items"] = own["lines"].sum() / count, own["things"].sum() / count
        table["coupon_share"] = (orders["coupon"] > 0).groupby(orders["customer_id"]).mean()
        for at, name in enumerate(DAYS):
            table[f"{name}_share"] = (orders["at"].dt.day_of_week == at).groupby(orders["customer_id"]).mean()
        table["weekend_share"] = (orders["at"].dt.day_of_week > 4).groupby(orders["customer_id"]).mean()
        for name, hours in HOURS.items():
            table[f"{name}_share"] = orders["at"].dt.hour.isin(list(hours)).groupby(orders["customer_id"]).mean()
        off = self.sold.groupby("customer_id")["discount_minor"].sum()
        table["discount_share"] = (off / (off + self.money)).fillna(0.0)
        private = self.sold[self.sold["private_brand"].eq(True)].groupby("customer_id")["amount_minor"].sum()
        table["private_brand_share"] = (private.reindex(self.customers).fillna(0) / self.money).fillna(0.0)
        named = self.sold[self.sold["category"] != "No category"]
        table["categories_bought"] = (
            named.groupby("customer_id")["category"].nunique().reindex(self.customers).fillna(0)
        )
        sent = self.sent.groupby("customer_id")["answered"].mean()
        table["redemption_share"] = sent.reindex(self.customers)
        returned = self.lines[self.lines["quantity"] < 0]
        back = set(zip(returned["customer_id"], returned["order_id"], strict=True))
        sent_back = [pair in back for pair in zip(orders["customer_id"], orders["order_id"], strict=True)]
        table["return_share"] = pd.Series(sent_back, index=orders.index).groupby(orders["customer_id"]).mean()
        table["returned_spend_share"] = ((self.money - table["monetary_minor"]) / self.money).fillna(0.0)
        return table.reindex(self.customers)

    @cached_property
    def sent(self) -> pd.DataFrame:
        """One row a customer and campaign received, and whether a coupon of it came back."""
        events = pd.read_parquet(self.root / "data" / "events.parquet")
        known = pd.read_parquet(self.root / "data" / "past_campaigns.parquet")
        known = known[pd.to_datetime(known["starts"]) < self.end]
        events = events[events["occurred_at"] < self.end].merge(known, on="campaign_id")
        keys = ["customer_id", "campaign_id", "campaign_type"]
        got = events[events["event"] == "campaign_received"][keys].drop_duplicates()
        used = events[events["event"] == "coupon_redeemed"][keys].drop_duplicates().assign(answered=1.0)
        return got.merge(used, on=keys, how="left").fillna({"answered": 0.0})

    def _events(self, kind: str) -> "pd.Series[Any]":
        events = pd.read_parquet(self.root / "data" / "events.parquet")
        own = events[(events["occurred_at"] < self.end) & (events["event"] == kind)]
        return own.groupby("customer_id").size().reindex(self.customers).fillna(0).astype(float)


def contradiction(claim: Mapping[str, Any], recount: Recount) -> str | None:
    """What speaks against a verified claim; empty where nothing does, None where its metric is not counted here."""
    predicate, told = claim["predicate"], claim["evaluation"]
    counted = recount.numbers(predicate)
    if counted is None:
        return None
    value, others = counted
    for name, own in (("value", value), ("others", others)):
        if not np.isclose(own, told[name], rtol=1e-9, atol=1e-12):
            return f"its {name} is {told[name]}, counted again {own}"
    limit = others if predicate["threshold"] == "others" else float(predicate["threshold"])
    sign = predicate["comparator"]
    near = limit != 0 and abs(value / limit - 1) <= 0.1
    if not {">": value > limit, "<": value < limit, ">=": value >= limit, "<=": value <= limit, "about": near}[sign]:
        return f"{value} is not {sign} {limit}"
    return _words(claim["text"], predicate, value, others, limit)


def _words(text: str, predicate: Mapping[str, Any], value: float, others: float, limit: float) -> str:
    """Whether the digits of the sentence are numbers that were counted, and its comparison is the one that holds."""
    name = predicate["metric"].partition(":")[2].strip()
    bare = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE) if name else text
    where = [own for own in (predicate.get("where") or {}).values() if isinstance(own, int | float)]
    # A number without "about" before it is the number itself.
    loose = predicate["comparator"] != "about" or re.search(r"\b(about|around|roughly)\b", bare, re.IGNORECASE)
    mine = [value, *where, *([limit] if loose and predicate["threshold"] != "others" else [])]
    for sign, digits, percent, theirs in re.findall(
        r"([$€£]?)(\d[\d,]*(?:\.\d+)?)(%?)(\s?[a-z]*\s(?:of|for)\s(?:all\s)?other)?", bare
    ):
        scale = 100 if sign else 0.01 if percent else 1
        half = 0.5 * 10 ** -len(digits.partition(".")[2]) * scale * 1.000001
        number = float(digits.replace(",", "")) * scale
        ratios = [value / others] if others and not sign and not percent else []
        right = [others] if theirs else [*mine, *ratios]
        if not any(abs(number - own) <= half for own in right):
            return f"it says {sign}{digits}{percent}; counted again {value} and {others}"
    if predicate["threshold"] == "others":
        if re.search(r"\b(more|longer|above) than\b|\babove the\b", bare) and not value > others:
            return f"it says more; counted again {value} and {others}"
        if re.search(r"\b(less|fewer|below) than\b|\bbelow the\b", bare) and not value < others:
            return f"it says less; counted again {value} and {others}"
    return ""


def _asked(values: "pd.Series[Any]", where: Mapping[str, Any]) -> "pd.Series[Any]":
    ((how, limit),) = where.items()
    known = values.notna()
    if how == "one_of":
        met = values.map(str).isin(list(limit))
    else:
        met = {
            "above": values.gt, "at_least": values.ge, "below": values.lt, "at_most": values.le
        }[how](limit)  # fmt: skip
    return met.astype(float).where(known)
