"""Canonical tables made row by row, and a shop in which a hidden habit decides what is spent later."""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.data import CONTRACTS, Cutoff, Tables

AS_OF = dt.date(2024, 7, 1)
HORIZON = 90
TODAY = Cutoff(AS_OF, None, HORIZON)
THEN = AS_OF - dt.timedelta(days=HORIZON)
OPENED = THEN - dt.timedelta(days=200)

_KINDS = {
    "string": pa.string(), "int64": pa.int64(), "timestamp": pa.timestamp("us"), "date": pa.date32(),
    "boolean": pa.bool_(),
}  # fmt: skip
_DEFAULTS: dict[str, dict[str, Any]] = {
    "orders": {"line": 0, "quantity": 1, "amount_minor": 100, "discount_minor": 0, "coupon_minor": 0},
    "products": {
        "name": "Milk", "category": "Milk", "department": "Dairy", "private_brand": False, "advertisable": True,
    },
    "past_campaigns": {},
    "customers": {},
    "events": {},
}  # fmt: skip
MILK = {"product_id": "milk"}


def write_tables(folder: Path, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Tables:
    """Write each table's rows, with what they leave out as the contract's default, and open them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, contract in CONTRACTS.items():
        own = [{**_DEFAULTS[name], **row} for row in rows.get(name, ())]
        kinds = {column.name: _KINDS[column.kind] for column in contract.columns}
        further = {key: pa.string() for row in own for key in row if key not in kinds}
        schema = pa.schema(list({**kinds, **further}.items()))
        pq.write_table(
            pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row} for row in own], schema),
            folder / f"{name}.parquet",
        )
    return Tables(folder)


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour))


def planted_rows(
    planted: bool, customers: int = 400, seed: int = 5, later_minor: int = 0
) -> dict[str, list[dict[str, Any]]]:
    """Orders of customers who shop in the morning or in the evening, alike in all else until `THEN`.

    Where it is planted, those of the morning spend three times as much, and use coupons, in the ninety days after.

    Args:
        planted: whether the habit decides anything.
        customers: how many.
        seed: of all draws.
        later_minor: added to every amount after `THEN`.
    """
    random = np.random.default_rng(seed)
    orders: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for number in range(customers):
        customer, morning = f"c{number:04d}", number % 2 == 0
        hour = 8 if morning else 18
        eager = planted and morning
        often = random.gamma(4, 2)
        days = [
            OPENED,
            *(OPENED + dt.timedelta(days=int(day)) for day in random.integers(0, 199, random.poisson(often))),
        ]
        days += [THEN + dt.timedelta(days=int(day)) for day in random.integers(0, 90, random.poisson(often / 2) + 1)]
        for at, day in enumerate(days):
            late = day >= THEN
            orders.append(
                {
                    "order_id": f"{customer}-{at}",
                    "customer_id": customer,
                    "product_id": "milk",
                    "ordered_at": moment(day, hour),
                    "amount_minor": int(random.integers(500, 1500)) * (3 if late and eager else 1) + late * later_minor,
                    "coupon_minor": 50 if late and random.random() < (0.5 if eager else 0.1) else 0,
                }
            )
        if random.random() < (0.6 if eager else 0.2):
            events.append(
                {
                    "customer_id": customer,
                    "event": "coupon_redeemed",
                    "occurred_at": moment(THEN + dt.timedelta(days=3)),
                }
            )
    return {
        "orders": orders,
        "events": events,
        "products": [MILK],
        "customers": [{"customer_id": f"c{number:04d}"} for number in range(customers)],
    }
