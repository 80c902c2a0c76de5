"""Whatever is appended after the cutoff, no bit of the customer table or of the affinities changes."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_shop import AS_OF, Row, unkind_shop, write_tables

from assistant.data import EVENTS, Cutoff, Tables
from assistant.features import affinities, customer_features

BASE = unkind_shop(200, 11)
KNOWN_AT = dt.datetime(2024, 6, 1, 12)
KNOWN = sorted({row["customer_id"] for row in BASE["orders"]})

midnight = dt.datetime(2024, 7, 1)
moments = st.one_of(st.just(midnight), st.datetimes(midnight, dt.datetime(2026, 1, 1)))
customers = st.one_of(st.sampled_from(KNOWN), st.text(min_size=1, max_size=4).map(lambda text: f"new{text}"))
products = st.one_of(st.integers(0, 299).map("p{}".format), st.sampled_from(["future0", "future1"]))
orders = st.lists(
    st.builds(
        lambda order, customer, product, moment, sign, amount, channel: {
            "order_id": order, "line": 10_000, "customer_id": customer, "product_id": product, "ordered_at": moment,
            "quantity": sign * 5, "amount_minor": sign * amount, "coupon_minor": 7, "discount_minor": 9,
            "sales_channel": channel,
        },
        st.sampled_from([row["order_id"] for row in BASE["orders"]] + ["o-new"]), customers, products, moments,
        st.sampled_from((1, 1, -1)), st.integers(0, 2**40), st.sampled_from((None, "web", "carrier pigeon")),
    ),
    max_size=12,
)  # fmt: skip
events = st.lists(
    st.builds(
        lambda customer, event, moment, campaign: {
            "customer_id": customer, "event": event, "occurred_at": moment, "campaign_id": campaign,
        },
        customers, st.sampled_from(EVENTS), moments, st.sampled_from((None, "K1", "K9")),
    ),
    max_size=12,
)  # fmt: skip
# What somebody buys only later, in a department and a category that nobody knows yet.
new_products = [
    {"product_id": f"future{at}", "category": f"Hologram {at}", "department": "Tomorrow", "brand": "B9"}
    for at in (0, 1)
]


def bits(folder: Path, tables: dict[str, list[Row]], cutoff: Cutoff) -> tuple[Any, ...]:
    """Both tables to the bit: names of columns, ids and the bytes of every number."""
    opened = Tables(write_tables(folder, **tables))
    frames: list[pd.DataFrame] = [
        customer_features(opened, cutoff).order_by("customer_id").execute(),
        affinities(opened, cutoff, ("category", "brand")).order_by("customer_id", "attribute", "value").execute(),
    ]
    texts = [[frame[name].tolist() for name in frame.select_dtypes(exclude="number")] for frame in frames]
    numbers = [np.ascontiguousarray(frame.select_dtypes("number").to_numpy(float)).tobytes() for frame in frames]
    return ([list(frame.columns) for frame in frames], texts, numbers)


@pytest.fixture(scope="module", params=[None, KNOWN_AT], ids=["as it happened", "as it was known"])
def cutoff(request: pytest.FixtureRequest) -> Cutoff:
    return Cutoff(AS_OF, request.param)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, cutoff: Cutoff) -> tuple[Any, ...]:
    return bits(tmp_path_factory.mktemp("alone"), BASE, cutoff)


def assert_blind(folder: Path, cutoff: Cutoff, alone: tuple[Any, ...], drawn: dict[str, list[Row]]) -> None:
    more = {name: [*rows, *drawn.get(name, [])] for name, rows in BASE.items()}
    assert bits(folder, {**more, "customers": drawn["customers"]}, cutoff) == alone


def appended(orders: list[Row], events: list[Row], cutoff: Cutoff) -> dict[str, list[Row]]:
    if cutoff.known_at is not None:
        # Told late: these happened long before the cutoff, and the shop did not know.
        late = cutoff.known_at + dt.timedelta(days=1)
        past = dt.timedelta(days=700)
        orders = [*orders, *({**row, "ordered_at": row["ordered_at"] - past, "known_at": late} for row in orders)]
        events = [*events, *({**row, "occurred_at": row["occurred_at"] - past, "known_at": late} for row in events)]
    whoever = sorted({row["customer_id"] for row in (*orders, *events)})
    return {
        "orders": orders,
        "events": events,
        "products": new_products,
        "customers": [{"customer_id": name} for name in whoever],
    }


def blind_to(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@blind_to(5)
@given(orders=orders, events=events)
def test_rows_appended_after_the_cutoff_change_no_bit(
    tmp_path: Path, cutoff: Cutoff, alone: tuple[Any, ...], orders: list[Row], events: list[Row]
) -> None:
    assert_blind(tmp_path, cutoff, alone, appended(orders, events, cutoff))


@pytest.mark.slow
@blind_to(100)
@given(orders=orders, events=events)
def test_no_rows_of_a_hundred_draws_change_a_bit(
    tmp_path: Path, cutoff: Cutoff, alone: tuple[Any, ...], orders: list[Row], events: list[Row]
) -> None:
    assert_blind(tmp_path, cutoff, alone, appended(orders, events, cutoff))


def test_a_row_before_the_cutoff_does_change_them(tmp_path: Path, cutoff: Cutoff, alone: tuple[Any, ...]) -> None:
    row = {**BASE["orders"][0], "order_id": "one more", "ordered_at": dt.datetime(2024, 5, 31, 23, 59, 59)}
    row |= {"quantity": 1, "amount_minor": 1, "known_at": None}
    assert bits(tmp_path, {**BASE, "orders": [*BASE["orders"], row]}, cutoff) != alone
