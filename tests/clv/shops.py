"""Shops made of purchases alone, as canonical tables, and customers who behave as a model says."""

import datetime as dt
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.clv import Histories
from assistant.data import CONTRACTS, Tables

FIRST = dt.date(2023, 1, 1)
_ARROW = {
    "string": pa.string(),
    "int64": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def shop_of(folder: Path, purchases: pd.DataFrame) -> Tables:
    """Tables whose orders are `purchases`: `customer_id`, `ordered_at`, and if there `amount_minor`, `quantity`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = purchases.reset_index(drop=True)
    given = {
        "order_id": lines.index.astype(str),
        "line": 0,
        "product_id": "thing",
        "quantity": 1,
        "amount_minor": 1000,
        "discount_minor": 0,
        "coupon_minor": 0,
    }
    orders = pd.DataFrame(
        {name: lines[name] if name in lines else given.get(name) for name in CONTRACTS["orders"].names},
        index=lines.index,
    )
    for table, contract in CONTRACTS.items():
        schema = pa.schema([(column.name, _ARROW[column.kind]) for column in contract.columns])
        rows = pa.Table.from_pandas(orders, schema, preserve_index=False) if table == "orders" else schema.empty_table()
        pq.write_table(rows, folder / f"{table}.parquet")
    return Tables(folder)


def cdnow_purchases() -> pd.DataFrame:
    """The CDNOW 1/10 sample: 2,357 customers who first bought in early 1997, their purchases to mid 1998."""
    package = find_spec("lifetimes")
    assert package is not None, "CDNOW lies in the package `lifetimes` of the dev extra"
    assert package.origin is not None
    raw = pd.read_csv(
        Path(package.origin).parent / "datasets" / "CDNOW_sample.txt",
        sep=r"\s+",
        header=None,
        names=["master_id", "customer_id", "date", "cds", "dollars"],
        dtype=str,
    )
    return pd.DataFrame(
        {
            "customer_id": raw["customer_id"],
            "ordered_at": pd.to_datetime(raw["date"]),
            "amount_minor": (raw["dollars"].astype(float) * 100).round().astype("int64"),
        }
    )


@dataclass(frozen=True)
class Followed:
    """Customers of known ways, seen to a day and followed for a year after it."""

    purchases: pd.DataFrame
    """Of all days, the year after included."""
    orders: pd.Series
    """Of the year after, by customer: different days with a purchase."""
    value_minor: pd.Series
    alive: pd.Series
    """Whether the customer had not left by the day."""


def followed(customers: int, seed: int, seen_days: int = 400, joined_days: int = 300) -> Followed:
    """Customers as BG/NBD and Gamma-Gamma have them: r .8, alpha 4 weeks, a .6, b 2; p 6, q 4, v 60.00."""
    draw = np.random.default_rng(seed)
    rows, alive = [], {}
    for number in range(customers):
        rate, leaving = draw.gamma(0.8) / 4, draw.beta(0.6, 2.0)
        spend_rate = draw.gamma(4.0) / 6000
        moment = float(draw.integers(0, joined_days))
        name, there = f"c{number:05d}", True
        while moment < seen_days + 365:
            rows.append((name, moment, int(draw.gamma(6.0) / spend_rate) + 1))
            # The first purchase is no chance to leave.
            if rows[-1][1] != int(rows[-1][1]) and draw.random() < leaving:
                there = moment >= seen_days
                break
            moment += max(draw.exponential(7 / rate), 1e-6)
        alive[name] = there
    frame = pd.DataFrame(rows, columns=["customer_id", "moment", "amount_minor"])
    frame["ordered_at"] = pd.Timestamp(FIRST) + pd.to_timedelta(frame["moment"].astype(int), unit="D")
    after = frame[frame["moment"] >= seen_days].groupby("customer_id")
    return Followed(
        frame[["customer_id", "ordered_at", "amount_minor"]],
        after["ordered_at"].nunique(),
        after["amount_minor"].sum(),
        pd.Series(alive),
    )


def simulated(name: str, parameters: tuple[float, ...], customers: int, seed: int) -> Histories:
    """Customers who do as the story of a model says, week by week of 30 to 60, purchase by purchase."""
    draw = np.random.default_rng(seed)
    r, alpha, third, fourth = parameters
    rows = []
    for age in np.round(draw.uniform(30, 60, customers) * 7) / 7:
        rate = draw.gamma(r) / alpha
        if name == "pareto_nbd":
            gone_at = draw.exponential(1 / (draw.gamma(third) / fourth))
            leaving = 0.0
        else:
            leaving = draw.beta(third, fourth)
            gone_at = 0.0 if name == "mbg_nbd" and draw.random() < leaving else np.inf
        moment, last, repeats = 0.0, 0.0, 0
        while True:
            moment += draw.exponential(1 / rate)
            if moment > min(age, gone_at):
                break
            last, repeats = moment, repeats + 1
            if draw.random() < leaving:
                break
        rows.append((repeats, last, age))
    repeats, last, age = np.array(rows).T
    return Histories.of(repeats, last, age)


def purchases_of(days: dict[str, list[int]], amount_minor: int = 1000) -> pd.DataFrame:
    """Purchases on days counted from `FIRST`."""
    start = pd.Timestamp(FIRST)
    return pd.DataFrame(
        [
            {
                "customer_id": customer,
                "ordered_at": start + pd.Timedelta(days=day, hours=12),
                "amount_minor": amount_minor,
            }
            for customer, those in days.items()
            for day in those
        ]
    )
