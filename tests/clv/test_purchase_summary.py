"""Purchase histories of a shop's rows, against the hand and against pandas."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import shop_of

from assistant.clv import BG_NBD, fit_purchases, merge_histories, purchase_summary
from assistant.clv.summary import kept_share, purchase_days
from assistant.data import Cutoff, Tables

AS_OF = dt.date(2023, 7, 1)
COUNTS = ["repeats", "last_days", "age_days", "spend_minor", "repeat_spend_minor"]


def lines(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_minor", "quantity"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


def by_pandas(purchases: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The same by another road: no Ibis, no join."""
    seen = purchases[(purchases["ordered_at"] < pd.Timestamp(as_of)) & (purchases["quantity"] >= 0)]
    rows = []
    for customer, own in seen.groupby("customer_id"):
        spent = own.groupby(own["ordered_at"].dt.normalize())["amount_minor"].sum().sort_index()
        first, last = spent.index[0], spent.index[-1]
        age = (pd.Timestamp(as_of) - first).days
        rows.append((customer, len(spent) - 1, (last - first).days, age, spent.sum(), spent.iloc[1:].sum()))
    return pd.DataFrame(rows, columns=["customer_id", *COUNTS])


def test_orders_of_one_day_are_one_purchase(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        lines(
            ("a", "2023-06-01 09:00", 100, 1),
            ("a", "2023-06-01 23:59", 50, 1),
            ("a", "2023-06-11 00:00", 30, 2),
            ("b", "2023-06-30 12:00", 70, 1),
        ),
    )
    assert purchase_summary(shop, Cutoff(AS_OF))[COUNTS].to_numpy().tolist() == [[1, 10, 30, 180, 30], [0, 0, 1, 70, 0]]


def test_a_return_is_no_purchase_and_lowers_what_is_kept(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        lines(
            ("a", "2023-06-01 09:00", 300, 1),
            ("a", "2023-06-05 09:00", -300, -1),
            ("a", "2023-06-09 09:00", 700, 1),
            ("b", "2023-06-09 09:00", -200, -1),
        ),
    )
    summary = purchase_summary(shop, Cutoff(AS_OF))
    assert summary[["customer_id", *COUNTS]].to_numpy().tolist() == [["a", 1, 8, 30, 1000, 700]]
    assert kept_share(shop, Cutoff(AS_OF)) == 0.5


def test_nothing_of_the_cutoffs_day_or_later_is_seen(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        lines(
            ("a", "2023-06-30 23:59:59", 100, 1), ("a", "2023-07-01 00:00", 100, 1), ("b", "2023-07-02 00:00", 100, 1)
        ),
    )  # fmt: skip
    assert purchase_summary(shop, Cutoff(AS_OF))[COUNTS].to_numpy().tolist() == [[0, 0, 1, 100, 0]]


def test_a_shop_without_orders_has_nobody_and_keeps_all(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, lines())
    assert len(purchase_summary(shop, Cutoff(AS_OF))) == 0
    assert kept_share(shop, Cutoff(AS_OF)) == 1.0


purchases = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "ü", "a "]),
        st.datetimes(dt.datetime(2022, 12, 30), dt.datetime(2023, 7, 3)),
        st.integers(0, 10**12),
        st.sampled_from([-2, 0, 1, 5]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(purchases)
def test_any_shops_histories_are_those_of_pandas(tmp_path: Path, rows: list[tuple[str, dt.datetime, int, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_minor", "quantity"])
    frame["amount_minor"] *= np.sign(frame["quantity"] + 0.5).astype("int64")
    expected = by_pandas(frame, AS_OF).sort_values("customer_id").reset_index(drop=True)
    ours = purchase_summary(shop_of(tmp_path, frame), Cutoff(AS_OF)).sort_values("customer_id").reset_index(drop=True)
    assert ours["customer_id"].tolist() == expected["customer_id"].tolist()
    assert ours[COUNTS].to_numpy().tolist() == expected[COUNTS].to_numpy().tolist()


def test_the_demos_households_have_the_histories_of_pandas(journey: Tables) -> None:
    raw = journey.orders.select("customer_id", "ordered_at", "amount_minor", "quantity").execute()
    raw["amount_minor"] = raw["amount_minor"].astype("int64")
    expected = by_pandas(raw, dt.date(2017, 10, 1)).set_index("customer_id")
    ours = purchase_summary(journey, Cutoff(dt.date(2017, 10, 1))).set_index("customer_id")
    pd.testing.assert_frame_equal(ours.sort_index(), expected.sort_index(), check_dtype=False, check_index_type=False)


def test_the_demos_source_gives_the_figures_measured_of_it_before(raw: dict[str, Path]) -> None:
    """Days of the source's own clock (UTC), ages to the last day seen: 2,446 households to 2017-09-30."""
    rows = pd.read_parquet(raw["transactions"], columns=["household_id", "transaction_timestamp"])
    rows = pd.DataFrame({"household": rows["household_id"], "day": rows["transaction_timestamp"].dt.normalize()})
    rows = rows.drop_duplicates()
    end, days = pd.Timestamp("2017-09-30"), 92
    first_last = rows[rows["day"] <= end].groupby("household")["day"].agg(["min", "max", "count"])
    summary = pd.DataFrame(
        {
            "repeats": first_last["count"] - 1,
            "last_days": (first_last["max"] - first_last["min"]).dt.days,
            "age_days": (end - first_last["min"]).dt.days,
        }
    )
    after = rows[(rows["day"] > end) & (rows["day"] <= end + pd.Timedelta(days=days))]
    actual = after.groupby("household").size().reindex(summary.index).fillna(0).to_numpy()
    histories, place = merge_histories(summary)
    fit = fit_purchases(BG_NBD, histories, seed=7)
    r, alpha, a, b = fit.parameters
    assert len(summary) == 2446
    assert (r, alpha) == (pytest.approx(1.3998, abs=5e-5), pytest.approx(1.3607, abs=5e-5))
    # Along a / b the likelihood is all but flat: b was 26.648 where an optimiser stopped, its standard error is near b.
    assert a == pytest.approx(0.0295, abs=2e-4)
    assert b == pytest.approx(26.648, rel=0.005)
    forecast = BG_NBD.expected(fit.parameters, histories, days / 7)[place]
    same_rate = summary["repeats"] / summary["age_days"].clip(lower=1) * days
    assert np.sqrt(np.mean((forecast - actual) ** 2)) == pytest.approx(6.741, abs=5e-4)
    assert np.sqrt(np.mean((same_rate - actual) ** 2)) == pytest.approx(6.940, abs=5e-4)


def test_purchase_days_are_counted_a_customer(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, lines(("a", "2023-06-01", 1, 1), ("a", "2023-06-01", 1, 1), ("a", "2023-06-02", 1, 1)))
    assert purchase_days(shop).to_numpy().tolist() == [["a", 2]]
