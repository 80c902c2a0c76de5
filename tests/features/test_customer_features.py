"""Features of real households against pandas on the raw rows, and of made-up ones against the hand."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_shop import write_tables
from raw_facts import customer_table, raw_lines

from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.features import BASE_FEATURES, customer_features, default_as_of, feature_named, features_in

AS_OF = dt.date(2024, 7, 1)


def shop(folder: Path, lines: list[dict[str, Any]], products: list[dict[str, Any]] | None = None) -> Tables:
    """A shop of the given order lines; what a line leaves out is one product for a dollar."""
    whole = [
        {
            "customer_id": "a",
            "order_id": str(at),
            "product_id": "milk",
            **line,
            "ordered_at": dt.datetime.fromisoformat(line["ordered_at"]),
        }
        for at, line in enumerate(lines)
    ]
    milk = {"product_id": "milk", "name": "Milk", "category": "Milk", "department": "Dairy"}
    return Tables(write_tables(folder, orders=whole, products=products or [milk]))


def features_of(tables: Tables, as_of: dt.date = AS_OF) -> pd.DataFrame:
    frame: pd.DataFrame = customer_features(tables, Cutoff(as_of)).order_by("customer_id").execute()
    return frame


def one(folder: Path, *moments: str, **values: Any) -> pd.Series:
    """The features of a customer with an order at each of the moments."""
    return features_of(shop(folder, [{"ordered_at": moment, **values} for moment in moments])).iloc[0]


def test_recency_frequency_and_spend_of_fifty_households_are_those_of_the_raw_rows(
    features: pd.DataFrame, raw: dict[str, Path]
) -> None:
    rows = pd.read_parquet(raw["transactions"])
    ours = features.set_index("customer_id")
    for household in random.Random(50).sample(sorted(ours.index), 50):
        own = rows[rows["household_id"] == int(household)]
        clock = own["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        cents = sum(round(float(value) * 100) for value in own["sales_value"])
        expected = ((dt.date(2018, 1, 1) - clock.max().date()).days, own["basket_id"].nunique(), cents)
        assert tuple(ours.loc[household, ["recency_days", "frequency", "monetary_minor"]]) == expected


def test_every_feature_of_every_household_equals_the_raw_rows(features: pd.DataFrame, raw: dict[str, Path]) -> None:
    theirs = customer_table(raw)
    ours = features.set_index("customer_id").loc[theirs.index]
    assert set(ours.columns) == set(theirs.columns)
    for column in ours.columns:
        np.testing.assert_allclose(
            ours[column].to_numpy(float), theirs[column].to_numpy(float), rtol=1e-12, atol=1e-12, err_msg=column
        )


def test_two_runs_agree_to_the_bit(journey: Tables, features: pd.DataFrame) -> None:
    again = customer_features(Tables(journey.folder), Cutoff(default_as_of(journey))).execute()
    first, second = (frame.sort_values("customer_id").reset_index(drop=True) for frame in (features, again))
    assert first["customer_id"].equals(second["customer_id"])
    numbers = first.columns.drop("customer_id")
    assert first[numbers].to_numpy(float).tobytes() == second[numbers].to_numpy(float).tobytes()


def test_shares_lie_between_none_and_all_and_the_parts_of_a_day_make_a_day(features: pd.DataFrame) -> None:
    shares = features[[name for name in features.columns if name.endswith("_share") or ": " in name]]
    assert len(shares.columns) == 9 + 7 + 20
    # Not every household was sent a campaign.
    assert shares.columns[shares.isna().any()].tolist() == ["redemption_share"]
    assert shares.min().min() >= 0
    assert shares.max().max() <= 1
    parts = features[[f"{part}_share" for part in ("morning", "midday", "evening", "night")]]
    np.testing.assert_allclose(parts.sum(axis=1), 1, rtol=0, atol=1e-12)
    days = features[[f"{day}day_share" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")]]
    np.testing.assert_allclose(days.sum(axis=1), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        features["weekend_share"], features["saturday_share"] + features["sunday_share"], rtol=0, atol=1e-12
    )
    assert features["trend"].between(-1, 1).all()


def test_every_column_has_a_definition(features: pd.DataFrame) -> None:
    columns = list(features.columns.drop("customer_id"))
    assert [feature_named(column).name for column in columns] == columns
    base = [column for column in columns if ": " not in column]
    assert {feature.name for feature in features_in(columns)} == set(base)
    assert {feature.name for feature in BASE_FEATURES if not feature.optional} <= set(base)
    with pytest.raises(KeyError):
        feature_named("shoe_size")


def test_rows_of_the_day_and_later_change_nothing(tmp_path: Path) -> None:
    random_ = random.Random(1)
    products = [
        {"product_id": f"p{at}", "name": f"P{at}", "category": f"C{at % 15}", "department": f"D{at % 10}"}
        for at in range(30)
    ]
    lines = [
        {
            "customer_id": f"c{random_.randrange(20):02d}",
            "product_id": f"p{random_.randrange(15)}",
            "amount_minor": random_.randrange(1, 2_000),
            "coupon_minor": random_.choice((0, 0, 50)),
            "ordered_at": str(dt.datetime(2024, 1, 1) + dt.timedelta(hours=random_.randrange(181 * 24))),
        }
        for _ in range(300)
    ]
    # A fortune for new and for known customers, on products nobody had bought: any peek would show.
    later = [
        {"customer_id": who, "product_id": f"p{at}", "amount_minor": 10**7, "coupon_minor": 9, "ordered_at": moment}
        for at, (who, moment) in enumerate(
            [("c01", "2024-07-01 00:00:00"), ("new", "2024-07-01 00:00:00"), ("c02", "2024-12-24 23:59:59")], start=20
        )
    ]
    alone = features_of(shop(tmp_path / "alone", lines, products))
    appended = features_of(shop(tmp_path / "appended", [*lines, *later], products))
    pd.testing.assert_frame_equal(alone, appended, check_exact=True)
    assert features_of(Tables(tmp_path / "appended"), dt.date(2025, 1, 1)).shape[0] == len(alone) + 1


def test_earlier_days_of_the_real_chain_are_blind_to_later_ones(journey: Tables, raw: dict[str, Path]) -> None:
    as_of = dt.date(2017, 7, 1)
    ours = features_of(journey, as_of).set_index("customer_id")
    lines = raw_lines(raw)
    seen = lines[lines["at"] < pd.Timestamp(as_of)].groupby("customer_id")
    assert len(ours) == seen.ngroups
    assert (ours["monetary_minor"] == seen["amount"].sum()).all()
    assert (ours["frequency"] == seen["order_id"].nunique()).all()


def test_the_day_after_the_last_order_is_taken_where_none_is_set(journey: Tables, tmp_path: Path) -> None:
    assert default_as_of(journey) == dt.date(2018, 1, 1)
    assert default_as_of(shop(tmp_path, [{"ordered_at": "2024-02-28 23:59:59"}])) == dt.date(2024, 2, 29)


def test_without_an_order_there_is_no_day(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="orders table is empty"):
        default_as_of(shop(tmp_path, []))


def test_a_single_order_has_no_gap(tmp_path: Path) -> None:
    row = one(tmp_path, "2024-06-21 12:00:00")
    assert pd.isna(row["days_between_orders"])
    assert (row["recency_days"], row["tenure_days"], row["frequency"]) == (10, 10, 1)


def test_gaps_are_days_between_dates(tmp_path: Path) -> None:
    row = one(tmp_path, "2024-06-01 23:59:00", "2024-06-02 00:01:00", "2024-06-11 12:00:00")
    assert row["days_between_orders"] == 5
    assert (row["recency_days"], row["tenure_days"]) == (20, 30)


def test_who_spent_nothing_has_shares_of_nothing(tmp_path: Path) -> None:
    row = one(tmp_path, "2024-06-21 12:00:00", "2024-06-22 12:00:00", amount_minor=0)
    money = ["monetary_minor", "basket_value_minor", "discount_share", "private_brand_share", "trend", "category: Milk"]
    assert row[money].tolist() == [0] * len(money)


def test_the_last_second_of_a_day_belongs_to_it_and_midnight_to_the_next(tmp_path: Path) -> None:
    assert one(tmp_path / "before", "2024-06-30 23:59:59")["recency_days"] == 1
    assert one(tmp_path / "after", "2024-06-30 00:00:00")["recency_days"] == 1
    assert len(features_of(shop(tmp_path / "at", [{"ordered_at": "2024-07-01 00:00:00"}]))) == 0


@pytest.mark.parametrize(
    ("moment", "weekend"),
    [
        ("2024-06-28 23:59:59", 0),  # a Friday
        ("2024-06-29 00:00:00", 1),
        ("2024-06-30 23:59:59", 1),
        ("2024-06-24 00:00:00", 0),  # a Monday
    ],
)
def test_a_weekend_is_saturday_and_sunday(tmp_path: Path, moment: str, weekend: int) -> None:
    assert one(tmp_path, moment)["weekend_share"] == weekend


@pytest.mark.parametrize(
    ("clock", "part"),
    [
        ("04:59:59", "night"), ("05:00:00", "morning"), ("10:59:59", "morning"), ("11:00:00", "midday"),
        ("15:59:59", "midday"), ("16:00:00", "evening"), ("20:59:59", "evening"), ("21:00:00", "night"),
        ("00:00:00", "night"),
    ],
)  # fmt: skip
def test_each_hour_belongs_to_one_part_of_the_day(tmp_path: Path, clock: str, part: str) -> None:
    row = one(tmp_path, f"2024-06-21 {clock}")
    shares = {name: row[f"{name}_share"] for name in ("morning", "midday", "evening", "night")}
    assert shares == {**dict.fromkeys(shares, 0.0), part: 1.0}


def test_an_order_over_midnight_is_one_order_of_its_first_moment(tmp_path: Path) -> None:
    lines = [
        {"order_id": "x", "product_id": "milk", "ordered_at": "2024-06-20 23:59:00"},
        {"order_id": "x", "product_id": "unknown", "ordered_at": "2024-06-21 00:01:00"},
    ]
    row = features_of(shop(tmp_path, lines)).iloc[0]
    assert (row["frequency"], row["basket_lines"], row["recency_days"], row["night_share"]) == (1, 2, 11, 1)


def test_the_quarters_of_the_trend_are_91_days_each(tmp_path: Path) -> None:
    # 91 days before July 1 is April 1; 182 days before, January 1.
    days = {"2024-04-01 00:00:00": 300, "2024-03-31 23:59:59": 20, "2024-01-01 00:00:00": 80, "2023-12-31 23:59:59": 7}
    lines = [{"ordered_at": day, "amount_minor": amount} for day, amount in days.items()]
    assert features_of(shop(tmp_path, lines)).iloc[0]["trend"] == (300 - 100) / (300 + 100)


def test_a_product_without_a_category_is_no_category_bought(tmp_path: Path) -> None:
    products = [
        {"product_id": "milk", "name": "Milk", "category": "Milk", "department": "Dairy"},
        {"product_id": "thing", "name": "Thing", "category": "No category", "department": "No department"},
    ]
    lines = [{"product_id": name, "ordered_at": "2024-06-21 12:00:00"} for name in ("milk", "thing", "unknown")]
    frame = features_of(shop(tmp_path, lines, products))
    assert frame["categories_bought"].tolist() == [1]
    assert [name for name in frame.columns if ": " in name] == ["department: Dairy", "category: Milk"]
    assert frame["category: Milk"].tolist() == [1 / 3]
